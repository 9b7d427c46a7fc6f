"""A zip that says it is a bundle, opened with suspicion: from strangers, half sent, or made to do harm.

No name in the zip ever becomes a path: what is read is what the manifest lists, under names made from
hashes. Nothing is unpacked before the sizes are known, and never more than was announced.
"""

import hashlib
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import HistoryError, IncompleteError, PipelineError, UsageError
from pipeline.history.backup import Picture
from pipeline.history.schema import HEAD, REVISIONS
from pipeline.safekeeping import bundle
from pipeline.safekeeping.bundle import DATABASE, MANIFEST, Manifest, TooNewError, name_of
from pipeline.safekeeping.naming import shown_path, visible
from pipeline.storage import writing

MAX_PICTURE = 200_000_000
"""Bytes of one picture; twenty times what any model returns."""
_MAX_MANIFEST = 64 << 20
_PIECE = 1 << 20
_RATIO, _FREE_RATIO = 50, 64 << 20
"""What unpacks to more than so many times the zip, and this, was made to fill a disk."""
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Opened:
    """An open bundle whose outside is in order; what its parts hold is checked as they are read."""

    path: Path
    archive: zipfile.ZipFile
    manifest: Manifest

    def database_into(self, target: Path) -> None:
        """Unpack the database into a new file. Raises IncompleteError when it is not as announced."""
        part = self.manifest.database
        self._pour(DATABASE, target, part.sha256, part.bytes)

    def picture_into(self, picture: Picture, target: Path) -> None:
        """Unpack a picture that the manifest lists into a new file. Raises IncompleteError."""
        self._pour(name_of(picture), target, picture.sha256, picture.bytes)

    def check_picture(self, picture: Picture) -> None:
        """Read a picture that is not wanted. Raises IncompleteError when it is not as announced."""
        for _ in self._announced(name_of(picture), picture.sha256, picture.bytes):
            pass

    def _pour(self, name: str, target: Path, sha256: str, size: int) -> None:
        with writing(target), target.open("xb") as out:
            for piece in self._announced(name, sha256, size):
                out.write(piece)

    def _announced(self, name: str, sha256: str, size: int) -> Iterator[bytes]:
        """The bytes of a part. Raises IncompleteError at one too many, or at the end for other bytes."""
        digest, left = hashlib.sha256(), size
        for piece in self._pieces(name):
            left -= len(piece)
            if left < 0:
                raise damaged(self.path, f"{name} is larger than announced")
            digest.update(piece)
            yield piece
        if left or digest.hexdigest() != sha256:
            raise damaged(self.path, f"{name} is not what the manifest says (another hash)")

    def _pieces(self, name: str) -> Iterator[bytes]:
        try:
            with self.archive.open(name) as part:
                while piece := part.read(_PIECE):
                    yield piece
        except _BROKEN as error:
            raise damaged(self.path, f"{name} cannot be read ({error})") from error


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Open a bundle and check everything that can be checked without unpacking it.

    Raises UsageError for a file that is no bundle, HistoryError for one of a newer version, and
    IncompleteError for one that is damaged or was made to do harm.
    """
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise UsageError(f"{shown_path(path)}: there is no such file", next_step=_NAME_ONE) from error
    except (*_BROKEN, OSError) as error:
        reason = getattr(error, "strerror", None) or "no whole zip file"
        raise UsageError(
            f"{shown_path(path)} is not a bundle ({reason}): it may have been cut off on its way",
            next_step=_NAME_ONE,
        ) from error
    with archive:
        manifest = _manifest(path, archive)
        _check_entries(path, archive, manifest)
        yield Opened(path, archive, manifest)


_NAME_ONE = "name a file that `pipeline export` wrote, or a folder of pictures"


def damaged(path: Path, reason: str) -> PipelineError:
    """What to say of a bundle that is refused."""
    return IncompleteError(
        f"{shown_path(path)} is refused: {visible(reason)}; nothing was taken in",
        next_step="export it once more where it came from",
    )


def newer(path: Path, what: str) -> PipelineError:
    """What to say of a bundle that this version cannot know."""
    return HistoryError(
        f"{shown_path(path)} was made by a newer version of this program ({visible(what)}); "
        "nothing was taken in",
        next_step="install the newer version here too, then type the same command again",
    )


def _manifest(path: Path, archive: zipfile.ZipFile) -> Manifest:
    try:
        entry = archive.getinfo(MANIFEST)
        if entry.file_size > _MAX_MANIFEST:
            raise ValueError("too large")
        with archive.open(entry) as file:
            manifest = bundle.read(file.read(_MAX_MANIFEST))
    except TooNewError as error:
        raise newer(path, str(error)) from error
    except KeyError as error:
        raise UsageError(
            f"{shown_path(path)} is a zip file, but no bundle: it has no {MANIFEST}", next_step=_NAME_ONE
        ) from error
    except _BROKEN as error:
        raise damaged(path, f"its {MANIFEST} cannot be read ({error})") from error
    if manifest.revision not in REVISIONS:
        raise newer(path, f"revision {manifest.revision[:20]}, this one knows up to {HEAD}")
    return manifest


def _check_entries(path: Path, archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """The zip holds the parts of the manifest, each once and plain, and nothing else."""
    wanted, seen = dict(manifest.parts), set[str]()
    packed = unpacked = 0
    for entry in archive.infolist():
        name = entry.filename
        if name in seen:
            raise damaged(path, f"it holds {name[:80]!r} twice")
        seen.add(name)
        if name != MANIFEST and name not in wanted:
            raise damaged(path, f"it holds {name[:80]!r}, which is no part of a bundle")
        if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
            raise damaged(path, f"{name} is a link or something else than a file")
        if entry.flag_bits & _ENCRYPTED or entry.compress_type not in _PLAIN:
            raise damaged(path, f"{name} is encrypted, or packed in a way that is not read here")
        if name != MANIFEST and entry.file_size != wanted[name]:
            raise damaged(path, f"{name} has another size than announced")
        packed, unpacked = packed + entry.compress_size, unpacked + entry.file_size
    if lost := sorted(wanted.keys() - seen):
        raise damaged(
            path, f"it lacks {lost[0]}, and {len(lost) - 1} more" if lost[1:] else f"it lacks {lost[0]}"
        )
    if any(picture.bytes > MAX_PICTURE for picture in manifest.pictures):
        raise damaged(path, f"a picture in it is over {MAX_PICTURE // 1_000_000} MB")
    size = path.stat().st_size
    if packed > size or unpacked > _RATIO * size + _FREE_RATIO:
        raise damaged(path, f"{size} bytes that unpack to {unpacked} were made to fill a disk")
