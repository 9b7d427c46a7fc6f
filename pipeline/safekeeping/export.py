"""`export`: pictures and what is known of them into one zip file, while runs may go on.

The database at one moment, then the pictures that it names (files are there before rows, and never change).
The zip appears whole or not at all; the home is only read.
"""

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.errors import HistoryError, IncompleteError, UsageError
from pipeline.history.backup import Picture, content, snapshot
from pipeline.history.database import Database
from pipeline.history.extract import UnfitError, carry
from pipeline.history.schema import HEAD, upgrade
from pipeline.history.search import Filters, Search
from pipeline.history.states import State
from pipeline.home import Home
from pipeline.safekeeping.bundle import DATABASE, MANIFEST, Manifest, Part, name_of, written
from pipeline.safekeeping.pictures import Fate, health
from pipeline.storage import BlobStore, publish, sha256_file, temp_path, writing

_PIECE = 1 << 20
_OPEN = (State.SUBMITTING, State.SUBMITTED, State.UNKNOWN)
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""No zip knows an earlier moment; its times say nothing here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What a bundle holds, its size in bytes, and the pictures that the home's store does not have whole.

    `unsent` counts orders that were never sent, and are left out. `open` counts orders that are in it and
    have neither a picture nor an end yet: under way, being sent, or in doubt.
    """

    manifest: Manifest
    bytes: int
    ailing: tuple[tuple[Picture, Fate], ...]
    unsent: int
    open: int


def export_bundle(
    home: Home, database: Path, target: Path, *, only: frozenset[int] | None, now: datetime
) -> Exported:
    """Write a bundle of the history at head in `database`; `only` these generations, None for all.

    Raises UsageError where the file cannot be meant, HistoryError for a damaged history, IncompleteError
    when there is no room; nothing is left behind then.
    """
    _check_place(target)
    with temporary(target.parent, "zip") as archive, temporary(target.parent, "db") as rows:
        generations, unsent, unended = _extract(database, rows, only)
        if not generations and only is not None:
            raise UsageError("nothing fits, so there is nothing to export", next_step="pipeline history")
        store, named = BlobStore(home.blobs), content(rows).pictures
        states = {picture: health(store, picture) for picture in named}
        with writing(rows):
            part = Part(sha256_file(rows), rows.stat().st_size)
        manifest = Manifest(
            created_at=now,
            revision=HEAD,
            generations=generations,
            database=part,
            pictures=tuple(picture for picture, fate in states.items() if fate is Fate.PRESENT),
            lacking=tuple(picture.sha256 for picture, fate in states.items() if fate is not Fate.PRESENT),
        )
        _pack(archive, manifest, rows, store)
        size = archive.stat().st_size
        publish(archive, target)
    ailing = tuple((picture, fate) for picture, fate in states.items() if fate is not Fate.PRESENT)
    return Exported(manifest=manifest, bytes=size, ailing=ailing, unsent=unsent, open=unended)


def _check_place(target: Path) -> None:
    if target.exists():
        raise UsageError(f"{target} is there already", next_step="name a file that is not there yet")
    if not target.parent.is_dir():
        raise UsageError(f"{target.parent}: no such folder", next_step="make it, or name another place")
    with temporary(target.parent, "zip") as probe, writing(target):
        probe.touch()  # a folder that takes no file is no fault of the history


def _extract(database: Path, rows: Path, only: frozenset[int] | None) -> tuple[int, int, int]:
    """A fresh database with what is carried of the one at `database`, as it stands at this moment.

    Returns how many generations it has, how many were never sent and left out, and how many have no end yet.
    """
    with temporary(rows.parent, "db") as copy:
        with writing(copy):
            snapshot(database, copy)
        with writing(rows):
            upgrade(rows)
            try:
                carried = carry(copy, rows, only=only)
            except UnfitError as error:
                raise HistoryError(
                    f"{database} is damaged: {error}", next_step="pipeline db check"
                ) from error
        asked = content(copy).generations if only is None else len(only)
        return carried, asked - carried, _without_end(copy, only)


def _without_end(copy: Path, only: frozenset[int] | None) -> int:
    database = Database.at(copy)
    try:
        found = Search(database).ids(Filters(states=_OPEN))
    finally:
        database.close()
    return len(found if only is None else found & only)


def _pack(archive: Path, manifest: Manifest, rows: Path, store: BlobStore) -> None:
    with writing(archive), zipfile.ZipFile(archive, "x", zipfile.ZIP_DEFLATED) as out:
        out.writestr(_entry(MANIFEST, manifest, zipfile.ZIP_DEFLATED), written(manifest))
        _add(out, _entry(DATABASE, manifest, zipfile.ZIP_DEFLATED), rows, manifest.database.sha256)
        for picture in manifest.pictures:
            entry = _entry(name_of(picture), manifest, zipfile.ZIP_STORED)
            _add(out, entry, store.path(picture.sha256, picture.ending), picture.sha256)


def _entry(name: str, manifest: Manifest, compression: int) -> zipfile.ZipInfo:
    year, month, day, hour, minute, second = manifest.created_at.timetuple()[:6]
    entry = zipfile.ZipInfo(name, max(_EARLIEST, (year, month, day, hour, minute, second)))
    entry.compress_type = compression
    entry.external_attr = 0o644 << 16
    return entry


def _add(out: zipfile.ZipFile, entry: zipfile.ZipInfo, source: Path, sha256: str) -> None:
    """One file into the zip. Raises IncompleteError when it is not what it was a moment ago."""
    digest = hashlib.sha256()
    entry.file_size = source.stat().st_size
    with source.open("rb") as file, out.open(entry, "w") as part:
        while piece := file.read(_PIECE):
            digest.update(piece)
            part.write(piece)
    if digest.hexdigest() != sha256:
        raise IncompleteError(f"{source} changed while it was read", next_step="type the same command again")


@contextmanager
def temporary(folder: Path, ending: str) -> Iterator[Path]:
    """A name for a file that is gone at the end, with what SQLite may leave beside it."""
    path = temp_path(folder, ending)
    try:
        yield path
    finally:
        for rest in ("", "-journal", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                path.with_name(path.name + rest).unlink()
