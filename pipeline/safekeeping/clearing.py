"""`gc`: files of the store that nothing needs. Rows of generations stay; only what nobody shows may go.

The write lock of the history is held from looking to recording, so that no run begins in between: it
writes itself down first. Killed half-way, files are gone whose rows say that they are there; the next time
finds the same pictures again and records them.
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.history.backup import Picture
from pipeline.history.clearance import Unneeded, clear, unneeded
from pipeline.history.database import Database
from pipeline.home import Home
from pipeline.runner.lock import RunLock, others_alive
from pipeline.safekeeping.pictures import unnamed
from pipeline.storage import BlobStore, folder_inside

FRESH = timedelta(days=1)
"""A file without a row that is younger may wait for its row."""
OWED = timedelta(hours=13)
"""A task brings its picture within 12 hours; a little more, for clocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clutter:
    """What may go, by file: pictures thrown away, and what no row names; `kept`: files that may be owed."""

    trashed: tuple[Picture, ...]
    nameless: tuple[Picture, ...]
    kept: int

    @property
    def bytes(self) -> int:
        """What the files take on the disk."""
        return sum(picture.bytes for picture in (*self.trashed, *self.nameless))


def look(home: Home, database: Database, *, now: datetime) -> Clutter:
    """What would go; nothing is changed."""
    with database.reading() as session:
        return _clutter(BlobStore(home.blobs), unneeded(session), now)


def clear_away(home: Home, database: Database, *, now: datetime) -> Clutter:
    """Remove it, and record that; returns what went. Raises UsageError while a run is going on."""
    store = BlobStore(home.blobs)
    name = f"{now:%Y%m%dT%H%M%S}-gc-{os.getpid()}"
    folder_inside(home.runs.parent, home.runs)
    with RunLock(home.runs, name), database.writing() as session:
        if others_alive(home.runs, name):
            raise UsageError(
                "a run is going on in this home", next_step="wait until it has ended, then type this again"
            )
        found = unneeded(session)
        clutter = _clutter(store, found, now)
        for picture in (*clutter.trashed, *clutter.nameless):
            store.path(picture.sha256, picture.ending).unlink(missing_ok=True)
        clear(session, found, now)
        return clutter


def _clutter(store: BlobStore, found: Unneeded, now: datetime) -> Clutter:
    trashed = _lying(store, found.trashed)
    nameless, kept = list(_lying(store, found.nameless)), 0
    for stranger in unnamed(store, found.named):
        if _may_be_owed(store.path(stranger.sha256, stranger.ending), found.owed, now):
            kept += 1
        else:
            nameless.append(stranger)
    return Clutter(trashed=trashed, nameless=tuple(nameless), kept=kept)


def _lying(store: BlobStore, pictures: tuple[Picture, ...]) -> tuple[Picture, ...]:
    """Those whose file is there."""
    return tuple(picture for picture in pictures if store.has(picture.sha256, picture.ending))


def _may_be_owed(path: Path, owed: tuple[datetime, ...], now: datetime) -> bool:
    """Whether a file without a row may be a picture that was paid for and never written down."""
    written = datetime.fromtimestamp(path.stat().st_mtime, tz=now.tzinfo)
    return now - written < FRESH or any(sent <= written <= sent + OWED for sent in owed)
