"""A gallery that is open while its history is merged with another, put back, or replaced as a file."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.history import backup
from pipeline.history.database import Database
from pipeline.history.gallery import Gallery, Look
from pipeline.history.merge import merge
from pipeline.history.records import Marked
from pipeline.history.states import Choice
from tests.history.book import Book, after, written

ONE, TWO = "week12/cats/cover", "week12/dogs/cover"


@pytest.fixture
def gallery(database: Database) -> Gallery:
    """A gallery of the history of this test."""
    return Gallery(database)


def _other(path: Path, tmp_path: Path) -> Book:
    """A copy of the history as it is now, in other hands."""
    target = tmp_path / "other.db"
    backup.snapshot(path, target)
    return Book(Database.at(target), target, "run-2")


def _close(book: Book) -> Path:
    book.database.close()
    return book.path


def _seen(gallery: Gallery) -> object:
    """All that a gallery shows."""
    look = Look(limit=1000)
    trash = replace(look, decisions=("trashed",))
    return gallery.pictures(look), gallery.assets(look), gallery.pictures(trash)


def _is_as_read_anew(gallery: Gallery, database: Database) -> bool:
    return _seen(gallery) == _seen(Gallery(database))


def test_a_merge_that_brings_older_words_is_seen(
    book: Book, gallery: Gallery, database: Database, path: Path, tmp_path: Path
) -> None:
    first, second = book.stored("aa"), book.stored("bb", request="q1:dog", asset=TWO)
    other = _other(path, tmp_path)
    book.memory.decide(ONE, first.id, Choice.SELECTED, first.request, at=after(200))
    gallery.warm()
    other.memory.reject([Marked(second.id)], at=after(100))
    other.memory.note(second.id, "blurred", at=after(100))

    merge(_close(other), path, later=False)

    assert [card.decision for card in gallery.page(Look()).cards] == [Choice.REJECTED, Choice.SELECTED]
    assert _is_as_read_anew(gallery, database)


def test_a_number_of_a_word_never_comes_to_mean_another_one(
    book: Book, gallery: Gallery, path: Path, tmp_path: Path
) -> None:
    first, second = book.stored("aa"), book.stored("bb", request="q1:dog", asset=TWO)
    other = _other(path, tmp_path)
    book.memory.decide(ONE, first.id, Choice.SELECTED, first.request, at=after(200))
    version = gallery.version_of(ONE)
    other.memory.reject([Marked(second.id)], at=after(100))

    merge(_close(other), path, later=False)

    assert book.sql("SELECT choice FROM decision WHERE id = ?", version) == []
    assert book.sql("SELECT choice FROM decision ORDER BY id") == [("rejected",), ("selected",)]


def test_words_that_were_said_while_a_clock_was_wrong_are_seen_in_their_new_order(
    book: Book, gallery: Gallery, database: Database, path: Path, tmp_path: Path
) -> None:
    number, last = book.stored("aa").id, book.stored("bb", request="q1:dog", asset=TWO).id
    other = _other(path, tmp_path)
    book.memory.decide(ONE, number, Choice.SELECTED, "q1:cat", at=after(300))
    book.memory.reject([Marked(number)], at=after(100))
    book.memory.decide(TWO, last, Choice.SELECTED, "q1:dog", at=after(400))
    gallery.warm()
    other.memory.decide(TWO, last, Choice.PINNED, "q1:dog", at=after(500))

    merge(_close(other), path, later=False)

    assert _is_as_read_anew(gallery, database)


def test_a_merge_that_gives_generations_free_lower_numbers_is_seen(
    book: Book, gallery: Gallery, database: Database, path: Path, tmp_path: Path
) -> None:
    other = _other(path, tmp_path)
    book.stored("aa")
    book.sql("DELETE FROM event")
    book.sql("UPDATE generation SET id = 40")
    book.sql(
        "INSERT INTO event (generation_id, at, target, note) SELECT id, stored_at, state, '' FROM generation"
    )
    gallery.warm()
    brought = other.stored("cc", request="q1:dog", asset=TWO, tags={"author": "bo"}, at=after(60))
    other.memory.will_write(written(generation=brought.id))

    merge(_close(other), path, later=False)

    (page, facets) = gallery.pictures(Look())
    assert [card.generation.id for card in page.cards] == [40, 1]
    assert facets.tag == (("author=bo", 1),)
    assert _is_as_read_anew(gallery, database)


def test_a_merge_that_brings_only_tags_is_seen(
    book: Book, gallery: Gallery, database: Database, path: Path, tmp_path: Path
) -> None:
    number = book.stored("aa", tags={"author": "amy"}).id
    other = _other(path, tmp_path)
    other.sql("INSERT INTO generation_tag VALUES (?, 'column', 'cats')", number)
    gallery.warm()

    merge(_close(other), path, later=False)

    assert dict(gallery.pictures(Look())[1].tag) == {"author=amy": 1, "column=cats": 1}
    assert _is_as_read_anew(gallery, database)


def test_what_is_appended_is_read_alone_and_what_stood_keeps_its_numbers(
    book: Book, gallery: Gallery, database: Database, path: Path, tmp_path: Path
) -> None:
    first = book.stored("aa")
    book.memory.decide(ONE, first.id, Choice.SELECTED, first.request, at=after(100))
    other = _other(path, tmp_path)
    gallery.warm()
    other.memory.reject([Marked(first.id)], at=after(200))

    merge(_close(other), path, later=False)

    assert book.sql("SELECT id, choice FROM decision ORDER BY id") == [(1, "selected"), (2, "rejected")]
    assert _is_as_read_anew(gallery, database)


def test_a_backup_of_as_many_rows_that_is_put_back_is_seen(
    book: Book, gallery: Gallery, database: Database, path: Path, tmp_path: Path
) -> None:
    other = _other(path, tmp_path)
    book.stored("aa", prompt="一只橘猫")
    gallery.warm()
    other.stored("aa", prompt="一只水獭", at=after(60))

    with backup.replacing(path, _close(other)) as commit:
        commit()

    assert len(gallery.page(Look(text="水獭")).cards) == 1
    assert _is_as_read_anew(gallery, database)


def test_a_database_file_that_takes_the_place_of_another_is_read_and_written(
    book: Book, gallery: Gallery, database: Database, path: Path, tmp_path: Path
) -> None:
    number = book.stored("aa").id
    other = _other(path, tmp_path)
    gallery.warm()
    other.memory.reject([Marked(number)], at=after(60))

    _close(other).replace(path)
    (card,) = gallery.page(Look()).cards
    book.memory.note(number, "kept", at=after(90))

    assert card.decision is Choice.REJECTED
    assert book.sql("SELECT text FROM note") == [("kept",)]
    assert _is_as_read_anew(gallery, database)


def test_a_database_file_that_is_gone_for_a_moment_is_read_on(
    book: Book, gallery: Gallery, path: Path
) -> None:
    book.stored("aa")
    gallery.warm()
    path.rename(path.with_name("away.db"))

    found = gallery.page(Look())

    assert found.total == 1
    assert not path.exists()
