"""Words on pictures: taken back one by one, and refused where somebody else has spoken since."""

import pytest

from pipeline.errors import ExitCode, StaleError
from pipeline.history.database import Database
from pipeline.history.gallery import Gallery
from pipeline.history.records import Decision, Marked
from pipeline.history.states import Choice
from tests.history.book import NOW, Book, after

COVER = "week12/cats/cover"


@pytest.fixture
def gallery(database: Database) -> Gallery:
    """What tells versions."""
    return Gallery(database)


def _shown(book: Book) -> list[tuple[int, Choice]]:
    known = book.queries.known(requests=[], assets=[COVER], specs=[])
    return [(word.generation, word.choice) for word in known.decisions.get(COVER, ())]


def test_undo_takes_back_one_word_after_the_other(book: Book) -> None:
    first, second = book.stored("aa").id, book.stored("bb").id
    book.memory.decide(COVER, first, Choice.SELECTED, "q1:cat", at=NOW)
    book.memory.decide(COVER, second, Choice.PINNED, "q1:cat", at=after(1))

    newest = book.memory.undo(COVER, at=after(2))
    once = _shown(book)
    older = book.memory.undo(COVER, at=after(3))
    twice = _shown(book)
    nothing = book.memory.undo(COVER, at=after(4))

    assert newest == Decision(
        asset=COVER, generation=second, choice=Choice.PINNED, request="q1:cat", at=after(1)
    )
    assert once == [(first, Choice.SELECTED)]
    assert older is not None
    assert (older.generation, older.choice) == (first, Choice.SELECTED)
    assert twice == []
    assert nothing is None
    assert len(book.sql("SELECT id FROM decision")) == 4, "nothing was deleted"


def test_a_word_said_again_after_an_undo_stands(book: Book) -> None:
    number = book.stored().id
    for second in (0, 2):
        book.memory.decide(COVER, number, Choice.SELECTED, "q1:cat", at=after(second))
        book.memory.undo(COVER, at=after(second + 1))
    book.memory.decide(COVER, number, Choice.SELECTED, "q1:cat", at=after(4))

    assert _shown(book) == [(number, Choice.SELECTED)]
    assert book.search.choices([number]) == {number: Choice.SELECTED}


def test_undo_takes_a_rejection_back_and_leaves_the_selection_before_it(book: Book) -> None:
    number = book.stored().id
    book.memory.decide(COVER, number, Choice.SELECTED, "q1:cat", at=NOW)
    book.memory.reject([Marked(number)], at=after(1))
    rejected = book.read(number).rejected

    undone = book.memory.undo(COVER, at=after(2))

    assert rejected
    assert undone is not None
    assert (undone.asset, undone.choice) == ("", Choice.REJECTED)
    assert not book.read(number).rejected
    assert _shown(book) == [(number, Choice.SELECTED)]


def test_the_planners_own_taking_is_undone_only_where_another_picture_was_shown(book: Book) -> None:
    first, second = book.stored("aa").id, book.stored("bb").id
    book.memory.decide(COVER, first, Choice.TAKEN, "q1:cat", at=NOW)
    alone = book.memory.undo(COVER, at=after(1))
    book.memory.decide(COVER, second, Choice.TAKEN, "q1:cat", at=after(2))

    moved = book.memory.undo(COVER, at=after(3))

    assert alone is None
    assert moved is not None
    assert moved.generation == second
    assert _shown(book) == [(first, Choice.TAKEN)]


def test_a_rejection_is_taken_back_with_the_picture_that_a_run_took_for_it(book: Book) -> None:
    first, second = book.stored("aa").id, book.stored("bb").id
    book.memory.decide(COVER, first, Choice.SELECTED, "q1:cat", at=NOW)
    book.memory.reject([Marked(first)], at=after(1))
    book.memory.decide(COVER, second, Choice.TAKEN, "q1:cat", at=after(2))

    undone = book.memory.undo(COVER, at=after(3))

    assert undone is not None
    assert (undone.generation, undone.choice) == (first, Choice.REJECTED)
    assert not book.read(first).rejected
    assert _shown(book) == [(first, Choice.SELECTED)]
    assert book.memory.undo(COVER, at=after(4)) is not None
    assert _shown(book) == []


