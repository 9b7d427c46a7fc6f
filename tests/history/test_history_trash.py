"""The trash: what goes in, what must not, and what comes of it."""

import pytest

from pipeline.errors import UsageError
from pipeline.history.clearance import clear, unneeded
from pipeline.history.gate import Claimed, Served
from pipeline.history.imported import Foreign, Imports
from pipeline.history.records import Marked
from pipeline.history.search import Filters
from pipeline.history.states import Choice, State
from tests.history.book import NOW, WIDE_OPEN, Book, after, picture, written

COVER = "week12/cats/cover"


def test_a_picture_that_was_thrown_away_is_marked_wherever_it_is_read(book: Book) -> None:
    number, other = book.stored("aa").id, book.stored("bb").id

    book.memory.trash([number, number], at=NOW)

    known = book.queries.known(requests=["q1:cat"], assets=[], specs=[])
    assert [(item.id, item.trashed) for item in known.attempts["q1:cat"]] == [(number, True), (other, False)]
    assert [item.id for item in book.search.generations(Filters(decisions=("trashed",)))] == [number]
    assert len(book.sql("SELECT id FROM trash")) == 1


def test_it_does_not_serve_another_order(book: Book) -> None:
    number = book.stored().id
    waiting = book.planned(attempt=2)

    def claim() -> object:
        return book.gatekeeper.claim(waiting, WIDE_OPEN, forced=False, exact=False, now=lambda: NOW)

    served = claim()
    book.memory.trash([number], at=NOW)

    assert isinstance(served, Served)
    assert served.generation.id == number
    assert claim() == Claimed()


def test_it_comes_out_again(book: Book) -> None:
    number = book.stored().id
    book.memory.trash([number], at=NOW)

    book.memory.restore_from_trash([number], at=after(1))

    dossier = book.search.dossier(number)
    assert dossier is not None
    assert not dossier.generation.trashed
    with pytest.raises(UsageError, match=f"generation {number} is not in the trash"):
        book.memory.restore_from_trash([number], at=after(2))


def test_choosing_it_takes_it_out(book: Book) -> None:
    number = book.stored().id
    book.memory.trash([number], at=NOW)
    book.sql("UPDATE blob SET cleared_at = '2026-11-24 09:30:00.000000'")

    book.memory.decide(COVER, number, Choice.SELECTED, "q1:cat", at=after(1))

    assert book.sql("SELECT thrown FROM trash ORDER BY id") == [(1,), (0,)]
    assert book.sql("SELECT cleared_at FROM blob") == [(None,)]


@pytest.mark.parametrize(
    ("choice", "word"), [(Choice.TAKEN, "shown"), (Choice.SELECTED, "selected"), (Choice.PINNED, "pinned")]
)
def test_what_an_asset_shows_is_refused_with_the_reason(book: Book, choice: Choice, word: str) -> None:
    number, free = book.stored("aa").id, book.stored("bb").id
    book.memory.decide("week13/cats/again", number, choice, "q1:cat", at=NOW)

    with pytest.raises(UsageError, match=f"generation {number} is {word} for week13/cats/again") as refused:
        book.memory.trash([free, number], at=NOW)

    assert refused.value.next_step is not None
    assert book.sql("SELECT id FROM trash") == [], "all or none"


def test_what_an_asset_showed_before_or_the_author_rejected_may_go(book: Book) -> None:
    before, rejected = book.stored("aa").id, book.stored("bb").id
    book.memory.decide(COVER, before, Choice.SELECTED, "q1:cat", at=NOW)
    book.memory.decide(COVER, rejected, Choice.TAKEN, "q1:cat", at=after(1))
    book.memory.reject([Marked(rejected)], at=after(2))

    book.memory.trash([before, rejected], at=after(3))

    assert book.sql("SELECT generation_id FROM trash ORDER BY id") == [(before,), (rejected,)]


def test_what_a_delivered_file_shows_is_refused_until_another_lies_there_or_it_is_gone(book: Book) -> None:
    old, new = book.stored("aa").id, book.stored("bb").id
    file = written(generation=old)
    book.memory.will_write(file)

    with pytest.raises(UsageError, match=f"generation {old} is shown by {file.path}"):
        book.memory.trash([old], at=NOW)
    book.memory.trash([old], at=NOW, gone=[file.path])
    book.memory.restore_from_trash([old], at=after(1))
    book.memory.will_write(written(generation=new, sha256="ef" * 32, master="bb" * 32))
    book.memory.trash([old], at=after(2))

    assert book.read(new).trashed is False
    assert book.sql("SELECT thrown FROM trash ORDER BY id") == [(1,), (0,), (1,)]


def test_a_picture_made_elsewhere_may_go_until_an_asset_shows_it(book: Book) -> None:
    imports = Imports(book.database)
    free = imports.keep(Foreign(asset="imported/a/cat", master=picture("aa")), at=NOW)
    used = imports.keep(Foreign(asset="imported/a/dog", master=picture("bb")), at=NOW)
    assert free is not None
    assert used is not None
    book.memory.decide(COVER, used, Choice.TAKEN, "q1:cat", at=NOW)

    book.memory.trash([free], at=NOW)
    with pytest.raises(UsageError) as refused:
        book.memory.trash([used], at=NOW)

    assert str(refused.value) == f"generation {used} is shown for {COVER}"
    with book.database.reading() as session:
        assert unneeded(session).trashed[0].shown == ((free, "imported/a/cat"),)


