"""Which generations fit a look: one mask for each filter, so that a count can leave its own out. Pure."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

import numpy as np

from pipeline.errors import UsageError
from pipeline.history.columns import Links, Mask
from pipeline.history.look import DECISIONS, Look, words_in
from pipeline.history.shelf import CHOICES, STATES, Snapshot, Vocabulary
from pipeline.history.states import Choice

_SAID = [CHOICES.index(choice) for choice in (Choice.SELECTED, Choice.PINNED, Choice.REJECTED)]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Fitting:
    """A snapshot as a look filters it.

    `beside`: by word of the look's text, the generations that it is found beside, not in. Raises UsageError
    for a decision that is none.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        vocabulary: Vocabulary,
        look: Look,
        beside: Mapping[str, Collection[int]],
    ) -> None:
        self.snapshot = snapshot
        self.columns = snapshot.columns
        self.vocabulary = vocabulary
        self.look = look
        self._masks = self._filters(beside)
        self._all = self._joined(())

    def all_but(self, *names: str) -> Mask:
        """What fits all filters, less those that are named; an array of the caller's own."""
        if not self._masks.keys() & names:
            return self._all.copy()
        return self._joined(names)

    def _joined(self, without: Collection[str]) -> Mask:
        found = np.ones(len(self.columns.ids), np.bool_)
        for name, mask in self._masks.items():
            if name not in without:
                found &= mask
        return found

    def decided(self, word: str) -> Mask:
        """Where a word of `DECISIONS` holds; what lies in the trash has that word alone."""
        snapshot = self.snapshot
        match word:
            case "trashed":
                return snapshot.trashed
            case "noted":
                found = snapshot.noted
            case "unreviewed":
                found = self.columns.pictures & ~np.isin(snapshot.choices, _SAID)
            case "selected" | "pinned" | "taken" | "rejected":
                found = snapshot.choices == CHOICES.index(Choice(word))
            case _:
                raise UsageError(f"{word} is no decision: it must be one of {', '.join(DECISIONS)}")
        return found & ~snapshot.trashed

    def _filters(self, beside: Mapping[str, Collection[int]]) -> dict[str, Mask]:
        look, columns, vocabulary = self.look, self.columns, self.vocabulary
        found = {"decision": self._decisions_wanted()}
        if look.since is not None or look.until is not None:
            found["time"] = self._in_time()
        if look.cost_from is not None or look.cost_to is not None:
            found["cost"] = self._in_cost()
        if words := words_in(look.text):
            found["text"] = self._saying(words, beside)
        if look.spec is not None:
            found["spec"] = columns.specs == vocabulary.specs.find(look.spec)
        if look.article is not None:
            found["article"] = columns.articles == vocabulary.articles.find(look.article)
        if look.model is not None:
            found["model"] = columns.models == vocabulary.models.find(look.model)
        if look.states:
            found["state"] = np.isin(columns.states, [STATES.index(state) for state in look.states])
        if look.slot is not None:
            found["slot"] = self._having(self.snapshot.slots, vocabulary.slots.find(look.slot))
        if look.platform is not None:
            number = vocabulary.platforms.find(look.platform)
            found["platform"] = self._having(self.snapshot.platforms, number)
        for name, value in look.tags:
            tagged = self._having(self.snapshot.tags, vocabulary.tags.find(f"{name}={value}"))
            found["tag"] = found.get("tag", np.True_) & tagged
        return found

    def _saying(self, words: Collection[str], beside: Mapping[str, Collection[int]]) -> Mask:
        """Where every word is found; each is looked for only where those before it were."""
        columns = self.columns
        found = np.ones(len(columns.ids), np.bool_)
        for word in words:
            needle, places = word.casefold(), np.flatnonzero(found)
            texts = columns.texts[places]
            within = np.fromiter((needle in text for text in texts), np.bool_, len(texts))
            found[places] = within | columns.flags(beside.get(word, ()))[places]
        return found

    def _in_time(self) -> Mask:
        look, columns = self.look, self.columns
        found = np.ones(len(columns.ids), np.bool_)
        if look.since is not None:
            found &= columns.planned >= microseconds(look.since)
        if look.until is not None:
            found &= columns.planned < microseconds(look.until)
        return found

    def _in_cost(self) -> Mask:
        look, columns = self.look, self.columns
        found = columns.costs >= max(0, look.cost_from or 0)  # one without a price costs nothing known
        if look.cost_to is not None:
            found &= columns.costs <= look.cost_to
        return found

    def _decisions_wanted(self) -> Mask:
        if not self.look.decisions:
            return ~self.snapshot.trashed
        found = np.zeros(len(self.columns.ids), np.bool_)
        for word in self.look.decisions:
            found |= self.decided(word)
        return found

    def _having(self, links: Links, number: int) -> Mask:
        return np.isin(self.columns.ids, links.ids[links.numbers == number])


def microseconds(at: datetime) -> int:
    """A moment as the column `planned` has it."""
    return (at - _EPOCH) // timedelta(microseconds=1)
