"""`import FOLDER`: pictures made elsewhere become masters of this home, with what is known of them. Free.

Each is copied into the store before its row is written; one that does not open stops none of the others.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePath

from pipeline.errors import PictureError, UsageError
from pipeline.history.database import Database
from pipeline.history.imported import Foreign, Imports, Known
from pipeline.history.records import IMPORTED, Master
from pipeline.home import Home
from pipeline.plan.readings import master_of
from pipeline.render.inspect import inspect
from pipeline.safekeeping.clearing import ASIDE
from pipeline.safekeeping.naming import shown_name, shown_path, visible
from pipeline.safekeeping.origin import Origin, is_linked, origin_of
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

    `shown` is its name in the folder, in characters that can be printed; `path` may hold any.
    `known`: the history had this very picture before; its file is put back where it was missing. `trashed`:
    it lies in the trash, and stays there.
    """

    path: Path
    shown: str
    asset: str = ""
    generation: int | None = None
    origin: Origin = field(default_factory=Origin)
    known: bool = False
    trashed: bool = False
    problem: str = ""


def pictures_in(home: Home, folder: Path) -> tuple[Path, ...]:
    """Every picture file in a folder and those below it, by name; hidden ones and links to folders apart.

    A link to a file is among them, so that `gather` can say that it is not followed.

    Raises UsageError for a folder of the home's own pictures, and for one without any.
    """
    real = folder.resolve()
    aside = real.is_relative_to((home.data / ASIDE).resolve())
    for own in (home.data, home.root / "output"):
        if real.is_relative_to(own.resolve()) and not aside:
            raise UsageError(
                f"{shown_path(folder)} holds this home's own pictures: they are in the history already",
                next_step="name a folder of pictures that were made elsewhere",
            )
    found = tuple(sorted(_walked(folder)))
    if not found:
        raise UsageError(
            f"{shown_path(folder)} holds no PNG, JPEG or WebP picture", next_step="name a folder of pictures"
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
    shown = shown_path(path.relative_to(folder))
    found = _read(folder, path, shown)
    if isinstance(found, Gathered):
        return found
    master, origin = found
    if not _keep_file(store, path, master):
        return Gathered(path=path, shown=shown, problem=f"{shown}: changed while it was read")
    if (known := imports.known(master.sha256)) is not None:
        return _as_known(path, shown, known)
    asset = _key(folder, path, taken)
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
        return _as_known(path, shown, imports.known(master.sha256))
    taken.add(folded(asset))
    _keep_file(store, path, master)  # `gc` may have set it aside before the row was there
    return Gathered(path=path, shown=shown, asset=asset, generation=number, origin=origin)


def _read(folder: Path, path: Path, shown: str) -> tuple[Master, Origin] | Gathered:
    """What a file is and where it comes from; or why it is not taken."""
    try:
        if is_linked(folder, path):
            return Gathered(path=path, shown=shown, problem=f"{shown}: a link, which is not followed")
        if path.stat().st_size > _MOST_BYTES:
            return Gathered(path=path, shown=shown, problem=f"{shown}: over {_MOST_BYTES // 1_000_000} MB")
        return master_of(inspect(path)), origin_of(path)
    except (PictureError, OSError, ValueError) as error:
        return Gathered(path=path, shown=shown, problem=visible(str(error).replace(str(path), shown)))


def _keep_file(store: BlobStore, path: Path, master: Master) -> bool:
    """Have the picture in the store; False when the file is not the same any more."""
    if store.has(master.sha256, master.ending):
        return True
    target = store.path(master.sha256, master.ending)
    folder_inside(store.root, target.parent)
    return copy_file(path, target, master.sha256) is not None


def _as_known(path: Path, shown: str, known: Known | None) -> Gathered:
    assert known is not None
    return Gathered(
        path=path,
        shown=shown,
        asset=known.asset,
        generation=known.generation,
        known=True,
        trashed=known.trashed,
    )


def _walked(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            path = Path(parent) / name
            if name.startswith(".") or path.suffix.lower() not in _ENDINGS:
                continue
            if path.is_symlink() or path.is_file():
                yield path


def _key(folder: Path, path: Path, taken: set[str]) -> str:
    """`imported/<folder>/<name>`; where another picture has it already, with a number."""
    below = path.relative_to(folder).parent.parts
    place = "-".join(shown_name(part) for part in (folder.resolve().name, *below))
    base = f"{IMPORTED}/{slug(place, 'folder')}/{slug(PurePath(shown_name(path.name)).stem, 'picture')}"
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
