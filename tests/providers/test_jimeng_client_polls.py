"""The client polls, keeps, reads, downloads and probes."""

import base64
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.providers.contract import (
    Answered,
    Denied,
    Done,
    Gone,
    ResultForm,
    Running,
    Unready,
    Verdict,
)
from pipeline.providers.jimeng.client import JimengProvider
from pipeline.providers.jimeng.signing import Credentials
from tests.providers.fault_server import (
    FAULTS,
    Behaviour,
    FaultServer,
    Line,
    always,
    in_turn,
    response,
    sends,
)
from tests.providers.jimeng_bench import (
    KEYS,
    ORDER,
    PATIENT,
    PNG,
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


def test_a_poll_repairs_its_clock_by_itself_once(connect: Connect) -> None:
    refused = gateway("InvalidTimestamp", "403 Forbidden", date_line(START - timedelta(hours=3)))
    with FaultServer(in_turn(refused, success({"status": "in_queue"}))) as server:
        answer = connect(server).poll(TASK, ResultForm.URL)

    assert isinstance(answer, Running)
    assert header(server.requests[1], "X-Date") == "20261124T050001Z"


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ("", 1),
        ("Date: yesterday\r\n", 1),
        ("Date: Mon, 01 Jan 2029 00:00:00 +99999999999999\r\n", 1),
        ("Date: Tue, 24 Nov 2026 08:00:00 -0000\r\n", 2),
        (date_line(START), 2),
    ],
)
def test_a_poll_asks_again_only_when_the_server_told_the_time(
    connect: Connect, headers: str, asked: int
) -> None:
    with FaultServer(always(gateway("InvalidTimestamp", "403 Forbidden", headers))) as server:
        answer = connect(server).poll(TASK, ResultForm.URL)

    assert isinstance(answer, Unready)
    assert (answer.fault.code, len(server.requests)) == ("InvalidTimestamp", asked)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_poll_leaves_the_task_as_it_is(connect: Connect, fault: str) -> None:
    with FaultServer(FAULTS[fault]) as server:
        answer = connect(server, QUICK).poll(TASK, ResultForm.URL)

    assert isinstance(answer, Unready)
    assert "canary" not in repr(answer)


def test_a_poll_brings_pictures_in_the_form_that_was_asked(connect: Connect) -> None:
    picture = base64.b64encode(PNG).decode()

    def answer(line: Line) -> None:
        while request := line.read():
            by_url = rb"{\"return_url\":true}" in request
            line.send(
                success(
                    {
                        "status": "done",
                        **({"image_urls": ["u"]} if by_url else {"binary_data_base64": [picture]}),
                    }
                )
            )

    with FaultServer(answer) as server:
        provider = connect(server)
        answers = [provider.poll(TASK, form) for form in (ResultForm.URL, ResultForm.BASE64)]

    assert answers == [Done(urls=("u",), request_id="r1"), Done(pictures=(PNG,), request_id="r1")]


def test_what_a_gateway_repeats_of_our_secrets_is_not_kept(connect: Connect, tmp_path: Path) -> None:
    echo = gateway(
        "SignatureDoesNotMatch", message="host:x x-security-token:STcanary Credential=AKcanary SKcanary"
    )
    with FaultServer(always(echo)) as server:
        provider = connect(server)
        submitted = not_taken(provider.submit(ORDER, tmp_path / "body"))
        polled = provider.poll(TASK, ResultForm.URL)

    assert submitted.fault.message == "host:x x-security-token:*** Credential=*** ***"
    assert isinstance(polled, Denied)
    assert "canary" not in repr(polled)


def test_a_word_is_not_taken_for_a_secret_that_is_as_short(tmp_path: Path) -> None:
    keys = Credentials(access_key="AKcanary", secret_key="it")
    with FaultServer(always(gateway("LackPolicy", message="AKcanary lacks it"))) as server:
        provider = JimengProvider(server.url, keys, timeouts=PATIENT, now=Clock())
        answer = not_taken(provider.submit(ORDER, tmp_path / "body"))
        provider.close()

    assert answer.fault.message == "*** lacks it"


