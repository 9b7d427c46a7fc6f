"""Answers of paid calls that lie in the inbox until their rows are written, carried with a backup.

Their names are numbers of generations, so they follow the database that they belong to.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.safekeeping.pictures import copy_file
from pipeline.storage import folder_inside, publish

_ANSWER = re.compile(r"(?P<generation>\d+)\.(body|task)")


def keep_answers(inbox: Path, into: Path, kept: Mapping[str, str]) -> dict[str, str]:
    """Copy every answer that lies here now; returns their hashes by name, with those of `kept`.

    One that is read into the database meanwhile is gone, and needs no copy.
    """
    found = dict(kept)
    for path in sorted(inbox.glob("*")):
        if _ANSWER.fullmatch(path.name) and path.name not in kept:
            folder_inside(into, into)
            sha256 = copy_file(path, into / path.name)
            if sha256 is not None:
                found[path.name] = sha256
    return found


def waiting_answers(inbox: Path, submitting: Sequence[int]) -> tuple[str, ...]:
    """The answers to orders that the database still holds for unanswered."""
    return tuple(path.name for path in sorted(inbox.glob("*")) if _number(path.name) in submitting)


def return_answers(
    backup: Path, inbox: Path, kept: Mapping[str, str], submitting: Sequence[int], *, aside: str | None
) -> tuple[str, ...]:
    """Put the answers of a backup into a home's inbox, where they are still wanted; returns those damaged.

    A file of the same name stays when there was no other history before (`aside` None); else it speaks of
    that history's generation, and is kept under a longer name.
    """
    for path in sorted(inbox.glob("*")):
        if aside is not None and _number(path.name) in submitting:
            publish(path, path.with_name(f"{path.name}.{aside}"))
    damaged = []
    for name, sha256 in sorted(kept.items()):
        target = inbox / name
        if _number(name) not in submitting or target.exists():
            continue
        folder_inside(inbox, inbox)
        if copy_file(backup / name, target, sha256) is None:
            damaged.append(name)
    return tuple(damaged)


def _number(name: str) -> int | None:
    """The generation that an answer's file speaks of; None for any other file, and for a path."""
    found = _ANSWER.fullmatch(name)
    return int(found["generation"]) if found else None
