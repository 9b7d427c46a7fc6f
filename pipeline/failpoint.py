"""Named places at which a test may kill the process: `PIPELINE_FAILPOINT=name@n`, at its nth hit.

Outside of tests the variable is unset, and reaching a place does nothing. A place that no test exercises
fails the campaign, so the names stand here in one list.
"""

import os
import signal
import threading

NAMES = (
    "recovered",
    "taken-over",
    "planned",
    "cancelled",
    "claimed",
    "answered",
    "ended",
    "accepted",
    "ready",
    "finished",
    "fetched",
    "adopted",
    "stored",
    "taken",
    "rendered",
    "noted",
    "published",
    "cleaned",
    "manifest",
    "sheet",
    "resolved",
)
"""In the order in which a picture meets them."""
VARIABLE = "PIPELINE_FAILPOINT"
_lock = threading.Lock()
_hits: dict[str, int] = {}


def reach(name: str) -> None:
    """Be killed here, without a chance to clean up, if the environment says so."""
    wanted, _, number = os.environ.get(VARIABLE, "").partition("@")
    if wanted != name:
        return
    with _lock:
        _hits[name] = _hits.get(name, 0) + 1
        if _hits[name] == int(number or 1):
            os.kill(os.getpid(), signal.SIGKILL)