def test_a_synchronous_answer_is_kept_whole_and_read_from_the_file(connect: Connect, tmp_path: Path) -> None:
    answer = success({"binary_data_base64": [base64.b64encode(PNG).decode()]})
    with FaultServer(always(answer)) as server:
        provider = connect(server)
        answered = provider.submit(SYNC, tmp_path / "body")

    assert answered == Answered(body=tmp_path / "body", request_id="r1")
    assert (tmp_path / "body").read_bytes() == answer.partition(b"\r\n\r\n")[2]
    assert [path.name for path in tmp_path.iterdir()] == ["body"]
    assert provider.read_answer(tmp_path / "body") == Done(pictures=(PNG,), request_id="r1")


def test_a_synchronous_order_is_not_sent_when_its_answer_has_no_place(
    connect: Connect, tmp_path: Path
) -> None:
    with FaultServer(always(success({}))) as server:
        answer = not_taken(connect(server).submit(SYNC, tmp_path / "missing" / "body"))

    assert (answer.verdict, answer.fault.code, server.requests) == (Verdict.NOT_SENT, "disk", [])


def test_a_synchronous_answer_that_cannot_be_kept_is_in_doubt(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "body" / "inside").mkdir(parents=True)
    with FaultServer(always(success({}))) as server:
        answer = not_taken(connect(server).submit(SYNC, tmp_path / "body"))

    assert (answer.verdict, answer.fault.code, len(server.requests)) == (Verdict.UNKNOWN, "disk", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["body"]


def test_a_kept_answer_that_is_gone_is_a_fault_of_the_disk(connect: Connect, tmp_path: Path) -> None:
    with FaultServer(sends()) as server:
        answer = connect(server).read_answer(tmp_path / "missing")

    assert isinstance(answer, Unready)
    assert answer.fault.code == "disk"


def test_a_download_from_a_loopback_endpoint_may_stay_on_this_computer(
    connect: Connect, tmp_path: Path
) -> None:
    with FaultServer(always(response(PNG))) as server:
        fault = connect(server).download(f"{server.url}/a.png?sign=canary", tmp_path / "a")

    assert fault is None
    assert (tmp_path / "a").read_bytes() == PNG
    assert b"uthorization" not in server.requests[0]


def test_a_download_for_a_far_endpoint_never_touches_this_computer(tmp_path: Path) -> None:
    provider = JimengProvider("https://visual.volcengineapi.com", KEYS, timeouts=PATIENT, now=Clock())
    with FaultServer(always(response(PNG))) as server:
        fault = provider.download(f"https://127.0.0.1:{server.port}/a.png", tmp_path / "a")
    provider.close()

    assert fault is not None
    assert (fault.code, server.requests) == ("blocked_address", [])


def test_a_download_that_drips_is_cut(connect: Connect, tmp_path: Path) -> None:
    with FaultServer(FAULTS["drips a body with a length"]) as server:
        fault = connect(server, QUICK).download(f"{server.url}/a.png", tmp_path / "a")

    assert fault is not None
    assert fault.code == "read_timeout"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (always(success({"status": "not_found"})), None),
        (always(business(50215)), None),
        (always(gateway("LackPolicy", "403 Forbidden")), "LackPolicy"),
        (always(business(50400)), "50400"),
        (FAULTS["closes without an answer"], "reset"),
    ],
)
def test_a_probe_is_free_and_says_whether_signature_and_rights_are_fine(
    connect: Connect, behaviour: Behaviour, code: str | None
) -> None:
    with FaultServer(behaviour) as server:
        fault = connect(server).probe()

    assert (fault and fault.code) == code
    assert b"CVSync2AsyncGetResult" in server.requests[0]


def test_a_task_that_is_gone_is_told_with_its_request_id(connect: Connect) -> None:
    with FaultServer(always(success({"status": "expired"}))) as server:
        answer = connect(server).poll(TASK, ResultForm.URL)

    assert isinstance(answer, Gone)
    assert (answer.fault.code, answer.fault.request_id) == ("expired", "r1")
