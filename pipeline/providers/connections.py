"""Connections that keep to a deadline, look at their peer, and record whether a request could have left.

Must not know an API. Everything is bound to the `Exchange` of the calling thread, so that pooled connections
serve threads with different deadlines and rules.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import requests.adapters  # noqa: TID251 - the providers package is where requests is used
import requests.exceptions  # noqa: TID251 - the providers package is where requests is used
import urllib3.connection
import urllib3.connectionpool

from pipeline.providers.addresses import Reach


class BlockedAddressError(Exception):
    """The peer is not one that this exchange may speak to; nothing was sent to it."""


class Deadline:
    """Shuts the watched socket down when the time is over, whatever a thread is doing with it.

    A socket's own timeout starts anew with every byte received, so a server that drips can hold a thread
    for hours. The system's name look-up has no socket and keeps its own time limits.
    """

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._release()

    def watch(self, fileno: int) -> None:
        """Cut this connection in time. Raises TimeoutError when the time is over already.

        The handle is a duplicate: it cuts the same connection even after TLS took the socket over, and
        after the response took it from its connection.
        """
        with self._lock:
            self._release()
            self.check()
            self._handle = socket.socket(fileno=socket.dup(fileno))

    def check(self) -> None:
        """Raise TimeoutError when the time is over."""
        if self.expired:
            raise TimeoutError

    def _cut(self) -> None:
        with self._lock:
            self.expired = True
            if self._handle is not None:
                with contextlib.suppress(OSError):  # the other side was faster
                    self._handle.shutdown(socket.SHUT_RDWR)

    def _release(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request and its answer: its deadline, how far it may go, whether its first byte could have left."""

    deadline: Deadline
    reach: Reach
    sent: bool = False
    status: int | None = None

    def admit(self, sock: Any, *, proxied: bool) -> None:
        """Put a connected socket under this exchange's rules, before anything is written to it."""
        self.deadline.watch(sock.fileno())
        # Behind a proxy the peer is the proxy, which the author named; who is beyond it cannot be seen here.
        if not proxied and not self.reach.covers(sock.getpeername()[0]):
            raise BlockedAddressError

    @contextlib.contextmanager
    def current(self) -> Iterator[None]:
        """Make this the exchange of all connections that the calling thread uses inside."""
        token = _CURRENT.set(self)
        try:
            yield
        finally:
            _CURRENT.reset(token)


_CURRENT: ContextVar[Exchange] = ContextVar("exchange")


class _Guarded(urllib3.connection.HTTPConnection):
    """A connection under the rules of the current exchange, when it is made and when it is used again."""

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        try:
            _CURRENT.get().admit(sock, proxied=self.proxy is not None)
        except BaseException:
            sock.close()
            raise
        return sock

    def _tunnel(self) -> None:
        super()._tunnel()
        # A proxy's answer that the deadline cut looks whole; TLS on the dead socket would leak it.
        _CURRENT.get().deadline.check()

    def request(self, *args: Any, **kwargs: Any) -> None:
        exchange = _CURRENT.get()
        if self.sock is None:
            self.connect()
        else:
            exchange.admit(self.sock, proxied=self.proxy is not None)
        # From here on bytes may leave: a failure before this line was certainly not received.
        exchange.sent = True
        super().request(*args, **kwargs)


class _GuardedTls(_Guarded, urllib3.connection.HTTPSConnection):
    """The same over TLS; the address is checked before the handshake."""


class _Pool(urllib3.connectionpool.HTTPConnectionPool):
    ConnectionCls = _Guarded


class _TlsPool(urllib3.connectionpool.HTTPSConnectionPool):
    ConnectionCls = _GuardedTls


_POOLS = {"http": _Pool, "https": _TlsPool}


class GuardedAdapter(requests.adapters.HTTPAdapter):
    """A requests adapter whose connections are all guarded, with a proxy or without. Safe between threads.

    It is used without a `Session`, which would bring cookies, netrc and redirects of its own.
    """

    def __init__(self, connections: int) -> None:
        """`connections`: how many are kept open for each host."""
        super().__init__(pool_maxsize=connections, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As the parent, with our connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        """As the parent, with our connections. SOCKS brings its own, which would not record what was sent."""
        if proxy.lower().startswith("socks"):
            raise requests.exceptions.InvalidProxyURL
        manager = super().proxy_manager_for(proxy, **proxy_kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager
