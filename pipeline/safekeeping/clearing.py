"""`gc`: pictures of the trash are removed; files that no row names are set aside, and only when asked.

No row of a generation ever goes. The write lock of the history is held from looking to recording, so that
no run begins in between: it writes itself down first. Files go before their rows change. Killed half-way,
rows say of some that they are there; the next time finds the same pictures again and records them.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.history.backup import Picture
from pipeline.history.clearance import Unneeded, clear, unneeded
from pipeline.history.database import Database
from pipeline.home import Home
from pipeline.runner.lock import RunLock, others_alive
from pipeline.safekeeping.leftovers import sweep_store
from pipeline.safekeeping.pictures import unnamed
from pipeline.safekeeping.sharing import check_trash_may_go, check_unnamed_may_go
from pipeline.storage import BlobStore, folder_inside, writing

FRESH = timedelta(days=1)
"""A file without a row that is younger may wait for its row."""
OWED = timedelta(hours=13)
"""A task brings its picture within 12 hours; a little more, for clocks."""
ASIDE = "set-aside"
"""The folder in a home's data for files that no row names, by the day on which they were moved there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clutter:
    """What lies in the store and is not needed: pictures thrown away, and files that nothing names.

    `kept` counts files without a row that may be owed and stay. `named` counts the files that rows name.
    """

    trashed: tuple[Picture, ...]
    nameless: tuple[Picture, ...]
    kept: int
    named: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """Files that were moved out of the store, the folder where they lie now, and how many had to stay."""

    pictures: tuple[Picture, ...]
    folder: Path
    kept: int


def look(home: Home, database: Database, *, now: datetime) -> Clutter:
    """What would go; nothing is changed."""
    with database.reading() as session:
        return _clutter(BlobStore(home.blobs), unneeded(session), now)


def clear_away(home: Home, database: Database, *, history: Path, now: datetime) -> Clutter:
    """Remove the pictures of the trash for good, and record that; what nothing names stays.

    `history` is the file of `database`. Returns what was found. Raises UsageError while a run is going on,
    and where the pictures may be another history's too.
    """
    store = BlobStore(home.blobs)
    with _alone(home, now), database.writing() as session:
        found = unneeded(session)
        clutter = _clutter(store, found, now)
        if clutter.trashed:
            check_trash_may_go(home, history)
        for picture in clutter.trashed:
            store.path(picture.sha256, picture.ending).unlink(missing_ok=True)
        gone = tuple(picture for picture in found.nameless if not store.has(picture.sha256, picture.ending))
        clear(session, replace(found, nameless=gone), now)
        return clutter


def set_aside(home: Home, database: Database, *, history: Path, now: datetime) -> SetAside:
    """Move the files that nothing names out of the store, where their owner may look at them and delete them.

    `history` is the file of `database`. Raises UsageError while a run is going on, and where another history
    may name them.
    """
    store, folder = BlobStore(home.blobs), home.data / ASIDE / f"{now:%Y-%m-%d}"
    with _alone(home, now), database.writing() as session:
        found = unneeded(session)
        clutter = _clutter(store, found, now)
        check_nameless(home, clutter, history=history)
        if clutter.nameless:
            folder_inside(home.data, folder)
        for picture in clutter.nameless:
            source = store.path(picture.sha256, picture.ending)
            with writing(folder):
                source.replace(_free(folder, source.parent.name + source.name))
        clear(session, replace(found, trashed=()), now)
    return SetAside(pictures=clutter.nameless, folder=folder, kept=clutter.kept)


def check_nameless(home: Home, clutter: Clutter, *, history: Path) -> None:
    """Raises UsageError where files that nothing names here may have a name in another history."""
    if clutter.nameless:
        strangers = len(clutter.nameless) + clutter.kept
        check_unnamed_may_go(home, history, named=clutter.named, unnamed=strangers)


@contextmanager
def _alone(home: Home, now: datetime) -> Iterator[None]:
    """Hold the home as a run would. Raises UsageError while another one is alive."""
    name = f"{now:%Y%m%dT%H%M%S}-gc-{os.getpid()}"
    folder_inside(home.runs.parent, home.runs)
    with RunLock(home.runs, name):
        if others_alive(home.runs, name):
            raise UsageError(
                "a run is going on in this home", next_step="wait until it has ended, then type this again"
            )
        sweep_store(home, now=now)
        yield


def _clutter(store: BlobStore, found: Unneeded, now: datetime) -> Clutter:
    trashed, nameless, kept = _lying(store, found.trashed), list(_lying(store, found.nameless)), 0
    named = len(_lying(store, found.named)) - len(nameless)
    for stranger in unnamed(store, found.named):
        if _may_be_owed(store.path(stranger.sha256, stranger.ending), found.owed, now):
            kept += 1
        else:
            nameless.append(stranger)
    return Clutter(trashed=trashed, nameless=tuple(nameless), kept=kept, named=named)


def _lying(store: BlobStore, pictures: tuple[Picture, ...]) -> tuple[Picture, ...]:
    """Those whose file is there."""
    return tuple(picture for picture in pictures if store.has(picture.sha256, picture.ending))


def _may_be_owed(path: Path, owed: tuple[datetime, ...], now: datetime) -> bool:
    """Whether a file without a row may be a picture that was paid for and never written down."""
    written = datetime.fromtimestamp(path.lstat().st_mtime, tz=now.tzinfo)
    return now - written < FRESH or any(sent <= written <= sent + OWED for sent in owed)


def _free(folder: Path, name: str) -> Path:
    """A place in the folder that nothing has: another file of that name is never replaced."""
    if not os.path.lexists(folder / name):
        return folder / name
    stem, _, ending = name.partition(".")
    return next(
        place for number in count(2) if not os.path.lexists(place := folder / f"{stem}-{number}.{ending}")
    )
