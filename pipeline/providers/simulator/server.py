"""The simulator as a real HTTP server on loopback: connections, threads, start and end. Must not decide.

    with Simulator(World(), credentials) as simulator:
        simulator.endpoint      # http://127.0.0.1:PORT

`POST /?Action=...&Version=2022-08-31` is the vendor's wire; `GET /pictures/...` the result URLs; `GET
/billing` what would have been billed, `{billed, orders, tasks}`, unsigned since only this machine reaches it.
"""

import logging
import socket
import socketserver
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import Condition, Event, Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from pipeline.errors import UsageError
from pipeline.providers.jimeng.signing import Credentials
from pipeline.providers.simulator import wire
from pipeline.providers.simulator.desk import Desk
from pipeline.providers.simulator.gate import Incoming
from pipeline.providers.simulator.world import World

LARGEST_BODY = 32 * 1024 * 1024
_LEAVE_SECONDS = 5.0
_POLL_SECONDS = 0.02

log = logging.getLogger(__name__)


class _Handler(BaseHTTPRequestHandler):
    """One connection; reads requests, hands them to the desk, writes what comes back."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "_Server"

    def do_GET(self) -> None:
        """A picture or the bill."""
        self._serve(b"")

    def do_POST(self) -> None:
        """A call of the vendor's API."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            self.send_error(411)
        elif int(length) > LARGEST_BODY:
            self.send_error(413)
        else:
            self._serve(self.rfile.read(int(length)))

    def _serve(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        request = Incoming(
            method=self.command,
            target=self.path,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        answer = self.server.desk.answer(request)
        again = wire.send(
            self.connection,
            self.wfile,
            answer.reply,
            fault=answer.fault,
            now=self.server.world.clock() + answer.skew,
            pause=self.server.pause,
        )
        if not again:
            self.close_connection = True

    def log_message(self, *_: Any, **__: Any) -> None:
        """Say nothing: what was asked is in the tasks, and URLs carry signatures."""


class _Server(ThreadingHTTPServer):
    """Threads that end with the server: every open connection is known, and shut when it closes."""

    request_queue_size = 128
    world: World
    desk: Desk
    pause: Callable[[float], object]

    def __init__(self, address: tuple[str, int]) -> None:
        self._open: set[socket.socket] = set()
        self._changed = Condition()
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without the look-up of the host's own name, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Know of a connection before its thread starts, so that `leave` misses none."""
        with self._changed:
            self._open.add(request)
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._changed:
                self._open.discard(request)
                self._changed.notify_all()

    def shutdown_request(self, request: Any) -> None:
        """Close a connection; a reset one is closed without the FIN that would spoil the reset."""
        linger = request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8)
        if any(linger[:4]):
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - not our signature
        """A client that went away is its own affair; all else is a fault of ours, in the log."""
        error = sys.exception()
        if not isinstance(error, OSError):
            log.error("simulator.request_failed", exc_info=error)

    def leave(self) -> None:
        """Shut every open connection and wait for their threads."""
        with self._changed:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    log.debug("simulator.already_closed")
            self._changed.wait_for(lambda: not self._open, timeout=_LEAVE_SECONDS)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Simulator:
    """A server for one world and one account, from `start` (or `with`) to `close`.

    `pause` waits for so many seconds; by default it ends early when the simulator closes. `port` 0 takes
    a free one. Raises UsageError for a host that is not loopback, or a port that is taken.
    """

    def __init__(
        self,
        world: World,
        credentials: Credentials,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        if host != "localhost" and not _is_loopback(host):
            raise UsageError(
                f"the simulator listens on loopback only, not on {host}", next_step="use 127.0.0.1"
            )
        self._closing = Event()
        try:
            self._server = _Server((host, port))
        except OSError as error:
            raise UsageError(
                f"the simulator cannot listen on {host}:{port}: {error.strerror}",
                next_step="choose another port, or 0 for a free one",
            ) from error
        self._server.world = world
        self._server.pause = pause or self._closing.wait
        self._server.desk = Desk(world, credentials, endpoint=self.endpoint, pause=self._server.pause)
        self._thread = Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), name="simulator", daemon=True
        )

    @property
    def endpoint(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        return f"http://{self._server.server_name}:{self._server.server_port}"

    def start(self) -> None:
        """Begin to answer, in the background."""
        self._thread.start()

    def wait(self) -> None:
        """Return when somebody closes the simulator; an interrupt of the keyboard passes through."""
        self._closing.wait()

    def close(self) -> None:
        """Stop answering, shut every connection, free the port. A second call does nothing."""
        if self._closing.is_set():
            return
        self._closing.set()
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.leave()
        self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
