"""What a bundle is: one zip file that another home can take in. Its parts, its manifest, its words.

manifest.json    kind, format, revision of the database, and the hash and size of every other part
history.db       the rows, as `pipeline.history.extract` carries them
blobs/ab/...     the pictures, as in a home's store, not compressed a second time
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.history.backup import Picture
from pipeline.platforms.model import Format

KIND, FORMAT = "pipeline bundle", 1
MANIFEST, DATABASE = "manifest.json", "history.db"
_ENDINGS = tuple(kind.value for kind in Format)
_HEX = frozenset("0123456789abcdef")


class TooNewError(ValueError):
    """A bundle in a format that only a newer version of the program reads."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the bundle: its SHA-256 and its size in bytes."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a bundle says of itself. `lacking` are hashes that its rows name, and that its home had lost."""

    created_at: datetime
    revision: str
    generations: int
    database: Part
    pictures: tuple[Picture, ...]
    lacking: tuple[str, ...] = ()

    @property
    def parts(self) -> Mapping[str, int]:
        """Name -> bytes of every file that belongs in the zip beside the manifest."""
        return {DATABASE: self.database.bytes, **{name_of(one): one.bytes for one in self.pictures}}


def name_of(picture: Picture) -> str:
    """Where a picture lies in a bundle. Made from its hash, never read from the zip."""
    return f"blobs/{picture.sha256[:2]}/{picture.sha256[2:]}.{picture.ending}"


def written(manifest: Manifest) -> bytes:
    """The manifest as JSON."""
    document = {
        "kind": KIND,
        "format": FORMAT,
        "created_at": manifest.created_at.isoformat(),
        "revision": manifest.revision,
        "generations": manifest.generations,
        "database": {"sha256": manifest.database.sha256, "bytes": manifest.database.bytes},
        "pictures": [
            {"sha256": one.sha256, "ending": one.ending, "bytes": one.bytes} for one in manifest.pictures
        ],
        "lacking": list(manifest.lacking),
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def read(data: bytes) -> Manifest:
    """The manifest in these bytes. Raises TooNewError, or ValueError for anything that is not one."""
    try:
        found = json.loads(data)
        if found["kind"] != KIND:
            raise ValueError("another program's")
        if _number(found["format"]) > FORMAT:
            raise TooNewError(f"format {found['format']}")
        if found["format"] < FORMAT:
            raise ValueError("a format that never was")
        pictures = tuple(_picture(one) for one in found["pictures"])
        if len({one.sha256 for one in pictures}) < len(pictures):
            raise ValueError("names a picture twice")
        return Manifest(
            created_at=datetime.fromisoformat(found["created_at"]),
            revision=str(found["revision"]),
            generations=_number(found["generations"]),
            database=Part(_hash(found["database"]["sha256"]), _number(found["database"]["bytes"])),
            pictures=pictures,
            lacking=tuple(_hash(one) for one in found["lacking"]),
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("something is missing in it") from error


def _picture(found: Any) -> Picture:
    if found["ending"] not in _ENDINGS:
        raise ValueError("a picture of an unknown kind")
    return Picture(sha256=_hash(found["sha256"]), ending=str(found["ending"]), bytes=_number(found["bytes"]))


def _hash(value: Any) -> str:
    if not isinstance(value, str) or len(value) != 64 or not set(value) <= _HEX:
        raise ValueError("a hash that is none")
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("a number that is none")
    return value
