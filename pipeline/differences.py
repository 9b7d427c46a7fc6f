"""What differs between two prompts, as parts to be marked. Pure; Chinese has no blanks: a sign is a word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORDS = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)
_ALIKE = 0.4


class Change(StrEnum):
    """What became of a part."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of text and what became of it."""

    change: Change
    text: str


def differences(before: str, after: str) -> tuple[Part, ...]:
    """`after` in parts, with what was taken out of `before` in its place.

    Prompts that have little in common are one part gone and one new.
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    steps = matcher.get_opcodes()
    if matcher.ratio() < _ALIKE:
        steps = [("replace", 0, len(old), 0, len(new))]
    parts = []
    for tag, old_start, old_end, new_start, new_end in steps:
        gone, came = "".join(old[old_start:old_end]), "".join(new[new_start:new_end])
        if tag == "equal":
            parts.append(Part(Change.SAME, came))
            continue
        parts += [Part(Change.GONE, gone)] if gone else []
        parts += [Part(Change.NEW, came)] if came else []
    return tuple(parts)
