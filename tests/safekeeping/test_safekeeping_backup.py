"""What a backup holds, when it is refused, and that an older one stays valid whatever happens."""

import json
import sqlite3
import threading
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from pipeline.errors import ExitCode, HistoryError, IncompleteError, PipelineError, UsageError
from pipeline.history import backup as history_backup
from pipeline.history import engine
from pipeline.history.schema import HEAD
from pipeline.safekeeping.pictures import Fate
from pipeline.safekeeping.record import BackupFolder
from pipeline.storage import publish, write_atomic
from tests.history.book import NOW
from tests.safekeeping.ward import LATER, Ward, everything, files_of, names_in, room_for, rows


def test_a_backup_holds_the_history_and_every_picture(ward: Ward, folder: Path) -> None:
    painted = [ward.paint(name) for name in ("cat", "dog")]
    ward.own("shot")

    done = ward.back_up(folder)

    assert (done.copied, done.present, done.ailing) == (3, 0, ())
    assert everything(folder / "history.db") == everything(ward.path)
    assert files_of(folder / "blobs") == files_of(ward.home.blobs)
    assert painted[0].master is not None
    document = json.loads((folder / "backup.json").read_text("utf-8"))
    assert document == {
        "kind": "pipeline backup",
        "created_at": NOW.isoformat(),
        "revision": HEAD,
        "generations": 2,
        "blobs": 3,
        "sha256": sha256((folder / "history.db").read_bytes()).hexdigest(),
        "inbox": {},
    }
    assert names_in(folder) == ["backup.json", "blobs", "history.db"]


def test_the_second_backup_copies_only_what_is_new(ward: Ward, folder: Path) -> None:
    first = ward.paint("cat")
    ward.back_up(folder)
    kept = BackupFolder(folder).store.path(first.master.sha256, "png") if first.master else folder
    before = kept.stat().st_ino
    ward.paint("dog")

    done = ward.back_up(folder, now=LATER)

    assert (done.copied, done.present, done.record.blobs, done.record.generations) == (1, 1, 2, 2)
    assert kept.stat().st_ino == before
    assert done.record.created_at == LATER
    assert rows(folder / "history.db", "SELECT count(*) FROM generation") == [(2,)]


@pytest.mark.parametrize("damage", [b"", b"\x00" * 75, None])
def test_a_picture_damaged_in_the_backup_is_copied_again(
    ward: Ward, folder: Path, damage: bytes | None
) -> None:
    master = ward.paint("cat").master
    ward.back_up(folder)
    assert master is not None
    kept = BackupFolder(folder).store.path(master.sha256, "png")
    kept.write_bytes(bytes(master.bytes) if damage is None else damage)

    done = ward.back_up(folder)

    assert (done.copied, done.present) == (1, 0)
    assert kept.read_bytes() == ward.blob(master).read_bytes()


def test_a_picture_missing_or_damaged_in_the_store_is_said_and_the_rest_is_kept(
    ward: Ward, folder: Path
) -> None:
    gone, changed, odd, whole = (ward.paint(name).master for name in ("gone", "changed", "odd", "whole"))
    ward.blob(gone).unlink()
    ward.blob(changed).write_bytes(b"something else")
    ward.blob(odd).unlink()
    ward.blob(odd).mkdir()

    done = ward.back_up(folder)

    found = {picture.sha256: fate for picture, fate in done.ailing}
    assert gone is not None
    assert changed is not None
    assert odd is not None
    assert found == {gone.sha256: Fate.MISSING, changed.sha256: Fate.DAMAGED, odd.sha256: Fate.DAMAGED}
    assert (done.copied, done.record.blobs) == (1, 1)
    assert list(files_of(folder / "blobs").values()) == [ward.blob(whole).read_bytes()]
    assert BackupFolder(folder).record() == done.record


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no file here that opens and cannot be read")
def test_a_picture_that_cannot_be_read_to_its_end_is_damaged(ward: Ward, folder: Path) -> None:
    place = ward.blob(ward.paint("cat").master)
    place.unlink()
    place.symlink_to("/proc/self/mem")

    done = ward.back_up(folder)

    assert [fate for _, fate in done.ailing] == [Fate.DAMAGED]
    assert files_of(folder / "blobs") == {}


