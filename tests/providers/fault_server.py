"""A server on a raw socket that can break HTTP in every way that was seen, and counts what reached it."""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self


class Line:
    """One accepted connection, in the hands of a behaviour."""

    def __init__(self, sock: socket.socket, server: "FaultServer") -> None:
        self._sock = sock
        self._server = server
        self._rest = b""

    def read(self) -> bytes:
        """One whole request (head and body), recorded; empty when the client is gone."""
        data, self._rest = self._rest, b""
        while b"\r\n\r\n" not in data:
            more = self._sock.recv(65536)
            if not more:
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            (
                int(line.partition(b":")[2])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            ),
            0,
        )
        while len(body) < length:
            body += self._sock.recv(65536)
        self._rest = body[length:]
        request = head + b"\r\n\r\n" + body[:length]
        self._server.requests.append(request)
        return request

    def send(self, data: bytes) -> None:
        """Bytes as they are."""
        self._sock.sendall(data)

    def drip(self, data: bytes) -> None:
        """One byte at a time, each well within any read timeout."""
        for byte in data:
            self._sock.sendall(bytes([byte]))
            self._server.stopping.wait(0.05)

    def hang(self) -> None:
        """Say nothing until the test is over."""
        self._server.stopping.wait(30)

    def reset(self) -> None:
        """End with RST instead of FIN, once the client has begun to send."""
        self._sock.recv(1, socket.MSG_PEEK)
        self.drop()

    def drop(self) -> None:
        """End with RST at once."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def relay(self, port: int) -> None:
        """Carry bytes to and from a local port until either side ends."""
        with socket.create_connection(("127.0.0.1", port)) as far:
            back = threading.Thread(target=_pump, args=(far, self._sock), daemon=True)
            back.start()
            _pump(self._sock, far)
            back.join(timeout=5)


Behaviour = Callable[[Line], None]


class FaultServer:
    """Listens on a free loopback port while it is open; every connection gets `behaviour` in a thread."""

    def __init__(self, behaviour: Behaviour, *, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.stopping = threading.Event()
        self._behaviour = behaviour
        self._tls = tls
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []

    @property
    def url(self) -> str:
        """The root, without a slash at its end."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._acceptor = threading.Thread(target=self._accept)
        self._acceptor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join(timeout=5)
        self._listener.close()
        for sock in self._open:  # wake the threads that wait on connections kept alive
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=5)

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.ExitStack() as stack:
            stack.callback(sock.close)
            with contextlib.suppress(OSError):  # the client is free to go at any time
                if self._tls:
                    sock = self._tls.wrap_socket(sock, server_side=True)
                    stack.callback(sock.close)
                self._open.append(sock)
                self._behaviour(Line(sock, self))


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def response(body: bytes, *, status: str = "200 OK", headers: str = "") -> bytes:
    """A well-formed answer; `headers` are whole lines, each with its line end."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


def always(answer: bytes) -> Behaviour:
    """Answer every request on every connection alike."""

    def behave(line: Line) -> None:
        while line.read():
            line.send(answer)

    return behave


def after_request(act: Behaviour) -> Behaviour:
    """Read one request, do `act`, close."""

    def behave(line: Line) -> None:
        line.read()
        act(line)

    return behave


def sends(*pieces: bytes) -> Behaviour:
    """Read one request, send the pieces as they are, close."""
    return after_request(lambda line: line.send(b"".join(pieces)))


def drips(start: bytes, slowly: bytes) -> Behaviour:
    """Read one request, send the start at once and the rest byte by byte."""

    def act(line: Line) -> None:
        line.send(start)
        line.drip(slowly)

    return after_request(act)


def in_turn(*answers: bytes) -> Behaviour:
    """The first request gets the first answer, and so on, over all connections; the last one stays."""
    left = list(answers)
    lock = threading.Lock()

    def behave(line: Line) -> None:
        while line.read():
            with lock:
                answer = left.pop(0) if len(left) > 1 else left[0]
            line.send(answer)

    return behave


FAULTS: dict[str, Behaviour] = {
    "closes without an answer": sends(),
    "resets before it reads": Line.reset,
    "resets after the request": after_request(Line.drop),
    "hangs": after_request(Line.hang),
    "drips its headers": drips(b"HTTP/1.1 200 OK\r\n", b"X-Slow: " + b"a" * 4000),
    "drips its body": drips(b"HTTP/1.1 200 OK\r\n\r\n", b'{"code":10000' + b" " * 4000),
    "drips a body with a length": drips(b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n", b" " * 4000),
    "cuts a body with a length": sends(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"code":10000,'),
    "cuts a chunked body": sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{"),
    "cuts a body without a length": sends(b'HTTP/1.1 200 OK\r\n\r\n{"code":10000,"data":{"task'),
    "sends a garbage status line": sends(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
    "sends too many headers": sends(b"HTTP/1.1 200 OK\r\n" + b"X-Many: a\r\n" * 500 + b"\r\n"),
    "sends an endless header": sends(b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 70000 + b"\r\n\r\n"),
    "sends lengths that differ": sends(b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\n{}"),
    "sends a compressed bomb": sends(
        response(b"\x1f\x8b" + b"\0" * 100, headers="Content-Encoding: gzip\r\n")
    ),
    "sends a page for 200": sends(response(b"<html>login</html>")),
    "sends a page for 500": sends(response(b"<html>oops</html>", status="500 Internal Server Error")),
    "sends a page for 404": sends(response(b"<html>no</html>", status="404 Not Found")),
    "sends nothing for 200": sends(response(b"")),
    "redirects": sends(response(b"", status="307 Temporary Redirect", headers="Location: /elsewhere\r\n")),
}
"""Every way in which a submit ends in doubt: it was sent, and nothing says what became of it."""
