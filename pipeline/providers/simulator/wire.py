"""A reply put on a connection, whole or with a fault of the network. Must not know what the reply says."""

import socket
import struct
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus
from io import BufferedIOBase

from pipeline.providers.simulator.answers import Reply

DRIP_SECONDS = 0.5


def head(reply: Reply, now: float, *, length: bool = True, close: bool = False) -> bytes:
    """Status line and headers; `now` (epoch seconds) is what the Date header says."""
    lines = [
        f"HTTP/1.1 {reply.http} {HTTPStatus(reply.http).phrase}",
        f"Date: {formatdate(now, usegmt=True)}",
        f"Content-Type: {reply.content_type}",
        *(f"{name}: {value}" for name, value in reply.headers),
    ]
    if length:
        lines.append(f"Content-Length: {len(reply.body)}")
    if close:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def send(
    connection: socket.socket,
    stream: BufferedIOBase,
    reply: Reply,
    *,
    fault: str,
    now: float,
    pause: Callable[[float], object],
) -> bool:
    """Send `reply` as `fault` has it; faults that are not the network's send it whole.

    Returns whether the connection can be used again.
    """
    half = reply.body[: len(reply.body) // 2]
    match fault:
        case "reset_before" | "reset_after":
            # closing with a linger time of zero sends RST instead of FIN
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        case "lost_reply":
            pass
        case "hang":
            connection.recv(1)  # returns when the client gives up, or the simulator closes
        case "cut_body":
            stream.write(head(reply, now) + half)
        case "cut_unmarked":
            stream.write(head(reply, now, length=False, close=True) + half)
        case "garbage_status":
            stream.write(b"\x16\x03\x01\x02 not a status line\r\n\r\n")
        case "slow_drip":
            stream.write(head(reply, now))
            for place in range(len(reply.body)):
                pause(DRIP_SECONDS)
                stream.write(reply.body[place : place + 1])
        case _:
            stream.write(head(reply, now) + reply.body)
            return True
    return False
