"""The simulator as a server: connections, restarts, neighbours, the port, and what it does with a bug."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

import pytest
import requests  # noqa: TID251 - the tests speak HTTP to a server of ours

from pipeline.errors import UsageError
from pipeline.providers.contract import Order
from pipeline.providers.simulator.pictures import picture
from pipeline.providers.simulator.script import read_script
from pipeline.providers.simulator.server import LARGEST_BODY, Simulator
from pipeline.providers.simulator.world import World
from tests.providers.simulator_caller import ACCOUNT, MODEL, ORDER, Caller, Clock, open_session


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def caller(clock: Clock) -> Iterator[Caller]:
    world = World(latency=10, concurrency=None, clock=clock)
    with Simulator(world, ACCOUNT) as simulator, open_session() as session:
        yield Caller(simulator, clock, session=session)


def test_one_connection_serves_many_calls(caller: Caller) -> None:
    parts = urlsplit(caller.simulator.endpoint)
    ask = b"GET /billing HTTP/1.1\r\nHost: x\r\n\r\n"

    with socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=10) as connection:
        answers = []
        for _ in range(3):
            connection.sendall(ask)
            answers.append(connection.recv(4096))

    assert all(answer.startswith(b"HTTP/1.1 200 OK\r\n") for answer in answers)


def _raw(simulator: Simulator, request: bytes) -> bytes:
    parts = urlsplit(simulator.endpoint)
    with socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=10) as connection:
        connection.sendall(request)
        return connection.recv(64)


def test_bodies_without_a_length_or_too_large_are_turned_away(caller: Caller) -> None:
    simulator = caller.simulator

    assert b" 411 " in _raw(simulator, b"POST / HTTP/1.1\r\nHost: x\r\n\r\n")
    too_long = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {LARGEST_BODY + 1}\r\n\r\n".encode()
    assert b" 413 " in _raw(simulator, too_long)


def test_a_restart_over_the_same_folder_goes_on(tmp_path: Path, clock: Clock) -> None:
    with Simulator(World(tmp_path, clock=clock), ACCOUNT) as before, open_session() as session:
        task_id = Caller(before, clock, session=session).bought()
    clock.advance(10)

    with Simulator(World(tmp_path, clock=clock), ACCOUNT) as after, open_session() as session:
        later = Caller(after, clock, session=session)
        data = later.fetch(later.picture_url(task_id)).content
        billed = later.billing()["billed"]

    expected = picture(Order(model=MODEL, prompt=ORDER["prompt"], width=1024, height=1024), 0)
    assert data == expected
    assert billed == 1


def test_two_servers_over_one_folder_serve_each_others_tasks(tmp_path: Path, clock: Clock) -> None:
    with (
        Simulator(World(tmp_path, latency=0, clock=clock), ACCOUNT) as one,
        Simulator(World(tmp_path, latency=0, clock=clock), ACCOUNT) as other,
        open_session() as session,
    ):
        first, second = Caller(one, clock, session=session), Caller(other, clock, session=session)

        task_id = first.bought()

        assert second.fetch(second.picture_url(task_id)).ok
        assert second.billing()["billed"] == 1


def test_the_last_pictures_are_kept_and_older_ones_drawn_again(caller: Caller, clock: Clock) -> None:
    ids = [caller.bought(prompt=f"{number}") for number in range(6)]
    clock.advance(10)

    first = [caller.fetch(caller.picture_url(task_id)).content for task_id in ids]
    again = [caller.fetch(caller.picture_url(task_id)).content for task_id in ids]

    assert first == again
    assert len(set(first)) == 6


def test_closing_ends_open_connections_at_once_and_frees_the_port(clock: Clock) -> None:
    simulator = Simulator(World(clock=clock), ACCOUNT)
    simulator.start()
    endpoint = urlsplit(simulator.endpoint)
    address = (str(endpoint.hostname), int(endpoint.port or 0))

    with socket.create_connection(address, timeout=10) as idle:
        idle.sendall(b"GET /billing HTTP/1.1\r\nHost: x\r\n\r\n")
        assert json.loads(idle.recv(4096).partition(b"\r\n\r\n")[2])["billed"] == 0
        simulator.close()
        simulator.close()
        assert idle.recv(1) == b""

    simulator.wait()
    with Simulator(World(clock=clock), ACCOUNT, port=address[1]) as next_one:
        assert next_one.endpoint == f"http://{address[0]}:{address[1]}"


def test_a_simulator_that_never_started_can_be_closed(clock: Clock) -> None:
    simulator = Simulator(World(clock=clock), ACCOUNT)

    simulator.close()

    simulator.wait()


def test_a_port_that_is_taken_is_said(clock: Clock) -> None:
    with Simulator(World(clock=clock), ACCOUNT) as simulator:
        port = int(simulator.endpoint.rpartition(":")[2])

        with pytest.raises(UsageError, match=f"127.0.0.1:{port}"):
            Simulator(World(clock=clock), ACCOUNT, port=port)


@pytest.mark.parametrize("host", ["::", "192.0.2.1", "example.com"])
def test_only_loopback_is_listened_on(host: str, clock: Clock) -> None:
    with pytest.raises(UsageError, match="loopback only"):
        Simulator(World(clock=clock), ACCOUNT, host=host)


def test_localhost_is_loopback(clock: Clock) -> None:
    with Simulator(World(clock=clock), ACCOUNT, host="localhost") as simulator, open_session() as session:
        assert Caller(simulator, clock, session=session).billing()["billed"] == 0


def test_a_fault_of_ours_is_logged_and_ends_the_connection(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: float) -> None:
        raise ArithmeticError("a bug")

    with (
        Simulator(World(clock=clock), ACCOUNT, pause=broken) as simulator,
        open_session() as session,
        pytest.raises(requests.ConnectionError),
    ):
        Caller(simulator, clock, session=session).process()

    assert [record.message for record in caplog.records] == ["simulator.request_failed"]


def test_a_client_that_goes_away_is_not_worth_a_word(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    left = Event()
    faults = read_script({"rules": [{"on": "submit", "fault": "slow_drip"}]})
    with Simulator(World(faults=faults, clock=clock), ACCOUNT, pause=lambda _: left.wait(10)) as simulator:
        with open_session() as session, pytest.raises(requests.ConnectionError):
            Caller(simulator, clock, session=session, timeout=0.1).submit()
        left.set()

    assert caplog.records == []
