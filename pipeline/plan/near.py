"""Earlier pictures whose words are close to those of a picture that would be bought. Pure; only a hint.

What is compared are pairs of characters: they need no word boundaries, which Chinese does not have. The
style's own words are taken off both sides first, or every picture of one style would be near every other.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import add

from pipeline.history.nearby import Past
from pipeline.spec.model import Prompted

CLOSE = 0.62
"""The least likeness of a hint: about one word of three may differ."""
MOST = 2
"""Hints for one picture."""
_LEAST_PAIRS = 3
"""Words of fewer pairs are near to everything."""

Pairs = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A hint: an earlier picture, and how alike its words are, in 0..1. `shown`: its asset shows it now."""

    past: Past
    likeness: float
    shown: bool = False


class Nearby:
    """The earlier pictures, read once for all that is asked of one plan."""

    def __init__(self, past: Iterable[Past]) -> None:
        """`past`: the newest first; of several pictures with one prompt the first counts."""
        self._past = tuple({one.prompt: one for one in reversed(tuple(past))}.values())[::-1]
        self._whole = tuple(pairs_of(one.prompt) for one in self._past)

    def near(self, asked: Prompted, most: int = MOST) -> tuple[Near, ...]:
        """The closest pictures to what is asked, the closest first, among equals the newest."""
        style = _style(asked)
        words = pairs_of(_bare(asked.prompt, style))
        if len(words) < _LEAST_PAIRS:
            return ()
        found = []
        for past, pairs in zip(self._past, self._pairs_for(style), strict=True):
            size = len(words) + len(pairs)
            # Even if the smaller lay in the larger, it would not be close.
            if 2 * min(len(words), len(pairs)) < CLOSE * size:
                continue
            likeness = 2 * len(words & pairs) / size
            if likeness >= CLOSE:
                found.append(Near(past=past, likeness=likeness))
        return tuple(sorted(found, key=lambda hint: -hint.likeness)[:most])

    def _pairs_for(self, style: tuple[str, str]) -> Iterator[Pairs]:
        """The pairs of each earlier prompt; of one in the same style, of its own words only."""
        for past, whole in zip(self._past, self._whole, strict=True):
            bare = _bare(past.prompt, style)
            yield whole if bare is past.prompt else pairs_of(bare)


def pairs_of(text: str) -> Pairs:
    """The pairs of neighbouring letters and digits of a text, whatever its case, width and punctuation."""
    letters = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
    return frozenset(map(add, letters, letters[1:]))


def _style(asked: Prompted) -> tuple[str, str]:
    """What the style puts before and after the author's words."""
    before, found, after = asked.prompt.partition(asked.words)
    return (before, after) if found and asked.words else ("", "")


def _bare(prompt: str, style: tuple[str, str]) -> str:
    """A prompt without a style's words, where it has them."""
    before, after = style
    if len(prompt) > len(before) + len(after) > 0 and prompt.startswith(before) and prompt.endswith(after):
        return prompt[len(before) : len(prompt) - len(after)]
    return prompt
