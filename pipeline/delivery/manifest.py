"""`manifest.json`: what was delivered for one article and what was not. Must not decide what to deliver.

The field names are read by scripts of others: they change only together with the documentation.
"""

import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from pydantic import TypeAdapter, ValidationError

from pipeline.platforms.model import Format
from pipeline.render.geometry import PixelBox
from pipeline.storage import write_atomic


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """One delivered file.

    `asset` is the full key, `slot` the full id, `path` relative to the manifest's folder with forward
    slashes. `crop` is left, top, right, bottom in pixels of the upright master, `scale` rendition over
    crop. `cost` in 0.0001 of a currency unit, None where no price is known; `generation` and `task_id`
    None for the author's own picture. `master` and `sha256` are hashes of the master and of this file.
    `label` says what was drawn and written, or whose choice it was that nothing was.
    """

    asset: str
    slot: str
    path: str
    width: int
    height: int
    bytes: int
    format: Format
    sha256: str
    crop: PixelBox
    scale: float
    generation: int | None
    task_id: str | None
    cost: int | None
    master: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingEntry:
    """A file that was asked for and is not there: the asset's state, and why in plain words."""

    asset: str
    slot: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One article's delivery; files and missing ones in the order of the post."""

    spec: str
    article: str
    title: str
    simulated: bool
    files: tuple[FileEntry, ...]
    missing: tuple[MissingEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A manifest that is there and cannot be used: nothing that it may name should be touched."""

    path: Path
    reason: str


def manifest_json(manifest: Manifest) -> bytes:
    """The file's bytes: UTF-8, two spaces, a line end; the same manifest always gives the same bytes."""
    return (json.dumps(asdict(manifest), ensure_ascii=False, indent=2) + "\n").encode()


def write_manifest(path: Path, manifest: Manifest) -> bool:
    """Write the manifest whole, in a folder that exists; False when it already says just that."""
    data = manifest_json(manifest)
    if path.is_file() and path.read_bytes() == data:
        return False
    write_atomic(path, data)
    return True


def read_manifest(path: Path) -> Manifest | Unreadable | None:
    """The manifest of an earlier delivery; None when there is none."""
    try:
        manifest = _adapter().validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        return Unreadable(path=path, reason=error.strerror or str(error))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return Unreadable(path=path, reason=f"{where}: {first['msg']}" if where else first["msg"])
    outside = next((entry.path for entry in manifest.files if not _inside(entry.path)), None)
    if outside is not None:
        return Unreadable(path=path, reason=f"names a file outside its folder: {outside}")
    return manifest


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Manifest]:
    return TypeAdapter(Manifest)


def _inside(written: str) -> bool:
    """Whether a path from a file on disk may be followed (and its file perhaps removed)."""
    path = PurePosixPath(written)
    plain = not path.is_absolute() and "\\" not in written and ":" not in written
    return plain and bool(path.parts) and ".." not in path.parts
