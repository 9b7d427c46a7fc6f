"""How the database is opened, and what it says when it cannot be used."""

import sqlite3
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine  # noqa: TID251 - looks at the engine itself
from sqlalchemy.exc import StatementError  # noqa: TID251 - what a fault of ours looks like

from pipeline.errors import ExitCode, HistoryError
from pipeline.history import engine
from pipeline.history.database import Database
from pipeline.history.engine import open_engine, sqlite_url, wal_is_safe
from pipeline.history.models import SpecRow
from tests.history.book import NOW, Book

CANARY = "金丝雀的秘密提示词"


@pytest.fixture
def opened(path: Path) -> Iterator[Engine]:
    """The engine alone."""
    found = open_engine(sqlite_url(path))
    yield found
    found.dispose()


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Another program holds the database for itself."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 9), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_wal_is_trusted_only_without_its_reset_bug(version: tuple[int, int, int], *, safe: bool) -> None:
    assert wal_is_safe(version) is safe


@pytest.mark.parametrize(("version", "journal"), [((3, 40, 1), "truncate"), ((3, 51, 3), "wal")])
def test_every_connection_is_prepared(
    path: Path, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int], journal: str
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    opened = open_engine(sqlite_url(path))

    with opened.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    opened.dispose()

    assert found == {"journal_mode": journal, "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_foreign_keys_can_be_left_off_for_a_rebuild(path: Path) -> None:
    opened = open_engine(sqlite_url(path), foreign_keys=False)

    with opened.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one()
    opened.dispose()

    assert found == 0


def test_a_writer_holds_the_write_lock_from_its_first_statement(database: Database, path: Path) -> None:
    with database.writing() as session, closing(sqlite3.connect(path, timeout=0)) as other:
        session.get(SpecRow, "week12")

        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")


def test_a_reader_stands_in_no_writers_way(database: Database, path: Path) -> None:
    with (
        database.reading() as session,
        closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other,
    ):
        session.get(SpecRow, "week12")
        other.execute("BEGIN IMMEDIATE")

        assert other.in_transaction


def test_a_table_that_is_made_in_a_failed_transaction_is_not_there(opened: Engine, path: Path) -> None:
    def make_and_break() -> None:
        with opened.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE half (id INTEGER)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        make_and_break()

    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone() == (0,)


def test_what_was_written_before_a_failure_is_not_kept(book: Book) -> None:
    def write_and_break() -> None:
        with book.database.writing() as session:
            session.add(SpecRow(name="week12", path="week12.yaml", digest="d1", seen_at=NOW))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_break()

    assert book.queries.spec_path("week12") is None


def test_a_failing_statement_does_not_tell_what_was_in_it(book: Book) -> None:
    with pytest.raises(HistoryError) as raised:
        book.planned(prompt=CANARY, height=0)

    told = "".join(traceback.format_exception(raised.value))
    assert "ck_generation_positive" in told
    assert "INSERT INTO generation" in told
    assert CANARY not in told


def test_a_moment_without_a_zone_is_a_fault_that_tells_no_prompt_either(book: Book) -> None:
    with pytest.raises(StatementError, match="a moment without a time zone") as raised:
        book.planned(prompt=CANARY, at=datetime(2026, 11, 24))  # noqa: DTZ001 - the fault in question

    assert CANARY not in "".join(traceback.format_exception(raised.value))


def test_a_locked_database_is_said_in_plain_words(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.01)
    book = Book(Database.at(path), path)

    with _held(path), pytest.raises(HistoryError) as raised:
        book.planned()
    book.database.close()

    assert raised.value.exit_code is ExitCode.USAGE
    assert str(raised.value) == f"{path} has been locked by another program for 0.01 seconds"
    assert raised.value.next_step == (
        "close what holds it (a database browser?), then type the command again"
    )


def test_a_commit_that_a_reader_keeps_waiting_is_an_error_and_nothing_was_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))  # with WAL readers hold nobody up
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.01)
    book = Book(Database.at(path), path)

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM generation").fetchall()
        with pytest.raises(HistoryError, match="locked"):
            book.planned()

    assert book.ledger.same_request("q1:cat") == ()
    book.database.close()


def test_other_failures_are_one_sentence_with_a_next_step(book: Book) -> None:
    book.sql("DROP TABLE own_file")

    with pytest.raises(HistoryError, match="no such table: own_file") as raised:
        book.queries.own_pictures(["a.png"])

    assert str(book.path) in str(raised.value)
    assert raised.value.next_step == "pipeline db check"


def test_a_file_that_is_no_database_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    path.write_bytes(b"my diary, not a database" * 100)
    database = Database.at(path)

    with pytest.raises(HistoryError, match="file is not a database"):
        Book(database, path).queries.spec_path("week12")
    database.close()


def test_a_folder_in_the_way_is_said_so(tmp_path: Path) -> None:
    database = Database.at(tmp_path)

    with pytest.raises(HistoryError, match="unable to open database file"):
        Book(database, tmp_path).queries.spec_path("week12")
    database.close()
