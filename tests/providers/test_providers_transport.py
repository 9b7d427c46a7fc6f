"""One request and its answer, against servers that break HTTP."""

import io
import logging
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from pipeline.providers.addresses import Reach
from pipeline.providers.connections import Deadline
from pipeline.providers.errors import OwnCode
from pipeline.providers.transport import Head, Lost, Outgoing, Transport
from tests.providers.fault_server import FAULTS, FaultServer, Line, always, response, sends
from tests.providers.transport_bench import LIMITS, PATIENT, SECRET, lost_of, post


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("closes without an answer", OwnCode.RESET),
        ("resets before it reads", OwnCode.RESET),
        ("resets after the request", OwnCode.RESET),
        ("hangs", OwnCode.READ_TIMEOUT),
        ("drips its headers", OwnCode.READ_TIMEOUT),
        ("drips its body", OwnCode.READ_TIMEOUT),
        ("drips a body with a length", OwnCode.READ_TIMEOUT),
        ("cuts a body with a length", OwnCode.CUT_BODY),
        ("cuts a chunked body", OwnCode.CUT_BODY),
        ("sends a garbage status line", OwnCode.BAD_HTTP),
        ("sends too many headers", OwnCode.BAD_HTTP),
        ("sends an endless header", OwnCode.BAD_HTTP),
        ("sends lengths that differ", OwnCode.BAD_HTTP),
        ("sends a compressed bomb", OwnCode.ENCODING),
    ],
)
def test_a_broken_answer_is_lost_after_it_was_sent(transport: Transport, fault: str, code: OwnCode) -> None:
    limits = LIMITS if code is OwnCode.READ_TIMEOUT else PATIENT
    with FaultServer(FAULTS[fault]) as server:
        lost = lost_of(post(transport, server.url, limits, own_connection=True))

    assert (lost.code, lost.sent) == (code, True)
    assert len(server.requests) == (fault != "resets before it reads")


def test_a_whole_answer_is_written_with_its_status_and_headers(transport: Transport) -> None:
    answer = response(b"hello", status="418 Teapot", headers="Date: now\r\nLocation: /there\r\n")
    into = io.BytesIO()
    with FaultServer(always(answer)) as server:
        head = transport.send(Outgoing(url=server.url), into, reach=Reach.LOOPBACK, limits=PATIENT)

    assert head == Head(status=418, date="now", location="/there")
    assert into.getvalue() == b"hello"
    assert server.requests[0].startswith(b"GET / HTTP/1.1\r\n")
    assert b"Accept-Encoding: identity\r\n" in server.requests[0]


def test_a_chunked_answer_is_put_together(transport: Transport) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    into = io.BytesIO()
    with FaultServer(always(chunked)) as server:
        transport.send(Outgoing(url=server.url), into, reach=Reach.LOOPBACK, limits=PATIENT)

    assert into.getvalue() == b"abcde"


def test_an_answer_larger_than_allowed_is_dropped(transport: Transport) -> None:
    with FaultServer(sends(b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * 10_001)) as server:
        lost = lost_of(post(transport, server.url))

    assert (lost.code, lost.status) == (OwnCode.TOO_LARGE, 200)


def test_a_full_disk_is_told_from_a_broken_network(transport: Transport) -> None:
    class Full(io.BytesIO):
        def write(self, _data: object) -> int:
            raise OSError(28, "No space left on device")

    with FaultServer(always(response(b"hello"))) as server:
        answer = transport.send(Outgoing(url=server.url), Full(), reach=Reach.LOOPBACK, limits=PATIENT)

    lost = lost_of(answer)
    assert (lost.code, lost.sent) == (OwnCode.DISK, True)
    assert "No space left" in lost.message


def test_a_redirect_is_not_followed(transport: Transport) -> None:
    with FaultServer(FAULTS["redirects"]) as server:
        head = post(transport, server.url)

    assert isinstance(head, Head)
    assert (head.status, len(server.requests)) == (307, 1)


