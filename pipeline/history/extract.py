"""Rows of one database carried into a fresh one, every value checked: how a bundle is made, and how read.

Nothing of the source's schema comes along: a hostile file brings rows that fit our own tables, or nothing.
What belongs to one machine stays behind: runs and their owners, caches, limits, delivered files, and
purchases that were never sent (another machine would take them over, and both would buy).
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.history.backup import read_only

LEFT_BEHIND = frozenset({"run", "own_file", "account_limit", "delivered", "alembic_version"})
"""Tables that no bundle carries."""
_LONGEST = 1_000_000
"""Characters or bytes in one value; a prompt has some hundreds."""
_LEAST_ROW = 4
"""Bytes that a row takes at least; a file that gives more rows than that is made to keep a reader busy."""
_LARGEST = 1_000_000_000
"""No history has more; numbers beyond would leave none for those that come after, and no room for sums."""

_KEYS = (
    ("generation", "asset_key"),
    ("decision", "asset_key"),
    ("note", "asset_key"),
    ("asset", "key"),
    ("focus_point", "asset_key"),
)
_NAMES = (("generation", "spec"), ("asset", "spec"), ("spec", "name"))

Row = dict[str, Any]
_Check = Callable[[Any], bool]


class UnfitError(ValueError):
    """A database that is not one of ours, or whose rows break our rules; says which."""


@dataclass(slots=True)
class _Kept:
    """What the rows so far have named: those of later tables follow them. `only` None: everything."""

    only: frozenset[int] | None
    generations: set[int] = field(default_factory=set)
    assets: set[str] = field(default_factory=set)
    specs: set[str] = field(default_factory=set)
    pictures: set[str] = field(default_factory=set)

    def has_asset(self, key: str) -> bool:
        return self.only is None or key in self.assets


def carry(source: Path, target: Path, *, only: frozenset[int] | None = None) -> int:
    """Fill the fresh database `target` from `source`, both of one revision; returns how many generations.

    Nobody may be writing to `source`. `only`: these generations and what belongs to them.
    Raises UnfitError; `target` is of no use then.
    """
    kept = _Kept(only)
    try:
        with (
            closing(sqlite3.connect(f"{read_only(source)}&immutable=1", uri=True)) as old,
            closing(sqlite3.connect(target, isolation_level=None)) as new,
        ):
            old.execute("PRAGMA trusted_schema=OFF")
            old.execute("PRAGMA cell_size_check=ON")
            _check_schema(old, new)
            most = source.stat().st_size // _LEAST_ROW
            new.execute("PRAGMA synchronous=OFF")
            new.execute("BEGIN")
            for table, keeps in _RULES.items():
                if columns := _columns(new, table):  # an older revision may not have it yet
                    _fill(new, table, columns, _rows(old, table, columns, most), keeps, kept)
            if broken := new.execute("PRAGMA foreign_key_check").fetchone():
                raise UnfitError(f"a row of {broken[0]} names a row that is not there")
            new.execute("COMMIT")
            new.execute("PRAGMA journal_mode=DELETE")  # one file
    except sqlite3.Error as error:
        raise UnfitError(str(error)) from error
    return len(kept.generations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a carried database names: assets, specs, and pictures: hash -> ending, bytes, width, height."""

    assets: frozenset[str]
    specs: frozenset[str]
    pictures: Mapping[str, tuple[str, int, int, int]]


_THERE = "SELECT sha256, ending, bytes, width, height FROM blob WHERE cleared_at IS NULL"


def described(path: Path) -> Described:
    """Look into a database at head that `carry` has filled."""
    with closing(sqlite3.connect(read_only(path), uri=True)) as database:
        assets = (database.execute(f"SELECT {column} FROM {table}") for table, column in _KEYS)  # noqa: S608 - our own names
        specs = (database.execute(f"SELECT {column} FROM {table}") for table, column in _NAMES)  # noqa: S608 - the same
        return Described(
            assets=frozenset(key for found in assets for (key,) in found if key is not None),
            specs=frozenset(name for found in specs for (name,) in found),
            pictures={row[0]: row[1:] for row in database.execute(_THERE)},
        )


