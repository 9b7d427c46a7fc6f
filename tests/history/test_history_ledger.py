"""The money's book: what is intended, taken, stored, ended, settled, and never lost."""

from dataclasses import replace

import pytest

from pipeline.errors import HistoryError
from pipeline.history.records import Trouble
from pipeline.history.states import Charged, Choice, Purpose, Resolution, State
from tests.history.book import NOW, TROUBLE, WANTED, Book, after, picture

HUGE = "73926163365196104090000"
"""A task id beyond 64 bits, signed or not."""


def test_an_intent_is_planned_with_its_tags_and_its_first_event(book: Book) -> None:
    generation = book.planned(tags={"author": "amy", "column": "硬件"}, params={"scale": 0.5}, seed=7)

    assert book.read(generation) == generation
    assert (generation.state, generation.charged, generation.owner) == (State.PLANNED, Charged.NO, "run-1")
    assert (generation.prompt, generation.params, generation.seed) == (WANTED.prompt, {"scale": 0.5}, 7)
    assert (generation.planned_at, generation.sent_at, generation.master) == (NOW, None, None)
    assert book.events(generation.id) == [(None, "planned", "run-1", "")]
    assert book.sql("SELECT name, value FROM generation_tag ORDER BY name") == [
        ("author", "amy"),
        ("column", "硬件"),
    ]


def test_simulated_means_bought_from_the_simulator_and_nothing_else(book: Book) -> None:
    rehearsed = book.planned(request="q1:one", provider="simulator")
    elsewhere = book.planned(request="q1:two", endpoint="127.0.0.1:8080")

    assert (rehearsed.simulated, elsewhere.simulated) == (True, False)


def test_the_same_attempt_cannot_be_intended_twice(book: Book) -> None:
    first = book.planned()

    assert book.of("run-2").ledger.intend(WANTED, at=NOW) is None
    assert book.ledger.same_request(WANTED.request) == (first,)
    assert len(book.events(first.id)) == 1


def test_the_attempts_of_a_request_are_told_by_number(book: Book) -> None:
    third, first = book.planned(attempt=3), book.planned(attempt=1)
    book.planned(request="q1:dog", attempt=2)

    assert book.ledger.same_request(WANTED.request) == (first, third)
    assert book.ledger.same_request("q1:nobody") == ()


def test_an_impossible_intent_is_an_error_and_not_a_lost_race(book: Book) -> None:
    with pytest.raises(HistoryError, match="ck_generation_positive"):
        book.planned(width=0)


def test_a_planned_row_of_a_dead_run_is_taken_over_once(book: Book) -> None:
    left = book.planned()
    second, third = book.of("run-2"), book.of("run-3")

    assert second.ledger.take_over(left, WANTED, at=NOW) is not None
    assert third.ledger.take_over(left, WANTED, at=NOW) is None
    assert book.read(left).owner == "run-2"


def test_a_row_taken_over_belongs_to_the_asset_that_wants_it(book: Book) -> None:
    left = book.planned(tags={"author": "amy"}, cost=200)
    heir = replace(WANTED, asset="week13/fox/cover", spec="week13", tags={"author": "bo"}, cost=300)

    ours = book.of("run-2").ledger.take_over(left, heir, at=NOW)

    assert ours is not None
    assert ours == book.read(left)
    assert (ours.asset, ours.spec, ours.cost) == ("week13/fox/cover", "week13", 300)
    assert book.sql("SELECT name, value FROM generation_tag") == [("author", "bo")]
    assert f"taken over from {left.asset}" in book.events(left.id)[-1][3]


def test_a_planned_row_without_an_owner_can_be_taken_over(book: Book) -> None:
    left = book.planned()
    book.sql("UPDATE generation SET owner = NULL")
    unowned = book.read(left)

    assert book.of("run-2").ledger.take_over(unowned, WANTED, at=NOW) is not None
    assert book.of("run-3").ledger.take_over(unowned, WANTED, at=NOW) is None


