"""The client submits: to servers that answer, and servers that break."""

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.fingerprint import account_name
from pipeline.providers.contract import (
    Accepted,
    Answered,
    Order,
    Provider,
    ResultForm,
    Verdict,
)
from pipeline.providers.jimeng.client import JimengProvider
from pipeline.providers.jimeng.signing import Unsigned, sign
from tests.providers.fault_server import (
    FAULTS,
    FaultServer,
    always,
    in_turn,
    response,
    sends,
)
from tests.providers.jimeng_bench import (
    KEYS,
    ORDER,
    QUICK,
    START,
    SYNC,
    TASK,
    Clock,
    Connect,
    business,
    date_line,
    gateway,
    header,
    not_taken,
    success,
)


def test_it_is_a_provider_named_after_its_endpoint(connect: Connect) -> None:
    with FaultServer(sends()) as server:
        provider: Provider = connect(server)

    assert (provider.name, provider.endpoint) == (
        f"jimeng@127.0.0.1:{server.port}",
        f"127.0.0.1:{server.port}",
    )
    assert provider.account == account_name("AKcanary")


@pytest.mark.parametrize(
    ("endpoint", "name"),
    [
        ("https://visual.volcengineapi.com", "jimeng"),
        ("https://visual.volcengineapi.com:443/", "jimeng"),
        ("https://visual.volcengineapi.com:8443", "jimeng@visual.volcengineapi.com:8443"),
        ("https://gate.example.com", "jimeng@gate.example.com:443"),
    ],
)
def test_only_the_vendor_s_own_host_is_called_jimeng(endpoint: str, name: str) -> None:
    provider = JimengProvider(endpoint, KEYS, now=Clock())

    assert provider.name == name


def test_an_endpoint_in_plain_text_over_the_network_is_refused() -> None:
    with pytest.raises(SettingsError):
        JimengProvider("http://visual.volcengineapi.com", KEYS, now=Clock())


def test_an_order_is_accepted_with_its_task_id(connect: Connect, tmp_path: Path) -> None:
    with FaultServer(always(success({"task_id": TASK.task_id}))) as server:
        answer = connect(server).submit(ORDER, tmp_path / "body")

    assert answer == Accepted(task_id=TASK.task_id, request_id="r1")
    assert server.requests[0].startswith(
        b"POST /?Action=CVSync2AsyncSubmitTask&Version=2022-08-31 HTTP/1.1\r\n"
    )
    assert not list(tmp_path.iterdir())


def test_what_is_sent_is_what_was_signed(connect: Connect, tmp_path: Path) -> None:
    with FaultServer(always(success({"task_id": "1"}))) as server:
        connect(server).submit(ORDER, tmp_path / "body")

    request = server.requests[0]
    unsigned = Unsigned(
        method="POST",
        host=f"127.0.0.1:{server.port}",
        path="/",
        query={"Action": "CVSync2AsyncSubmitTask", "Version": "2022-08-31"},
        content_type="application/json",
        body=request.partition(b"\r\n\r\n")[2],
    )
    expected = sign(unsigned, KEYS, START + timedelta(seconds=1))
    assert {name: header(request, name) for name in expected} == expected


def test_every_attempt_has_a_signature_and_a_time_of_its_own(connect: Connect, tmp_path: Path) -> None:
    with FaultServer(always(success({"task_id": "1"}))) as server:
        provider = connect(server)
        provider.submit(ORDER, tmp_path / "body")
        provider.submit(ORDER, tmp_path / "body")
        provider.poll(TASK, ResultForm.URL)
        provider.poll(TASK, ResultForm.URL)

    assert len({header(request, "Authorization") for request in server.requests}) == 4
    assert [header(request, "X-Date")[-3:] for request in server.requests] == ["01Z", "02Z", "03Z", "04Z"]


def test_each_submit_has_a_connection_of_its_own_and_polls_share_one(
    connect: Connect, tmp_path: Path
) -> None:
    with FaultServer(always(success({"task_id": "1", "status": "in_queue"}))) as server:
        provider = connect(server)
        for _ in range(2):
            provider.submit(ORDER, tmp_path / "body")
            provider.poll(TASK, ResultForm.URL)

    assert (len(server.requests), server.connections) == (4, 3)


READABLE = ("cuts a body without a length", "sends a page for 200")
"""What of a synchronous answer came whole may hold a picture, and is kept though nobody can read it."""


@pytest.mark.parametrize("order", [ORDER, SYNC], ids=["asynchronous", "synchronous"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_submit_that_may_have_been_taken_is_in_doubt_and_sent_once(
    connect: Connect, tmp_path: Path, fault: str, order: Order
) -> None:
    with FaultServer(FAULTS[fault]) as server:
        answer = not_taken(connect(server, QUICK).submit(order, tmp_path / "body"))

    assert answer.verdict == Verdict.UNKNOWN
    assert len(server.requests) <= 1
    kept = [path.name for path in tmp_path.iterdir()]
    assert kept == (["body"] if order is SYNC and fault in READABLE else [])


@pytest.mark.parametrize("order", [ORDER, SYNC], ids=["asynchronous", "synchronous"])
@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (business(50412), Verdict.REFUSED),
        (business(50204), Verdict.FAILED),
        (business(50400), Verdict.ACCESS),
        (business(50430, "429 Too Many Requests"), Verdict.BUSY_TASKS),
        (response(b"<html>", status="429 Too Many Requests"), Verdict.BUSY_QPS),
        (
            b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 50\r\nConnection: close\r\n\r\ncut",
            Verdict.BUSY_QPS,
        ),
        (gateway("SignatureDoesNotMatch"), Verdict.AUTH),
        (business(50412, "200 OK"), Verdict.REFUSED),
    ],
)
def test_a_submit_that_was_certainly_not_taken_says_so(
    connect: Connect, tmp_path: Path, answer: bytes, verdict: Verdict, order: Order
) -> None:
    with FaultServer(sends(answer)) as server:
        taken = not_taken(connect(server).submit(order, tmp_path / "body"))

    assert taken.verdict == verdict
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("order", [ORDER, SYNC], ids=["asynchronous", "synchronous"])
def test_a_submit_whose_connection_was_never_made_was_not_sent(
    connect: Connect, tmp_path: Path, order: Order
) -> None:
    with FaultServer(sends()) as server:
        provider = connect(server)

    answer = not_taken(provider.submit(order, tmp_path / "body"))

    assert (answer.verdict, answer.fault.code) == (Verdict.NOT_SENT, "connect")


@pytest.mark.parametrize("order", [ORDER, SYNC], ids=["asynchronous", "synchronous"])
def test_a_clock_error_is_repaired_for_the_next_attempt(
    connect: Connect, tmp_path: Path, order: Order
) -> None:
    theirs = START + timedelta(minutes=20)
    refused = gateway("InvalidTimestamp", "403 Forbidden", date_line(theirs))
    with FaultServer(in_turn(refused, success({"task_id": "1"}))) as server:
        provider = connect(server)
        first = not_taken(provider.submit(order, tmp_path / "body"))
        second = provider.submit(order, tmp_path / "body")

    assert first.verdict == Verdict.CLOCK
    assert isinstance(second, Accepted | Answered)
    # One reading for the first signature, one to learn the difference, one for the second signature.
    assert header(server.requests[1], "X-Date") == "20261124T082001Z"
