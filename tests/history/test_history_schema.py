"""Which databases are opened, made, upgraded or left alone, and how."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import HistoryError, PipelineError
from pipeline.history import engine, schema
from pipeline.history.database import Database
from pipeline.history.schema import HEAD, Checked, Standing, Upgraded, check, make_ready, upgrade
from pipeline.history.states import State
from tests.history.alembics import ROOT, with_next_revision
from tests.history.book import NOW, Book

REBUILD = """with op.batch_alter_table("generation", recreate="always") as table:
    table.add_column(sa.Column("colour", sa.Text(), nullable=True))"""
BREAK = f"""{REBUILD}
raise sa.exc.OperationalError("CREATE", None, sqlite3.OperationalError("disk I/O error"))"""
ORPHANS = """op.execute("DELETE FROM generation")"""

Extend = Callable[[str], None]


@pytest.fixture
def next_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Extend:
    """The program as it may be one day: with a revision `next`, whose upgrade is given."""

    def extend(body: str) -> None:
        folder = with_next_revision(tmp_path / "migrations", f"import sqlite3\n{body}")
        monkeypatch.setattr(schema, "migrations_folder", lambda: folder)
        monkeypatch.setattr(schema, "REVISIONS", (*schema.REVISIONS, "next"))
        monkeypatch.setattr(schema, "HEAD", "next")

    return extend


def _run(program: str, *arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments], env=environment, text=True, stdout=subprocess.PIPE
    )


def _columns(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as database:
        return {row[1] for row in database.execute("PRAGMA table_info(generation)")}


def test_a_history_that_is_not_there_is_made(tmp_path: Path) -> None:
    path = tmp_path / "new home" / "data" / "history.db"

    assert check(path) == Checked(Standing.ABSENT)
    assert make_ready(path, now=NOW) == Upgraded(None, None)
    assert check(path) == Checked(Standing.CURRENT, HEAD)
    assert not (path.parent / "backups").exists()


def test_an_empty_file_is_a_history_that_is_not_there_yet(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    path.touch()

    assert make_ready(path, now=NOW) == Upgraded(None, None)
    assert check(path).standing is Standing.CURRENT


@pytest.mark.parametrize("name", ["100%.db", "a?b#c.db", "历史 库.db"])
def test_any_file_name_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    make_ready(Path(name), now=NOW)

    assert check(Path(name)).standing is Standing.CURRENT


def test_a_current_history_is_left_as_it_is(path: Path) -> None:
    before = path.read_bytes()

    assert make_ready(path, now=NOW) is None
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["history.db"]


def test_an_upgrade_keeps_a_copy_of_the_old_history_first(book: Book, next_program: Extend) -> None:
    kept = book.stored(tags={"author": "amy"})
    book.database.close()
    next_program(REBUILD)
    assert check(book.path) == Checked(Standing.BEHIND, HEAD)

    upgraded = make_ready(book.path, now=datetime(2026, 11, 24, 9, 30, 5, tzinfo=UTC))

    copy = book.path.parent / "backups" / f"history-{HEAD}-20261124T093005Z.db"
    assert upgraded == Upgraded(HEAD, copy)
    assert check(book.path) == Checked(Standing.CURRENT, "next")
    assert "colour" in _columns(book.path)
    assert check(copy) == Checked(Standing.BEHIND, HEAD)
    assert Book(Database.at(copy), copy).read(kept) == kept


def test_a_table_is_rebuilt_without_losing_its_children_or_its_checks(
    book: Book, next_program: Extend
) -> None:
    kept = book.stored(tags={"author": "amy"})
    book.database.close()
    next_program(REBUILD)

    make_ready(book.path, now=NOW)

    assert book.read(kept) == kept
    assert len(book.events(kept.id)) == 4
    assert book.sql("SELECT value FROM generation_tag") == [("amy",)]
    with pytest.raises(sqlite3.IntegrityError, match="ck_generation_sent"):
        book.sql("UPDATE generation SET sent_at = NULL")
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        book.sql("DELETE FROM generation")


@pytest.mark.parametrize(
    ("body", "words"), [(BREAK, "disk I/O error"), (ORPHANS, "4 rows without their parents")]
)
def test_an_upgrade_that_fails_leaves_the_old_history(
    book: Book, next_program: Extend, body: str, words: str
) -> None:
    kept = book.stored()
    book.database.close()
    next_program(body)

    with pytest.raises(PipelineError, match=words):
        make_ready(book.path, now=NOW)

    assert check(book.path) == Checked(Standing.BEHIND, HEAD)
    assert "colour" not in _columns(book.path)
    assert book.read(kept) == kept
    assert book.sql("SELECT name FROM sqlite_master WHERE name LIKE '_alembic_tmp%'") == []
    assert book.sql("PRAGMA foreign_key_check") == []


def test_a_history_of_a_newer_program_is_refused_and_left_as_it_is(book: Book) -> None:
    book.sql("UPDATE alembic_version SET version_num = '9999'")
    before = book.path.read_bytes()

    with pytest.raises(
        HistoryError, match=f"newer version of this program .revision 9999.*up to {HEAD}"
    ) as raised:
        make_ready(book.path, now=NOW)

    assert raised.value.next_step == "install the newer version again; this one changed nothing"
    assert book.path.read_bytes() == before


@pytest.mark.parametrize("tables", [("photos",), ("photos", "alembic_version")])
def test_the_database_of_another_program_is_refused_and_left_as_it_is(
    tmp_path: Path, tables: tuple[str, ...]
) -> None:
    path = tmp_path / "photos.db"
    with closing(sqlite3.connect(path)) as database:
        for table in tables:
            database.execute(f"CREATE TABLE {table} (version_num TEXT)")
    before = path.read_bytes()

    with pytest.raises(HistoryError, match="another program's database") as raised:
        make_ready(path, now=NOW)

    assert raised.value.next_step == "choose another home with --home DIR"
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_with_the_way_to_the_backups(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    path.write_bytes(b"my diary, not a database" * 100)

    with pytest.raises(HistoryError, match="cannot be read as a database: file is not a database") as raised:
        make_ready(path, now=NOW)

    assert raised.value.next_step is not None
    assert "data/backups/" in raised.value.next_step


def test_a_locked_history_is_not_taken_for_a_broken_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.01)

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(HistoryError, match=r"locked by another program for 0\.01 seconds") as raised:
            check(path)

    assert raised.value.next_step is not None
    assert "type the command again" in raised.value.next_step


def test_an_upgrade_that_meets_a_writer_is_said_in_plain_words(
    path: Path, next_program: Extend, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_program(REBUILD)
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.01)

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(HistoryError, match="locked by another program"):
            make_ready(path, now=NOW)

    assert check(path).standing is Standing.BEHIND


def test_what_a_killed_run_left_half_written_is_rolled_back_and_read(book: Book) -> None:
    for number in range(40):
        book.planned(request=f"q1:{number}", prompt="橘猫" * 2000)
    book.database.close()
    dying = """
