"""What the answers to polls, and the kept answers of synchronous calls, mean."""

import base64

import pytest

from pipeline.providers.contract import (
    Denied,
    Done,
    Gone,
    NotTaken,
    PollAnswer,
    Refused,
    Running,
    Unready,
    Verdict,
)
from pipeline.providers.jimeng import wire
from tests.providers.jimeng_answers import AUTH, PNG, business, gateway, polled


@pytest.mark.parametrize("status", ["in_queue", "generating"])
def test_a_task_in_the_making_is_running(status: str) -> None:
    assert wire.read_poll(200, polled({"status": status})) == Running(status=status, request_id="r1")


def test_a_done_task_has_its_urls() -> None:
    answer = wire.read_poll(
        200, polled({"status": "done", "image_urls": ["https://a", "", None, 5], "binary_data_base64": None})
    )

    assert answer == Done(urls=("https://a",), request_id="r1")
    assert "https://a" not in repr(answer)


def test_a_done_task_has_its_pictures_decoded() -> None:
    texts = [base64.b64encode(PNG).decode(), "not base64!", base64.b64encode(PNG).decode()[:-1], "", "é"]

    answer = wire.read_poll(200, polled({"status": "done", "binary_data_base64": texts, "image_urls": None}))

    assert answer == Done(pictures=(PNG,), request_id="r1")


def test_a_picture_larger_than_any_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_PICTURE_BYTES", 6)
    pictures = [base64.b64encode(b"a" * size).decode() for size in (6, 7)]

    answer = wire.read_poll(200, polled({"status": "done", "binary_data_base64": pictures}))

    assert answer == Done(pictures=(b"aaaaaa",), request_id="r1")


POLLS: list[tuple[int, bytes, type[PollAnswer], str]] = [
    *[
        (400, business(code), Refused, str(code))
        for code in (50411, 50412, 50413, 50511, 50512, 50518, 50519)
    ],
    (200, polled({"status": "not_found"}), Gone, "not_found"),
    (200, polled({"status": "expired"}), Gone, "expired"),
    (400, business(50215), Gone, "50215"),
    (401, business(50400), Denied, "50400"),
    *[(401, gateway(code), Denied, code) for code in AUTH.split()],
    (403, gateway("SomethingNew"), Denied, "SomethingNew"),
    (403, gateway("InvalidTimestamp"), Unready, "InvalidTimestamp"),
    (200, polled({"status": "done"}), Unready, "no_pictures"),
    (200, polled({"status": "done", "image_urls": []}), Unready, "no_pictures"),
    (200, polled({"status": "done", "image_urls": "https://a"}), Unready, "no_pictures"),
    (200, polled({"status": "failed"}), Unready, "unknown_status"),
    (200, polled({"status": ["done"]}), Unready, "unknown_status"),
    (200, polled(None), Unready, "unknown_status"),
    (429, business(50429), Unready, "50429"),
    (429, b"", Unready, "bad_body"),
    (500, business(50500), Unready, "50500"),
    (400, business(50204), Unready, "50204"),
    (502, b"<html>", Unready, "bad_body"),
    (200, b"<html>", Unready, "bad_body"),
    (307, b"", Unready, "redirect"),
    (500, gateway("InternalError"), Unready, "InternalError"),
]


@pytest.mark.parametrize(("status", "body", "kind", "code"), POLLS)
def test_every_answer_to_a_poll_is_of_one_kind(
    status: int, body: bytes, kind: type[PollAnswer], code: str
) -> None:
    answer = wire.read_poll(status, body)

    assert type(answer) is kind
    assert isinstance(answer, Unready | Gone | Refused | Denied)
    assert (answer.fault.code, answer.fault.http_status) == (code, status)


@pytest.mark.parametrize(
    ("code", "repeatable"), [(50511, True), (50519, True), (50412, False), (50518, False)]
)
def test_only_a_refused_result_may_be_bought_again(code: int, repeatable: object) -> None:
    answer = wire.read_poll(400, business(code))

    assert isinstance(answer, Refused)
    assert answer.repeatable is repeatable


def test_an_unknown_status_is_told() -> None:
    answer = wire.read_poll(200, polled({"status": "paused"}))

    assert isinstance(answer, Unready)
    assert "'paused'" in answer.fault.message


def test_a_synchronous_answer_is_heard_and_its_pictures_are_read_later() -> None:
    body = polled({"binary_data_base64": [base64.b64encode(PNG).decode()]})

    assert wire.read_synchronous(200, body) == wire.Heard(request_id="r1")
    assert wire.read_answer(body) == Done(pictures=(PNG,), request_id="r1")


@pytest.mark.parametrize(
    ("status", "body", "verdict", "code"),
    [
        (400, business(50412), Verdict.REFUSED, "50412"),
        (200, business(50511), Verdict.REFUSED, "50511"),
        (429, business(50430), Verdict.BUSY_TASKS, "50430"),
        (200, b'{"code":10000,"data":{"bin', Verdict.UNKNOWN, "bad_body"),
        (502, polled({}), Verdict.UNKNOWN, "http_status"),
    ],
)
def test_a_synchronous_call_that_was_not_answered_says_why(
    status: int, body: bytes, verdict: Verdict, code: str
) -> None:
    answer = wire.read_synchronous(status, body)

    assert isinstance(answer, NotTaken)
    assert (answer.verdict, answer.fault.code) == (verdict, code)


@pytest.mark.parametrize(
    ("body", "kind"),
    [(polled({}), Unready), (business(50511), Refused), (b"cut", Unready), (gateway("AccessDenied"), Denied)],
)
def test_a_kept_body_without_pictures_is_read_for_its_reason(body: bytes, kind: type[PollAnswer]) -> None:
    assert type(wire.read_answer(body)) is kind
