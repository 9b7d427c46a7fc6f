"""What was spent, by week, spec, model or a tag, and how much the budget leaves. Amounts in doubt apart."""

from dataclasses import dataclass
from datetime import datetime

from pipeline.history.records import Generation, Spending
from pipeline.history.search import Filters
from pipeline.history.states import State
from pipeline.review.library import Library
from pipeline.settings import Settings

GROUPS = ("week", "month", "spec", "model")


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
    """The groups, the budget's lines, and the real orders in doubt. `per_run` None: no such limit."""

    by: str
    groups: tuple[Spending, ...]
    limits: tuple[Limit, ...]
    per_run: int | None
    doubtful: tuple[Generation, ...]


def view_spending(
    library: Library, settings: Settings, *, by: str, tag: str | None, now: datetime
) -> SpendView:
    """Everything about money; `tag` names the tag where `by` is `tag`."""
    found = library.search.spending(by, tag=tag)
    in_doubt = library.search.generations(Filters(states=(State.UNKNOWN,), limit=100))
    return SpendView(
        by=by,
        groups=found[::-1] if by in ("week", "month") else found,
        limits=_limits(library, settings, now),
        per_run=settings.budget.run_images,
        doubtful=tuple(item for item in in_doubt if not item.simulated),
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
