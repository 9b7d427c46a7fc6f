"""Faults of the network and of codes, seen from the other end of the wire, and what they do to the bill."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.utils import parsedate_to_datetime
from threading import Event, Thread

import pytest
import requests  # noqa: TID251 - the tests speak HTTP to a server of ours

from pipeline.providers.simulator.codes import AUDIT, BUSINESS, GATEWAY
from pipeline.providers.simulator.faults import FAULTS, PAGES, On
from pipeline.providers.simulator.script import read_script
from pipeline.providers.simulator.server import Simulator
from pipeline.providers.simulator.world import World
from tests.providers.simulator_caller import (
    ACCOUNT,
    PROCESS,
    SUBMIT,
    Caller,
    Clock,
    Play,
    open_session,
    playing,
)


@pytest.fixture
def play() -> Iterator[Play]:
    with playing() as start:
        yield start


def _billed(caller: Caller) -> int:
    billed: int = caller.billing()["billed"]
    return billed


@contextmanager
def _gone(*words: str) -> Iterator[None]:
    """The call inside ends without an answer, for one of these reasons."""
    with pytest.raises(requests.ConnectionError) as caught:
        yield
    assert any(word in str(caught.value) for word in words)


@pytest.mark.parametrize("code", list(BUSINESS))
def test_a_business_code_answers_submit_process_and_poll_and_bills_nothing(play: Play, code: int) -> None:
    submit, process, poll = (play(on, str(code), at=[1]) for on in ("submit", "process", "poll"))
    task_id = poll.bought()

    refused = [submit.submit(), process.process(), poll.poll(task_id)]

    row = BUSINESS[code]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(row.http, code)] * 3
    assert all(
        answer.json()["data"] is None and answer.json()["message"] == row.message for answer in refused
    )
    assert (_billed(submit), _billed(process)) == (0, 0)
    assert submit.submit().json()["code"] == process.process().json()["code"] == 10000
    assert poll.poll(task_id).json()["code"] == (code if code in AUDIT else 10000)


@pytest.mark.parametrize("code", list(GATEWAY))
def test_a_gateway_code_answers_in_the_other_envelope(play: Play, code: str) -> None:
    submit, poll = play("submit", code, at=[1]), play("poll", code, at=[1])
    task_id = poll.bought()

    refused = [submit.submit(), poll.poll(task_id)]

    for answer in refused:
        assert answer.status_code == GATEWAY[code].http
        assert answer.json()["ResponseMetadata"]["Error"]["Code"] == code
    assert _billed(submit) == 0
    assert poll.poll(task_id).json()["data"]["status"] == "done"


@pytest.mark.parametrize("fault", list(PAGES))
def test_a_page_of_a_proxy_is_html_and_takes_no_order(play: Play, fault: str) -> None:
    submit, fetch = play("submit", fault), play("fetch", fault)

    answers = [submit.submit(), fetch.fetch(fetch.picture_url(fetch.bought()))]

    assert [answer.status_code for answer in answers] == [PAGES[fault][0]] * 2
    assert all(answer.text.startswith("<html>") for answer in answers)
    assert _billed(submit) == 0


@pytest.mark.parametrize("fault", ["http_500", "50500", "InternalServiceTimeout", "reset_before"])
def test_a_rule_can_have_the_order_taken_all_the_same(play: Play, fault: str) -> None:
    caller = play("submit", fault, taken=True, at=[1])

    try:
        assert caller.submit().status_code >= 500
    except requests.ConnectionError:
        assert fault == "reset_before"

    assert _billed(caller) == 1


@pytest.mark.parametrize(("fault", "billed"), [("reset_before", 0), ("reset_after", 1)])
@pytest.mark.parametrize("on", [SUBMIT, PROCESS])
def test_a_reset_before_bills_nothing_and_a_reset_after_does(
    play: Play, fault: str, billed: int, on: str
) -> None:
    caller = play("submit" if on == SUBMIT else "process", fault)

    with _gone("Connection reset"):
        caller.submit() if on == SUBMIT else caller.process()

    assert _billed(caller) == billed


def test_a_lost_reply_leaves_a_task_that_is_billed_and_can_be_polled(play: Play) -> None:
    caller = play("submit", "lost_reply", at=[1])

    with _gone("without response", "closed connection"):
        caller.submit()

    (task,) = caller.billing()["tasks"]
    assert caller.poll(task["task_id"]).json()["data"]["status"] == "done"


def test_a_cut_body_is_shorter_than_its_length_says(play: Play) -> None:
    caller = play("submit", "cut_body")

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        caller.submit()

    assert _billed(caller) == 1


def test_a_cut_body_without_a_length_looks_like_a_whole_answer(play: Play) -> None:
    caller = play("submit", "cut_unmarked")

    answer = caller.submit()

    assert (answer.status_code, "Content-Length" in answer.headers) == (200, False)
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()
    assert _billed(caller) == 1


def test_an_answer_that_is_not_http_breaks_the_connection(play: Play) -> None:
    caller = play("submit", "garbage_status")

    with _gone("BadStatusLine", "not a status line"):
        caller.submit()

    assert _billed(caller) == 1


@pytest.mark.parametrize(("fault", "kind"), [("garbage_body", "application/json"), ("html_200", "text/html")])
def test_a_good_status_can_carry_a_body_that_means_nothing(play: Play, fault: str, kind: str) -> None:
    caller = play("submit", fault)

    answer = caller.submit()

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(kind)
    with pytest.raises(ValueError):
        answer.json()
    assert _billed(caller) == 1


def test_a_slow_answer_drips_byte_by_byte(play: Play) -> None:
    waits: list[float] = []
    caller = play("submit", "slow_drip", waits=waits)

    answer = caller.submit()

    assert answer.json()["code"] == 10000
    assert waits == [0.5] * len(answer.content)
    assert _billed(caller) == 1


def test_a_hanging_call_is_taken_and_ends_with_the_clients_patience(play: Play) -> None:
    caller = play("submit", "hang")
    impatient = replace(caller, timeout=0.1)

    with pytest.raises(requests.ReadTimeout):
        impatient.submit()

    assert _billed(caller) == 1


class _Ringing(Clock):
    """A clock that tells when the server first looked at it: the call is then being served."""

    def __init__(self) -> None:
        super().__init__()
        self.rung = Event()

    def __call__(self) -> float:
        self.rung.set()
        return self.now


def test_closing_the_simulator_ends_a_hanging_call() -> None:
    clock, seen = _Ringing(), []
    world = World(faults=read_script({"rules": [{"on": "submit", "fault": "hang"}]}), clock=clock)
    with Simulator(world, ACCOUNT) as simulator, open_session() as session:
        caller = Caller(simulator, Clock(), session=session)

        def ask() -> None:
            with _gone("without response", "closed connection"):
                caller.submit()
            seen.append("ended")

        asking = Thread(target=ask)
        asking.start()
        assert clock.rung.wait(timeout=10)
        simulator.close()
        asking.join(timeout=10)

    assert seen == ["ended"]


def test_a_redirect_of_a_post_tempts_to_order_twice(play: Play) -> None:
    caller = play("submit", "redirect_307")

    answer = caller.submit()

    assert answer.status_code == 307
    assert answer.headers["Location"] == answer.url
    assert _billed(caller) == 0


@pytest.mark.parametrize(("fault", "skew"), [("clock_ahead", 1200), ("clock_behind", -1200)])
def test_a_wrong_clock_refuses_what_is_signed_by_the_right_time_and_takes_its_own(
    play: Play, fault: str, skew: int
) -> None:
    caller = play("submit", fault)
    learnt = Caller(caller.simulator, lambda: caller.clock() + skew, session=caller.session)

    refused, taken = caller.submit(), learnt.submit()

    told = parsedate_to_datetime(refused.headers["Date"]).timestamp()
    assert refused.json()["ResponseMetadata"]["Error"]["Code"] == "InvalidTimestamp"
    assert told == caller.clock() + skew
    assert taken.json()["code"] == 10000


def test_success_without_a_task_id_is_billed(play: Play) -> None:
    caller = play("submit", "no_task_id")

    answer = caller.submit()

    assert (answer.json()["code"], answer.json()["data"]) == (10000, {})
    assert _billed(caller) == 1


def test_a_wrong_signature_is_said_before_any_fault(play: Play) -> None:
    caller = play("submit", "50412")
    thief = replace(caller, account=replace(ACCOUNT, secret_key="guessed"))

    assert thief.submit().status_code == 401


def test_the_whole_catalogue_is_known_here() -> None:
    told = {str(code) for code in BUSINESS} | set(GATEWAY) | set(PAGES)

    assert set(FAULTS) - told == {
        "clock_ahead", "clock_behind", "corrupt_picture", "cut_body", "cut_unmarked", "done_empty", "expired",
        "garbage_body", "garbage_status", "hang", "html_200", "jpeg_picture", "lost_reply", "no_task_id",
        "not_found", "other_pixels", "redirect_307", "reset_after", "reset_before", "same_bytes", "slow_drip",
        "task_gone", "truncated_picture", "unknown_status", "url_expired",
    }  # fmt: skip
    assert all(fault.says and set(fault.on) <= set(On) for fault in FAULTS.values())
