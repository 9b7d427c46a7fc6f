"""`gc`: what goes, what stays, and when nothing may go."""

import os
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.history.database import Database
from pipeline.history.records import Master
from pipeline.history.states import Choice
from pipeline.runner.lock import RunLock
from pipeline.safekeeping.clearing import Clutter, SetAside, clear_away, look, set_aside
from pipeline.safekeeping.gathering import gather, pictures_in
from tests.history.book import NOW, after, written
from tests.safekeeping.ward import Ward, everything, files_of, names_in, png

NEXT_WEEK = NOW + timedelta(days=7)


def _look(ward: Ward) -> Clutter:
    with closing(Database.at(ward.path)) as database:
        return look(ward.home, database, now=NEXT_WEEK)


def _clear(ward: Ward) -> Clutter:
    with closing(Database.at(ward.path)) as database:
        return clear_away(ward.home, database, history=ward.path, now=NEXT_WEEK)


def _set_aside(ward: Ward) -> SetAside:
    with closing(Database.at(ward.path)) as database:
        return set_aside(ward.home, database, history=ward.path, now=NEXT_WEEK)


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


def _nobody(ward: Ward, name: str) -> Master:
    """A picture with a row that nothing names."""
    master = ward.put(name)
    ward.book.sql(
        "INSERT INTO blob VALUES (?, 'png', 8, 8, ?, '2026-11-24 09:30:00.000000', NULL)",
        master.sha256,
        master.bytes,
    )
    return master


def test_looking_changes_nothing_and_tells_both_kinds_apart(ward: Ward) -> None:
    number = _trashed(ward, "cat")
    stranger = _age(ward, "dog", after(-3600))
    before = (files_of(ward.home.blobs), everything(ward.path))

    found = _look(ward)

    master = ward.book.read(number).master
    assert master is not None
    assert _names(found) == ([master.sha256], [stranger])
    assert found.trashed[0].shown == ((number, "week12/cats/cat"),)
    assert (found.kept, found.named) == (0, 1)
    assert (files_of(ward.home.blobs), everything(ward.path)) == before


def test_the_files_go_and_every_row_of_what_was_asked_and_paid_stays(ward: Ward) -> None:
    number = _trashed(ward, "cat")
    kept = ward.paint("dog")
    before = everything(ward.path)

    gone = _clear(ward)

    assert (len(gone.trashed), len(gone.nameless), gone.kept) == (1, 0, 0)
    assert list(files_of(ward.home.blobs)) == [str(ward.blob(kept.master).relative_to(ward.home.blobs))]
    rows = everything(ward.path)
    assert {name: rows[name] for name in rows if name != "blob"} == {
        name: before[name] for name in before if name != "blob"
    }
    assert ward.book.read(number).master is not None
    assert [row[0] for row in ward.rows("SELECT cleared_at IS NULL FROM blob ORDER BY cleared_at")] == [1, 0]
    assert _names(_clear(ward)) == ([], [])


def test_clearing_the_trash_leaves_what_no_row_names(ward: Ward) -> None:
    _trashed(ward, "cat")
    stranger, row = _age(ward, "bird", after(-3600)), _nobody(ward, "nobody")

    _clear(ward)

    assert set(_names(_look(ward))[1]) == {stranger, row.sha256}
    assert ward.rows("SELECT count(*) FROM blob") == [(2,)]


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


def test_a_row_that_nothing_names_goes_when_its_file_was_set_aside(ward: Ward) -> None:
    nobody, delivered = _nobody(ward, "nobody"), _nobody(ward, "delivered")
    ward.book.sql(
        "INSERT INTO subject"
        " VALUES (?, 'm/1', zeroblob(64), zeroblob(64), zeroblob(256), '2026-11-24 09:30:00.000000')",
        nobody.sha256,
    )
    ward.book.memory.will_write(written(master=delivered.sha256))

    done = _set_aside(ward)

    assert [one.sha256 for one in done.pictures] == [nobody.sha256]
    assert files_of(done.folder) == {f"{nobody.sha256}.png": png("nobody")}
    assert ward.rows("SELECT sha256 FROM blob") == [(delivered.sha256,)]
    assert ward.rows("SELECT master FROM subject") == []


