"""Whose word on where a crop is centred counts: the spec's, a point set by hand, or the subject's. Pure.

The newest word of the author wins. Of the points that speak of a slot, its own or all slots', the last one
counts. It holds while the spec says of that slot what it said when the point was set; once the spec says
something else, the spec is the newer word, and the run that sees it takes the point back for good
(`overtaken`). A word that was taken back leaves the spec's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pipeline.spec.model import Focus, Image
from pipeline.spec.terms import FOCUS_WORDS
from pipeline.subject import Subject

EVERY_SLOT = ""
"""The slot of a word that is about all slots of an asset."""
_WORDS = {focus: word for word, focus in FOCUS_WORDS.items()}


class Whose(StrEnum):
    """Who says where a crop is centred."""

    SPEC = "spec"
    COMMAND = "command"
    SUBJECT = "subject"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Where a crop is centred and who says so; `focus` only where an author does."""

    focus: Focus | None
    whose: Whose


CENTRED = Aim(focus=None, whose=Whose.CENTRE)
"""Where nobody says anything, and no subject is known."""


class Word(Protocol):
    """What an author said by command, such as a `FocusPoint` of the history; x and y None: taken back."""

    @property
    def slot(self) -> str:
        """The slot it is about, or EVERY_SLOT."""
        ...

    @property
    def x(self) -> float | None:
        """In 0..1 from the left."""
        ...

    @property
    def y(self) -> float | None:
        """In 0..1 from the top."""
        ...

    @property
    def spec_said(self) -> str:
        """What `said` gave for that slot when it was set."""
        ...


def aim_of(image: Image, slot: str, words: Sequence[Word], subject: Subject | None) -> Aim:
    """Where the crop of one slot is centred. `words` are the asset's, newest first."""
    word = standing(image, slot, words)
    if word is not None and word.x is not None and word.y is not None:
        return Aim(focus=Focus(word.x, word.y, said=True), whose=Whose.COMMAND)
    focus = image.focus_for(slot)
    if focus.said:
        return Aim(focus=focus, whose=Whose.SPEC)
    found = subject is not None and any(subject.columns)
    return Aim(focus=None, whose=Whose.SUBJECT if found else Whose.CENTRE)


def standing(image: Image, slot: str, words: Sequence[Word]) -> Word | None:
    """The word of the author by command that is newer than the spec's, if there is one."""
    last = next((word for word in words if word.slot in (EVERY_SLOT, slot)), None)
    if last is None or _said_then(last.spec_said, slot) != said(image, slot):
        return None
    return last


def overtaken(image: Image, words: Sequence[Word]) -> tuple[str, ...]:
    """The slots of an image whose last point the spec has overtaken: it is to be taken back."""
    return tuple(slot for slot in image.slots if _is_overtaken(image, slot, words))


def _is_overtaken(image: Image, slot: str, words: Sequence[Word]) -> bool:
    last = next((word for word in words if word.slot in (EVERY_SLOT, slot)), None)
    if last is None or last.x is None:
        return False
    return _said_then(last.spec_said, slot) != said(image, slot)


def said(image: Image, slot: str = EVERY_SLOT) -> str:
    """What the spec says now, in one spelling: `auto`, `top-left`, `0.5,0.4`.

    For EVERY_SLOT the image's focus, then each slot that has its own: `auto wechat.cover=top`.
    """
    if slot != EVERY_SLOT:
        return spelt(image.focus_for(slot))
    crops = (f"{name}={spelt(focus)}" for name, focus in sorted(image.crops.items()))
    return " ".join((spelt(image.focus), *crops))


def spelt(focus: Focus) -> str:
    """A focus as an author may type it: its word where there is one, else `x,y`."""
    return _WORDS.get(focus) or f"{focus.x:.8g},{focus.y:.8g}"


def _said_then(text: str, slot: str) -> str:
    default, *crops = text.split(" ")
    own = {name: word for name, _, word in (crop.partition("=") for crop in crops)}
    return own.get(slot, default)
