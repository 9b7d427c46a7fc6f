"""`db check --files`: whether the files that the history names are there, and whole. Changes nothing."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.history.backup import Picture, Written, content, written
from pipeline.home import Home
from pipeline.safekeeping.pictures import Fate, health, unnamed
from pipeline.storage import BlobStore, sha256_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What was found: pictures looked at, those not as they should be, files that no row names.

    Of delivered files only counts: those that are gone, and those that were changed by somebody else.
    """

    pictures: int
    ailing: tuple[tuple[Picture, Fate], ...]
    unreferenced: tuple[Path, ...]
    gone: int
    changed: int


def examine(home: Home, database: Path) -> Examined:
    """Look at every file that the history names, reading each picture whole."""
    store, found = BlobStore(home.blobs), content(database)
    states = [(picture, health(store, picture)) for picture in found.pictures]
    strangers = tuple(store.path(one.sha256, one.ending) for one in unnamed(store, found.pictures))
    files = [_state(home, file) for file in written(database)]
    return Examined(
        pictures=len(states),
        ailing=tuple((picture, fate) for picture, fate in states if fate is not Fate.PRESENT),
        unreferenced=strangers,
        gone=files.count(Fate.MISSING),
        changed=files.count(Fate.DAMAGED),
    )


def _state(home: Home, file: Written) -> Fate:
    path = home.root / file.path
    try:
        return Fate.PRESENT if sha256_file(path) in file.hashes else Fate.DAMAGED
    except FileNotFoundError:
        return Fate.MISSING
    except OSError:
        return Fate.DAMAGED
