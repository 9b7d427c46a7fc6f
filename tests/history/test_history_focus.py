"""Subjects found in masters and points set by hand, as the history keeps them."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from pipeline.errors import StaleError
from pipeline.history import backup
from pipeline.history.database import Database
from pipeline.history.records import FocusPoint
from pipeline.subject import Subject
from tests.history.book import NOW, Book, after

COVER, INNER = "week12/cats/cover", "week12/cats/inner"
POINT = FocusPoint(asset=COVER, x=0.5, y=0.4, spec_said="auto", at=NOW)
SALIENCY = Subject(
    method="saliency/1", columns=bytes(range(64)), rows=bytes([7] * 64), grid=bytes(range(256))
)
FACES = replace(SALIENCY, method="faces/1", rows=bytes([9] * 64))


def _master(book: Book, name: str = "ab") -> str:
    master = book.stored(name, request=f"q1:{name}").master
    assert master is not None
    return master.sha256


def _words(book: Book, *assets: str) -> dict[str, tuple[FocusPoint, ...]]:
    return dict(book.queries.known(requests=[], assets=assets, specs=[]).focus_points)


def test_a_subject_is_kept_as_it_was_found_first_and_counts_as_found_again(book: Book) -> None:
    master = _master(book)

    assert book.memory.keep_subject(master, SALIENCY, at=NOW)
    assert book.memory.keep_subject(master, replace(SALIENCY, rows=bytes(64)), at=after(1))

    assert book.queries.subjects([master]) == {master: SALIENCY}
    assert book.sql("SELECT method, found_at FROM subject") == [("saliency/1", "2026-11-24 09:30:01.000000")]


def test_the_subject_of_a_picture_that_is_not_in_the_history_is_not_kept(book: Book) -> None:
    assert not book.memory.keep_subject("cd" * 32, SALIENCY, at=NOW)

    assert book.queries.subjects(["cd" * 32]) == {}


def test_of_two_methods_the_last_found_counts_unless_one_is_asked_for(book: Book) -> None:
    both, one = _master(book, "aa"), _master(book, "bb")
    book.memory.keep_subject(both, FACES, at=NOW)
    book.memory.keep_subject(both, SALIENCY, at=after(1))
    book.memory.keep_subject(one, SALIENCY, at=after(1))

    assert book.queries.subjects([both, one]) == {both: SALIENCY, one: SALIENCY}
    assert book.queries.subjects([both, one], method="faces/1") == {both: FACES, one: SALIENCY}
    assert book.queries.subjects([both], method="saliency/1") == {both: SALIENCY}
    assert book.queries.subjects([both], method="saliency/2") == {both: SALIENCY}
    assert book.queries.subjects([]) == {}


def test_more_masters_than_a_statement_takes_are_asked_in_parts(book: Book) -> None:
    master = _master(book)
    book.memory.keep_subject(master, SALIENCY, at=NOW)
    strangers = [f"{number:064x}" for number in range(1200)]

    assert book.queries.subjects([*strangers, master]) == {master: SALIENCY}


def test_every_word_on_a_focus_is_kept_and_the_newest_comes_first(book: Book) -> None:
    back = replace(POINT, x=None, y=None, at=after(10))
    own = replace(POINT, slot="wechat.cover", x=0.0, y=1.0, spec_said="top", at=after(20))
    other = replace(POINT, asset=INNER, at=after(30))
    for word in (POINT, back, own, other):
        book.memory.point_at(word)

    assert _words(book, COVER) == {COVER: (own, back, POINT)}
    assert _words(book, COVER, INNER) == {COVER: (own, back, POINT), INNER: (other,)}
    assert _words(book, "week12/cats/none") == {}


def _back(book: Book, slot: str = "", second: float = 50, expected: int | None = None) -> FocusPoint | None:
    return book.memory.point_back(COVER, slot, at=after(second), expected=expected)


def test_where_nothing_was_said_no_point_is_taken_back(book: Book) -> None:
    book.memory.point_at(replace(POINT, slot="wechat.cover"))

    assert book.memory.point_back(INNER, "", at=after(1)) is None
    assert _back(book, "bilibili.cover") is None

    assert len(book.sql("SELECT id FROM focus_point")) == 1


@pytest.mark.parametrize("slot", ["", "wechat.cover"])
def test_each_undo_goes_one_point_further_back_until_nothing_was_said(book: Book, slot: str) -> None:
    points = [replace(POINT, slot=slot, x=number / 10, at=after(number)) for number in range(3)]
    for point in points:
        book.memory.point_at(point)

    back = [_back(book, slot, second=10 + number) for number in range(4)]
    book.memory.point_at(replace(points[0], at=after(20)))

    assert back[:2] == [replace(points[1], at=after(10)), replace(points[0], at=after(11))]
    assert back[2] == replace(points[0], x=None, y=None, at=after(12))
    assert back[3] is None
    assert len(_words(book, COVER)[COVER]) == 7, "nothing was deleted"
    assert _back(book, slot, second=21) == replace(points[0], x=None, y=None, at=after(21))


def test_the_first_point_gives_way_to_the_specs_word(book: Book) -> None:
    book.memory.point_at(replace(POINT, slot="wechat.cover"))

    restored = _back(book, "wechat.cover")

    assert restored == replace(POINT, slot="wechat.cover", x=None, y=None, at=after(50))


def test_a_slot_that_had_the_word_of_all_has_it_again_alone(book: Book) -> None:
    own = replace(POINT, slot="wechat.cover", x=0.0, at=after(1))
    book.memory.point_at(POINT)
    book.memory.point_at(own)

    restored = _back(book)

    assert restored == replace(POINT, slot="wechat.cover", at=after(50))


def test_a_word_about_all_slots_is_taken_back_for_one_of_them(book: Book) -> None:
    own = replace(POINT, slot="wechat.cover", x=0.0)
    book.memory.point_at(own)
    book.memory.point_at(replace(POINT, at=after(1)))

    restored = _back(book, "wechat.cover")

    assert restored == replace(own, at=after(50))
    assert [word.slot for word in _words(book, COVER)[COVER]] == ["wechat.cover", "", "wechat.cover"]


def test_taking_a_word_about_all_slots_back_restores_what_single_ones_had(book: Book) -> None:
    every = replace(POINT, x=0.2)
    gone = replace(POINT, slot="wechat.cover", x=0.9, at=after(1))
    own = replace(gone, x=0.0, at=after(2))
    book.memory.point_at(replace(gone, slot="bilibili.cover", at=after(-1)))
    for word in (every, gone, own, replace(POINT, x=0.7, at=after(3))):
        book.memory.point_at(word)

    restored = _back(book)

    assert restored == replace(every, at=after(50))
    assert _words(book, COVER)[COVER][:3] == (
        replace(own, at=after(50)),
        replace(every, at=after(50)),
        replace(POINT, x=0.7, at=after(3)),
    )


def test_a_point_that_is_not_the_newest_any_more_is_not_taken_back(book: Book) -> None:
    book.memory.point_at(POINT)

    with pytest.raises(StaleError, match=f"the focus of {COVER}"):
        _back(book, expected=0)

    assert _back(book, expected=1) is not None


def test_a_copy_of_the_history_has_points_and_subjects_too(book: Book) -> None:
    master = _master(book)
    book.memory.point_at(POINT)
    book.memory.keep_subject(master, SALIENCY, at=NOW)
    copy = book.path.with_name("copy.db")
    empty = book.path.with_name("empty.db")
    backup.snapshot(book.path, copy)
    backup.snapshot(book.path, empty)
    restored = Book(Database.at(empty), empty)
    restored.sql("DELETE FROM subject")
    restored.sql("DELETE FROM focus_point")

    with backup.replacing(empty, copy) as commit:
        commit()

    assert _words(restored, COVER) == {COVER: (POINT,)}
    assert restored.queries.subjects([master]) == {master: SALIENCY}
    assert backup.problems(empty) == ()
    restored.database.close()


def test_a_damaged_subject_is_found_by_the_check_of_the_database(book: Book) -> None:
    book.memory.keep_subject(_master(book), SALIENCY, at=NOW)
    assert backup.problems(book.path) == ()

    _past_all_checks(book, "UPDATE subject SET grid = x'00'")

    assert backup.problems(book.path) == ("CHECK constraint failed in subject",)


def _past_all_checks(book: Book, statement: str) -> None:
    """As a program that is not ours may write."""
    with closing(sqlite3.connect(book.path)) as database, database:
        database.execute("PRAGMA ignore_check_constraints=ON")
        database.execute(statement)