def test_a_file_without_a_row_is_kept_while_it_is_new_or_may_have_been_paid_for(ward: Ward) -> None:
    for number, name in enumerate(("one", "two", "three")):
        ward.paint(name, at=after(100 * number))
    ward.book.submitted(at=NOW)
    new, paid, old = (
        _age(ward, "new", NEXT_WEEK - timedelta(hours=23)),
        _age(ward, "paid", NOW + timedelta(hours=12)),
        _age(ward, "old", NOW - timedelta(hours=1)),
    )

    done = _set_aside(ward)

    assert ([one.sha256 for one in done.pictures], done.kept) == ([old], 2)
    assert {ward.store.has(name, "png") for name in (new, paid)} == {True}
    assert not ward.store.has(old, "png")


def test_what_is_set_aside_never_replaces_what_was_set_aside_before(ward: Ward) -> None:
    for name in ("one", "two"):
        ward.paint(name)
    for _ in range(3):
        stranger = _age(ward, "bird", after(-3600))
        done = _set_aside(ward)

    assert done.folder == ward.home.data / "set-aside" / "2026-12-01"
    assert names_in(done.folder) == [f"{stranger}{more}.png" for more in ("-2", "-3", "")]
    assert set(files_of(done.folder).values()) == {png("bird")}


def test_what_is_set_aside_can_be_taken_in_again(ward: Ward) -> None:
    ward.paint("one")
    _age(ward, "bird", after(-3600))
    done = _set_aside(ward)

    (found,) = gather(
        ward.home, ward.book.database, done.folder, pictures_in(ward.home, done.folder), now=NOW
    )

    assert found.generation is not None
    assert ward.blob(ward.book.read(found.generation).master).read_bytes() == png("bird")


def test_where_nothing_is_unnamed_no_folder_is_made(ward: Ward) -> None:
    ward.paint("cat")

    done = _set_aside(ward)

    assert (done.pictures, done.kept, done.folder.parent.exists()) == ((), 0, False)


def test_links_and_folders_in_the_store_are_not_its_files(ward: Ward, tmp_path: Path) -> None:
    master = ward.paint("cat").master
    assert master is not None
    place = ward.blob(master).parent
    (tmp_path / "mine.png").write_bytes(png("mine"))
    (place / f"{'0' * 62}.png").symlink_to(tmp_path / "mine.png")
    (place / f"{'1' * 62}.png").symlink_to(tmp_path / "nowhere")
    (place / f"{'2' * 62}.png").mkdir()

    assert (_look(ward).nameless, _set_aside(ward).pictures) == ((), ())
    assert ward.back_up(tmp_path / "backup").ailing == ()


def test_nothing_goes_while_a_run_is_alive(ward: Ward) -> None:
    _trashed(ward, "cat")
    ward.home.runs.mkdir(parents=True, exist_ok=True)
    before = (files_of(ward.home.blobs), everything(ward.path))

    with RunLock(ward.home.runs, "run-2"):
        for act in (_clear, _set_aside):
            with pytest.raises(UsageError, match="a run is going on"):
                act(ward)

    assert (files_of(ward.home.blobs), everything(ward.path)) == before


def test_what_a_killed_one_had_removed_already_is_recorded_by_the_next(ward: Ward) -> None:
    number = _trashed(ward, "cat")
    ward.blob(ward.book.read(number).master).unlink()

    found = _clear(ward)

    assert _names(found) == ([], [])
    assert ward.rows("SELECT cleared_at IS NULL FROM blob") == [(0,)]


@pytest.mark.parametrize("act", [_clear, _set_aside])
def test_a_row_of_nothing_whose_file_a_killed_one_had_moved_is_taken_away_by_the_next(
    ward: Ward, act: Callable[[Ward], object]
) -> None:
    ward.paint("cat")
    ward.blob(_nobody(ward, "nobody")).unlink()

    act(ward)

    assert ward.rows("SELECT count(*) FROM blob") == [(1,)]


def test_a_picture_that_is_bought_again_with_the_same_bytes_is_there_again(ward: Ward) -> None:
    number = _trashed(ward, "cat")
    _clear(ward)

    again = ward.book.submitted("task-2", request="q1:cat2", asset="week12/cats/cat2").id
    assert ward.book.ledger.stored(again, ward.put("cat"), at=after(3600))

    assert ward.rows("SELECT cleared_at FROM blob") == [(None,)]
    assert ward.book.read(number).trashed
