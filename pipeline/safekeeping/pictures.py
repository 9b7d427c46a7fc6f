"""Pictures carried from one store to another, each verified by its hash on the way. Writes no row."""

import hashlib
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from pipeline.history.backup import Picture
from pipeline.storage import BlobStore, publish, sha256_file, temp_path, writing

_PIECE = 1 << 20
_NAME = re.compile(r"(?P<rest>[0-9a-f]{62})\.(?P<ending>[a-z0-9]{1,8})")
_FOLDER = re.compile(r"[0-9a-f]{2}")


class Fate(Enum):
    """What became of a file that was to be carried."""

    COPIED = auto()
    PRESENT = auto()
    MISSING = auto()
    DAMAGED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """How many pictures were copied, how many were there, and those that could not be carried.

    `ailing`: carried or not, the source's own copy is not as it should be.
    """

    copied: int = 0
    present: int = 0
    lost: tuple[Picture, ...] = ()
    ailing: tuple[tuple[Picture, Fate], ...] = ()


def carry(pictures: Iterable[Picture], source: BlobStore, target: BlobStore) -> Carried:
    """Bring every picture from `source` into `target` that is not whole there; one lost stops nothing."""
    copied = present = 0
    lost: list[Picture] = []
    ailing: list[tuple[Picture, Fate]] = []
    for picture in pictures:
        origin = source.path(picture.sha256, picture.ending)
        if health(target, picture) is Fate.PRESENT:
            present += 1
            if not (origin.is_file() and origin.stat().st_size == picture.bytes):
                ailing.append((picture, Fate.DAMAGED if origin.exists() else Fate.MISSING))
            continue
        fate = _copy(origin, target, picture)
        copied += fate is Fate.COPIED
        if fate is not Fate.COPIED:
            lost.append(picture)
            ailing.append((picture, fate))
    return Carried(copied=copied, present=present, lost=tuple(lost), ailing=tuple(ailing))


def health(store: BlobStore, picture: Picture) -> Fate:
    """Whether a picture lies in a store as it was taken in: PRESENT, MISSING or DAMAGED."""
    path = store.path(picture.sha256, picture.ending)
    try:
        whole = path.stat().st_size == picture.bytes and sha256_file(path) == picture.sha256
    except FileNotFoundError:
        return Fate.MISSING
    except OSError:
        return Fate.DAMAGED
    return Fate.PRESENT if whole else Fate.DAMAGED


def unnamed(store: BlobStore, named: Iterable[Picture]) -> Iterator[Picture]:
    """Files of a store that no row names, sorted: a picture just stored, or others that one task brought.

    What is no file, or a link to one, is not the store's.
    """
    known = {(picture.sha256, picture.ending) for picture in named}
    for folder in sorted(store.root.glob("*")):
        if not _FOLDER.fullmatch(folder.name) or not folder.is_dir():
            continue
        for path in sorted(folder.iterdir()):
            found = _NAME.fullmatch(path.name)
            if found is None or (folder.name + found["rest"], found["ending"]) in known:
                continue
            with suppress(FileNotFoundError):  # moved aside in the meantime
                facts = path.lstat()
                if stat.S_ISREG(facts.st_mode):
                    yield Picture(
                        sha256=folder.name + found["rest"], ending=found["ending"], bytes=facts.st_size
                    )


def copy_file(source: Path, target: Path, sha256: str | None = None) -> str | None:
    """Copy one file whole or not at all; returns its hash. None: it cannot be read, or has another hash.

    Raises IncompleteError when the target cannot be written.
    """
    temp = temp_path(target.parent)
    try:
        found = _pour(source, temp)
        if found is None or (sha256 is not None and found != sha256):
            return None
        publish(temp, target)
    finally:
        temp.unlink(missing_ok=True)
    return found


def _copy(origin: Path, target: BlobStore, picture: Picture) -> Fate:
    if not origin.exists():
        return Fate.MISSING
    temp = target.temp(picture.ending)
    try:
        if _pour(origin, temp) != picture.sha256:
            return Fate.DAMAGED
        target.adopt(temp, picture.sha256, picture.ending)
    finally:
        temp.unlink(missing_ok=True)
    return Fate.COPIED


def _pour(source: Path, target: Path) -> str | None:
    """Copy the bytes; returns their hash, None when the source cannot be read to its end."""
    digest = hashlib.sha256()
    with writing(target), target.open("xb") as out:
        try:
            file = source.open("rb")
        except OSError:
            return None
        with file:
            while True:
                try:
                    piece = file.read(_PIECE)
                except OSError:
                    return None
                if not piece:
                    return digest.hexdigest()
                digest.update(piece)
                out.write(piece)