def test_a_picture_that_only_the_backup_has_is_said_too(ward: Ward, folder: Path) -> None:
    gone, cut = ward.paint("gone").master, ward.paint("cut").master
    ward.back_up(folder)
    ward.blob(gone).unlink()
    ward.blob(cut).write_bytes(b"cut")

    done = ward.back_up(folder)

    assert gone is not None
    assert {(picture.sha256 == gone.sha256, fate) for picture, fate in done.ailing} == {
        (True, Fate.MISSING),
        (False, Fate.DAMAGED),
    }
    assert (done.copied, done.present) == (0, 2)


def test_pictures_that_no_row_names_are_kept_as_well(ward: Ward, folder: Path) -> None:
    ward.paint("cat")
    second = ward.put("the second picture of the same task")
    (ward.home.blobs / "notes.txt").write_text("not ours")
    (ward.blob(second).parent / "notes.txt").write_text("not ours")
    (ward.home.blobs / "aa").mkdir(exist_ok=True)
    (ward.home.blobs / "aa" / ("0" * 62 + ".png")).write_bytes(b"not what its name says")

    done = ward.back_up(folder)

    assert (done.copied, done.record.blobs, done.ailing) == (2, 2, ())
    assert BackupFolder(folder).store.has(second.sha256, "png")


def test_kept_answers_come_along_until_they_are_read(ward: Ward, folder: Path) -> None:
    body = ward.answer(ward.book.submitting(request="q1:a"), "a paid picture")
    note = ward.answer(ward.book.submitting(request="q1:b"), "7392616336519610409", "task")
    (ward.home.inbox / ".tmp-1-2").write_text("half an answer")

    first = ward.back_up(folder)
    kept = files_of(folder / "inbox")
    body.unlink()
    second = ward.back_up(folder)

    assert kept == {"1.body": b"a paid picture", "2.task": b"7392616336519610409"}
    assert first.record.inbox == {name: sha256(data).hexdigest() for name, data in kept.items()}
    assert list(second.record.inbox) == list(files_of(folder / "inbox")) == [note.name]


def test_an_answer_that_cannot_be_read_stops_nothing(ward: Ward, folder: Path) -> None:
    ward.home.inbox.mkdir(parents=True)
    (ward.home.inbox / "1.body").symlink_to(ward.home.root / "nowhere")
    ward.paint("cat")

    assert ward.back_up(folder).record.inbox == {}


def _refusal(ward: Ward, folder: Path) -> PipelineError:
    before = files_of(ward.home.root)

    with pytest.raises(PipelineError) as raised:
        ward.back_up(folder)

    assert files_of(ward.home.root) == before
    assert raised.value.next_step
    return raised.value


@pytest.mark.parametrize("place", ["", "data", "data/backup", "output/week12", "configs"])
def test_a_folder_inside_the_home_is_refused(ward: Ward, place: str) -> None:
    ward.paint("cat")
    ward.close()

    error = _refusal(ward, ward.home.root / place)

    assert "inside the home" in error.message
    assert error.exit_code is ExitCode.USAGE


def test_a_link_that_leads_into_the_home_is_refused(ward: Ward, tmp_path: Path) -> None:
    ward.paint("cat")
    ward.close()
    (tmp_path / "link").symlink_to(ward.home.data)

    assert "inside the home" in _refusal(ward, tmp_path / "link" / "backup").message


def test_a_file_is_no_folder_for_a_backup(ward: Ward, tmp_path: Path) -> None:
    ward.paint("cat")
    ward.close()
    (tmp_path / "file").touch()

    assert "is a file" in _refusal(ward, tmp_path / "file").message


def test_a_folder_with_other_things_is_refused(ward: Ward, other: Ward, folder: Path) -> None:
    ward.paint("cat")
    ward.close()
    other.paint("dog")
    other.close()
    folder.mkdir(parents=True)
    (folder / "holiday.jpg").touch()

    assert "holiday.jpg" in _refusal(ward, folder).message
    assert "history.db" in _refusal(ward, other.home.data).message


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"kind": "another program"}', '{"kind": "pipeline backup"}']
)
def test_another_programs_record_is_not_written_over(ward: Ward, folder: Path, text: str) -> None:
    ward.paint("cat")
    ward.close()
    folder.mkdir(parents=True)
    (folder / "backup.json").write_text(text)

    assert "not a backup's record" in _refusal(ward, folder).message
    assert files_of(folder) == {"backup.json": text.encode()}


