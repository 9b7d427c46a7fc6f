"""`import FILE.zip`: a bundle into a home, with what the home knows itself. Whole or not at all.

The order: the bundle is checked from its outside to its last row, its pictures are unpacked beside the
store and checked, then come their renames, and last the rows, in one transaction. Pictures that were
renamed stay, whatever becomes of the rows: a file without a row harms nobody, a row without a file does.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.errors import PictureError, UsageError
from pipeline.history.backup import Picture, content
from pipeline.history.extract import Described, UnfitError, carry, described
from pipeline.history.meeting import settle
from pipeline.history.merge import Brought, merge
from pipeline.history.schema import Upgraded, make_ready, upgrade
from pipeline.home import Home
from pipeline.platforms.model import Format
from pipeline.render.inspect import peek
from pipeline.runner.lock import RunLock, others_alive
from pipeline.safekeeping.bundle import Manifest
from pipeline.safekeeping.export import temporary
from pipeline.safekeeping.leftovers import sweep_store
from pipeline.safekeeping.pictures import Fate, health
from pipeline.safekeeping.unpack import Opened, damaged, opened
from pipeline.spec.names import name_problem
from pipeline.storage import BlobStore, folder_inside, sweep, writing

_ENDINGS = frozenset(kind.value for kind in Format)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What an import brought. `began`: how the history had to be made or upgraded first, if at all.

    `lacking` are pictures that its rows name and that neither the bundle nor this home's store has.
    """

    manifest: Manifest
    brought: Brought
    copied: int
    present: int
    lacking: tuple[Picture, ...]
    began: Upgraded | None


def take_in(home: Home, database: Path, path: Path, *, now: datetime) -> TakenIn:
    """Merge the bundle in `path` into a home's history; a second time changes nothing.

    Raises UsageError, HistoryError or IncompleteError when it is refused; then nothing was taken in.
    """
    with opened(path) as bundle:
        name = f"{now:%Y%m%dT%H%M%S}-import-{os.getpid()}"
        folder_inside(home.runs.parent, home.runs)
        with RunLock(home.runs, name):
            if others_alive(home.runs, name):
                raise UsageError(
                    "a run is going on in this home",
                    next_step="wait until it has ended, then type this again",
                )
            folder_inside(database.parent, database.parent)
            sweep(database.parent, now=now.timestamp(), older_than=float("-inf"), deep=False)
            sweep_store(home, now=now)
            with temporary(database.parent, "db") as rows:
                _prepare(bundle, rows)
                return _take_in(home, database, bundle, rows, now)


def _prepare(bundle: Opened, rows: Path) -> None:
    """The bundle's rows in a fresh database of ours, at head, every value and name checked."""
    _check_room(bundle, rows.parent, bundle.manifest.database.bytes * 2)
    with temporary(rows.parent, "db") as raw:
        bundle.database_into(raw)
        upgrade(rows, bundle.manifest.revision)
        try:
            generations = carry(raw, rows)
        except UnfitError as error:
            raise damaged(bundle.path, f"its database is none of ours: {error}") from error
    upgrade(rows)
    if generations != bundle.manifest.generations:
        raise damaged(bundle.path, "it has another number of generations than announced")
    _check_names(bundle, described(rows))


def _check_names(bundle: Opened, found: Described) -> None:
    """Names end up in commands to type and in addresses of pages: they follow the rule of specs."""
    for key in found.assets:
        if key.count("/") != 2 or any(name_problem(part) for part in key.split("/")):
            raise damaged(bundle.path, f"{key[:80]!r} cannot be the key of an asset")
    for name in found.specs:
        if name_problem(name):
            raise damaged(bundle.path, f"{name[:80]!r} cannot be the name of a spec")
    announced = {one.sha256: (one.ending, one.bytes) for one in bundle.manifest.pictures}
    if found.pictures.keys() != announced.keys() | set(bundle.manifest.lacking) or any(
        ending not in _ENDINGS or announced.get(sha256, (ending, size)) != (ending, size)
        for sha256, (ending, size, _, _) in found.pictures.items()
    ):
        raise damaged(bundle.path, "its rows name other pictures than it holds")


def _take_in(home: Home, database: Path, bundle: Opened, rows: Path, now: datetime) -> TakenIn:
    pictures = content(rows).pictures
    store = BlobStore(folder_inside(home.data, home.blobs))
    inside = {one.sha256 for one in bundle.manifest.pictures}
    ailing = [one for one in pictures if health(store, one) is not Fate.PRESENT]
    wanted = [one for one in ailing if one.sha256 in inside]
    lacking = tuple(one for one in ailing if one.sha256 not in inside)
    unpacked_soon = {one.sha256 for one in wanted}
    for picture in bundle.manifest.pictures:
        if picture.sha256 not in unpacked_soon:
            bundle.check_picture(picture)
    _check_room(bundle, store.root, sum(one.bytes for one in wanted))
    with _unpacked(bundle, store, wanted, described(rows)) as unpacked:
        began = make_ready(database, now=now)
        settle(rows, database)
        for picture, temp in unpacked.items():
            store.adopt(temp, picture.sha256, picture.ending)
        brought = merge(rows, database, later=False)
    return TakenIn(
        manifest=bundle.manifest,
        brought=brought,
        copied=len(wanted),
        present=len(pictures) - len(wanted) - len(lacking),
        lacking=lacking,
        began=began,
    )


@contextmanager
def _unpacked(
    bundle: Opened, store: BlobStore, wanted: list[Picture], found: Described
) -> Iterator[dict[Picture, Path]]:
    """Every wanted picture as a checked file on the store's own disk, gone at the end if nobody took it."""
    with ExitStack() as stack:
        temps: dict[Picture, Path] = {}
        for picture in wanted:
            temps[picture] = temp = store.temp(picture.ending)
            stack.callback(temp.unlink, missing_ok=True)
            bundle.picture_into(picture, temp)
            try:
                kind, *size = peek(temp)
            except PictureError as error:
                raise damaged(bundle.path, "a picture in it is none that is taken here") from error
            if kind.value != picture.ending or sorted(size) != sorted(found.pictures[picture.sha256][2:]):
                raise damaged(bundle.path, "a picture in it is not what its row says")
        yield temps


def _check_room(bundle: Opened, folder: Path, needed: int) -> None:
    with writing(folder):
        free = shutil.disk_usage(folder).free
    if needed > free:
        raise UsageError(
            f"{bundle.path} needs {needed / 1e6:.0f} MB in {folder}, and {free / 1e6:.0f} MB are free",
            next_step="free some space, then type the same command again; nothing was taken in",
        )
