"""The guarded UPDATE with its event, on a real database."""

from itertools import product

import pytest

from pipeline.history.moves import move
from pipeline.history.states import MOVES, State
from tests.history.book import NOW, Book, after

NEEDS: dict[State, dict[str, object]] = {
    State.SUBMITTED: {"task_id": "7392616336519610410"},
    State.STORED: {"blob_sha256": "ee" * 32},
    State.SUBMITTING: {"sent_at": NOW},
}
"""What the database wants to see along with a state."""


@pytest.mark.parametrize(("source", "target"), sorted(MOVES))
def test_an_allowed_move_writes_state_money_and_one_event(book: Book, source: State, target: State) -> None:
    generation = book.at(source)
    book.stored("ee", request="q1:other")
    before = book.events(generation.id)
    changes: dict[str, object] = {"resolution": None, **NEEDS.get(target, {})}

    with book.database.writing() as session:
        moved = move(
            session, generation.id, source, target, at=after(5), run="run-7", note="why", changes=changes
        )

    found = book.read(generation)
    assert moved
    assert (found.state, found.charged) == (target, MOVES[source, target].charged)
    assert book.events(generation.id) == [*before, (source.value, target.value, "run-7", "why")]


@pytest.mark.parametrize("source", State)
def test_a_move_that_is_not_in_the_table_is_refused_and_leaves_no_trace(book: Book, source: State) -> None:
    generation = book.at(source)
    before = (book.read(generation), book.events(generation.id))
    others = [target for target in State if (source, target) not in MOVES]
    assert source in others

    for target in others:
        with book.database.writing() as session, pytest.raises(KeyError):
            move(session, generation.id, source, target, at=NOW, run="run-1")

    assert (book.read(generation), book.events(generation.id)) == before


@pytest.mark.parametrize(
    ("stands", "expected"),
    [pair for pair in product(State, (State.PLANNED, State.UNKNOWN)) if len({*pair}) > 1],
)
def test_a_move_from_where_the_row_does_not_stand_loses_cleanly(
    book: Book, stands: State, expected: State
) -> None:
    generation = book.at(stands)
    before = (book.read(generation), book.events(generation.id))

    with book.database.writing() as session:
        moved = move(session, generation.id, expected, State.CANCELLED, at=NOW, run="run-1")

    assert not moved
    assert (book.read(generation), book.events(generation.id)) == before


def test_a_move_in_the_name_of_another_owner_loses_cleanly(book: Book) -> None:
    generation = book.planned()

    with book.database.writing() as session:
        args = (session, generation.id, State.PLANNED, State.CANCELLED)
        lost = move(*args, at=NOW, run="run-2", owner="run-2")
        won = move(*args, at=NOW, run="run-1", owner="run-1")

    assert (lost, won) == (False, True)
    assert [event[:3] for event in book.events(generation.id)] == [
        (None, "planned", "run-1"),
        ("planned", "cancelled", "run-1"),
    ]


def test_a_move_and_its_event_are_kept_together_or_not_at_all(book: Book) -> None:
    generation = book.planned()

    def move_and_break() -> None:
        with book.database.writing() as session:
            assert move(session, generation.id, State.PLANNED, State.CANCELLED, at=NOW, run="run-1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        move_and_break()

    assert book.read(generation).state is State.PLANNED
    assert len(book.events(generation.id)) == 1
