"""What the address of the grid says, read and written. Pure; what makes no sense there is left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args
from urllib.parse import parse_qsl, urlencode

from pipeline.history.gallery import DECISIONS, Look, Sort
from pipeline.history.states import State
from pipeline.plan.price import UNIT

Pairs = Sequence[tuple[str, str]]
SORTS: tuple[Sort, ...] = get_args(Sort)
GRIDS = ("/pictures", "/assets")
_WORDS = ("q", "spec", "article", "platform", "slot", "model")
_ORDER = (*_WORDS, "state", "decision", "tag", "since", "until", "from", "to", "sort", "after")
_MOST = 10**12


@dataclass(frozen=True, slots=True)
class Address:
    """The state of the grid as pairs of an address, in one order, without empty ones."""

    path: str
    pairs: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        """The value of a name, or nothing."""
        return next((value for key, value in self.pairs if key == name), "")

    def every(self, name: str) -> tuple[str, ...]:
        """All values of a name."""
        return tuple(value for key, value in self.pairs if key == name)

    def has(self, name: str, value: str) -> bool:
        """Whether a value is asked for."""
        return (name, value) in self.pairs

    def without(self, *names: str) -> "Address":
        """The same without some names."""
        return Address(self.path, tuple(pair for pair in self.pairs if pair[0] not in names))

    def with_one(self, name: str, value: str) -> "Address":
        """The same with another value of a name, from its first page on."""
        return Address(self.path, (*self.without(name, "after").pairs, (name, value)))

    def __str__(self) -> str:
        """As it is linked to."""
        ordered = sorted(self.pairs, key=lambda pair: _ORDER.index(pair[0]))
        return f"{self.path}?{urlencode(ordered)}" if ordered else self.path


def read_address(path: str, pairs: Pairs) -> Address:
    """What an address asks: known names, without empty values."""
    return Address(
        path, tuple((name, value.strip()) for name, value in pairs if name in _ORDER and value.strip())
    )


def read_back(text: str) -> Address:
    """Where a form of a grid was; a place that is no grid's is the first grid."""
    path, _, query = text.partition("?")
    pairs = parse_qsl(query, max_num_fields=None)
    return read_address(path if path in GRIDS else GRIDS[0], pairs)


def look_of(address: Address, *, limit: int) -> Look:
    """The question that an address asks the gallery."""
    until = _day(address.get("until"))
    sort: Sort = next((word for word in SORTS if word == address.get("sort")), "newest")
    words: Mapping[str, str | None] = {name: address.get(name) or None for name in _WORDS}
    return Look(
        text=words["q"],
        spec=words["spec"],
        article=words["article"],
        platform=words["platform"],
        slot=words["slot"],
        model=words["model"],
        states=tuple(state for state in State if address.has("state", state.value)),
        decisions=tuple(word for word in DECISIONS if address.has("decision", word)),
        tags=tuple(_pair(tag) for tag in address.every("tag") if "=" in tag),
        since=_day(address.get("since")),
        until=until + timedelta(days=1) if until else None,
        cost_from=_money(address.get("from")),
        cost_to=_money(address.get("to")),
        sort=sort,
        after=address.get("after") or None,
        limit=limit,
    )


def _pair(tag: str) -> tuple[str, str]:
    name, _, value = tag.partition("=")
    return name, value


def _day(text: str) -> datetime | None:
    """Midnight of a day where the author is."""
    try:
        return datetime.fromisoformat(text[:10]).astimezone() if text else None
    except (ValueError, OverflowError):
        return None


def _money(text: str) -> int | None:
    try:
        amount = float(text) * UNIT
    except ValueError:
        return None
    return round(amount) if 0 <= amount <= _MOST else None