def test_a_rejection_of_a_picture_that_was_never_shown_stays(book: Book) -> None:
    first, never, second = book.stored("aa").id, book.stored("bb").id, book.stored("cc").id
    book.memory.decide(COVER, first, Choice.TAKEN, "q1:cat", at=NOW)
    book.memory.reject([Marked(never)], at=after(1))
    book.memory.decide(COVER, second, Choice.TAKEN, "q1:cat", at=after(2))

    undone = book.memory.undo(COVER, at=after(3))

    assert undone is not None
    assert (undone.generation, undone.choice) == (second, Choice.TAKEN)
    assert book.read(never).rejected
    assert _shown(book) == [(first, Choice.TAKEN)]


def test_a_selection_that_was_taken_back_is_not_the_requests_last(book: Book) -> None:
    number = book.stored().id
    book.memory.decide(COVER, number, Choice.SELECTED, "q1:cat", at=NOW)
    before = book.queries.known(requests=["q1:cat"], assets=[], specs=[]).last_selected
    book.memory.undo(COVER, at=after(1))

    after_it = book.queries.known(requests=["q1:cat"], assets=[], specs=[]).last_selected

    assert (before, after_it) == ({"q1:cat": number}, {})


def test_a_decision_on_an_older_version_is_refused_and_nothing_is_lost(book: Book, gallery: Gallery) -> None:
    first, second = book.stored("aa").id, book.stored("bb").id
    seen = gallery.version_of(COVER)
    book.memory.decide(COVER, first, Choice.SELECTED, "q1:cat", at=NOW, expected=seen)

    with pytest.raises(StaleError, match="something else was decided in the meantime") as refused:
        book.memory.decide(COVER, second, Choice.SELECTED, "q1:cat", at=after(1), expected=seen)

    assert refused.value.exit_code is ExitCode.USAGE
    assert refused.value.next_step == f"look at it again, then decide: pipeline show {COVER}"
    assert _shown(book) == [(first, Choice.SELECTED)]
    now = gallery.version_of(COVER)
    book.memory.decide(COVER, second, Choice.SELECTED, "q1:cat", at=after(2), expected=now)
    assert gallery.version_of(COVER) > now > seen == 0


def test_a_rejection_moves_the_version_of_its_picture_and_of_every_asset_that_shows_it(
    book: Book, gallery: Gallery
) -> None:
    number = book.stored().id
    book.memory.decide("week13/cats/again", number, Choice.TAKEN, "q1:cat", at=NOW)
    seen = [gallery.version_of(key) for key in (COVER, "week13/cats/again", "week14/cats/other")]
    picture = gallery.versions_of_generations([number])[number]
    book.memory.reject([Marked(number, picture)], at=after(1))

    moved = [gallery.version_of(key) for key in (COVER, "week13/cats/again", "week14/cats/other")]

    assert [new > old for new, old in zip(moved, seen, strict=True)] == [True, True, False]
    with pytest.raises(StaleError, match=f"generation {number}"):
        book.memory.reject([Marked(number, picture)], at=after(2))
    with pytest.raises(StaleError):
        book.memory.undo(COVER, at=after(2), expected=seen[0])
    assert book.memory.undo(COVER, at=after(3), expected=moved[0]) is not None


def test_a_pictures_whole_story_keeps_what_was_taken_back(book: Book) -> None:
    number = book.stored().id
    book.memory.decide(COVER, number, Choice.TAKEN, "q1:cat", at=NOW)
    book.memory.decide(COVER, number, Choice.SELECTED, "q1:cat", at=after(1))
    book.memory.undo(COVER, at=after(2))

    dossier = book.search.dossier(number)

    assert dossier is not None
    assert [word.choice for word in dossier.decisions] == [Choice.TAKEN, Choice.SELECTED, Choice.UNDONE]
    assert dossier.newest is Choice.TAKEN


def test_undo_takes_no_rejection_back_of_a_picture_that_the_asset_has_no_more(book: Book) -> None:
    mine, theirs = book.stored("aa").id, book.stored("bb", asset="week13/dogs/dog").id
    book.memory.decide(COVER, mine, Choice.SELECTED, "q1:cat", at=NOW)
    book.memory.decide(COVER, theirs, Choice.PINNED, "q1:cat", at=after(1))
    book.memory.undo(COVER, at=after(2))
    book.memory.reject([Marked(theirs)], at=after(3))

    undone = book.memory.undo(COVER, at=after(4))

    assert undone is not None
    assert (undone.generation, undone.choice) == (mine, Choice.SELECTED)
    assert book.read(theirs).rejected
