"""One look at a snapshot of the history: what fits, in which order, the counts beside the filters. Pure."""

import unicodedata
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

import numpy as np

from pipeline.errors import UsageError
from pipeline.history.columns import Links, Mask, Numbers, Words
from pipeline.history.look import DECISIONS, Counts, Look
from pipeline.history.shelf import CHOICES, STATES, Snapshot, Vocabulary
from pipeline.history.states import Choice

_SAID = [CHOICES.index(choice) for choice in (Choice.SELECTED, Choice.PINNED, Choice.REJECTED)]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Sight:
    """A snapshot as a look sees it. `beside`: generations that the text is found beside, not in."""

    def __init__(
        self, snapshot: Snapshot, vocabulary: Vocabulary, look: Look, beside: Collection[int] = ()
    ) -> None:
        self._snapshot = snapshot
        self._columns = snapshot.columns
        self._vocabulary = vocabulary
        self._look = look
        self._masks = self._filters(beside)

    def total(self) -> int:
        """How many generations fit."""
        return int(np.count_nonzero(self._fitting()))

    def page(self) -> list[int]:
        """The ids that come after the cursor, in order: one more than the limit where there are more.

        Raises UsageError for a cursor that is none.
        """
        columns, look = self._columns, self._look
        fitting, begin = self._fitting(), 0
        cursor = None if look.after is None else self._cursor(look.after)
        if cursor is not None:
            fitting[cursor] = True  # it may be hidden by now, and still says where to go on
        places = self._sorted(np.flatnonzero(fitting))
        if cursor is not None:
            begin = int(np.flatnonzero(places == cursor)[0]) + 1
        return [int(number) for number in columns.ids[places[begin : begin + look.limit + 1]]]

    def assets(self) -> list[str]:
        """The assets after the cursor, in order, at most the limit. Raises UsageError as `page` does."""
        look, names, columns = self._look, self._vocabulary.assets, self._columns
        fitting, shown = self._fitting("spec", "article"), self._snapshot.shown
        newest = np.full(len(names.known), -1, np.int64)
        np.maximum.at(newest, columns.assets, columns.ids)
        np.maximum.at(newest, shown.numbers, shown.ids)
        fits = np.zeros(len(names.known), np.bool_)
        fits[columns.assets[fitting]] = True
        fits[shown.of(columns.ids[fitting]).numbers] = True
        if look.sort == "asset":
            order = _by_name(names)
        else:
            order = np.lexsort((np.arange(len(newest)), newest))
            order = order if look.sort == "oldest" else order[::-1]
        if look.after is not None:
            after = np.flatnonzero(order == names.find(look.after))
            if not len(after):
                raise _no_cursor(look.after)
            order = order[int(after[0]) + 1 :]
        found: list[str] = []
        for number in order[fits[order]]:
            if _belongs(names.known[number], look):
                found.append(names.known[number])
            if len(found) == look.limit:
                break
        return found

    def specs(self) -> Counts:
        """By spec, the newest first."""
        fitting, names = self._fitting("spec"), self._vocabulary.specs
        newest = np.zeros(len(names.known), np.int64)
        np.maximum.at(newest, self._columns.specs[fitting], self._columns.ids[fitting])
        found = _counted(self._columns.specs[fitting], names)
        return tuple(sorted(found, key=lambda item: -newest[names.find(item[0])]))

    def articles(self) -> Counts:
        """By article's slug."""
        return _counted(self._columns.articles[self._fitting("article")], self._vocabulary.articles)

    def models(self) -> Counts:
        """By model."""
        return _counted(self._columns.models[self._fitting("model")], self._vocabulary.models)

    def states(self) -> Counts:
        """By state."""
        found = np.bincount(self._columns.states[self._fitting("state")], minlength=len(STATES))
        return _ordered((state.value, int(found[place])) for place, state in enumerate(STATES))

    def tags(self) -> Counts:
        """By tag, as `name=value`."""
        return self._linked(self._snapshot.tags, self._fitting("tag"), self._vocabulary.tags)

    def platforms(self) -> Counts:
        """By platform that a file was made for."""
        links, names = self._by_platform()
        return self._linked(links, self._fitting("platform"), names)

    def decisions(self) -> Counts:
        """By word of `DECISIONS`; what lies in the trash counts under that word alone."""
        base = self._fitting("decision")
        return _ordered((word, int(np.count_nonzero(base & self._decided(word)))) for word in DECISIONS)

    def _filters(self, beside: Collection[int]) -> dict[str, Mask]:
        look, columns, vocabulary = self._look, self._columns, self._vocabulary
        found = {"decision": self._decisions_wanted()}
        if look.text is not None:
            needle = unicodedata.normalize("NFC", look.text).casefold()
            within = np.fromiter((needle in text for text in columns.texts), np.bool_, len(columns.texts))
            found["text"] = within | columns.flags(beside)
        if look.spec is not None:
            found["spec"] = columns.specs == vocabulary.specs.find(look.spec)
        if look.article is not None:
            found["article"] = columns.articles == vocabulary.articles.find(look.article)
        if look.model is not None:
            found["model"] = columns.models == vocabulary.models.find(look.model)
        if look.states:
            found["state"] = np.isin(columns.states, [STATES.index(state) for state in look.states])
        if look.slot is not None:
            found["slot"] = self._having(self._snapshot.slots, vocabulary.slots.find(look.slot))
        if look.platform is not None:
            links, names = self._by_platform()
            found["platform"] = self._having(links, names.find(look.platform))
        for name, value in look.tags:
            tagged = self._having(self._snapshot.tags, vocabulary.tags.find(f"{name}={value}"))
            found["tag"] = found.get("tag", np.True_) & tagged
        found["range"] = self._in_range()
        return found

    def _in_range(self) -> Mask:
        look, columns = self._look, self._columns
        found = np.ones(len(columns.ids), np.bool_)
        if look.since is not None:
            found &= columns.planned >= _microseconds(look.since)
        if look.until is not None:
            found &= columns.planned < _microseconds(look.until)
        if look.cost_from is not None or look.cost_to is not None:
            found &= columns.costs >= max(0, look.cost_from or 0)  # one without a price costs nothing known
        if look.cost_to is not None:
            found &= columns.costs <= look.cost_to
        return found

    def _decisions_wanted(self) -> Mask:
        if not self._look.decisions:
            return ~self._snapshot.trashed
        found = np.zeros(len(self._columns.ids), np.bool_)
        for word in self._look.decisions:
            found |= self._decided(word)
        return found

    def _decided(self, word: str) -> Mask:
        snapshot = self._snapshot
        match word:
            case "trashed":
                return snapshot.trashed
            case "noted":
                found = snapshot.noted
            case "unreviewed":
                found = self._columns.pictures & ~np.isin(snapshot.choices, _SAID)
            case "selected" | "pinned" | "taken" | "rejected":
                found = snapshot.choices == CHOICES.index(Choice(word))
            case _:
                raise UsageError(f"{word} is no decision: it must be one of {', '.join(DECISIONS)}")
        return found & ~snapshot.trashed

    def _fitting(self, *without: str) -> Mask:
        found = np.ones(len(self._columns.ids), np.bool_)
        for name, mask in self._masks.items():
            if name not in without:
                found &= mask
        return found

    def _having(self, links: Links, number: int) -> Mask:
        return np.isin(self._columns.ids, links.ids[links.numbers == number])

    def _linked(self, links: Links, fitting: Mask, names: Words) -> Counts:
        return _counted(links.of(self._columns.ids[fitting]).numbers, names)

    def _by_platform(self) -> tuple[Links, Words]:
        platforms = Words()
        numbers = platforms.numbers(slot.partition(".")[0] for slot in self._vocabulary.slots.known)
        return self._snapshot.slots.renumbered(numbers), platforms

    def _sorted(self, places: Numbers) -> Numbers:
        """Places of generations (ascending, so by number) in the order of the look."""
        match self._look.sort:
            case "newest":
                return places[::-1]
            case "oldest":
                return places
            case "dearest":
                return places[np.lexsort((-places, -self._columns.costs[places]))]
            case "asset":
                order = _by_name(self._vocabulary.assets)
                rank = np.empty(len(order), np.int64)
                rank[order] = np.arange(len(order))
                return places[np.lexsort((places, rank[self._columns.assets[places]]))]

    def _cursor(self, after: str) -> int:
        """The place that a cursor names."""
        number = int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else -1
        found = np.flatnonzero(self._columns.ids == number)
        if not len(found):
            raise _no_cursor(after)
        return int(found[0])


def _counted(numbers: Numbers, names: Words) -> Counts:
    """How often each word's number comes, the most frequent first."""
    found = np.bincount(numbers, minlength=len(names.known))
    return _ordered((names.known[number], int(found[number])) for number in np.flatnonzero(found))


def _ordered(counts: Iterable[tuple[str, int]]) -> Counts:
    """The most frequent first, then by name; what does not come at all is left out."""
    return tuple(sorted((item for item in counts if item[1]), key=lambda item: (-item[1], item[0])))


def _by_name(names: Words) -> Numbers:
    return np.array(sorted(range(len(names.known)), key=names.known.__getitem__), np.int64)


def _belongs(key: str, look: Look) -> bool:
    spec, article, _ = key.split("/", 2)
    return look.spec in (None, spec) and look.article in (None, article)


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _no_cursor(after: str) -> UsageError:
    return UsageError(f"{after}: no such place in the history", next_step="begin with the first page again")
