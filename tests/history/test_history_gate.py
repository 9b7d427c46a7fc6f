"""What an account may do now: places, slots in time, learnt limits, and who gets a row."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.history.database import Database
from pipeline.history.gate import Ceiling, Claim, Claimed, Full, Gate, Gatekeeper, Lost, Over, Served
from pipeline.history.records import Generation, Limits, Marked
from pipeline.history.states import Charged, State
from tests.history.book import NOW, WIDE_OPEN, Book, after

ONE = Gate(concurrency=1, qps=None, doubt_seconds=30)


def _claim(book: Book, generation: Generation, gate: Gate = WIDE_OPEN, *, seconds: float = 0) -> Claim:
    return book.gatekeeper.claim(generation, gate, forced=False, exact=False, now=lambda: after(seconds))


def test_a_claim_moves_the_row_before_anything_is_sent(book: Book) -> None:
    generation = book.planned()

    assert _claim(book, generation, seconds=4) == Claimed()

    found = book.read(generation)
    assert (found.state, found.charged, found.sent_at) == (State.SUBMITTING, Charged.MAYBE, after(4))
    assert book.events(generation.id)[-1] == ("planned", "submitting", "run-1", "")


def test_a_row_is_claimed_once(book: Book) -> None:
    generation = book.planned()

    assert _claim(book, generation) == Claimed()
    assert _claim(book, generation) == Lost()


def test_a_row_of_another_run_is_not_claimed(book: Book) -> None:
    generation = book.of("run-2").planned()

    assert _claim(book, generation) == Lost()
    assert book.read(generation) == generation


@pytest.mark.parametrize("make", ["submitting", "submitted", "unknown"])
def test_what_may_be_running_holds_a_place(book: Book, make: str) -> None:
    getattr(book, make)(request="q1:other")

    assert _claim(book, book.planned(), ONE, seconds=20) == Full(0.25, 1)


@pytest.mark.parametrize("make", ["planned", "stored", "refused", "failed", "cancelled", "settled"])
def test_what_is_not_running_holds_no_place(book: Book, make: str) -> None:
    getattr(book, make)(request="q1:other")

    assert _claim(book, book.planned(), ONE, seconds=20) == Claimed()


def test_a_task_that_is_ready_holds_no_place_while_its_picture_is_fetched(book: Book) -> None:
    running = book.submitted(request="q1:other")
    book.ledger.finished(running.id, at=after(10))

    assert _claim(book, book.planned(), ONE, seconds=20) == Claimed()


def test_a_doubt_gives_its_place_back_after_a_while(book: Book) -> None:
    book.unknown(request="q1:other")
    waiting = book.planned()

    assert _claim(book, waiting, ONE, seconds=29.9) == Full(0.25, 1)
    assert _claim(book, waiting, ONE, seconds=30) == Claimed()


@pytest.mark.parametrize("elsewhere", [{"account": "ffffffffffff"}, {"endpoint": "127.0.0.1:8080"}])
def test_accounts_do_not_share_places(book: Book, elsewhere: dict[str, str]) -> None:
    book.submitted(request="q1:other", **elsewhere)

    assert _claim(book, book.planned(), ONE) == Claimed()


def test_what_runs_now_is_counted_without_doubts(book: Book) -> None:
    running = book.submitted(request="q1:one")
    book.submitting(request="q1:two")
    book.unknown(request="q1:three")

    assert book.gatekeeper.running(running, at=after(1)) == 2


def test_submits_of_two_runs_share_the_slots_in_time(book: Book, path: Path) -> None:
    gate = Gate(concurrency=10, qps=2.0, doubt_seconds=30)
    first, second = book.planned(request="q1:one"), book.planned(request="q1:two")
    theirs = Book(Database.at(path), path, "run-2")
    third = theirs.planned(request="q1:three")

    claims = [
        _claim(book, first, gate),
        _claim(theirs, third, gate, seconds=0.1),
        _claim(theirs, third, gate, seconds=0.5),
        _claim(book, second, gate, seconds=0.75),
        _claim(book, second, gate, seconds=1.0),
    ]
    theirs.database.close()

    assert claims == [Claimed(), Full(0.4, 1), Claimed(), Full(0.25, 2), Claimed()]


def test_a_slot_is_not_used_up_by_a_claim_that_got_nothing(book: Book) -> None:
    gate = Gate(concurrency=10, qps=1.0, doubt_seconds=30)
    foreign = book.of("run-2").planned(request="q1:other")

    assert _claim(book, foreign, gate) == Lost()
    assert _claim(book, book.planned(), gate) == Claimed()


def test_a_picture_that_is_there_serves_instead_of_a_purchase(book: Book) -> None:
    waiting = book.planned()
    book.stored("aa")
    newest = book.stored("bb")

    assert _claim(book, waiting) == Served(newest)
    assert book.read(waiting) == waiting


def test_a_picture_serves_even_when_the_account_is_full(book: Book) -> None:
    waiting, there = book.planned(), book.stored()
    book.submitted(request="q1:other")

    assert _claim(book, waiting, ONE) == Served(there)


def test_a_rejected_picture_does_not_serve(book: Book) -> None:
    waiting, older, newest = book.planned(), book.stored("aa"), book.stored("bb")
    book.memory.reject([Marked(newest.id)], at=NOW)

    assert _claim(book, waiting) == Served(older)

    book.memory.reject([Marked(older.id)], at=NOW)

    assert _claim(book, waiting) == Claimed()


def test_one_more_picture_is_bought_where_the_author_asked_for_it(book: Book) -> None:
    book.stored()
    waiting = book.planned()

    assert book.gatekeeper.claim(waiting, WIDE_OPEN, forced=True, exact=False, now=lambda: NOW) == Claimed()


def test_where_the_size_was_asked_for_only_the_same_size_serves(book: Book) -> None:
    waiting = book.planned(generation_key="g1:cat-wide")
    book.stored("aa")

    def claim() -> Claim:
        return book.gatekeeper.claim(waiting, ONE, forced=False, exact=True, now=lambda: after(60))

    book.submitted(request="q1:other")
    assert claim() == Full(0.25, 1)

    wide = book.stored("bb", generation_key="g1:cat-wide")
    assert claim() == Served(wide)


def test_a_learnt_limit_holds_for_every_run_of_the_account(book: Book) -> None:
    running = book.submitted(request="q1:other")
    theirs = book.of("run-2")
    waiting = theirs.planned()

    book.gatekeeper.learn(running, concurrency=1, at=after(1))

    assert _claim(theirs, waiting, seconds=2) == Full(0.25, 1)
    assert book.gatekeeper.limits(running.endpoint, running.account, at=after(2)) == Limits(concurrency=1)
    assert book.gatekeeper.limits(running.endpoint, "ffffffffffff", at=after(2)) == Limits()


def test_a_learnt_pace_spreads_the_submits(book: Book) -> None:
    first, second = book.planned(request="q1:one"), book.planned(request="q1:two")
    book.gatekeeper.learn(first, qps=0.5, at=NOW)

    assert _claim(book, first, replace(WIDE_OPEN, qps=10.0)) == Claimed()
    assert _claim(book, second, replace(WIDE_OPEN, qps=10.0), seconds=0.5) == Full(1.5, 1)


def test_limits_are_learnt_only_downwards(book: Book) -> None:
    generation = book.planned()
    learn = book.gatekeeper.learn

    learn(generation, concurrency=3, qps=1.0, at=NOW)
    learn(generation, concurrency=5, qps=2.0, at=after(1))
    learn(generation, qps=0.5, at=after(2))

    found = book.gatekeeper.limits(generation.endpoint, generation.account, at=after(3))
    assert found == Limits(concurrency=3, qps=0.5)


def test_a_learnt_limit_is_forgotten_after_a_quarter_of_an_hour(book: Book) -> None:
    generation = book.planned()
    book.gatekeeper.learn(generation, concurrency=1, qps=0.5, at=NOW)

    def limits(seconds: float) -> Limits:
        return book.gatekeeper.limits(generation.endpoint, generation.account, at=after(seconds))

    assert limits(15 * 60) == Limits(concurrency=1, qps=0.5)
    assert limits(15 * 60 + 1) == Limits()

    book.gatekeeper.learn(generation, concurrency=4, at=after(16 * 60))

    assert limits(16 * 60) == Limits(concurrency=4)


def test_two_hundred_rows_are_claimed_exactly_once_by_four_runs_at_once(book: Book, path: Path) -> None:
    planned = [book.planned(request=f"q1:{number}") for number in range(200)]
    databases = [Database.at(path) for _ in range(4)]
    begin = threading.Barrier(4)

    def claim_all(database: Database) -> list[int]:
        keeper = Gatekeeper(database, "run-1")  # one name for all: only the row's state tells them apart
        begin.wait()
        return [
            generation.id
            for generation in planned
            if isinstance(
                keeper.claim(generation, WIDE_OPEN, forced=False, exact=False, now=lambda: NOW), Claimed
            )
        ]

    with ThreadPoolExecutor(4) as pool:
        claimed = [number for found in pool.map(claim_all, databases) for number in found]
    for database in databases:
        database.close()

    assert sorted(claimed) == [generation.id for generation in planned]
    assert book.sql("SELECT count(*) FROM event WHERE target = 'submitting'") == [(200,)]


MONTH = Gate(concurrency=10, qps=None, doubt_seconds=30, ceiling=Ceiling(since=NOW, images=2, cost=500))


def test_a_month_that_another_run_used_up_meanwhile_holds_the_order_back(book: Book) -> None:
    waiting = book.planned(request="q1:one", cost=100)
    theirs = book.of("run-2")
    theirs.submitted(task_id="1", request="q1:two", cost=100)
    theirs.unknown(request="q1:three", cost=100)

    assert _claim(book, waiting, MONTH, seconds=5) == Over("month_images")
    assert book.read(waiting).state is State.PLANNED


def test_a_sum_of_money_is_a_ceiling_too(book: Book) -> None:
    book.submitted(task_id="1", request="q1:two", cost=300)

    assert _claim(book, book.planned(request="q1:one", cost=201), MONTH, seconds=5) == Over("month_cost")
    assert _claim(book, book.planned(request="q1:three", cost=200), MONTH, seconds=5) == Claimed()


def test_the_time_of_a_claim_is_read_after_the_database_was_waited_for(book: Book, path: Path) -> None:
    gate = Gate(concurrency=10, qps=1.0, doubt_seconds=30)
    first, second = book.planned(request="q1:one"), book.planned(request="q1:two")
    moments = iter([after(0), after(0.5)])
    assert (
        book.gatekeeper.claim(first, gate, forced=False, exact=False, now=lambda: next(moments)) == Claimed()
    )

    waits = book.gatekeeper.claim(second, gate, forced=False, exact=False, now=lambda: next(moments))

    assert waits == Full(0.5, 1)


def test_a_clock_that_was_put_back_holds_no_order_up_longer_than_one_slot(book: Book) -> None:
    gate = Gate(concurrency=10, qps=1.0, doubt_seconds=30)
    first, second = book.planned(request="q1:one"), book.planned(request="q1:two")
    assert _claim(book, first, gate) == Claimed()

    claims = [_claim(book, second, gate, seconds=-7200), _claim(book, second, gate, seconds=-7199)]

    assert Claimed() in claims


def test_after_the_clock_was_put_back_the_slots_in_time_hold_again(book: Book) -> None:
    gate = Gate(concurrency=10, qps=1.0, doubt_seconds=30)
    rows = [book.planned(request=f"q1:{number}") for number in range(3)]
    assert _claim(book, rows[0], gate) == Claimed()
    claimed_at = next(at for at in (-7200, -7199) if _claim(book, rows[1], gate, seconds=at) == Claimed())

    assert _claim(book, rows[2], gate, seconds=claimed_at + 0.25) == Full(0.75, 2)


def test_a_doubt_from_a_future_that_a_wrong_clock_made_holds_no_place(book: Book) -> None:
    book.unknown(request="q1:other", at=after(7200))

    assert _claim(book, book.planned(), ONE) == Claimed()


def test_a_limit_that_was_learnt_in_the_future_has_expired(book: Book) -> None:
    generation = book.planned()
    book.gatekeeper.learn(generation, concurrency=1, qps=0.01, at=after(7200))

    found = book.gatekeeper.limits(generation.endpoint, generation.account, at=NOW)
    book.submitted(request="q1:other")

    assert found == Limits()
    assert _claim(book, generation) == Claimed()