@pytest.mark.parametrize("state", [state for state in State if state is not State.PLANNED])
def test_only_a_planned_row_is_taken_over(book: Book, state: State) -> None:
    assert book.of("run-2").ledger.take_over(book.at(state), WANTED, at=NOW) is None


@pytest.mark.parametrize("state", [State.SUBMITTING, State.UNKNOWN, State.CANCELLED])
def test_a_task_id_is_taken_whoever_holds_the_row(book: Book, state: State) -> None:
    generation = book.at(state)

    reached = book.of("run-2").ledger.accepted(generation.id, HUGE, "r-1", at=after(3))

    found = book.read(generation)
    assert (reached, found.state, found.charged) == (State.SUBMITTED, State.SUBMITTED, Charged.YES)
    assert (found.task_id, found.request_id, found.submitted_at) == (HUGE, "r-1", after(3))
    assert (found.sent_at, found.resolution, found.trouble) == (NOW, None, None)
    assert book.events(generation.id)[-1] == (state.value, "submitted", "run-2", "")


def test_a_task_id_proves_that_a_cancelled_one_was_sent(book: Book) -> None:
    generation = book.cancelled()

    assert book.ledger.accepted(generation.id, HUGE, None, at=after(3)) is State.SUBMITTED
    assert book.read(generation).sent_at == after(3)


@pytest.mark.parametrize("make", ["failed", "refused_at_once"])
def test_a_task_id_for_what_ended_without_one_is_kept_and_counted(book: Book, make: str) -> None:
    sending = book.submitting()
    target = State.FAILED if make == "failed" else State.REFUSED
    book.ledger.ended(sending.id, State.SUBMITTING, target, TROUBLE, at=NOW)

    assert book.ledger.accepted(sending.id, HUGE, "r-2", at=after(3)) is target

    found = book.read(sending)
    assert (found.state, found.charged, found.task_id, found.request_id) == (
        target,
        Charged.YES,
        HUGE,
        "r-2",
    )
    assert book.events(sending.id)[-1] == (target.value, target.value, "run-1", f"also task {HUGE}")


@pytest.mark.parametrize("state", [State.SUBMITTED, State.STORED, State.REFUSED, State.PLANNED])
def test_a_second_task_id_of_one_row_is_kept_in_its_events(book: Book, state: State) -> None:
    generation = book.at(state)

    assert book.ledger.accepted(generation.id, HUGE, "r-2", at=after(3)) is state

    assert book.read(generation) == generation
    assert book.events(generation.id)[-1] == (state.value, state.value, "run-1", f"also task {HUGE}")


def test_the_same_task_id_said_twice_changes_nothing(book: Book) -> None:
    generation = book.submitted(task_id=HUGE)
    before = (book.read(generation), book.events(generation.id))

    assert book.ledger.accepted(generation.id, HUGE, "r-2", at=after(9)) is State.SUBMITTED
    assert (book.read(generation), book.events(generation.id)) == before


def test_a_task_id_that_a_server_gives_out_twice_is_written_twice(book: Book) -> None:
    first = book.submitted(task_id=HUGE, request="q1:one")
    second = book.submitted(task_id=HUGE, request="q1:two")

    assert (book.read(first).task_id, book.read(second).task_id) == (HUGE, HUGE)


def test_the_moment_a_task_was_ready_is_kept_once(book: Book) -> None:
    generation = book.submitted()

    book.ledger.finished(generation.id, at=after(10))
    book.ledger.finished(generation.id, at=after(99))

    assert book.read(generation).done_at == after(10)
    assert book.read(generation).state is State.SUBMITTED


def test_a_stored_picture_is_the_generations_master(book: Book) -> None:
    generation = book.submitted()
    book.ledger.finished(generation.id, at=after(10))

    stored = book.ledger.stored(generation.id, picture(), at=after(12), note="3024x1296 came")

    found = book.read(generation)
    assert stored
    assert (found.state, found.charged, found.master) == (State.STORED, Charged.YES, picture())
    assert (found.submitted_at, found.done_at, found.stored_at) == (after(1), after(10), after(12))
    assert book.events(generation.id)[-1] == ("submitted", "stored", "run-1", "3024x1296 came")


