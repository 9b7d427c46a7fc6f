"""What there is to verify below a path: manifests, the files they name, and pictures that none names.

Must not judge a picture. What a manifest says is another's word: nothing outside its folder is touched, no
symbolic link out of it is followed, and nothing but plain files is opened.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipeline.delivery.layout import MANIFEST
from pipeline.delivery.manifest import FileEntry, Manifest, Unreadable, read_manifest

MAX_MANIFEST = 8_000_000
"""Some ten thousand files of one article."""
PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic"})
"""Endings of files that are looked at without being named; what they really are, their bytes say."""
_ABOVE = 2
"""A delivered file lies one folder below its manifest; one more for those who sort them further."""


class Lack(StrEnum):
    """Why there is nothing to examine."""

    MISSING = "missing"
    NOT_DELIVERED = "not_delivered"
    OUTSIDE = "outside"
    MANIFEST = "manifest"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A manifest's word about one file."""

    manifest: Path
    spec: str
    simulated: bool
    entry: FileEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing to verify. `path` is as the author would write it; `claim` None: no manifest names it.

    `lack` says why there is nothing to examine, `reason` more about it; `asset`, `slot` and `spec` then name
    what is lacking, where that is known. `strange`: a manifest stands beside or above it.
    """

    path: Path
    claim: Claim | None = None
    lack: Lack | None = None
    reason: str = ""
    asset: str | None = None
    slot: str | None = None
    spec: str | None = None
    strange: bool = False


def gather(start: Path) -> tuple[Case, ...]:
    """Everything to verify at a file or below a folder that exists, manifest by manifest, then the rest.

    `start` is absolute and holds no `..`.
    """
    files = list(_walk(start)) if start.is_dir() else [start]
    above = [folder / MANIFEST for folder in reversed(start.parents[:_ABOVE])]
    below = [path for path in files if path.name == MANIFEST]
    manifests = {path: said for path in (*above, *below) if (said := _read(path)) is not None}
    cases = [case for path, said in manifests.items() for case in _cases(path, said, start)]
    told = {case.path for case in cases}
    named = {os.path.realpath(case.path) for case in cases if case.claim is not None}
    for path in files:
        if path.suffix.lower() not in PICTURES and (path != start or path in manifests):
            continue
        if path not in told and os.path.realpath(path) not in named:
            strange = any(path.is_relative_to(manifest.parent) for manifest in manifests)
            lack, reason = (None, "") if path == start else _lack(start, path)
            cases.append(Case(path=path, lack=lack, reason=reason, strange=strange and lack is None))
    return tuple(cases) or (Case(path=start, lack=Lack.EMPTY),)


def _walk(folder: Path) -> Iterator[Path]:
    """Every file below, in order; hidden ones are somebody's workshop, links to folders lead elsewhere."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent) / name for name in sorted(names) if not name.startswith("."))


def _cases(path: Path, manifest: Manifest | Unreadable, start: Path) -> Iterator[Case]:
    """What one manifest says about files at or below `start`."""
    if isinstance(manifest, Unreadable):
        yield Case(path=path, lack=Lack.MANIFEST, reason=manifest.reason)
        return
    whole = path.parent.is_relative_to(start) or path == start
    for entry in manifest.files:
        case = _case(path, manifest, entry)
        if whole or case.path.is_relative_to(start):
            yield case
    for gap in manifest.missing if whole else ():
        yield Case(
            path=path,
            lack=Lack.NOT_DELIVERED,
            reason=f"{gap.state}: {gap.reason}",
            asset=gap.asset,
            slot=gap.slot,
            spec=manifest.spec,
        )


def _case(path: Path, manifest: Manifest, entry: FileEntry) -> Case:
    file = path.parent / entry.path
    lack, reason = _lack(path.parent, file)
    claim = Claim(manifest=path, spec=manifest.spec, simulated=manifest.simulated, entry=entry)
    return Case(
        path=file,
        claim=claim if lack is None else None,
        lack=lack,
        reason=reason,
        asset=entry.asset,
        slot=entry.slot,
        spec=manifest.spec,
    )


def _lack(folder: Path, file: Path) -> tuple[Lack | None, str]:
    try:
        real = file.resolve(strict=True)
    except FileNotFoundError:
        return Lack.MISSING, ""
    except OSError as error:
        return Lack.MISSING, error.strerror or str(error)
    except (RuntimeError, ValueError) as error:  # links in a circle, a name that no file can have
        return Lack.MISSING, str(error)
    return (None, "") if real.is_relative_to(folder.resolve()) else (Lack.OUTSIDE, "")


def _read(path: Path) -> Manifest | Unreadable | None:
    """A manifest, opened only where it is a plain file of a sensible size; None where there is none."""
    try:
        state = path.lstat()
    except OSError:
        return None
    if not stat.S_ISREG(state.st_mode):
        return Unreadable(path=path, reason="is a link, a folder or a device, not a file")
    if state.st_size > MAX_MANIFEST:
        return Unreadable(path=path, reason="is too large for a manifest")
    return read_manifest(path)
