"""`import FOLDER`: pictures made elsewhere become masters of this home, with what is known of them. Free.

Each is copied into the store before its row is written; one that does not open stops none of the others.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pipeline.errors import PictureError, UsageError
from pipeline.history.database import Database
from pipeline.history.imported import Foreign, Imports, Known
from pipeline.history.records import IMPORTED
from pipeline.home import Home
from pipeline.plan.readings import master_of
from pipeline.render.inspect import inspect
from pipeline.safekeeping.origin import Origin, origin_of
from pipeline.safekeeping.pictures import copy_file
from pipeline.spec.names import MAX_BYTES, RESERVED, folded, name_problem, normal_name
from pipeline.storage import BlobStore, folder_inside

_ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".webp"})
_MOST_BYTES = 200_000_000
_ROOM = 5
"""Bytes of a name that are left for a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """One file of the folder. `generation` and `asset` are those that show it; `problem` where none does.

    `known`: the history had this very picture before; its file is put back where it was missing. `trashed`:
    it lies in the trash, and stays there.
    """

    path: Path
    asset: str = ""
    generation: int | None = None
    origin: Origin = field(default_factory=Origin)
    known: bool = False
    trashed: bool = False
    problem: str = ""


def pictures_in(home: Home, folder: Path) -> tuple[Path, ...]:
    """Every picture file in a folder and those below it, by name; hidden ones and links to folders apart.

    Raises UsageError for a folder of the home's own pictures, and for one without any.
    """
    real = folder.resolve()
    for own in (home.data, home.root / "output"):
        if real.is_relative_to(own.resolve()):
            raise UsageError(
                f"{folder} holds this home's own pictures: they are in the history already",
                next_step="name a folder of pictures that were made elsewhere",
            )
    found = tuple(sorted(_walked(folder)))
    if not found:
        raise UsageError(
            f"{folder} holds no PNG, JPEG or WebP picture", next_step="name a folder of pictures"
        )
    return found


def gather(
    home: Home, database: Database, folder: Path, paths: Iterable[Path], *, now: datetime
) -> Iterator[Gathered]:
    """Take in pictures of a folder, one after the other.

    Raises IncompleteError when the store cannot be written; what came before is kept.
    """
    imports, store = Imports(database), BlobStore(folder_inside(home.data, home.blobs))
    taken = {folded(key) for key in imports.asset_keys()}
    for path in paths:
        yield _gather(imports, store, folder, path, taken, now)


def _gather(
    imports: Imports, store: BlobStore, folder: Path, path: Path, taken: set[str], now: datetime
) -> Gathered:
    try:
        if path.stat().st_size > _MOST_BYTES:
            return Gathered(path=path, problem=f"{path}: over {_MOST_BYTES // 1_000_000} MB")
        facts = inspect(path)
        origin = origin_of(path)
    except (PictureError, OSError) as error:
        return Gathered(path=path, problem=str(error))
    master = master_of(facts)
    target = store.path(master.sha256, master.ending)
    if not store.has(master.sha256, master.ending):
        folder_inside(store.root, target.parent)
        if copy_file(path, target, master.sha256) is None:
            return Gathered(path=path, problem=f"{path}: changed while it was read")
    if (known := imports.known(master.sha256)) is not None:
        return _as_known(path, known)
    asset = _key(folder, path, taken)
    shown = path.relative_to(folder).as_posix()
    picture = Foreign(
        asset=asset,
        master=master,
        prompt=origin.prompt,
        model=origin.model,
        seed=origin.seed,
        params=origin.params,
        note=f"taken in from {shown}" + (f", prompt from {origin.source}" if origin.source else ""),
    )
    number = imports.keep(picture, at=now)
    if number is None:  # another process was faster
        return _as_known(path, imports.known(master.sha256))
    taken.add(folded(asset))
    return Gathered(path=path, asset=asset, generation=number, origin=origin)


def _as_known(path: Path, known: Known | None) -> Gathered:
    assert known is not None
    return Gathered(
        path=path, asset=known.asset, generation=known.generation, known=True, trashed=known.trashed
    )


def _walked(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            path = Path(parent) / name
            if not name.startswith(".") and path.suffix.lower() in _ENDINGS and path.is_file():
                yield path


def _key(folder: Path, path: Path, taken: set[str]) -> str:
    """`imported/<folder>/<name>`; where another picture has it already, with a number."""
    below = path.relative_to(folder).parent.parts
    place = "-".join((folder.resolve().name, *below))
    base = f"{IMPORTED}/{slug(place, 'folder')}/{slug(path.stem, 'picture')}"
    number, key = 1, base
    while folded(key) in taken:
        number += 1
        key = f"{base}-{number}"
    return key


def slug(text: str, fallback: str) -> str:
    """A name as specs have them, as near to `text` as the rule of names allows; room is left for a number."""
    kept = "".join(character if name_problem(character) is None else "-" for character in normal_name(text))
    parts = [part for part in kept.split("-") if part]
    cut = "-".join(parts).encode()[: MAX_BYTES - _ROOM].decode("utf-8", "ignore").strip("-")
    name = normal_name(cut) or fallback
    return f"{name}-1" if folded(name) in RESERVED else name
