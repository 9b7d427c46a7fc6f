"""`gc`: what goes, what stays, and when nothing may go."""

import os
from datetime import datetime, timedelta

import pytest

from pipeline.errors import UsageError
from pipeline.history.database import Database
from pipeline.history.states import Choice
from pipeline.runner.lock import RunLock
from pipeline.safekeeping.clearing import Clutter, clear_away, look
from tests.history.book import NOW, after, written
from tests.safekeeping.ward import Ward, everything, files_of

NEXT_WEEK = NOW + timedelta(days=7)


def _clear(ward: Ward, *, yes: bool = True, now: datetime = NEXT_WEEK) -> Clutter:
    database = Database.at(ward.path)
    try:
        return (clear_away if yes else look)(ward.home, database, now=now)
    finally:
        database.close()


def _trashed(ward: Ward, name: str) -> int:
    number = ward.paint(name).id
    ward.book.memory.trash([number], at=after(60))
    return number


def _names(clutter: Clutter) -> tuple[list[str], list[str]]:
    return [one.sha256 for one in clutter.trashed], [one.sha256 for one in clutter.nameless]


def _age(ward: Ward, name: str, at: datetime) -> str:
    """A file of that time which no row names."""
    master = ward.put(name)
    os.utime(ward.blob(master), (at.timestamp(), at.timestamp()))
    return master.sha256


def test_looking_changes_nothing_and_tells_the_bytes(ward: Ward) -> None:
    number = _trashed(ward, "cat")
    stranger = _age(ward, "dog", after(-3600))
    before = (files_of(ward.home.blobs), everything(ward.path))

    found = _clear(ward, yes=False)

    master = ward.book.read(number).master
    assert master is not None
    assert _names(found) == ([master.sha256], [stranger])
    assert found.trashed[0].shown == ((number, "week12/cats/cat"),)
    assert found.bytes == sum(len(data) for data in before[0].values())
    assert (files_of(ward.home.blobs), everything(ward.path)) == before


def test_the_files_go_and_every_row_of_what_was_asked_and_paid_stays(ward: Ward) -> None:
    number = _trashed(ward, "cat")
    kept = ward.paint("dog")
    _age(ward, "bird", after(-3600))
    before = everything(ward.path)

    gone = _clear(ward)

    assert (len(gone.trashed), len(gone.nameless), gone.kept) == (1, 1, 0)
    assert list(files_of(ward.home.blobs)) == [str(ward.blob(kept.master).relative_to(ward.home.blobs))]
    rows = everything(ward.path)
    assert {name: rows[name] for name in rows if name != "blob"} == {
        name: before[name] for name in before if name != "blob"
    }
    assert ward.book.read(number).master is not None
    assert [row[0] for row in ward.rows("SELECT cleared_at IS NULL FROM blob ORDER BY cleared_at")] == [1, 0]
    assert _names(_clear(ward)) == ([], [])


def test_a_picture_that_anybody_still_needs_stays(ward: Ward) -> None:
    twin = ward.paint("twin").id
    other = ward.book.submitted("task-9", request="q1:other", asset="week12/cats/other").id
    master = ward.book.read(twin).master
    assert master is not None
    assert ward.book.ledger.stored(other, master, at=after(30))
    ward.book.memory.trash([twin], at=after(60))
    own = ward.own("mine")
    mine = ward.book.submitted("task-10", request="q1:mine", asset="week12/cats/made").id
    assert ward.book.ledger.stored(mine, own, at=after(30))
    ward.book.memory.trash([mine], at=after(60))
    again = _trashed(ward, "again")
    ward.book.memory.decide("week13/cats/again", again, Choice.TAKEN, "q1:again", at=after(90))

    found = _clear(ward)

    assert _names(found) == ([], [])


def test_a_row_that_nothing_names_goes_with_its_file(ward: Ward) -> None:
    nobody, delivered = ward.put("nobody"), ward.put("delivered")
    for master in (nobody, delivered):
        ward.book.sql(
            "INSERT INTO blob VALUES (?, 'png', 8, 8, ?, '2026-11-24 09:30:00.000000', NULL)",
            master.sha256,
            master.bytes,
        )
    ward.book.sql(
        "INSERT INTO subject"
        " VALUES (?, 'm/1', zeroblob(64), zeroblob(64), zeroblob(256), '2026-11-24 09:30:00.000000')",
        nobody.sha256,
    )
    ward.book.memory.will_write(written(master=delivered.sha256))

    found = _clear(ward)

    assert _names(found) == ([], [nobody.sha256])
    assert ward.rows("SELECT sha256 FROM blob") == [(delivered.sha256,)]
    assert ward.rows("SELECT master FROM subject") == []


def test_a_file_without_a_row_is_kept_while_it_is_new_or_may_have_been_paid_for(ward: Ward) -> None:
    ward.book.submitted(at=NOW)
    new, paid, old = (
        _age(ward, "new", NEXT_WEEK - timedelta(hours=23)),
        _age(ward, "paid", NOW + timedelta(hours=12)),
        _age(ward, "old", NOW - timedelta(hours=1)),
    )

    found = _clear(ward)

    assert _names(found) == ([], [old])
    assert found.kept == 2
    assert {ward.store.has(name, "png") for name in (new, paid)} == {True}


def test_nothing_goes_while_a_run_is_alive(ward: Ward) -> None:
    _trashed(ward, "cat")
    ward.home.runs.mkdir(parents=True, exist_ok=True)
    before = (files_of(ward.home.blobs), everything(ward.path))

    with RunLock(ward.home.runs, "run-2"), pytest.raises(UsageError, match="a run is going on"):
        _clear(ward)

    assert (files_of(ward.home.blobs), everything(ward.path)) == before


def test_what_a_killed_one_had_removed_already_is_recorded_by_the_next(ward: Ward) -> None:
    number = _trashed(ward, "cat")
    ward.blob(ward.book.read(number).master).unlink()

    found = _clear(ward)

    assert _names(found) == ([], [])
    assert ward.rows("SELECT cleared_at IS NULL FROM blob") == [(0,)]


def test_a_picture_that_is_bought_again_with_the_same_bytes_is_there_again(ward: Ward) -> None:
    number = _trashed(ward, "cat")
    _clear(ward)

    again = ward.book.submitted("task-2", request="q1:cat2", asset="week12/cats/cat2").id
    assert ward.book.ledger.stored(again, ward.put("cat"), at=after(3600))

    assert ward.rows("SELECT cleared_at FROM blob") == [(None,)]
    assert ward.book.read(number).trashed