@pytest.mark.parametrize("state", [State.PLANNED, State.SUBMITTING, State.SUBMITTED, State.UNKNOWN])
def test_what_is_not_settled_is_refused(book: Book, state: State) -> None:
    number = book.at(state).id

    with pytest.raises(UsageError, match=f"generation {number} is {state.value}: it is not settled yet"):
        book.memory.trash([number], at=NOW)


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (State.UNKNOWN, "pipeline resolve 1 --abandon   (or --resubmit, to let the next run buy it again)"),
        (State.SUBMITTED, "to bring it to its end: pipeline collect"),
    ],
)
def test_what_is_not_settled_is_settled_first(book: Book, state: State, step: str) -> None:
    number = book.at(state).id

    with pytest.raises(UsageError) as refused:
        book.memory.trash([number], at=NOW)

    assert number == 1
    assert refused.value.next_step == step


def test_what_is_shown_gives_way_to_another_picture_that_is_there_else_to_a_new_one(book: Book) -> None:
    shown = book.stored("aa").id
    book.memory.decide(COVER, shown, Choice.SELECTED, "q1:cat", at=NOW)

    with pytest.raises(UsageError) as alone:
        book.memory.trash([shown], at=NOW)
    out, thrown, other = book.stored("bb").id, book.stored("cc").id, book.stored("dd").id
    book.memory.reject([Marked(out)], at=NOW)
    book.memory.trash([thrown], at=NOW)
    rehearsed = book.stored("ee", provider="simulator").id
    with pytest.raises(UsageError) as beside:
        book.memory.trash([shown], at=NOW)

    assert alone.value.next_step == (
        f"pipeline reject {shown}   (or buy it another picture: pipeline regenerate {COVER})"
    )
    assert rehearsed > other
    assert beside.value.next_step == (
        f"pipeline select {COVER} {other}   (so that it shows that one; or pipeline reject {shown})"
    )


def test_a_file_that_shows_it_after_a_rejection_may_be_deleted(book: Book) -> None:
    number = book.stored().id
    book.memory.will_write(written(generation=number))
    book.memory.reject([Marked(number)], at=NOW)

    with pytest.raises(UsageError) as refused:
        book.memory.trash([number], at=NOW)

    assert refused.value.next_step == (
        f"delete the file, or buy it another picture: pipeline regenerate {COVER}"
    )


def test_a_rejected_picture_in_the_trash_is_needed_by_nobody(book: Book) -> None:
    number = book.stored().id
    book.memory.decide(COVER, number, Choice.SELECTED, "q1:cat", at=NOW)
    book.memory.reject([Marked(number)], at=after(1))
    book.memory.trash([number], at=after(2))

    with book.database.reading() as session:
        assert [picture.shown for picture in unneeded(session).trashed] == [((number, COVER),)]

    book.memory.take_rejection_back([Marked(number)], at=after(3))
    with book.database.reading() as session:
        assert unneeded(session).trashed == (), "it is shown again"


@pytest.mark.parametrize("state", [State.FAILED, State.REFUSED, State.CANCELLED])
def test_attempts_without_a_picture_may_go_too_and_come_back(book: Book, state: State) -> None:
    number = book.at(state).id
    book.memory.trash([number], at=NOW)
    book.memory.restore_from_trash([number], at=after(1))

    assert book.sql("SELECT thrown FROM trash ORDER BY id") == [(1,), (0,)]


def test_a_number_that_nobody_knows_is_said(book: Book) -> None:
    with pytest.raises(UsageError, match="there is no generation 5\nthere is no generation 6") as refused:
        book.memory.trash([5, 6], at=NOW)

    assert refused.value.next_step == "to see the numbers: pipeline history"


def test_a_picture_that_was_cleared_away_comes_back_only_with_its_file(book: Book) -> None:
    number = book.stored().id
    book.memory.trash([number], at=NOW)
    book.sql("UPDATE blob SET cleared_at = '2026-11-24 09:30:00.000000'")

    with pytest.raises(UsageError, match="was cleared away on 2026-11-24"):
        book.memory.restore_from_trash([number], at=after(1))
    book.memory.restore_from_trash([number], at=after(2), present=[number])

    assert book.sql("SELECT cleared_at FROM blob") == [(None,)]


def test_a_later_clearing_leaves_the_day_of_the_one_before(book: Book) -> None:
    first, second = book.stored("aa").id, book.stored("bb").id

    for number, second_of_it in ((first, 0), (second, 60)):
        book.memory.trash([number], at=NOW)
        with book.database.writing() as session:
            clear(session, unneeded(session), after(second_of_it))

    assert book.sql("SELECT cleared_at FROM blob ORDER BY sha256") == [
        ("2026-11-24 09:30:00.000000",),
        ("2026-11-24 09:31:00.000000",),
    ]
