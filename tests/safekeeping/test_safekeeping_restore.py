"""How a backup comes back: into an empty home, or into one with a history of its own."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.errors import ExitCode, HistoryError, IncompleteError, PipelineError, UsageError
from pipeline.history import backup as history_backup
from pipeline.history import schema
from pipeline.history.schema import HEAD, Checked, Standing, check
from pipeline.history.states import State
from pipeline.runner.lock import RunLock
from pipeline.safekeeping import restore as restore_module
from pipeline.safekeeping.inbox import return_answers
from pipeline.safekeeping.record import BackupFolder
from pipeline.storage import sha256_file
from tests.history.alembics import ROOT, with_next_revision
from tests.history.book import NOW, after
from tests.safekeeping.ward import (
    LATER,
    Ward,
    everything,
    files_of,
    interrupted_commits,
    names_in,
    room_for,
    rows,
)


def _refusal(ward: Ward, folder: Path, *, force: bool = False) -> PipelineError:
    """The error of a restore that must not touch the history, nor leave anything behind."""
    ward.close()
    before = everything(ward.path) if ward.path.exists() else {}

    with pytest.raises(PipelineError) as raised:
        ward.restore(folder, force=force)

    assert (everything(ward.path) if ward.path.exists() else {}) == before
    left = names_in(ward.home.data) if ward.home.data.exists() else []
    assert [name for name in left if "restore" in name or ".tmp" in name] == []
    assert raised.value.next_step
    return raised.value


def test_an_empty_home_gets_everything_back(ward: Ward, other: Ward, folder: Path) -> None:
    ward.paint("cat")
    ward.own("shot")
    made = ward.back_up(folder)

    done = other.restore(folder)

    assert (done.record, done.copied, done.present, done.lost) == (made.record, 2, 0, ())
    assert (done.brought, done.kept) == (None, None)
    assert everything(other.path) == everything(ward.path)
    assert files_of(other.home.blobs) == files_of(ward.home.blobs)
    assert check(other.path) == Checked(Standing.CURRENT, HEAD)
    assert other.paint("dog").id == 2


def test_pictures_that_no_row_names_come_back_too(ward: Ward, other: Ward, folder: Path) -> None:
    ward.paint("cat")
    second = ward.put("the second picture of the same task")
    ward.back_up(folder)

    done = other.restore(folder)

    assert done.copied == 2
    assert other.store.has(second.sha256, "png")


def test_a_journal_that_an_older_history_left_is_not_taken_for_the_new_ones(
    ward: Ward, other: Ward, folder: Path
) -> None:
    ward.paint("cat")
    ward.back_up(folder)
    other.home.data.mkdir(parents=True)
    (other.home.data / "history.db-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(504))
    (other.home.data / "history.db-wal").write_bytes(b"not of this history")

    other.restore(folder)

    assert everything(other.path) == everything(ward.path)


@pytest.mark.parametrize("place", ["nowhere", "file/below", "empty"])
def test_what_is_no_backup_is_refused(ward: Ward, tmp_path: Path, place: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()

    error = _refusal(ward, tmp_path / place)

    assert "not a backup" in error.message
    assert error.exit_code is ExitCode.USAGE
    assert not ward.home.data.exists()


@pytest.mark.parametrize("damage", [b"", b"SQLite format 3\x00", None])
def test_a_backup_with_a_damaged_database_changes_nothing(
    ward: Ward, other: Ward, folder: Path, damage: bytes | None
) -> None:
    ward.paint("cat")
    ward.back_up(folder)
    if damage is None:
        (folder / "history.db").unlink()
    else:
        (folder / "history.db").write_bytes(damage)

    error = _refusal(other, folder)

    assert isinstance(error, IncompleteError)
    assert "damaged or gone" in error.message
    assert check(other.path).standing is Standing.ABSENT


def test_a_database_that_cannot_be_read_to_its_end_changes_nothing(
    ward: Ward, other: Ward, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward.paint("cat")
    record = ward.back_up(folder).record
    monkeypatch.setattr(BackupFolder, "database", lambda *_: folder)  # found whole, and gone a moment later

    assert "damaged or gone" in _refusal(other, folder).message
    assert record.generations == 1


def test_a_backup_of_a_newer_program_is_refused(ward: Ward, other: Ward, folder: Path) -> None:
    ward.paint("cat")
    ward.back_up(folder)
    with closing(sqlite3.connect(folder / "history.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    document = json.loads((folder / "backup.json").read_text("utf-8"))
    document |= {"revision": "9999", "sha256": sha256_file(folder / "history.db")}
    (folder / "backup.json").write_text(json.dumps(document), "utf-8")

    error = _refusal(other, folder)

    assert isinstance(error, HistoryError)
    assert "newer version" in error.message
    assert check(other.path).standing is Standing.ABSENT


@pytest.fixture
def next_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Turns this program into a later one, whose history has a column more."""

    def turn() -> None:
        body = """with op.batch_alter_table("generation", recreate="always") as table:
    table.add_column(sa.Column("colour", sa.Text(), nullable=True))"""
        later = with_next_revision(tmp_path / "migrations", body)
        monkeypatch.setattr(schema, "migrations_folder", lambda: later)
        monkeypatch.setattr(schema, "REVISIONS", (*schema.REVISIONS, "next"))
        monkeypatch.setattr(schema, "HEAD", "next")

    return turn


