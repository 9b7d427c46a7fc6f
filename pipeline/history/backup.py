"""Copies of the database file: taken while others write, looked into, put in place. SQLite only.

Knows no picture and no folder; where a copy lies, and that its file is whole, is the caller's affair.
"""

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from filelock import FileLock

from pipeline.errors import HistoryError
from pipeline.history import engine
from pipeline.history.schema import Standing, check

_HELD = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A master that the database names. `shown` are (generation, asset) of those that are stored with it.

    `specs` are the paths of specs that have it as the author's own file. `bytes` is the file's size.
    """

    sha256: str
    ending: str
    bytes: int
    shown: tuple[tuple[int, str], ...] = ()
    specs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a database holds: how many generations, its pictures by hash, and what is being sent."""

    generations: int
    pictures: tuple[Picture, ...]
    submitting: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A delivered file, relative to the home, and every content of ours that it ever had (SHA-256)."""

    path: str
    hashes: frozenset[str]


@contextmanager
def sqlite_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's own words about `path` into a HistoryError; a full disk into OSError (ENOSPC)."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", None) in _NO_ROOM:
            raise OSError(errno.ENOSPC, "no room for the database") from error
        raise engine.unusable(str(path), str(error)) from error


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that cannot write. What a killed run left half-written is rolled back first."""
    check(path)
    with (
        sqlite_errors(path),
        closing(sqlite3.connect(read_only(path), uri=True, timeout=engine.BUSY_SECONDS)) as database,
    ):
        yield database


def read_only(path: Path) -> str:
    """The URI under which SQLite opens a file without ever writing to it."""
    return f"{path.absolute().as_uri()}?mode=ro"


def snapshot(source: Path, target: Path) -> None:
    """Copy a database as it stands at one moment, whoever writes to it, into a new file; not yet synced.

    Raises HistoryError when it cannot be read, OSError (ENOSPC) when the target's disk is full.
    """
    with reading(source) as database:
        _copy(database, target)


def problems(path: Path) -> tuple[str, ...]:
    """What SQLite itself finds wrong in a database file: pages, indexes, CHECKs, rows without parents."""
    check(path)
    # Not mode=ro: SQLite does not look at CHECKs over a connection that cannot write.
    uri = f"{path.absolute().as_uri()}?mode=rw"
    with (
        sqlite_errors(path),
        closing(sqlite3.connect(uri, uri=True, timeout=engine.BUSY_SECONDS)) as database,
    ):
        database.execute("PRAGMA query_only=ON")
        words = [str(row[0]) for row in database.execute("PRAGMA integrity_check")]
        orphans = database.execute("PRAGMA foreign_key_check").fetchall()
    found = [word for word in words if word != "ok"]
    if orphans:
        found.append(f"{len(orphans)} rows name a row that is not there")
    return tuple(found)


def content(path: Path) -> Content:
    """Look into a database of any revision."""
    with reading(path) as database:
        specs: dict[str, list[str]] = {}
        owned = "SELECT own_sha256, path FROM asset JOIN spec ON spec.name = asset.spec WHERE own_sha256 > ''"
        for sha256, spec in database.execute(f"{owned} GROUP BY own_sha256, path ORDER BY path"):
            specs.setdefault(sha256, []).append(spec)
        # What the author had cleared away is no picture any more; older revisions knew no such thing.
        kept = " WHERE cleared_at IS NULL" if "cleared_at" in columns(database, "blob") else ""
        rows = database.execute(
            "SELECT sha256, ending, bytes, generation.id, asset_key FROM blob LEFT JOIN generation"  # noqa: S608 - ours
            f" ON blob_sha256 = sha256 AND state = 'stored'{kept} ORDER BY sha256, generation.id"
        )
        pictures = tuple(
            Picture(
                sha256=sha256,
                ending=ending,
                bytes=size,
                shown=tuple((number, asset) for *_, number, asset in group if number is not None),
                specs=tuple(specs.get(sha256, ())),
            )
            for (sha256, ending, size), group in groupby(rows, key=itemgetter(0, 1, 2))
        )
        sending = database.execute("SELECT id FROM generation WHERE state = 'submitting' ORDER BY id")
        submitting = tuple(number for (number,) in sending)
        (generations,) = database.execute("SELECT count(*) FROM generation").fetchone()
    return Content(generations=generations, pictures=pictures, submitting=submitting)


def written(path: Path) -> tuple[Written, ...]:
    """Every delivered file that the database knows, by path."""
    with reading(path) as database:
        rows = database.execute("SELECT path, sha256 FROM delivered ORDER BY path").fetchall()
    return tuple(
        Written(path=name, hashes=frozenset(sha256 for _, sha256 in group))
        for name, group in groupby(rows, key=itemgetter(0))
    )


def begin_with(copy: Path, live: Path) -> None:
    """Make `copy` the history where there is none. Killed half-way, there is still none.

    Raises HistoryError when one began in the meantime. Through SQLite, so that a journal which an older
    history left beside the place is never taken for this one's.
    """
    with FileLock(f"{live}.upgrade-lock"):
        if check(live).standing is not Standing.ABSENT:
            raise HistoryError(f"a history began in {live} just now", next_step="type the command again")
        with reading(copy) as database:
            _copy(database, live)


@contextmanager
def replacing(live: Path, copy: Path) -> Iterator[Callable[[], None]]:
    """Hold a history so that nobody else can write to it; calling what is given puts `copy`'s rows in it.

    One transaction: whatever fails, and a kill at any moment, leaves the old rows. `copy` may still be
    changed inside the block. Both are at the same revision.
    """
    with (
        sqlite_errors(live),
        closing(sqlite3.connect(live, timeout=engine.BUSY_SECONDS, isolation_level=None)) as database,
    ):
        database.execute("PRAGMA synchronous=FULL")
        database.execute("PRAGMA foreign_keys=OFF")  # children may come before parents; checked at the end
        database.execute("BEGIN IMMEDIATE")
        yield lambda: _take_over(database, copy)


def columns(database: sqlite3.Connection, table: str) -> tuple[str, ...]:
    """The columns of a table of the main database."""
    return tuple(row[1] for row in database.execute(f"PRAGMA main.table_info({table})"))


def check_references(database: sqlite3.Connection, where: Path) -> None:
    """Raises HistoryError when a row of the main database names a row that is not there."""
    broken = database.execute("PRAGMA main.foreign_key_check").fetchall()
    if broken:
        raise HistoryError(
            f"{where}: {len(broken)} rows would name a row that is not there; nothing was changed",
            next_step="pipeline db check",
        )


def _take_over(database: sqlite3.Connection, copy: Path) -> None:
    with reading(copy) as source:
        tables = source.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        for (table,) in tables:
            names = columns(source, table)
            marks = ", ".join("?" * len(names))
            listed = ", ".join(names)
            database.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            database.executemany(
                f"INSERT INTO {table} ({listed}) VALUES ({marks})",  # noqa: S608 - the same
                source.execute(f"SELECT {listed} FROM {table}"),  # noqa: S608 - the same
            )
    check_references(database, copy)
    database.execute("COMMIT")


def _copy(source: sqlite3.Connection, target: Path) -> None:
    def refuse_to_wait(status: int, _remaining: int, _total: int) -> None:
        # SQLite has waited as long as it may by now; Python would go on for ever.
        if status & 0xFF in _HELD:
            raise sqlite3.OperationalError("database is locked")

    with closing(sqlite3.connect(target, timeout=engine.BUSY_SECONDS)) as copy:
        source.backup(copy, progress=refuse_to_wait)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, whatever mode the source is in