def _check_schema(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    """Only plain tables and indexes, and of tables those that a database of this revision has."""
    for kind, name, sql in old.execute("SELECT type, name, sql FROM sqlite_master"):
        if kind not in ("table", "index") or (kind == "table" and not _is_plain(sql)):
            raise UnfitError(f"it has a {kind} of its own making, {str(name)[:40]!r}")
    named = "SELECT name FROM sqlite_master WHERE type = 'table'"
    ours = {name for (name,) in new.execute(named)}
    theirs = {name for (name,) in old.execute(named)}
    if ours != theirs:
        raise UnfitError("it has other tables than a history of its version")
    for table in ours:
        if _columns(old, table).keys() != _columns(new, table).keys():
            raise UnfitError(f"its table {table} has other columns than a history of its version")


def _is_plain(sql: object) -> bool:
    return isinstance(sql, str) and sql[:13].upper() == "CREATE TABLE "


def _columns(database: sqlite3.Connection, table: str) -> dict[str, tuple[str, bool]]:
    """Column -> declared type and whether it must be there; hidden and computed ones count too."""
    found = database.execute(f"PRAGMA table_xinfo({table})")
    return {name: (kind, bool(needed)) for _, name, kind, needed, _, _, _ in found}


def _rows(
    database: sqlite3.Connection, table: str, columns: Mapping[str, tuple[str, bool]], most: int
) -> Iterator[Row]:
    """Every row of a table, its values checked by their declared types."""
    checks = {
        name: (_is_whole if name == "seed" else _CHECKS[kind.partition("(")[0]], needed)
        for name, (kind, needed) in columns.items()
    }
    listed = ", ".join(f'"{name}"' for name in columns)
    order = " ORDER BY id" if "id" in columns else ""
    for number, values in enumerate(database.execute(f"SELECT {listed} FROM {table}{order}")):  # noqa: S608 - our own names
        if number > most:
            raise UnfitError(f"its table {table} does not end")
        row = dict(zip(columns, values, strict=True))
        for name, (fits, needed) in checks.items():
            value = row[name]
            if needed if value is None else not fits(value):
                raise UnfitError(f"its table {table} has a {name} that cannot be: {str(value)[:40]!r}")
        yield row


def _fill(
    database: sqlite3.Connection,
    table: str,
    columns: Mapping[str, tuple[str, bool]],
    rows: Iterator[Row],
    keeps: Callable[[Row, _Kept], bool],
    kept: _Kept,
) -> None:
    listed, marks = ", ".join(f'"{name}"' for name in columns), ", ".join(f":{name}" for name in columns)
    database.executemany(
        f"INSERT INTO {table} ({listed}) VALUES ({marks})",  # noqa: S608 - our own names
        (row for row in rows if keeps(row, kept)),
    )


def _generation(row: Row, kept: _Kept) -> bool:
    if row["state"] == "planned" or (kept.only is not None and row["id"] not in kept.only):
        return False
    if not (0 < row["id"] <= _LARGEST and 0 < row["attempt"] <= _LARGEST):
        raise UnfitError(f"it has a generation with the number {row['id']}, attempt {row['attempt']}")
    row["owner"] = None
    kept.generations.add(row["id"])
    kept.assets.add(row["asset_key"])
    kept.pictures.add(row["blob_sha256"])
    return True


def _of_generation(row: Row, kept: _Kept) -> bool:
    return row["generation_id"] in kept.generations


def _decision(row: Row, kept: _Kept) -> bool:
    if row["generation_id"] not in kept.generations:
        return False
    if row["asset_key"] is not None:
        kept.assets.add(row["asset_key"])
    return True


def _note(row: Row, kept: _Kept) -> bool:
    if row["generation_id"] is not None:
        return row["generation_id"] in kept.generations
    return kept.has_asset(row["asset_key"])


def _asset(row: Row, kept: _Kept) -> bool:
    if not kept.has_asset(row["key"]):
        return False
    kept.specs.add(row["spec"])
    kept.pictures.add(row["own_sha256"])
    return True


def _spec(row: Row, kept: _Kept) -> bool:
    """A path that leads out of the home means nothing on another machine, or too much."""
    path = PurePosixPath(row["path"])
    leads_out = path.is_absolute() or ".." in path.parts or "\\" in row["path"] or ":" in row["path"]
    return row["name"] in kept.specs and not leads_out


_RULES: Mapping[str, Callable[[Row, _Kept], bool]] = {
    "generation": _generation,
    "generation_tag": _of_generation,
    "event": _of_generation,
    "decision": _decision,
    "trash": _of_generation,
    "note": _note,
    "asset": _asset,
    "focus_point": lambda row, kept: kept.has_asset(row["asset_key"]),
    "spec": _spec,
    "blob": lambda row, kept: row["sha256"] in kept.pictures,
    "subject": lambda row, kept: row["master"] in kept.pictures,
}
"""Table -> which of its rows come along, in the order in which they name each other."""
CARRIED = frozenset(_RULES)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST and "\0" not in value


def _is_whole(value: Any) -> bool:
    return isinstance(value, int)


def _is_count(value: Any) -> bool:
    """Every number but a seed is a count, an amount or a row's own: sums of those must fit 64 bits."""
    return isinstance(value, int) and 0 <= value <= _LARGEST


def _is_moment(value: Any) -> bool:
    """Exactly as moments are kept, as not all readers know other forms; in years that every zone can show."""
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return 1970 <= at.year < 9999 and at.isoformat(sep=" ", timespec="microseconds") == value


def _is_object(value: Any) -> bool:
    """A JSON object that can be written again: no NaN, no half of a character."""
    try:
        if not _is_text(value) or not isinstance(found := json.loads(value), dict):
            return False
        json.dumps(found, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    return True


_CHECKS: Mapping[str, _Check] = {
    "VARCHAR": _is_text,
    "TEXT": _is_text,
    "INTEGER": _is_count,
    "BIGINT": _is_count,
    "BOOLEAN": lambda value: value in (0, 1),
    "FLOAT": lambda value: isinstance(value, int | float) and isfinite(value),
    "DATETIME": _is_moment,
    "JSON": _is_object,
    "BLOB": lambda value: isinstance(value, bytes) and len(value) <= _LONGEST,
}
"""What a value of each declared type must be: SQLite itself takes anything anywhere."""