def test_a_refused_connection_was_not_sent(transport: Transport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    lost = lost_of(post(transport, f"http://127.0.0.1:{port}"))

    assert (lost.code, lost.sent) == (OwnCode.CONNECT, False)
    assert f"127.0.0.1:{port}" in lost.message
    assert lost.fault().code == "connect"


def test_a_connection_that_is_not_taken_in_time_was_not_sent(transport: Transport) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        with socket.create_connection(address):  # takes the only place in the queue
            lost = lost_of(post(transport, f"http://127.0.0.1:{address[1]}", replace(LIMITS, connect=0.1)))

    assert (lost.code, lost.sent) == (OwnCode.CONNECT_TIMEOUT, False)


def test_a_name_that_does_not_exist_was_not_sent(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "api.invalid")

    lost = lost_of(post(transport, "https://api.invalid"))

    assert (lost.code, lost.sent) == (OwnCode.DNS, False)


@pytest.mark.parametrize(
    "url", ["https://exa mple", "https://" + "a" * 70 + ".example", "https://[::1", "nonsense"]
)
def test_an_address_that_is_none_was_not_sent(transport: Transport, url: str) -> None:
    lost = lost_of(transport.send(Outgoing(url=url), io.BytesIO(), reach=Reach.ANYWHERE, limits=PATIENT))

    assert (lost.code, lost.sent) == (OwnCode.BAD_URL, False)


def test_a_header_that_cannot_be_sent_was_not_sent_and_is_not_told(transport: Transport) -> None:
    request = Outgoing(url="http://127.0.0.1:9", headers={"X-Security-Token": f"{SECRET}\r\nX: y"}, body=b"")

    lost = lost_of(transport.send(request, io.BytesIO(), reach=Reach.LOOPBACK, limits=PATIENT))

    assert not lost.sent


def test_an_own_connection_is_not_shared_and_pooled_ones_are(transport: Transport) -> None:
    with FaultServer(always(response(b"hello"))) as server:
        for own_connection in (True, False, True, False):
            assert isinstance(post(transport, server.url, own_connection=own_connection), Head)

    assert (len(server.requests), server.connections) == (4, 3)


def test_a_connection_cut_by_its_deadline_is_not_used_again(transport: Transport) -> None:
    turns = iter([FAULTS["hangs"], always(response(b"hello"))])

    def take_turns(line: Line) -> None:
        next(turns)(line)

    with FaultServer(take_turns) as server:
        first, second = post(transport, server.url, LIMITS), post(transport, server.url)

    assert isinstance(first, Lost)
    assert isinstance(second, Head)


def test_threads_share_the_pool_and_each_gets_its_own_answer(transport: Transport) -> None:
    def echo(line: Line) -> None:
        while request := line.read():
            line.send(response(request.split(b" ")[1]))

    def ask(number: int) -> bytes:
        into = io.BytesIO()
        transport.send(Outgoing(url=f"{server.url}/{number}"), into, reach=Reach.LOOPBACK, limits=PATIENT)
        return into.getvalue()

    with FaultServer(echo) as server, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(100)))

    assert answers == [b"/%d" % number for number in range(100)]


def test_the_library_s_logs_hold_no_query(transport: Transport, caplog: pytest.LogCaptureFixture) -> None:
    odd = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nbroken header line\r\n\r\n"
    with caplog.at_level(logging.DEBUG), FaultServer(sends(odd)) as server:
        post(transport, server.url)

    assert "POST /?..." in caplog.text
    assert SECRET not in caplog.text


def test_a_deadline_that_is_over_takes_no_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, Deadline(0.0) as deadline:
        while not deadline.expired:
            threading.Event().wait(0.001)

        with pytest.raises(TimeoutError):
            deadline.watch(listener.fileno())


def test_a_deadline_cuts_only_the_last_connection_it_was_given() -> None:
    pairs = [socket.socketpair(), socket.socketpair()]
    with Deadline(0.05) as deadline:
        for near, _ in pairs:
            deadline.watch(near.fileno())
        assert pairs[1][1].recv(1) == b""
        pairs[0][0].send(b"x")

    assert pairs[0][1].recv(1) == b"x"
    for end in (end for pair in pairs for end in pair):
        end.close()