def test_an_older_backup_is_upgraded_and_stays_as_it_is(
    ward: Ward, other: Ward, folder: Path, next_program: Callable[[], None]
) -> None:
    ward.paint("cat")
    ward.back_up(folder)
    before = files_of(folder)
    next_program()

    done = other.restore(folder)

    assert done.record.revision == HEAD
    assert check(other.path) == Checked(Standing.CURRENT, "next")
    assert other.rows("SELECT asset_key, colour FROM generation") == [("week12/cats/cat", None)]
    assert files_of(folder) == before


def test_an_older_backup_and_an_older_history_are_both_upgraded(
    ward: Ward, folder: Path, next_program: Callable[[], None]
) -> None:
    ward.paint("cat")
    ward.back_up(folder)
    ward.paint("dog", at=after(60))
    ward.close()
    next_program()

    done = ward.restore(folder, force=True)

    assert done.brought is not None
    assert done.brought.generations == 1
    assert check(ward.path) == Checked(Standing.CURRENT, "next")
    assert ward.rows("SELECT count(*), count(colour) FROM generation") == [(2, 0)]


def test_where_a_history_stands_only_force_restores(ward: Ward, folder: Path) -> None:
    ward.paint("cat")
    ward.back_up(folder)

    error = _refusal(ward, folder)

    assert isinstance(error, UsageError)
    assert error.next_step == f"pipeline restore '{folder}' --force"


def test_while_a_run_is_alive_nothing_is_restored(ward: Ward, other: Ward, folder: Path) -> None:
    ward.paint("cat")
    ward.back_up(folder)

    with RunLock(other.home.runs, "a-living-run"):
        assert "a run is going on" in _refusal(other, folder).message

    assert other.restore(folder).copied == 1
    assert names_in(other.home.runs) == []


def test_a_picture_that_is_nowhere_whole_is_said_and_the_rest_comes_back(
    ward: Ward, other: Ward, folder: Path
) -> None:
    whole, gone, changed = (ward.paint(name).master for name in ("whole", "gone", "changed"))
    ward.back_up(folder)
    assert whole is not None
    assert gone is not None
    assert changed is not None
    BackupFolder(folder).store.path(gone.sha256, "png").unlink()
    BackupFolder(folder).store.path(changed.sha256, "png").write_bytes(b"x")

    done = other.restore(folder)

    assert {picture.sha256 for picture in done.lost} == {gone.sha256, changed.sha256}
    assert names_in(other.store.path(whole.sha256, "png").parent) == [f"{whole.sha256[2:]}.png"]
    assert other.rows("SELECT count(*) FROM generation") == [(3,)]


def test_the_store_is_mended_from_the_backup(ward: Ward, folder: Path) -> None:
    gone, changed = ward.paint("gone").master, ward.paint("changed").master
    ward.back_up(folder)
    before = files_of(ward.home.blobs)
    ward.blob(gone).unlink()
    ward.blob(changed).write_bytes(b"x")
    ward.close()

    done = ward.restore(folder, force=True)

    assert (done.copied, done.lost) == (2, ())
    assert files_of(ward.home.blobs) == before