def test_a_folder_that_cannot_be_read_is_said(
    ward: Ward, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward.paint("cat")
    folder.mkdir(parents=True)

    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)  # tests may run as root, who may read everything

    with pytest.raises(IncompleteError, match="cannot be read"):
        ward.back_up(folder)


def test_there_must_be_a_history(ward: Ward, folder: Path) -> None:
    assert "no history yet" in _refusal(ward, folder).message
    assert not folder.exists()


@pytest.mark.parametrize(
    "statement", ["UPDATE alembic_version SET version_num = 'z'", "DROP TABLE alembic_version"]
)
def test_a_database_that_is_not_ours_is_not_backed_up(ward: Ward, folder: Path, statement: str) -> None:
    ward.paint("cat")
    ward.book.sql(statement)
    ward.close()

    assert isinstance(_refusal(ward, folder), HistoryError)


def test_a_damaged_history_is_not_backed_up_and_the_older_backup_stays(ward: Ward, folder: Path) -> None:
    ward.paint("cat")
    ward.back_up(folder)
    before = files_of(folder)
    ward.book.sql("PRAGMA foreign_keys=OFF")
    ward.close()
    with closing(sqlite3.connect(ward.path)) as database:
        database.execute("UPDATE generation SET blob_sha256 = 'nobody'")
        database.commit()

    assert "damaged" in _refusal(ward, folder).message
    assert files_of(folder) == before


def test_a_backup_of_another_history_is_not_written_over(ward: Ward, other: Ward, folder: Path) -> None:
    ward.paint("cat")
    ward.back_up(folder)
    other.paint("dog")
    other.close()
    before = files_of(folder)

    error = _refusal(other, folder)

    assert "lacks 1 of its generations" in error.message
    assert error.next_step
    assert "restore" in error.next_step
    assert files_of(folder) == before


def test_a_damaged_backup_is_made_whole_again(ward: Ward, folder: Path) -> None:
    ward.paint("cat")
    ward.back_up(folder)
    (folder / "history.db").write_bytes(b"")

    done = ward.back_up(folder)

    assert BackupFolder(folder).database(done.record) == folder / "history.db"


def test_only_one_backup_is_made_at_a_time(ward: Ward, folder: Path) -> None:
    ward.paint("cat")
    folder.mkdir(parents=True)

    with BackupFolder(folder).ours_alone():
        assert "another backup" in _refusal(ward, folder).message

    assert ward.back_up(folder).copied == 1


def test_what_a_killed_backup_left_is_taken_up_or_swept(ward: Ward, folder: Path) -> None:
    master = ward.paint("cat").master
    assert master is not None
    place = BackupFolder(folder).store.path(master.sha256, "png")
    place.parent.mkdir(parents=True)
    place.write_bytes(ward.blob(master).read_bytes())
    (folder / ".tmp-1-ab.db").write_bytes(b"half a database")
    (folder / "blobs" / ".tmp-1-cd.png").write_bytes(b"half a picture")
    (folder / "history.next.db").write_bytes(b"an old try")

    done = ward.back_up(folder)

    assert (done.copied, done.present) == (0, 1)
    assert names_in(folder) == ["backup.json", "blobs", "history.db"]
    assert len(files_of(folder / "blobs")) == 1


@pytest.mark.parametrize("size", [100, 60_000])
def test_a_full_disk_is_said_and_the_older_backup_stays_valid(ward: Ward, folder: Path, size: int) -> None:
    ward.paint("cat")
    ward.back_up(folder)
    before = files_of(folder)
    ward.paint("dog")
    ward.close()

    with room_for(size), pytest.raises(IncompleteError, match="no room left") as raised:
        ward.back_up(folder)

    assert raised.value.next_step
    assert files_of(folder) == before


