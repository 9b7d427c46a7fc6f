"""Fetching a result URL to a file: redirects by hand, each under the same rules. Must not know a picture.

No credentials, no cookies, no header of ours goes to a result host, and its URL's query is never told.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urljoin

from pipeline.errors import PipelineError
from pipeline.providers.addresses import result_reach
from pipeline.providers.contract import Fault
from pipeline.providers.errors import OwnCode, explain
from pipeline.providers.transport import Head, Limits, Lost, Outgoing, Transport
from pipeline.storage import publish, temp_path

_MAX_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)


def fetch(
    transport: Transport,
    url: str,
    target: Path,
    *,
    from_loopback: bool,
    limits: Limits,
    monotonic: Callable[[], float] = time.monotonic,
) -> Fault | None:
    """Fetch `url` to `target`, which appears whole or not at all; a fault instead of an exception.

    `limits.total` is for all hops together. `from_loopback`: the URL came from an endpoint on this computer.
    """
    temp = temp_path(target.parent)
    try:
        with temp.open("wb") as into:
            fault = _follow(
                transport, url, into, from_loopback=from_loopback, limits=limits, monotonic=monotonic
            )
        if fault is None:
            publish(temp, target)
    except (OSError, PipelineError) as error:
        return Fault(code=OwnCode.DISK, message=getattr(error, "strerror", None) or str(error))
    finally:
        temp.unlink(missing_ok=True)
    return fault


def _follow(
    transport: Transport,
    url: str,
    into: BinaryIO,
    *,
    from_loopback: bool,
    limits: Limits,
    monotonic: Callable[[], float],
) -> Fault | None:
    end = monotonic() + limits.total
    for _ in range(_MAX_REDIRECTS + 1):
        reach = result_reach(url, from_loopback=from_loopback)
        if reach is None:
            return _fault(OwnCode.BAD_URL)
        left = end - monotonic()
        if left <= 0:
            return _fault(OwnCode.READ_TIMEOUT)
        answer = transport.send(Outgoing(url=url), into, reach=reach, limits=replace(limits, total=left))
        if isinstance(answer, Lost):
            return answer.fault()
        if answer.status not in _REDIRECTS:
            return None if answer.status == 200 else _fault(OwnCode.HTTP_STATUS, answer.status)
        into.seek(0)
        into.truncate()
        url = _next_url(url, answer)
    return _fault(OwnCode.REDIRECT)


def _next_url(url: str, answer: Head) -> str:
    """Where a redirect leads; what cannot be read is no address, which the rules then refuse."""
    try:
        return urljoin(url, answer.location or "")
    except ValueError:
        return ""


def _fault(code: OwnCode, status: int | None = None) -> Fault:
    words = explain(code).meaning
    return Fault(code=code, message=f"{words} (HTTP {status})" if status else words, http_status=status)