def test_a_synchronous_answer_counts_from_when_it_was_sent(book: Book) -> None:
    generation = book.submitting()

    assert book.ledger.stored(generation.id, picture(), at=after(8))

    found = book.read(generation)
    assert (found.state, found.task_id) == (State.STORED, None)
    assert (found.sent_at, found.submitted_at, found.done_at, found.stored_at) == (
        NOW,
        NOW,
        after(8),
        after(8),
    )


@pytest.mark.parametrize("make", ["unknown", "settled", "cancelled"])
def test_the_picture_of_a_late_answer_is_kept(book: Book, make: str) -> None:
    generation = getattr(book, make)()

    assert book.ledger.stored(generation.id, picture(), at=after(60))

    found = book.read(generation)
    assert (found.state, found.charged, found.resolution, found.trouble) == (
        State.STORED,
        Charged.YES,
        None,
        None,
    )
    assert found.sent_at is not None


@pytest.mark.parametrize("state", [State.PLANNED, State.STORED, State.REFUSED, State.FAILED])
def test_a_picture_for_what_cannot_have_one_changes_nothing_but_is_remembered(
    book: Book, state: State
) -> None:
    generation = book.at(state)

    assert not book.ledger.stored(generation.id, picture("ee"), at=after(60))

    assert book.read(generation) == generation
    assert book.sql("SELECT count(*) FROM blob WHERE sha256 = ?", "ee" * 32) == [(1,)]


def test_the_same_bytes_for_two_generations_are_one_master(book: Book) -> None:
    book.stored("ab", request="q1:one")
    second = book.stored("ab", request="q1:two")

    assert second.master == picture("ab")
    assert book.sql("SELECT count(*) FROM blob") == [(1,)]


@pytest.mark.parametrize("purpose", [Purpose.REGENERATE, Purpose.REMASTER])
def test_a_picture_that_the_author_asked_for_is_selected_with_its_row(book: Book, purpose: Purpose) -> None:
    generation = book.stored(purpose=purpose, for_request="q1:as-the-spec-has-it")

    known = book.queries.known(requests=[], assets=[generation.asset], specs=[])
    (decision,) = known.decisions[generation.asset]
    assert (decision.generation, decision.choice) == (generation.id, Choice.SELECTED)
    assert (decision.request, decision.at) == ("q1:as-the-spec-has-it", after(21))


def test_a_picture_of_a_plain_run_selects_nothing(book: Book) -> None:
    book.stored()

    assert book.sql("SELECT count(*) FROM decision") == [(0,)]


def test_a_lost_race_to_store_selects_nothing(book: Book) -> None:
    generation = book.stored(purpose=Purpose.REGENERATE)

    assert not book.of("run-2").ledger.stored(generation.id, picture(), at=after(30))
    assert book.sql("SELECT count(*) FROM decision") == [(1,)]


@pytest.mark.parametrize(
    ("source", "target", "charged"),
    [
        (State.SUBMITTING, State.REFUSED, Charged.NO),
        (State.SUBMITTING, State.FAILED, Charged.NO),
        (State.SUBMITTING, State.UNKNOWN, Charged.MAYBE),
        (State.SUBMITTED, State.REFUSED, Charged.MAYBE),
        (State.SUBMITTED, State.FAILED, Charged.YES),
    ],
)
def test_an_end_keeps_the_providers_words(book: Book, source: State, target: State, charged: Charged) -> None:
    generation = book.at(source)

    assert book.ledger.ended(generation.id, source, target, TROUBLE, at=after(2))

    found = book.read(generation)
    assert (found.state, found.charged, found.trouble) == (target, charged, TROUBLE)
    assert (found.request_id, found.sent_at) == ("r-9", NOW)
    assert book.events(generation.id)[-1] == (
        source.value,
        target.value,
        "run-1",
        "50511: Post Img Risk Not Pass",
    )


