"""All about an asset in one transaction and a few statements; what is in doubt; notes without a scan."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event  # noqa: TID251 - counts the statements

from pipeline.errors import StaleError
from pipeline.history import notes
from pipeline.history.database import Database
from pipeline.history.gallery import Gallery
from pipeline.history.records import Marked, Note
from pipeline.history.search import Filters
from pipeline.history.states import Charged, Choice, Resolution, State
from tests.history.book import NOW, TROUBLE, Book, after, written

COVER = "week12/cats/cover"


@contextmanager
def _statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Every statement that is sent to the database, with its values."""
    found: list[tuple[str, Any]] = []

    def note(_line: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: Any) -> None:
        found.append((statement, values))

    event.listen(database._engine, "before_cursor_execute", note)
    yield found
    event.remove(database._engine, "before_cursor_execute", note)


def _attempts(book: Book, count: int) -> list[int]:
    numbers = [book.stored(f"{number + 10}", request=f"q1:{number}").id for number in range(count)]
    for number in numbers:
        book.memory.decide(COVER, number, Choice.SELECTED, "q1:cat", at=after(number))
        book.memory.note(number, f"note {number}", at=after(number))
        book.memory.will_write(written(f"output/{number}.jpg", generation=number))
    book.memory.note(COVER, "warmer", at=NOW)
    return numbers


def test_an_asset_of_many_attempts_is_told_in_one_transaction_of_few_statements(
    book: Book, database: Database
) -> None:
    counts = []
    for _ in range(2):
        _attempts(book, 6)
        with _statements(database) as sent:
            story = book.search.story(COVER)
        counts.append(len(sent))
        assert [text for text, _ in sent if text.startswith("BEGIN")] == ["BEGIN"]

    assert len(story.dossiers) == 12
    assert counts[0] == counts[1] <= 25


def test_a_story_is_what_its_parts_say_one_by_one(book: Book, database: Database) -> None:
    numbers = _attempts(book, 3)
    book.memory.reject([Marked(numbers[0])], at=after(50))

    story = book.search.story(COVER)

    gallery = Gallery(database)
    assert story.dossiers == tuple(book.search.dossier(number) for number in numbers)
    assert story.version == gallery.version_of(COVER) == 4
    assert {one.generation.id: one.version for one in story.dossiers} == (
        gallery.versions_of_generations(numbers)
    )
    assert story.notes == (Note(asset=COVER, text="warmer", at=NOW),)
    first = story.dossiers[0]
    assert (first.version, first.newest) == (4, Choice.REJECTED)
    assert [note.text for note in first.notes] == ["warmer", f"note {numbers[0]}"]
    assert [file.path for file in first.files] == [f"output/{numbers[0]}.jpg"]
    assert [one.target for one in first.events][-1] is State.STORED


def test_dossiers_come_in_the_order_they_were_asked_for_without_numbers_that_are_none(book: Book) -> None:
    first, second = book.stored("aa").id, book.planned(request="q1:b").id

    found = book.search.dossiers([second, 99, first])

    assert [one.generation.id for one in found] == [second, first]
    assert book.search.dossiers([]) == ()


def test_an_asset_that_nobody_knows_has_an_empty_story(book: Book) -> None:
    story = book.search.story("week12/cats/covr")

    assert (story.dossiers, story.notes, story.version) == ((), (), 0)


def test_a_word_said_after_the_story_makes_its_versions_stale(book: Book) -> None:
    number = book.stored("aa").id
    story = book.search.story(COVER)
    book.memory.reject([Marked(number)], at=NOW)

    with pytest.raises(StaleError):
        book.memory.decide(COVER, number, Choice.SELECTED, "q1:cat", at=after(1), expected=story.version)
    with pytest.raises(StaleError):
        book.memory.reject([Marked(number, story.dossiers[0].version)], at=after(1))


def test_every_real_order_that_sums_hold_as_doubtful_is_named(book: Book) -> None:
    unknown = book.unknown(request="q1:1").id
    sending = book.submitting(request="q1:2").id
    settled = book.settled(Resolution.ABANDONED, request="q1:3").id
    refused = book.submitted("task-4", request="q1:4").id
    assert book.ledger.ended(refused, State.SUBMITTED, State.REFUSED, TROUBLE, at=NOW)
    book.stored(request="q1:5")
    book.failed(request="q1:6")
    for number in range(120):
        book.unknown(request=f"q1:s{number}", provider="simulator")

    found = book.search.doubtful()

    assert [item.id for item in found] == [refused, settled, sending, unknown]
    assert {item.charged for item in found} == {Charged.MAYBE}
    assert sum(one.doubtful for one in book.search.spending("spec")) == len(found)


@pytest.mark.parametrize("on", [1, COVER])
def test_the_notes_on_one_thing_are_found_without_reading_all_notes(
    book: Book, database: Database, on: int | str
) -> None:
    book.stored("aa")
    book.memory.note(on, "words", at=NOW)
    with _statements(database) as sent, database.reading() as session:
        found = notes.on_target(session, on)

    (query, values) = next((text, values) for text, values in sent if "FROM note" in text)
    steps = [row[-1] for row in book.sql(f"EXPLAIN QUERY PLAN {query}", *values)]

    assert [note.text for note in found] == ["words"]
    assert not any(step.startswith("SCAN note") for step in steps), steps
    assert any("ix_note_" in step for step in steps), steps


def test_notes_on_several_things_are_found_each_with_its_own(book: Book) -> None:
    numbers = [
        book.stored(f"a{place}", request=f"q1:{place}", asset=f"week12/a/i{place}").id for place in (1, 2)
    ]
    for number in numbers:
        book.memory.note(number, "same words", at=NOW)
        book.memory.note(f"week12/a/i{number}", "of the asset", at=NOW)
    book.memory.remove_note(numbers[0], "same words", at=after(1))

    found = book.search.dossiers(numbers)

    assert [[note.text for note in one.notes] for one in found] == [
        ["of the asset"],
        ["of the asset", "same words"],
    ]
    assert [item.id for item in book.search.generations(Filters(text="same"))] == [numbers[1]]
