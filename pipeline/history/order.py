"""The order of rows whose last one counts, where two histories meet: their numbers are given out anew."""

import sqlite3

from pipeline.history.backup import columns

IN_THEIR_OWN_ORDER = "max(at) OVER (PARTITION BY id > :newest ORDER BY id)"
"""The moment of a word, but not before its forerunner's of the same history: a clock that was wrong, or set
back, must not overturn what somebody said later."""


def newest_in(database: sqlite3.Connection, table: str) -> int:
    """The highest number of a table, 0 for none."""
    return int(database.execute(f"SELECT coalesce(max(id), 0) FROM main.{table}").fetchone()[0])  # noqa: S608 - ours


def sort_by_time(database: sqlite3.Connection, table: str, newest: int, *, moment: str) -> None:
    """Number rows anew by a moment, an SQL expression; those up to `newest` were here before.

    New numbers lie beyond `newest`: one that somebody has seen never comes to mean another row, and whoever
    keeps what he read sees that the first row is gone. Rows that are in order keep theirs.
    """
    listed = ", ".join(name for name in columns(database, table) if name != "id")
    database.execute(
        f"CREATE TEMP TABLE sorted AS SELECT *, {moment} AS moment FROM main.{table}",  # noqa: S608 - ours
        {"newest": newest},
    )
    pairs = "SELECT moment, lag(moment) OVER (ORDER BY id) AS earlier FROM sorted"
    if database.execute(f"SELECT 1 FROM ({pairs}) WHERE moment < earlier").fetchone() is not None:  # noqa: S608 - ours
        database.execute(f"DELETE FROM main.{table}")  # noqa: S608 - our own names
        database.execute(
            f"INSERT INTO main.{table} (id, {listed})"  # noqa: S608 - our own names
            f" SELECT row_number() OVER (ORDER BY moment, id) + ?, {listed} FROM sorted ORDER BY moment, id",
            (newest,),
        )
    database.execute("DROP TABLE sorted")