def test_what_was_certainly_not_sent_is_planned_again_as_if_it_never_left(book: Book) -> None:
    generation = book.submitting()
    busy = Trouble(code="50430", message="Request Has Reached API Concurrent Limit", http_status=429)

    assert book.ledger.ended(generation.id, State.SUBMITTING, State.PLANNED, busy, at=after(2))

    found = book.read(generation)
    assert (found.state, found.charged, found.sent_at, found.owner) == (
        State.PLANNED,
        Charged.NO,
        None,
        "run-1",
    )
    assert found.trouble == busy


def test_trouble_on_the_way_is_not_the_trouble_of_a_generation_that_came_right(book: Book) -> None:
    generation = book.submitting()
    book.ledger.ended(generation.id, State.SUBMITTING, State.UNKNOWN, TROUBLE, at=after(2))
    book.ledger.accepted(generation.id, HUGE, None, at=after(3))
    book.ledger.stored(generation.id, picture(), at=after(9))

    assert book.read(generation).trouble is None
    assert ("submitting", "unknown", "run-1", "50511: Post Img Risk Not Pass") in book.events(generation.id)


def test_an_end_without_a_request_id_keeps_the_one_of_the_submit(book: Book) -> None:
    generation = book.submitted()
    gone = Trouble(code="not_found", message="no such task")

    book.ledger.ended(generation.id, State.SUBMITTED, State.FAILED, gone, at=after(2))

    assert book.read(generation).request_id == "r-1"


def test_an_end_that_comes_too_late_changes_nothing(book: Book) -> None:
    generation = book.unknown()
    before = (book.read(generation), book.events(generation.id))

    assert not book.ledger.ended(generation.id, State.SUBMITTING, State.FAILED, TROUBLE, at=after(9))
    assert (book.read(generation), book.events(generation.id)) == before


def test_a_run_cancels_only_what_is_its_own_and_planned(book: Book) -> None:
    own, sent = book.planned(request="q1:one"), book.submitting(request="q1:two")
    foreign = book.of("run-2").planned(request="q1:three")

    assert book.ledger.cancel(own.id, at=NOW, note="budget")
    assert not book.ledger.cancel(foreign.id, at=NOW, note="budget")
    assert not book.ledger.cancel(sent.id, at=NOW, note="budget")

    assert book.read(own).state is State.CANCELLED
    assert book.read(own).charged is Charged.NO
    assert book.events(own.id)[-1] == ("planned", "cancelled", "run-1", "budget")
    assert [book.read(other).state for other in (foreign, sent)] == [State.PLANNED, State.SUBMITTING]


@pytest.mark.parametrize("resolution", Resolution)
def test_a_doubt_is_settled_once_and_stays_counted(book: Book, resolution: Resolution) -> None:
    generation = book.unknown()

    assert book.ledger.resolve(generation.id, resolution, at=after(60))
    assert not book.ledger.resolve(generation.id, Resolution.RESUBMIT, at=after(61))

    found = book.read(generation)
    assert (found.state, found.charged, found.resolution) == (State.CANCELLED, Charged.MAYBE, resolution)
    assert book.events(generation.id)[-1] == ("unknown", "cancelled", "run-1", resolution.value)


def test_what_is_in_flight_is_told_by_state_and_spec_oldest_first(book: Book) -> None:
    first = book.submitted(request="q1:one")
    doubtful = book.unknown(request="q1:two")
    other = book.submitted(request="q1:three", spec="week13")
    book.stored(request="q1:four")

    assert book.ledger.in_flight([State.SUBMITTED]) == (first, other)
    assert book.ledger.in_flight([State.SUBMITTED, State.UNKNOWN], spec="week12") == (first, doubtful)
    assert book.ledger.in_flight([State.SUBMITTING]) == ()