def test_by_force_the_old_history_is_kept_and_what_only_it_knows_comes_over(ward: Ward, folder: Path) -> None:
    ward.paint("cat")
    ward.back_up(folder)
    dog = ward.paint("dog", at=after(60))
    ward.close()
    old = everything(ward.path)

    done = ward.restore(folder, force=True)

    assert done.kept == ward.home.data / f"history-before-restore-{LATER:%Y%m%dT%H%M%S%f}Z.db"
    assert done.kept is not None
    assert everything(done.kept) == old
    assert done.brought is not None
    assert (done.brought.generations, done.brought.moved_on) == (1, 0)
    assert ward.book.read(dog.id) == dog
    assert history_backup.problems(ward.path) == ()
    assert [name for name in names_in(ward.home.data) if ".tmp" in name] == []


def test_a_damaged_old_history_is_left_for_its_owner_to_move(ward: Ward, folder: Path) -> None:
    ward.paint("cat")
    ward.back_up(folder)
    ward.close()
    with closing(sqlite3.connect(ward.path)) as database:
        database.execute("UPDATE generation SET blob_sha256 = 'nobody'")
        database.commit()

    error = _refusal(ward, folder, force=True)

    assert "cannot be brought over" in error.message
    assert error.next_step == f"move it aside, then: pipeline restore '{folder}'"


