"""`notify:` in the settings: a command that hears of runs that bought, failed or left something in doubt.

It gets the report on its standard input, the same document as `--json`. What it does is its own business:
its failure is said and changes nothing.
"""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from pipeline.console.terminal import Terminal
from pipeline.documents import report_document
from pipeline.produce import Report
from pipeline.stages.outcome import AssetState

_SECONDS = 60.0
_SILENT = (AssetState.DELIVERED, AssetState.DRAFT)


def is_worth_telling(report: Report) -> bool:
    """Whether something was bought, or something that was asked for is not there."""
    selected = {action.asset for action in report.plan.actions}
    missing = any(
        outcome.state not in _SILENT for outcome in report.outcomes if outcome.action.asset in selected
    )
    return bool(report.bought) or missing or report.stopped_by is not None


def notify(command: Sequence[str], report: Report, terminal: Terminal, *, home: Path) -> None:
    """Run the command in the home, with the report: a minute at most, without locks or keys of ours."""
    if not command or not is_worth_telling(report):
        return
    document = json.dumps(report_document(report), ensure_ascii=False)
    try:
        ended = subprocess.run(  # noqa: S603 - the author's own command, from the author's own settings
            list(command),
            input=document.encode(),
            stdout=subprocess.DEVNULL,
            cwd=home,
            env={name: value for name, value in os.environ.items() if not name.startswith("VOLC_")},
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        terminal.warn(f"notify: {command[0]} could not be told ({type(error).__name__})")
        return
    if ended.returncode != 0:
        terminal.warn(f"notify: {command[0]} ended with {ended.returncode}")
