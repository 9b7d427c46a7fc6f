"""What somebody wants to see of the past, as values. Knows neither database nor page."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pipeline.history.states import State

Sort = Literal["newest", "oldest", "dearest", "asset"]
Counts = tuple[tuple[str, int], ...]
DECISIONS = ("unreviewed", "selected", "pinned", "taken", "rejected", "noted", "trashed")
"""The words of `Look.decisions`. `unreviewed`: a picture of which the author has said nothing yet."""
MOST_WORDS = 10
"""Of one search: each is looked for by itself."""
_WORD = re.compile(r'["“]([^"“”]+)["”]|\S+')


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What to show; everything that is set must hold, and of several states or decisions one.

    Each word of `text` is searched in prompts, asset keys, titles and notes. `platform` is the part of a
    slot before the dot. `cost_from` and `cost_to` in 0.0001 units, both inclusive. Without the decision
    `trashed` nothing from the trash is shown. `after`: the cursor of the page before.
    """

    text: str | None = None
    spec: str | None = None
    article: str | None = None
    platform: str | None = None
    slot: str | None = None
    states: tuple[State, ...] = ()
    decisions: tuple[str, ...] = ()
    model: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    cost_from: int | None = None
    cost_to: int | None = None
    sort: Sort = "newest"
    after: str | None = None
    limit: int = 100


def words_in(text: str | None) -> tuple[str, ...]:
    """The words of a search, each to be found somewhere; in NFC, as prompts and keys are kept.

    Blanks of any script part them, and what stands in quotes is one. Of more than `MOST_WORDS` the last is
    all that is left.
    """
    said = unicodedata.normalize("NFC", text or "")
    found = list(_WORD.finditer(said))
    words = [(match[1] or match[0]).strip() for match in found]
    if len(found) > MOST_WORDS:
        words[MOST_WORDS - 1 :] = [said[found[MOST_WORDS - 1].start() :].strip()]
    return tuple(dict.fromkeys(word for word in words if word))
