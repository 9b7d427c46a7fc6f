"""Every generation as columns of numbers in memory: what filters and counts are made from. Knows no database.

A scan of 100,000 wide rows takes SQLite a tenth of a second for each count; over these arrays one takes a
millisecond.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]


class Words:
    """Each word has a number, its place in `known`; words are only added."""

    def __init__(self) -> None:
        self.known: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, word: str) -> int:
        """The number of a word; a new one gets the next."""
        found = self._numbers.get(word)
        if found is None:
            found = self._numbers[word] = len(self.known)
            self.known.append(word)
        return found

    def numbers(self, words: Iterable[str]) -> Numbers:
        """The numbers of several words."""
        return np.fromiter((self.number(word) for word in words), np.int64)

    def find(self, word: str | None) -> int:
        """The number of a word, -1 when it was never met."""
        return -1 if word is None else self._numbers.get(word, -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """One place a generation, by ascending id. Words by number; `costs` -1 where no price is known.

    `planned` in microseconds since 1970, UTC. `texts` are prompt and asset key, case-folded.
    """

    ids: Numbers
    states: Numbers
    specs: Numbers
    articles: Numbers
    assets: Numbers
    models: Numbers
    planned: Numbers
    costs: Numbers
    pictures: Mask
    texts: NDArray[np.object_]

    def places(self, ids: Numbers) -> Numbers:
        """Where generations stand that are all here."""
        return np.searchsorted(self.ids, ids).astype(np.int64)

    def flags(self, ids: Collection[int]) -> Mask:
        """True at the places of these generations, as far as they are here."""
        return np.isin(self.ids, np.array(sorted(ids), np.int64))

    def with_newer(self, newer: "Columns") -> "Columns":
        """These, with the rows of `newer` in the place of their own, or in order among them."""
        if not len(self.ids):
            return newer
        kept = ~np.isin(self.ids, newer.ids)
        order = np.argsort(np.concatenate((self.ids[kept], newer.ids)), kind="stable")

        def joined(name: str) -> Any:
            return np.concatenate((getattr(self, name)[kept], getattr(newer, name)))[order]

        return Columns(**{field.name: joined(field.name) for field in fields(self)})


def no_columns() -> Columns:
    """No generation."""
    empty = np.empty(0, np.int64)
    return Columns(
        ids=empty,
        states=empty,
        specs=empty,
        articles=empty,
        assets=empty,
        models=empty,
        planned=empty,
        costs=empty,
        pictures=np.empty(0, np.bool_),
        texts=np.empty(0, np.object_),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Pairs of a generation's id and a word's number, each pair once and sorted: tags, slots, assets."""

    ids: Numbers
    numbers: Numbers

    def with_more(self, pairs: Sequence[tuple[int, int]]) -> "Links":
        """These and more."""
        if not pairs:
            return self
        more = np.array(pairs, np.int64)
        return _linked(np.concatenate((self.ids, more[:, 0])), np.concatenate((self.numbers, more[:, 1])))

    def of(self, ids: Numbers) -> "Links":
        """Those of some generations."""
        wanted = np.isin(self.ids, ids)
        return Links(ids=self.ids[wanted], numbers=self.numbers[wanted])

    def renumbered(self, numbers: Numbers) -> "Links":
        """With another number for each number."""
        return _linked(self.ids, numbers[self.numbers]) if len(self.ids) else self


def no_links() -> Links:
    """No pair."""
    return Links(ids=np.empty(0, np.int64), numbers=np.empty(0, np.int64))


def _linked(ids: Numbers, numbers: Numbers) -> Links:
    # One number for a pair sorts many times faster than pairs do.
    span = int(numbers.max()) + 1
    pairs = np.unique(ids * span + numbers)
    return Links(ids=pairs // span, numbers=pairs % span)
