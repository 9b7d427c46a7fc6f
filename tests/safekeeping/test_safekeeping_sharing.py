"""`gc` never takes what another history may name: one lost, one beside, or one of another home."""

import os
import shutil
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.history.database import Database
from pipeline.history.schema import make_ready
from pipeline.safekeeping.clearing import clear_away, look, set_aside
from pipeline.storage import BlobStore
from tests.history.book import NOW, after
from tests.safekeeping.ward import Ward, everything, files_of, png

NEXT_WEEK = NOW + timedelta(days=7)
LAST_WEEK = (NOW - timedelta(days=7)).timestamp()


def _age(ward: Ward) -> None:
    """Make every picture a week old, so that only a row could speak for it."""
    for path in ward.home.blobs.rglob("*"):
        os.utime(path, (LAST_WEEK, LAST_WEEK))


def _trash(ward: Ward, name: str) -> None:
    number = ward.paint(name).id
    ward.book.memory.trash([number], at=after(60))


def _try(ward: Ward, history: Path) -> str:
    """Set aside where that must be refused; its words. No file and no row is touched."""
    ward.close()
    make_ready(history, now=NOW)
    before = files_of(ward.home.blobs), everything(history)
    with closing(Database.at(history)) as database, pytest.raises(UsageError) as refusal:
        set_aside(ward.home, database, history=history, now=NEXT_WEEK)
    assert (files_of(ward.home.blobs), everything(history)) == before
    assert refusal.value.next_step
    return refusal.value.message


def test_a_history_that_was_moved_away_and_begun_anew_loses_no_picture(ward: Ward) -> None:
    for name in ("cat", "dog"):
        ward.paint(name)
    _age(ward)
    ward.close()
    ward.path.rename(ward.home.root / "history-old.db")

    said = _try(ward, ward.path)
    with closing(Database.at(ward.path)) as database:
        clear_away(ward.home, database, history=ward.path, now=NEXT_WEEK)

    assert "2 files of the store have no row, and 0 have one" in said
    assert sorted(files_of(ward.home.blobs).values()) == sorted([png("cat"), png("dog")])


def test_a_history_that_lies_beside_speaks_for_its_pictures(ward: Ward) -> None:
    ward.paint("cat")
    _age(ward)
    ward.close()
    ward.path.rename(ward.home.data / "history-old.db")
    for name in ("one", "two"):
        ward.paint(name)

    said = _try(ward, ward.path)

    assert said.startswith(f"{ward.home.data / 'history-old.db'} is a database too")


def test_files_that_only_look_like_databases_keep_nothing(ward: Ward) -> None:
    ward.paint("cat")
    stranger = ward.put("stranger")
    _age(ward)
    (ward.home.data / "notes.db").write_text("no database")
    (ward.home.data / "folder.db").mkdir()
    (ward.home.data / ".tmp-1-a.db").write_bytes(b"SQLite format 3\0")
    (ward.home.data / "gone.db").symlink_to("nowhere")

    with closing(Database.at(ward.path)) as database:
        done = set_aside(ward.home, database, history=ward.path, now=NEXT_WEEK)

    assert [one.sha256 for one in done.pictures] == [stranger.sha256]


def test_a_database_that_cannot_be_read_may_be_a_history(ward: Ward) -> None:
    ward.paint("cat")
    ward.put("stranger")
    _age(ward)
    (ward.home.data / "locked.db").symlink_to("/proc/self/mem")

    assert "is a database too" in _try(ward, ward.path)


def test_a_history_elsewhere_does_not_speak_for_the_homes_pictures(ward: Ward, tmp_path: Path) -> None:
    ward.paint("cat")
    _age(ward)
    ward.close()

    said = _try(ward, tmp_path / "other.db")

    assert said.startswith(f"PIPELINE_DATABASE_URL names {tmp_path / 'other.db'}")


def test_a_picture_in_the_trash_of_a_history_elsewhere_may_be_shown_by_the_homes_own(
    ward: Ward, tmp_path: Path
) -> None:
    _trash(ward, "cat")
    ward.close()
    elsewhere = tmp_path / "copy.db"
    shutil.copy(ward.path, elsewhere)
    before = everything(elsewhere)

    with (
        closing(Database.at(elsewhere)) as database,
        pytest.raises(UsageError, match="both name pictures of this store"),
    ):
        clear_away(ward.home, database, history=elsewhere, now=NEXT_WEEK)

    assert everything(elsewhere) == before
    assert list(files_of(ward.home.blobs).values()) == [png("cat")]


