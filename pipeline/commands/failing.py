"""A fault of ours: the traceback goes to the log, the author gets a sentence and the file's name."""

import os
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pipeline.console.steps import named_home
from pipeline.console.terminal import Terminal
from pipeline.errors import ExitCode
from pipeline.home import find_home
from pipeline.log import hide, redacted

_SECRETS = ("VOLC_ACCESSKEY", "VOLC_SECRETKEY", "VOLC_SESSION_TOKEN")


def confess(error: Exception, said: Sequence[str]) -> ExitCode:
    """Write the traceback where the logs of the command line `said` lie, and say where. Never raises."""
    terminal = Terminal()
    # The fault may have come before the credentials were read and hidden.
    hide(*(os.environ.get(name) for name in _SECRETS))
    text = redacted("".join(traceback.format_exception(error)))
    try:
        folder = _logs(said)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"crash-{datetime.now(UTC):%Y%m%dT%H%M%S}.txt"
        path.write_text(text, "utf-8", errors="backslashreplace")
    except OSError:
        terminal.note(text)
        terminal.note("this is a fault of the program; please report the lines above", style="red")
        return ExitCode.INTERNAL
    terminal.note(
        f"this is a fault of the program: {type(error).__name__}; please report {path}", style="red"
    )
    terminal.next_step("type the same command again: what was paid for is kept")
    return ExitCode.INTERNAL


def _logs(said: Sequence[str]) -> Path:
    """The logs of the home that the command line names or lies in, else of the working directory."""
    named = named_home(said) or os.environ.get("PIPELINE_HOME")
    specs = (Path(word) for word in said if word.endswith((".yaml", ".yml")))
    start = next((spec.resolve().parent for spec in specs if spec.is_file()), Path.cwd())
    return find_home(start, named=Path(named) if named else None, fallback=Path.cwd()).logs
