"""What is settled before the rows of a bundle meet a history that stands. Changes the bundle's copy only."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.history.backup import read_only, sqlite_errors
from pipeline.history.engine import BUSY_SECONDS

# The pluses keep SQLite from looking rows up by account, which all of them share.
_TWINS = """
    SELECT o.id, o.planned_at FROM main.generation o JOIN live.generation m
    ON m.request_key = o.request_key AND +m.endpoint = o.endpoint AND +m.account = o.account
        AND +m.planned_at = o.planned_at
    WHERE (o.task_id <> m.task_id OR o.blob_sha256 <> m.blob_sha256)
        AND NOT EXISTS (
            SELECT 1 FROM live.generation s WHERE s.request_key = o.request_key AND +s.endpoint = o.endpoint
                AND +s.account = o.account AND +s.planned_at = o.planned_at
                AND (+s.task_id IS NULL OR o.task_id IS NULL OR +s.task_id = o.task_id)
                AND (+s.blob_sha256 IS NULL OR o.blob_sha256 IS NULL OR +s.blob_sha256 = o.blob_sha256))
"""
"""Generations that were one intent, which two machines carried out: two purchases."""


def settle(bundle: Path, live: Path) -> None:
    """Make `bundle` ready to be merged into `live`; both at head.

    A spec that is known stays where it lies. One intent that was sent from two machines (the home was copied
    while it waited) is two purchases: the bundle's is told apart by a microsecond, always the same, so that
    neither task is forgotten and a second import finds it.
    """
    with (
        sqlite_errors(bundle),
        closing(sqlite3.connect(bundle.absolute().as_uri(), uri=True, timeout=BUSY_SECONDS)) as database,
        database,
    ):
        database.execute("ATTACH ? AS live", (read_only(live),))
        database.execute("DELETE FROM main.spec WHERE name IN (SELECT name FROM live.spec)")
        for number, planned_at in database.execute(_TWINS).fetchall():
            moment = datetime.fromisoformat(planned_at) + timedelta(microseconds=1)
            database.execute(
                "UPDATE main.generation SET planned_at = ? WHERE id = ?",
                (moment.isoformat(sep=" ", timespec="microseconds"), number),
            )