def test_a_home_whose_only_history_lies_elsewhere_clears_its_trash(ward: Ward, tmp_path: Path) -> None:
    _trash(ward, "cat")
    ward.close()
    elsewhere = tmp_path / "local disk" / "history.db"
    elsewhere.parent.mkdir()
    ward.path.rename(elsewhere)

    with closing(Database.at(elsewhere)) as database:
        gone = clear_away(ward.home, database, history=elsewhere, now=NEXT_WEEK)

    assert len(gone.trashed) == 1
    assert files_of(ward.home.blobs) == {}


def test_two_homes_with_one_store_lose_nothing_to_each_other(ward: Ward, other: Ward) -> None:
    ward.paint("cat")
    ward.home.blobs.rename(ward.home.root / "pictures")
    for home in (ward, other):
        home.home.data.mkdir(parents=True, exist_ok=True)
        home.home.blobs.symlink_to(ward.home.root / "pictures")
    for name in ("one", "two"):
        other.paint(name)
    _trash(other, "three")
    before = files_of(ward.home.root / "pictures")
    _age(other)

    said = _try(other, other.path)
    with (
        closing(Database.at(other.path)) as database,
        pytest.raises(UsageError, match="leads out of this home"),
    ):
        clear_away(other.home, database, history=other.path, now=NEXT_WEEK)

    assert "is a link, or leads out of this home" in said
    assert files_of(ward.home.root / "pictures") == before


def test_a_folder_of_the_store_that_leads_out_is_nobodys_to_clear(ward: Ward, tmp_path: Path) -> None:
    number = ward.paint("cat").id
    ward.book.memory.trash([number], at=after(60))
    place = ward.blob(ward.book.read(number).master).parent
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")

    with (
        closing(Database.at(ward.path)) as database,
        pytest.raises(UsageError, match="leads out of this home"),
    ):
        clear_away(ward.home, database, history=ward.path, now=NEXT_WEEK)

    assert list(files_of(tmp_path / "elsewhere").values()) == [png("cat")]


def test_a_home_whose_data_lies_on_another_disk_clears_its_own_store(ward: Ward, tmp_path: Path) -> None:
    _trash(ward, "cat")
    ward.paint("dog")
    ward.put("stranger")
    _age(ward)
    ward.close()
    ward.home.data.rename(tmp_path / "big disk")
    ward.home.data.symlink_to(tmp_path / "big disk")

    with closing(Database.at(ward.path)) as database:
        gone = clear_away(ward.home, database, history=ward.path, now=NEXT_WEEK)
        done = set_aside(ward.home, database, history=ward.path, now=NEXT_WEEK)

    assert (len(gone.trashed), len(done.pictures)) == (1, 1)
    assert list(files_of(tmp_path / "big disk" / "blobs").values()) == [png("dog")]
    assert list(files_of(tmp_path / "big disk" / "set-aside").values()) == [png("stranger")]


def test_a_shared_folder_of_data_with_histories_elsewhere_clears_nothing(ward: Ward, tmp_path: Path) -> None:
    _trash(ward, "cat")
    ward.close()
    ward.path.rename(tmp_path / "mine.db")
    ward.home.data.rename(tmp_path / "shared")
    ward.home.data.symlink_to(tmp_path / "shared")

    with (
        closing(Database.at(tmp_path / "mine.db")) as database,
        pytest.raises(UsageError, match="leads out of this home"),
    ):
        clear_away(ward.home, database, history=tmp_path / "mine.db", now=NEXT_WEEK)

    assert list(files_of(tmp_path / "shared" / "blobs").values()) == [png("cat")]


def test_looking_is_never_refused(ward: Ward, tmp_path: Path) -> None:
    ward.paint("cat")
    _age(ward)
    ward.close()
    make_ready(tmp_path / "other.db", now=NOW)

    with closing(Database.at(tmp_path / "other.db")) as database:
        found = look(ward.home, database, now=NEXT_WEEK)

    assert [BlobStore(ward.home.blobs).has(one.sha256, one.ending) for one in found.nameless] == [True]
