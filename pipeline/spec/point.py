"""A focus as it is typed on a command line, more freely than in YAML. Pure."""

import re
import unicodedata

from pipeline.errors import UsageError
from pipeline.nearest import suggestion
from pipeline.spec.model import Focus
from pipeline.spec.terms import FOCUS_WORDS

_NUMBER = r"(\d+(?:\.\d*)?|\.\d+)\s*(%?)"
_PAIR = re.compile(rf"{_NUMBER}[\s,;]+{_NUMBER}")
_BREAKS = re.compile(r"[\s,_-]+")
_MIDDLE = ("center", "centre")
_ORDER = ("top", "bottom", "left", "right")


def read_point(text: str) -> Focus | None:
    """`0.5,0.4`, `50%,40%`, `top`, `left top`, `top-left`, `center`; None for `auto`.

    Full-width signs count as their plain ones. Raises UsageError for anything else.
    """
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    pair = _PAIR.fullmatch(plain)
    if pair is not None:
        return Focus(_share(text, pair[1], pair[2]), _share(text, pair[3], pair[4]), said=True)
    words = _BREAKS.split(plain)
    sides = sorted((word for word in words if word not in _MIDDLE), key=_rank)
    word = "-".join(sides) if sides else "center"
    if word not in FOCUS_WORDS or (word == "auto" and len(words) > 1):
        near = suggestion(word, FOCUS_WORDS)
        raise UsageError(
            f"{text!r}: must be X,Y such as 0.5,0.4 or 50%,40%, or one of {', '.join(FOCUS_WORDS)}{near}"
        )
    return None if word == "auto" else FOCUS_WORDS[word]


def _rank(word: str) -> int:
    """Down before across, as the spec's words have it; what is neither comes last."""
    return _ORDER.index(word) if word in _ORDER else len(_ORDER)


def _share(text: str, digits: str, percent: str) -> float:
    """A number in 0..1; hundredths are rounded so that 33.3 % is 0.333 and nothing near it."""
    share = round(float(digits) / 100, 10) if percent else float(digits)
    if not 0 <= share <= 1:
        raise UsageError(
            f"{text!r}: both numbers are shares of the picture, in 0..1 (or 0%..100%) from its left top"
        )
    return share
