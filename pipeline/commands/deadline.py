"""`--deadline`: how long a run may take, for runs that nobody watches."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.errors import UsageError
from pipeline.runner.signals import Bell

_SPAN = re.compile(r"(?P<number>\d{1,6}(?:\.\d{1,3})?)(?P<unit>[smh]?)", re.ASCII)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}


def seconds_of(span: str) -> float:
    """`90`, `90s`, `30m`, `2h` or `1.5h` as seconds. Raises UsageError for anything else."""
    found = _SPAN.fullmatch(span.strip())
    seconds = float(found["number"]) * _SECONDS[found["unit"]] if found else 0.0
    if seconds <= 0:
        raise UsageError(f"--deadline {span}: must be a time span such as 90s, 30m or 2h")
    return seconds


@contextmanager
def expiring(bell: Bell, seconds: float | None) -> Iterator[None]:
    """Let the bell tell the end of the time while the block runs; None: there is no end."""
    if seconds is None:
        yield
        return
    timer = threading.Timer(seconds, bell.expire)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