import os, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA journal_mode=TRUNCATE")
database.execute("PRAGMA cache_size=2")
database.execute("BEGIN IMMEDIATE")
database.execute("UPDATE generation SET prompt = hex(randomblob(6000))")
os._exit(9)
"""
    killed = _run(dying, str(book.path))
    killed.communicate(timeout=60)
    assert killed.returncode == 9
    assert Path(f"{book.path}-journal").stat().st_size > 0

    assert check(book.path) == Checked(Standing.CURRENT, HEAD)
    assert {row.prompt for row in book.ledger.in_flight([State.PLANNED])} == {"橘猫" * 2000}


def test_two_programs_that_begin_a_history_at_once_end_with_one(tmp_path: Path) -> None:
    path = tmp_path / "data" / "history.db"
    program = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pipeline.history.schema import make_ready
print(make_ready(Path(sys.argv[1]), now=datetime.now(UTC)))
"""
    both = [_run(program, str(path)) for _ in range(2)]
    told = sorted(process.communicate(timeout=60)[0].strip() for process in both)

    assert [process.returncode for process in both] == [0, 0]
    assert told == ["None", "Upgraded(source=None, backup=None)"]
    assert check(path).standing is Standing.CURRENT


def test_a_history_that_another_run_upgraded_meanwhile_is_left_as_it_is(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = iter([Checked(Standing.ABSENT)])
    monkeypatch.setattr(schema, "check", lambda found: next(looked, None) or check(found))

    assert make_ready(path, now=NOW) is None


def test_a_current_history_is_opened_without_alembic(path: Path) -> None:
    program = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pipeline.history.database import Database
from pipeline.history.queries import Queries
from pipeline.history.schema import make_ready
path = Path(sys.argv[1])
assert make_ready(path, now=datetime.now(UTC)) is None
assert Queries(Database.at(path)).spec_path("week12") is None
print(sorted(name for name in sys.modules if name.partition(".")[0] in ("alembic", "mako")))
"""
    opening = _run(program, str(path))

    assert opening.communicate(timeout=60)[0].strip() == "[]"
    assert opening.returncode == 0


def test_a_history_is_brought_to_any_revision_by_name(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    upgrade(path, HEAD)
    upgrade(path, HEAD)

    assert check(path) == Checked(Standing.CURRENT, HEAD)
