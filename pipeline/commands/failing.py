"""A fault of ours: the traceback goes to the log, the author gets a sentence and the file's name."""

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path

from pipeline.console.terminal import Terminal
from pipeline.errors import ExitCode
from pipeline.home import find_home
from pipeline.log import redacted


def confess(error: Exception) -> ExitCode:
    """Write the traceback where the logs lie and say where. Never raises."""
    terminal = Terminal()
    named = os.environ.get("PIPELINE_HOME")
    folder = find_home(Path.cwd(), named=Path(named) if named else None).logs
    now = datetime.now(UTC)
    path = folder / f"crash-{now:%Y%m%dT%H%M%S}.txt"
    text = redacted("".join(traceback.format_exception(error)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError:
        terminal.note(text)
        terminal.note("this is a fault of the program; please report the lines above", style="red")
        return ExitCode.INTERNAL
    terminal.note(
        f"this is a fault of the program: {type(error).__name__}; please report {path}", style="red"
    )
    terminal.next_step("type the same command again: what was paid for is kept")
    return ExitCode.INTERNAL
