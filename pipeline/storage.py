"""Files that appear whole or not at all, and the store of masters by hash. Must not know what a picture is.

The order at every place: write a temporary file beside the target, fsync it, rename it, fsync the folder.
A row in the history comes after that, so a row never names a file that a crash could take back.
"""

import errno
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from pipeline.errors import IncompleteError

TEMP_PREFIX = ".tmp-"
# Windows has no EDQUOT; a file over a size limit (EFBIG) is full for whoever writes it.
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ENDING = re.compile(r"[a-z0-9]{1,8}")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn the system's refusals while `path` is being written into an IncompleteError in plain words."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            message = f"{path}: no room left to write this file (disk full, quota or size limit)"
            step = "free some space, then type the same command again; nothing that was finished is lost"
            raise IncompleteError(message, next_step=step) from error
        reason = error.strerror or str(error)
        step = "make the folder writable, then type the same command again"
        raise IncompleteError(f"{path}: cannot be written ({reason})", next_step=step) from error


def sha256_file(path: Path) -> str:
    """Lower-case hex SHA-256 of a file, read in pieces. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def temp_path(folder: Path, ending: str = "") -> Path:
    """A name in `folder` that nobody has: `.tmp-<pid>-<unique>[.ending]`. The file is not made."""
    name = f"{TEMP_PREFIX}{os.getpid()}-{uuid4().hex}"
    return folder / (f"{name}.{ending}" if ending else name)


def folder_inside(root: Path, folder: Path) -> Path:
    """Make `folder` (and `root`) if need be; refuse one that really lies outside `root` (a symbolic link).

    `root` itself may be a link: that is the author's way to put everything on another disk.
    """
    if leads_out(root, folder):
        real = folder.resolve()
        message = f"{folder} leads out of {root}, to {real}: a symbolic link stands where a folder belongs"
        raise IncompleteError(message, next_step=f"remove the link, or name another folder than {root}")
    with writing(folder):
        _make(folder)
    return folder


def leads_out(root: Path, path: Path) -> bool:
    """Whether a symbolic link takes `path`, which is named below `root`, to a place outside of it."""
    return not path.resolve().is_relative_to(root.resolve())


def publish(temp: Path, target: Path) -> None:
    """Put a finished temporary file of the same disk in its place, for good; what was there is gone."""
    with writing(target):
        _sync_file(temp)
        temp.replace(target)
        _sync_folder(target.parent)


def write_atomic(path: Path, data: bytes) -> None:
    """Write a small file, for good, in a folder that exists; the old one stays until the new one is whole."""
    temp = temp_path(path.parent)
    try:
        with writing(path):
            temp.write_bytes(data)
        publish(temp, path)
    finally:
        temp.unlink(missing_ok=True)


def sweep(folder: Path, *, now: float, older_than: float, deep: bool = True) -> tuple[Path, ...]:
    """Remove temporary files below `folder` that dead runs left; returns what was removed, sorted.

    `deep` False looks at the folder itself only: the store has too many folders to walk at every run.

    `now` in seconds since 1970, `older_than` in seconds since the file was last written. Age decides, not
    the process id in the name: ids are used again, and another machine may share the folder. Files of this
    process are never touched, nor is anything behind a symbolic link.
    """
    own = f"{TEMP_PREFIX}{os.getpid()}-"
    removed = []
    for parent, folders, names in os.walk(folder):
        if not deep:
            folders.clear()
        for name in names:
            path = Path(parent) / name
            if name.startswith(TEMP_PREFIX) and not name.startswith(own) and _age(path, now) > older_than:
                path.unlink(missing_ok=True)
                removed.append(path)
    return tuple(sorted(removed))


@dataclass(frozen=True, slots=True)
class BlobStore:
    """Masters as immutable files below `root`: `ab/cdef...ending`, named by the SHA-256 of their bytes."""

    root: Path

    def path(self, sha256: str, ending: str) -> Path:
        """Where that content lies or would lie; `ending` without a dot. ValueError if `sha256` is no hash."""
        if not _SHA256.fullmatch(sha256) or not _ENDING.fullmatch(ending):
            raise ValueError(f"not a hash and an ending: {sha256!r}, {ending!r}")
        return self.root / sha256[:2] / f"{sha256[2:]}.{ending}"

    def has(self, sha256: str, ending: str) -> bool:
        """Whether that content is here."""
        return self.path(sha256, ending).is_file()

    def temp(self, ending: str = "") -> Path:
        """A new temporary name on the store's own disk, so that adopting is a rename."""
        return temp_path(folder_inside(self.root, self.root), ending)

    def adopt(self, temp: Path, sha256: str, ending: str) -> Path:
        """Take in a checked file from the same disk; returns its place. `temp` is gone afterwards.

        The same content may be here already: it is replaced by the same bytes, just checked, which also
        mends a blob that the disk has damaged.
        """
        target = self.path(sha256, ending)
        folder_inside(self.root, target.parent)
        publish(temp, target)
        return target


def _make(folder: Path) -> None:
    """Make a folder and its parents so that each new entry survives a power cut."""
    if folder.is_dir():
        return
    _make(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if not hasattr(os, "O_DIRECTORY"):  # Windows cannot open a folder, and needs no such sync
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _age(path: Path, now: float) -> float:
    """Seconds since the last write; a file that has just gone is new."""
    try:
        return now - path.lstat().st_mtime
    except FileNotFoundError:  # pragma: no cover - somebody else swept between the two calls
        return 0.0
