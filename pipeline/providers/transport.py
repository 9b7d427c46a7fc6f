"""One HTTP request and its answer, bounded in time, bytes and reach; what goes wrong comes back as a value.

Must not know an API or what a failure means for the money, except for the one fact that decides it: whether
the request could have left (`Lost.sent`). Never repeats anything by itself.
"""

import logging
import os
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import requests  # noqa: TID251 - the providers package is where requests is used
from requests.utils import get_environ_proxies, select_proxy  # noqa: TID251 - the same

from pipeline.providers.addresses import Reach, is_loopback_host
from pipeline.providers.connections import BlockedAddressError, Deadline, Exchange, GuardedAdapter
from pipeline.providers.contract import Fault
from pipeline.providers.errors import OwnCode, explain
from pipeline.providers.foreign import cause_words, code_of

_CHUNK = 1 << 16
_KEPT_OPEN = 64  # more than any run has threads, so that none has to be thrown away


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A request as it is sent, byte for byte; `body` None for a GET."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds to connect, seconds for everything together, bytes of the answer's body."""

    connect: float
    total: float
    max_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """An answer whose body was written whole."""

    status: int
    date: str | None
    location: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """No whole answer. `sent`: the request could have left; `status`: the answer had begun with this one."""

    code: OwnCode
    message: str
    sent: bool
    status: int | None = None

    def fault(self) -> Fault:
        """The same as the provider's fault."""
        return Fault(code=self.code, message=self.message, http_status=self.status)


class _LostError(Exception):
    """Carries a code to the one place that makes a `Lost` of it."""

    def __init__(self, code: OwnCode, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class _NoQueries(logging.Filter):
    """Cuts queries out of what the library logs about URLs: a result URL's query is its key."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                re.sub(r"\?\S*", "?...", one) if isinstance(one, str) else one for one in record.args
            )
        return True


_NO_QUERIES = _NoQueries()


class Transport:
    """Sends requests from any thread; connections are pooled unless a request asks for one of its own."""

    def __init__(self) -> None:
        self._pooled = GuardedAdapter(_KEPT_OPEN)
        for name in ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry"):
            logging.getLogger(name).addFilter(_NO_QUERIES)  # adding it again changes nothing

    def send(
        self, request: Outgoing, into: BinaryIO, *, reach: Reach, limits: Limits, own_connection: bool = False
    ) -> Head | Lost:
        """Send once and write the answer's body into `into`; redirects are answers like others.

        `own_connection`: one made for this request and closed after it. On a reused one that the server
        has just closed, a request that was never read looks like one that was.
        """
        adapter = GuardedAdapter(1) if own_connection else self._pooled
        try:
            with Deadline(limits.total) as deadline:
                exchange = Exchange(deadline=deadline, reach=reach)
                try:
                    with exchange.current():
                        return _converse(adapter, request, into, exchange, limits)
                except _LostError as lost:
                    return _lost(lost, exchange, request.url)
        finally:
            if own_connection:
                adapter.close()

    def close(self) -> None:
        """Close the pooled connections."""
        self._pooled.close()


def _lost(error: _LostError, exchange: Exchange, url: str) -> Lost:
    """The value for a failure; a deadline that was cut explains whatever the cut looked like."""
    code, detail = error.code, error.detail
    if exchange.deadline.expired and code is not OwnCode.DISK:
        code, detail = (OwnCode.READ_TIMEOUT if exchange.sent else OwnCode.CONNECT_TIMEOUT), ""
    where = urlsplit(url).netloc.rpartition("@")[2] if code is not OwnCode.BAD_URL else ""
    notes = ", ".join(note for note in (where, detail) if note)
    message = explain(code).meaning + (f" ({notes})" if notes else "")
    return Lost(code=code, message=message, sent=exchange.sent, status=exchange.status)


@contextmanager
def _translated() -> Iterator[None]:
    """The line to the network libraries: whatever they raise leaves here as a code, without its text."""
    try:
        yield
    except BlockedAddressError:
        raise _LostError(OwnCode.BLOCKED_ADDRESS) from None
    except Exception as error:  # noqa: BLE001 - a submit needs an answer about its money whatever they raise
        raise _LostError(code_of(error), cause_words(error)) from None


def _converse(
    adapter: GuardedAdapter, request: Outgoing, into: BinaryIO, exchange: Exchange, limits: Limits
) -> Head:
    with _translated():
        response = adapter.send(
            _prepared(request),
            stream=True,
            timeout=(min(limits.connect, limits.total), limits.total),
            # As every tool built on requests: a company's own certificates are named by this variable.
            verify=os.environ.get("REQUESTS_CA_BUNDLE") or True,
            proxies=_proxies(request.url, exchange.reach),
        )
    exchange.status = response.status_code
    try:
        _pour(response, into, exchange, limits.max_bytes)
    finally:
        response.close()
    headers = response.headers
    return Head(status=response.status_code, date=headers.get("Date"), location=headers.get("Location"))


def _prepared(request: Outgoing) -> requests.PreparedRequest:
    # Compressed answers are not asked for and not taken: a small one may unpack to any size.
    headers = {**request.headers, "Accept-Encoding": "identity"}
    method = "GET" if request.body is None else "POST"
    return requests.Request(method, request.url, headers=headers, data=request.body).prepare()


def _proxies(url: str, reach: Reach) -> dict[str, str]:
    """The environment's proxies for `url`; never for this computer.

    A proxy hides who is beyond it, so for a limited reach the name's own addresses are looked at before.
    The proxy may resolve it otherwise; it is the author's own, and knows better what it may contact.
    """
    host = urlsplit(url).hostname or ""
    if is_loopback_host(host):
        return {}
    proxies = get_environ_proxies(url)
    if reach is not Reach.ANYWHERE and select_proxy(url, proxies):
        found = {info[4][0] for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
        if not all(reach.covers(str(address)) for address in found):
            raise BlockedAddressError
    return proxies


def _pour(response: requests.Response, into: BinaryIO, exchange: Exchange, max_bytes: int) -> None:
    """Write the body whole. Its declared length and its chunks are held to their word by urllib3."""
    if response.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise _LostError(OwnCode.ENCODING)
    raw: Any = response.raw
    got = 0
    while chunk := _next_chunk(raw):
        got += len(chunk)
        if got > max_bytes:
            raise _LostError(OwnCode.TOO_LARGE)
        try:
            into.write(chunk)
        except OSError as error:
            raise _LostError(OwnCode.DISK, error.strerror or "") from None
    framed = raw.chunked or "Content-Length" in response.headers
    if exchange.deadline.expired and not framed:
        # Without a length the cut of the deadline looks like the end of the body.
        raise _LostError(OwnCode.READ_TIMEOUT)


def _next_chunk(raw: Any) -> bytes:
    with _translated():
        chunk: bytes = raw.read1(_CHUNK, decode_content=False)
        return chunk
