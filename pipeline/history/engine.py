"""How the database is opened. The only place that knows SQLite's pragmas.

`BEGIN IMMEDIATE` and FULL sync: a task id that was committed survives a power cut, and two runs never
see "database is locked" at once. WAL only where the library is free of the WAL-reset bug
(sqlite.org/wal.html#walresetbug, fixed in 3.51.3, 3.50.7 and 3.44.6).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.exc import DatabaseError, DisconnectionError  # noqa: TID251 - history owns SQLAlchemy

from pipeline.errors import HistoryError, IncompleteError, PipelineError

BUSY_SECONDS = 30
FILE = "file"
"""Under this name a connection's `info` has what tells its database file from another in its place."""


def wal_is_safe(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite has the WAL-reset fix."""
    if version >= (3, 51, 3):
        return True
    return (version[:2] == (3, 50) and version[2] >= 7) or (version[:2] == (3, 44) and version[2] >= 6)


def sqlite_url(path: Path) -> URL:
    """The SQLAlchemy URL of a database file, whatever characters its name has."""
    return URL.create("sqlite", database=path.as_posix())


def open_engine(url: str | URL, *, foreign_keys: bool = True) -> Engine:
    """An engine whose transactions are what the ledger needs; parameters never appear in its errors."""
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
    journal = "WAL" if wal_is_safe(sqlite3.sqlite_version_info) else "TRUNCATE"
    place = engine.url.database or ""

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, record: Any) -> None:
        record.info[FILE] = _identity(place)
        connection.isolation_level = None  # we emit BEGIN ourselves, so that DDL is transactional too
        for pragma in (
            f"journal_mode={journal}",
            "synchronous=FULL",
            f"foreign_keys={'ON' if foreign_keys else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "checkout")
    def _follow(_connection: Any, record: Any, _proxy: Any) -> None:
        # An open file stays what it was when another takes its name: whoever kept it open would go on
        # reading, and writing, where nobody looks any more.
        if _identity(place) not in (None, record.info[FILE]):
            raise DisconnectionError("another file has taken the place of the database")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN IMMEDIATE"))

    return engine


def _identity(path: str) -> tuple[int, int] | None:
    """What tells a file from all others while both are there; None where there is none."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def unusable(where: str, reason: str) -> PipelineError:
    """What to say of a database that did not do what was asked; `reason` in its own words."""
    if "locked" in reason:
        return HistoryError(
            f"{where} has been locked by another program for {BUSY_SECONDS} seconds",
            next_step="close what holds it (a database browser?), then type the command again",
        )
    if "full" in reason:
        return IncompleteError(
            f"{where} cannot grow: {reason}",
            next_step="free some space, then type the same command again; nothing that was finished is lost",
        )
    if "I/O" in reason:
        return IncompleteError(
            f"{where} could not be read or written: {reason} (a failing disk, or a limit on file sizes)",
            next_step="look at that disk and its free space, then type the same command again; "
            "nothing that was finished is lost",
        )
    return HistoryError(f"{where}: {reason}", next_step="pipeline db check")


@contextmanager
def readable_errors(where: str) -> Iterator[None]:
    """Turn the database's own failures into one sentence with what to do."""
    try:
        yield
    except DatabaseError as error:
        raise unusable(where, str(error.orig)) from error
