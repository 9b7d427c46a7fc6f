"""What the address of the grid says, read and written. Pure; what makes no sense there is left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar, get_args
from urllib.parse import parse_qsl, urlencode

from pipeline.history.gallery import DECISIONS, Look, Sort
from pipeline.history.states import State
from pipeline.plan.price import UNIT

T = TypeVar("T", datetime, int)
Pairs = Sequence[tuple[str, str]]
SORTS: tuple[Sort, ...] = get_args(Sort)
GRIDS = ("/pictures", "/assets")
_WORDS = ("q", "spec", "article", "platform", "slot", "model")
_ORDER = (
    *_WORDS,
    "state",
    "decision",
    "tag",
    "month",
    "since",
    "until",
    "cost",
    "from",
    "to",
    "sort",
    "after",
)
_MOST = 10**12
_STATES = tuple(state.value for state in State)


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

    @property
    def chosen(self) -> tuple[str, ...]:
        """What is chosen among the filters, besides words, order and page."""
        return tuple(value for name, value in self.pairs if name not in ("q", "sort", "after"))

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
    pairs = parse_qsl(query)
    return read_address(path if path in GRIDS else GRIDS[0], pairs)


def look_of(address: Address, *, limit: int) -> Look:
    """The question that an address asks the gallery."""
    sort: Sort = next((word for word in SORTS if word == address.get("sort")), "newest")
    words: Mapping[str, str | None] = {name: address.get(name) or None for name in _WORDS}
    first, last = _month(address.get("month"))
    cost = _money(address.get("cost"))
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
        since=_latest(first, _day(address.get("since"))),
        until=_earliest(last, _day(address.get("until"), after=1)),
        cost_from=_latest(cost, _money(address.get("from"))),
        cost_to=_earliest(cost, _money(address.get("to"))),
        sort=sort,
        after=address.get("after") or None,
        limit=limit,
    )


def senseless(address: Address) -> tuple[str, ...]:
    """The names in an address whose value says nothing, so that all is shown instead of what was meant."""
    asked = {
        "since": lambda text: _day(text) is not None,
        "until": lambda text: _day(text, after=1) is not None,
        "month": lambda text: _month(text)[0] is not None,
        "cost": lambda text: _money(text) is not None,
        "from": lambda text: _money(text) is not None,
        "to": lambda text: _money(text) is not None,
        "sort": lambda text: text in SORTS,
        "state": lambda text: text in _STATES,
        "decision": lambda text: text in DECISIONS,
        "tag": lambda text: "=" in text,
    }
    return tuple(
        f"{name}={value}" for name, value in address.pairs if name in asked and not asked[name](value)
    )


def _pair(tag: str) -> tuple[str, str]:
    name, _, value = tag.partition("=")
    return name, value


def _day(text: str, *, after: int = 0) -> datetime | None:
    """Midnight, where the author is, of a day or of one so many days later; None for what is no day."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d") + timedelta(days=after)  # noqa: DTZ007 - local by intent
        return day.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _month(text: str) -> tuple[datetime | None, datetime | None]:
    """The midnights at which a month such as `2026-11` begins and ends."""
    first = _day(f"{text}-01") if len(text) == len("2026-11") else None
    return (None, None) if first is None else (first, _day(f"{_after(text)}-01"))


def _after(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"


def _latest(one: T | None, other: T | None) -> T | None:
    """The later or larger of two limits, either of which may not be there."""
    return max((value for value in (one, other) if value is not None), default=None)


def _earliest(one: T | None, other: T | None) -> T | None:
    """The earlier or smaller of two limits, either of which may not be there."""
    return min((value for value in (one, other) if value is not None), default=None)


def _money(text: str) -> int | None:
    try:
        amount = float(text) * UNIT
    except ValueError:
        return None
    return round(amount) if 0 <= amount <= _MOST else None