def test_a_picture_for_which_there_is_no_room_leaves_the_older_backup_valid(ward: Ward, folder: Path) -> None:
    ward.paint("cat")
    first = ward.back_up(folder)
    big = b"a large picture" * 100_000
    temp = ward.store.temp("png")
    temp.write_bytes(big)
    ward.store.adopt(temp, sha256(big).hexdigest(), "png")

    with room_for(1_000_000), pytest.raises(IncompleteError, match="no room left"):
        ward.back_up(folder)

    assert BackupFolder(folder).record() == first.record
    assert BackupFolder(folder).database(first.record) == folder / "history.db"
    assert not [name for name in files_of(folder) if ".tmp-" in name]


@pytest.mark.parametrize("step", [0, 1, 2])
def test_killed_between_any_two_files_one_backup_is_valid(
    ward: Ward, other: Ward, folder: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    ward.paint("cat")
    ward.back_up(folder)
    ward.paint("dog")
    steps = iter(range(3))

    def dying(real: object) -> object:
        def act(*arguments: object) -> None:
            if next(steps) == step:
                raise KeyboardInterrupt
            assert callable(real)
            real(*arguments)

        return act

    monkeypatch.setattr("pipeline.safekeeping.record.publish", dying(publish))
    monkeypatch.setattr("pipeline.safekeeping.record.write_atomic", dying(write_atomic))
    with pytest.raises(KeyboardInterrupt):
        ward.back_up(folder, now=LATER)

    monkeypatch.undo()
    other.restore(folder)
    assert other.rows("SELECT count(*) FROM generation") == [(2 if step == 2 else 1,)]
    assert ward.back_up(folder).record.generations == 2


def test_a_backup_is_consistent_while_a_run_writes_and_stores(ward: Ward, other: Ward, folder: Path) -> None:
    ward.paint("first")
    ended = threading.Event()
    painted = []

    def run() -> None:
        number = 0
        while not ended.is_set():
            painted.append(ward.paint(f"picture-{number}"))
            number += 1

    thread = threading.Thread(target=run)
    thread.start()
    try:
        made = [ward.back_up(folder)]
        while len(painted) < 10:
            made.append(ward.back_up(folder))
    finally:
        ended.set()
        thread.join()

    assert len(made) > 1
    assert {done.ailing for done in made} == {()}
    assert history_backup.problems(folder / "history.db") == ()
    restored = other.restore(folder)
    assert restored.lost == ()
    stored = other.rows("SELECT blob_sha256 FROM generation WHERE state = 'stored'")
    assert all(other.store.has(name, "png") for (name,) in stored)
    assert made[-1].record.generations <= len(painted) + 1


def test_a_database_in_wal_mode_becomes_one_file(ward: Ward, folder: Path) -> None:
    ward.paint("cat")
    ward.close()
    with closing(sqlite3.connect(ward.path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("UPDATE generation SET prompt = 'in the log'")
        database.commit()
        ward.back_up(folder)

    assert rows(folder / "history.db", "SELECT prompt FROM generation") == [("in the log",)]
    assert names_in(folder) == ["backup.json", "blobs", "history.db"]


def test_a_history_that_another_program_holds_is_said(
    ward: Ward, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward.paint("cat")
    ward.close()
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)

    with closing(sqlite3.connect(ward.path)) as holding:
        holding.execute("BEGIN EXCLUSIVE")
        with pytest.raises(HistoryError, match="locked by another program"):
            ward.back_up(folder)


def test_a_lock_that_comes_while_the_copy_is_made_ends_it_too(
    ward: Ward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward.paint("cat")
    ward.close()
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    target = tmp_path / "copy.db"

    with closing(sqlite3.connect(target)) as holding:
        holding.execute("BEGIN EXCLUSIVE")
        with pytest.raises(HistoryError, match="locked by another program"):
            history_backup.snapshot(ward.path, target)


def test_the_folder_may_be_named_relative_to_where_one_stands(
    ward: Ward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward.paint("cat")
    monkeypatch.chdir(tmp_path)

    ward.back_up(Path("kept"))

    assert (tmp_path / "kept" / "backup.json").is_file()
    with pytest.raises(UsageError):
        ward.back_up(Path("home/data/kept"))
