"""What was spent, by week, spec, model or a tag, and how much the budget leaves. Amounts in doubt apart."""

from dataclasses import dataclass
from datetime import datetime

from pipeline.history.records import Generation, Spending
from pipeline.review.library import Library
from pipeline.settings import Settings

GROUPS = ("week", "month", "spec", "model")
"""What sums are grouped by; a tag is another one, as `tag:NAME`."""
_TAG = "tag:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One line of the budget. `used` and `most` are pictures, or 0.0001 units where `money`.

    `unpriced` of the pictures behind `used` have no known price.
    """

    name: str
    used: int
    most: int
    money: bool
    unpriced: int = 0

    @property
    def over(self) -> bool:
        """Whether nothing is left."""
        return self.used >= self.most


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendView:
    """The groups, the budget's lines, and each order that those call doubtful. `per_run` None: no limit.

    `by` is one of `ways`, in which the sums can be grouped.
    """

    by: str
    ways: tuple[str, ...]
    groups: tuple[Spending, ...]
    limits: tuple[Limit, ...]
    per_run: int | None
    doubtful: tuple[Generation, ...]


def view_spending(library: Library, settings: Settings, *, asked: str, now: datetime) -> SpendView:
    """Everything about money; `asked` is what the sums are grouped by, the first way where it is none."""
    ways = (*GROUPS, *(f"{_TAG}{name}" for name in library.search.tag_names()))
    by = asked if asked in ways else ways[0]
    tag = by.removeprefix(_TAG) if by.startswith(_TAG) else None
    found = library.search.spending("tag" if tag is not None else by, tag=tag)
    return SpendView(
        by=by,
        ways=ways,
        groups=found[::-1] if by in ("week", "month") else found,
        limits=_limits(library, settings, now),
        per_run=settings.budget.run_images,
        doubtful=library.search.doubtful(),
    )


def _limits(library: Library, settings: Settings, now: datetime) -> tuple[Limit, ...]:
    since = now.astimezone().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    images, cost, unpriced = library.queries.spent(since)
    said = settings.budget
    lines = []
    if said.month_images is not None:
        lines.append(Limit(name="month_images", used=images, most=said.month_images, money=False))
    if said.month_cost is not None:
        lines.append(Limit(name="month_cost", used=cost, most=said.month_cost, money=True, unpriced=unpriced))
    return tuple(lines)
