"""The counts beside the filters of a look: how many each value of a filter would leave. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from pipeline.history.columns import Links, Numbers, Words
from pipeline.history.fitting import Fitting, microseconds
from pipeline.history.look import DECISIONS, Counts
from pipeline.history.shelf import STATES

_YEAR_ZERO = 1970


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """How many fit in all, and under each filter how many each of its values would leave.

    A filter's counts hold all other filters, not itself. `tag` values are `name=value`; `month` values are
    months where the author is, `2026-11`; `cost` values are amounts in 0.0001 units, of what has a price.
    Most frequent first; specs and months with the newest first, costs with the dearest.
    """

    total: int
    spec: Counts = ()
    article: Counts = ()
    platform: Counts = ()
    slot: Counts = ()
    state: Counts = ()
    decision: Counts = ()
    model: Counts = ()
    tag: Counts = ()
    month: Counts = ()
    cost: Counts = ()


def facets_of(fitting: Fitting) -> Facets:
    """All counts of one look; its page and its order do not matter."""
    columns, words, snapshot = fitting.columns, fitting.vocabulary, fitting.snapshot
    return Facets(
        total=int(np.count_nonzero(fitting.all_but())),
        spec=_specs(fitting),
        article=_counted(columns.articles[fitting.all_but("article")], words.articles),
        platform=_linked(fitting, "platform", snapshot.platforms, words.platforms),
        slot=_linked(fitting, "slot", snapshot.slots, words.slots),
        state=_states(fitting),
        decision=_decisions(fitting),
        model=_counted(columns.models[fitting.all_but("model")], words.models),
        tag=_linked(fitting, "tag", snapshot.tags, words.tags),
        month=_months(columns.planned[fitting.all_but("time")]),
        cost=_costs(columns.costs[fitting.all_but("cost")]),
    )


def _specs(fitting: Fitting) -> Counts:
    """The newest first."""
    fits, columns, names = fitting.all_but("spec"), fitting.columns, fitting.vocabulary.specs
    newest = np.zeros(len(names.known), np.int64)
    np.maximum.at(newest, columns.specs[fits], columns.ids[fits])
    found = _counted(columns.specs[fits], names)
    return tuple(sorted(found, key=lambda item: -newest[names.find(item[0])]))


def _states(fitting: Fitting) -> Counts:
    found = np.bincount(fitting.columns.states[fitting.all_but("state")], minlength=len(STATES))
    return _ordered((state.value, int(found[place])) for place, state in enumerate(STATES))


def _decisions(fitting: Fitting) -> Counts:
    base = fitting.all_but("decision")
    return _ordered((word, int(np.count_nonzero(base & fitting.decided(word)))) for word in DECISIONS)


def _months(planned: Numbers) -> Counts:
    """Months of the author's own clock, the newest first. Asked for is where each begins, not each moment."""
    if not len(planned):
        return ()
    months = planned.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
    met = np.flatnonzero(np.bincount(months - months.min())) + months.min()
    near = np.unique(np.concatenate((met - 1, met, met + 1)))
    begins = np.array([_begin(int(month)) for month in near], np.int64)
    counts = np.bincount(np.searchsorted(begins, planned, side="right") - 1, minlength=len(near))
    return tuple((_named(int(near[place])), int(counts[place])) for place in np.flatnonzero(counts)[::-1])


def _begin(month: int) -> int:
    """Microseconds at which a month, counted from January 1970, begins where the author is."""
    return microseconds(datetime(_YEAR_ZERO + month // 12, month % 12 + 1, 1).astimezone())


def _named(month: int) -> str:
    return f"{_YEAR_ZERO + month // 12:04d}-{month % 12 + 1:02d}"


def _costs(costs: Numbers) -> Counts:
    """Amounts that are known, the dearest first."""
    amounts, counts = np.unique(costs[costs >= 0], return_counts=True)
    return tuple((str(amount), int(count)) for amount, count in zip(amounts[::-1], counts[::-1], strict=True))


def _linked(fitting: Fitting, name: str, links: Links, names: Words) -> Counts:
    return _counted(links.of(fitting.columns.ids[fitting.all_but(name)]).numbers, names)


def _counted(numbers: Numbers, names: Words) -> Counts:
    """How often each word's number comes, the most frequent first."""
    found = np.bincount(numbers)
    return _ordered((names.known[number], int(found[number])) for number in np.flatnonzero(found))


def _ordered(counts: Iterable[tuple[str, int]]) -> Counts:
    """The most frequent first, then by name; what does not come at all is left out."""
    return tuple(sorted((item for item in counts if item[1]), key=lambda item: (-item[1], item[0])))