@pytest.mark.parametrize("where", ["merge", "return_answers", "snapshot", "problems"])
def test_any_failure_leaves_the_old_history(
    ward: Ward, folder: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    ward.paint("cat")
    ward.back_up(folder)
    ward.paint("dog", at=after(60))

    def fail(*_: object, **__: object) -> None:
        raise IncompleteError("something failed", next_step="try again")

    monkeypatch.setattr(restore_module, where, fail)

    assert _refusal(ward, folder, force=True).message == "something failed"


def test_a_full_disk_leaves_the_old_history(ward: Ward, other: Ward, folder: Path) -> None:
    for number in range(60):
        ward.book.planned(request=f"q1:{number}", prompt="橘猫" * 1000)
    ward.back_up(folder)
    other.paint("cat")
    size = (folder / "history.db").stat().st_size

    with room_for(size // 2):
        assert "no room left" in _refusal(other, folder, force=True).message


def test_no_room_for_the_rows_in_the_live_database_leaves_the_old_ones(
    ward: Ward, other: Ward, folder: Path
) -> None:
    for number in range(60):
        ward.book.planned(request=f"q1:{number}", prompt="橘猫" * 1000)
    other.paint("cat")
    other.close()
    before = everything(other.path)
    size = other.path.stat().st_size

    with (
        pytest.raises(OSError, match="no room"),
        history_backup.replacing(other.path, ward.path) as commit,
        room_for(size),
    ):
        commit()

    assert everything(other.path) == before


def test_rows_that_name_no_row_are_never_put_in_place(ward: Ward, other: Ward) -> None:
    ward.paint("cat")
    ward.close()
    with closing(sqlite3.connect(ward.path)) as database:
        database.execute("UPDATE generation SET blob_sha256 = 'nobody'")
        database.commit()
    other.paint("dog")
    other.close()
    before = everything(other.path)

    with (
        pytest.raises(HistoryError, match="nothing was changed"),
        history_backup.replacing(other.path, ward.path) as commit,
    ):
        commit()

    assert everything(other.path) == before


def test_a_restore_that_is_killed_half_way_leaves_the_old_history(ward: Ward, folder: Path) -> None:
    ward.paint("cat")
    ward.back_up(folder)
    ward.paint("dog", at=after(60))
    ward.close()
    before = everything(ward.path)
    dying = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from pipeline.history import backup
from pipeline.home import Home
from pipeline.safekeeping.restore import bring_back
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
backup.check_references, home = die, Home(Path(sys.argv[1]))
bring_back(home, home.database, Path(sys.argv[2]), force=True, now=datetime.now(UTC))
"""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    killed = subprocess.run(
        [sys.executable, "-c", dying, ward.home.root, folder], env=environment, check=False
    )

    assert killed.returncode == -signal.SIGKILL
    assert check(ward.path).standing is Standing.CURRENT
    assert everything(ward.path) == before
    done = ward.restore(folder, force=True)
    assert done.brought is not None
    assert done.brought.generations == 1
    assert [name for name in names_in(ward.home.data) if ".tmp" in name] == []


def test_while_a_restore_holds_the_history_nobody_else_writes(ward: Ward, tmp_path: Path) -> None:
    ward.paint("cat")
    copy = tmp_path / "copy.db"
    history_backup.snapshot(ward.path, copy)

    with (
        history_backup.replacing(ward.path, copy) as commit,
        closing(sqlite3.connect(ward.path, timeout=0)) as second,
    ):
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            second.execute("UPDATE generation SET prompt = 'mine'")
        commit()

    ward.book.sql("UPDATE generation SET prompt = 'mine'")


def test_a_history_that_begins_at_the_last_moment_is_not_written_over(
    ward: Ward, other: Ward, folder: Path
) -> None:
    ward.paint("cat")
    ward.back_up(folder)
    other.paint("dog")
    other.close()
    before = everything(other.path)

    with pytest.raises(HistoryError, match="began"):
        history_backup.begin_with(folder / "history.db", other.path)

    assert everything(other.path) == before


def test_kept_answers_come_back_where_they_are_wanted(ward: Ward, other: Ward, folder: Path) -> None:
    sending, done = ward.book.submitting(request="q1:a"), ward.paint("cat")
    ward.answer(sending, "a paid picture")
    ward.answer(done, "read already")
    ward.back_up(folder)

    other.restore(folder)

    assert files_of(other.home.inbox) == {f"{sending.id}.body": b"a paid picture"}


def test_an_answer_that_lies_in_the_home_is_kept_where_the_history_is_lost(ward: Ward, folder: Path) -> None:
    sending = ward.book.submitting(request="q1:a")
    ward.answer(sending, "a paid picture")
    ward.back_up(folder)
    ward.close()
    ward.path.unlink()

    ward.restore(folder)

    assert files_of(ward.home.inbox) == {f"{sending.id}.body": b"a paid picture"}


def test_a_damaged_answer_is_said(ward: Ward, other: Ward, folder: Path) -> None:
    sending = ward.book.submitting(request="q1:a")
    ward.answer(sending, "a paid picture")
    ward.back_up(folder)
    (folder / "inbox" / f"{sending.id}.body").write_text("x")

    done = other.restore(folder)

    assert done.answers == (f"{sending.id}.body",)
    assert files_of(other.home.inbox) == {}


def test_a_name_that_leads_elsewhere_is_no_answer(tmp_path: Path) -> None:
    (tmp_path / "1.body").write_text("x")

    assert return_answers(tmp_path, tmp_path / "inbox", {"../1.body": "0"}, (1,), aside=None) == ()
    assert names_in(tmp_path) == ["1.body"]


def test_answers_that_still_wait_are_read_before_a_restore_by_force(ward: Ward, folder: Path) -> None:
    ward.paint("cat")
    ward.back_up(folder)
    waiting = ward.answer(ward.book.submitting(request="q1:a"), "a paid picture")

    error = _refusal(ward, folder, force=True)

    assert waiting.name in error.message
    assert error.next_step == "to read them first: pipeline collect"
    assert waiting.read_text("utf-8") == "a paid picture"


def test_an_answer_of_another_history_is_set_aside(ward: Ward, other: Ward, folder: Path) -> None:
    sending = ward.book.submitting(request="q1:a")
    ward.answer(sending, "a paid picture")
    ward.back_up(folder)
    other.paint("cat", at=after(60))
    other.answer(sending.id, "of the old history's generation 1")
    other.answer(7, "of nobody")
    other.close()

    other.restore(folder, force=True)

    assert other.book.read(sending.id).state is State.SUBMITTING
    found = files_of(other.home.inbox)
    assert found.pop("1.body") == b"a paid picture"
    assert found.pop("7.body") == b"of nobody"
    assert list(found.values()) == [b"of the old history's generation 1"]


def test_what_was_brought_back_can_be_backed_up_again(ward: Ward, folder: Path) -> None:
    ward.paint("cat")
    ward.back_up(folder)
    ward.paint("dog", at=after(60))
    ward.close()
    ward.restore(folder, force=True)

    done = ward.back_up(folder, now=NOW)

    assert done.record.generations == 2
    assert rows(folder / "history.db", "SELECT count(*) FROM blob") == [(2,)]


def test_the_old_history_is_kept_though_ctrl_c_came_with_the_commit(
    ward: Ward, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward.paint("cat")
    ward.back_up(folder)
    ward.paint("dog", at=after(60))
    ward.close()
    old = everything(ward.path)

    with interrupted_commits(monkeypatch, ward.path), pytest.raises(KeyboardInterrupt):
        ward.restore(folder, force=True)

    (kept,) = ward.home.data.glob("history-before-restore-*.db")
    assert everything(kept) == old
    assert ward.rows("SELECT count(*) FROM generation") == [(2,)]
