"""One page of a look: what stands on it, in which order, and what lies before and after it. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.errors import UsageError
from pipeline.history.columns import Mask, Numbers
from pipeline.history.fitting import Fitting
from pipeline.history.look import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The names on one page, of `total` that fit; `begin` of them come before it.

    `after`: the name that the next page goes on after, None on the last. `previous`: the same for the page
    before, None where that is the first.
    """

    names: tuple[str, ...]
    total: int
    begin: int
    after: str | None
    previous: str | None


def pictures(fitting: Fitting) -> Stretch:
    """The numbers of the generations on a page. Raises UsageError for a cursor that is none."""
    ids, look = fitting.columns.ids, fitting.look
    fits, begin = fitting.all_but(), 0
    if look.after is None:
        places = _sorted(fitting, fits)
    else:
        cursor = _cursor(ids, look.after)
        hidden = not fits[cursor]
        fits[cursor] = True  # it may be hidden by now, and still says where to go on
        places = _sorted(fitting, fits)
        begin = int(np.flatnonzero(places == cursor)[0])
        if hidden:
            places = np.delete(places, begin)
        else:
            begin += 1
    return _stretch(ids[places], begin, look.limit, str)


def assets(fitting: Fitting) -> Stretch:
    """The keys of the assets on a page: of those that asked for, or were given, a picture that fits.

    `spec` and `article` are the asset's own. By the newest picture, the oldest, or by key. Raises UsageError
    for a cursor that is none.
    """
    look, names = fitting.look, fitting.vocabulary.assets
    known = names.known[:]  # another look may add to them meanwhile
    columns, shown = fitting.columns, fitting.snapshot.shown
    fitting_pictures = fitting.all_but("spec", "article")
    fits = np.zeros(len(known), np.bool_)
    fits[columns.assets[fitting_pictures]] = True
    fits[shown.of(columns.ids[fitting_pictures]).numbers] = True
    if look.spec is not None or look.article is not None:
        met = np.flatnonzero(fits)
        fits[met] = _belong([known[number] for number in met], look)
    order, begin = _assets_sorted(fitting, known), 0
    if look.after is not None:
        found = np.flatnonzero(order == names.find(look.after))
        if not len(found):
            raise _no_cursor(look.after)
        begin = int(np.count_nonzero(fits[order[: int(found[0]) + 1]]))
    return _stretch(order[fits[order]], begin, look.limit, known.__getitem__)


def _stretch(ordered: Numbers, begin: int, limit: int, name: Callable[[int], str]) -> Stretch:
    end = begin + limit
    return Stretch(
        names=tuple(name(int(number)) for number in ordered[begin:end]),
        total=len(ordered),
        begin=begin,
        after=name(int(ordered[end - 1])) if end < len(ordered) else None,
        previous=name(int(ordered[begin - limit - 1])) if begin > limit else None,
    )


def _sorted(fitting: Fitting, fits: Mask) -> Numbers:
    """The places of generations in the order of the look."""
    columns, places = fitting.columns, np.flatnonzero(fits)
    match fitting.look.sort:
        case "newest":
            return places[::-1]
        case "oldest":
            return places
        case "dearest":
            return places[np.lexsort((-places, -columns.costs[places]))]
        case "asset":
            order = _by_name(fitting.vocabulary.assets.known[:])
            rank = np.empty(len(order), np.int64)
            rank[order] = np.arange(len(order))
            return places[np.lexsort((places, rank[columns.assets[places]]))]


def _assets_sorted(fitting: Fitting, known: list[str]) -> Numbers:
    """The numbers of all assets in the order of the look."""
    if fitting.look.sort == "asset":
        return _by_name(known)
    columns, shown = fitting.columns, fitting.snapshot.shown
    newest = np.full(len(known), -1, np.int64)
    np.maximum.at(newest, columns.assets, columns.ids)
    np.maximum.at(newest, shown.numbers, shown.ids)
    order = np.lexsort((np.arange(len(newest)), newest))
    return order if fitting.look.sort == "oldest" else order[::-1]


def _cursor(ids: Numbers, after: str) -> int:
    """The place that a cursor names."""
    number = int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else -1
    found = np.flatnonzero(ids == number)
    if not len(found):
        raise _no_cursor(after)
    return int(found[0])


def _by_name(known: list[str]) -> Numbers:
    return np.array(sorted(range(len(known)), key=known.__getitem__), np.int64)


def _belong(keys: list[str], look: Look) -> Mask:
    """Which keys of assets are of the look's spec and article."""
    begin = "" if look.spec is None else f"{look.spec}/"
    inside = "/" if look.article is None else f"/{look.article}/"
    return np.fromiter((key.startswith(begin) and inside in key for key in keys), np.bool_, len(keys))


def _no_cursor(after: str) -> UsageError:
    return UsageError(f"{after}: no such place in the history", next_step="begin with the first page again")
