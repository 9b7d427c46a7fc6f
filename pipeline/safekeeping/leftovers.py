"""Temporary files that killed commands left in the store. Touches nothing else, and nothing of the living."""

import os
import re
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.home import Home
from pipeline.storage import TEMP_PREFIX, leads_out

_NAME = re.compile(re.escape(TEMP_PREFIX) + r"(?P<process>\d{1,9})-")
_OLD = timedelta(days=1)
_MOMENT = timedelta(seconds=5)
"""A process that has just begun on another machine or in another container is none that can be seen here."""

_CAN_ASK = os.name == "posix"
"""Windows has no signal that only asks; there age alone decides."""


def sweep_store(home: Home, *, now: datetime) -> int:
    """Remove the temporary files in a home's store that nobody writes any more; returns how many went.

    Those are files that were not written to for a day, and those of a process that is gone. The caller has
    the home for itself. A store that is shared with other homes is left as it is.
    """
    if home.blobs.is_symlink() or leads_out(home.data, home.blobs):
        return 0
    dead = [
        Path(parent) / name
        for parent, _, names in os.walk(home.blobs)
        for name in names
        if name.startswith(TEMP_PREFIX) and _is_dead(Path(parent) / name, now)
    ]
    for path in dead:
        path.unlink(missing_ok=True)
    return len(dead)


def _is_dead(path: Path, now: datetime) -> bool:
    try:
        age = now - datetime.fromtimestamp(path.lstat().st_mtime, tz=now.tzinfo)
    except FileNotFoundError:  # pragma: no cover - its owner took it away between the two looks
        return False
    process = _NAME.match(path.name)
    if process is None or not _CAN_ASK:
        return age > _OLD
    return age > _OLD or (age > _MOMENT and _is_gone(int(process["process"])))


def _is_gone(process: int) -> bool:
    """Whether no such process is here."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # somebody else's, so there is one
        return False
    return False
