"""Throwing pictures away and taking them out again: the history decides, with what lies on the disk now."""

from collections.abc import Sequence
from datetime import datetime

from pipeline.history.memory import Memory
from pipeline.history.search import Dossier, Search
from pipeline.home import Home
from pipeline.safekeeping.inplace import files_in_place
from pipeline.storage import BlobStore


def throw_away(
    home: Home, search: Search, memory: Memory, generations: Sequence[int], *, at: datetime
) -> None:
    """Put generations into the trash, all or none. Raises UsageError with every reason against it.

    A file that shows one of them holds it only as long as it lies where it was written.
    """
    dossiers = _dossiers(search, generations)
    written = {file.path for found in dossiers for file in found.files}
    lying = {file.path for found in dossiers for file in files_in_place(home, found)}
    memory.trash(generations, at=at, gone=written - lying)


def take_out(home: Home, search: Search, memory: Memory, generations: Sequence[int], *, at: datetime) -> None:
    """Take generations out of the trash, all or none. Raises UsageError for one that cannot be."""
    store = BlobStore(home.blobs)
    present = [
        found.generation.id
        for found in _dossiers(search, generations)
        if (master := found.generation.master) is not None and store.has(master.sha256, master.ending)
    ]
    memory.restore_from_trash(generations, at=at, present=present)


def _dossiers(search: Search, generations: Sequence[int]) -> tuple[Dossier, ...]:
    return tuple(found for number in generations if (found := search.dossier(number)) is not None)
