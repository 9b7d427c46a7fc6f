"""What pictures cost and what a budget leaves. Pure. Money is whole numbers of 0.0001 of a currency unit."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.history.gate import Ceiling

UNIT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Ceilings; None where there is none. Costs in 0.0001 units. `month_*` are what is left of the month.

    `ceiling` is the month's whole, which every claim looks at again: another run may spend meanwhile.
    """

    run_images: int | None = None
    run_cost: int | None = None
    month_images: int | None = None
    month_cost: int | None = None
    ceiling: Ceiling | None = None


NO_BUDGET = Budget()


def price_of(model: str, prices: Mapping[str, int], *, simulated: bool) -> int | None:
    """The price of one picture; None where the settings name none. Simulated ones cost nothing."""
    return 0 if simulated else prices.get(model)


def price_words(cost: int | None) -> str:
    """A price in words, without its currency: 0 is free, None is not known."""
    if cost is None:
        return "price unknown"
    return "free" if cost == 0 else f"{cost / UNIT:.2f}"


@dataclass(frozen=True, slots=True)
class Purse:
    """What was planned so far against the ceilings; `refuses` says which ceiling the next picture breaks."""

    budget: Budget
    images: int = 0
    cost: int = 0

    def refuses(self, cost: int | None) -> str | None:
        """The name of the ceiling that one more picture of this cost would break, or None."""
        images, total = self.images + 1, self.cost + (cost or 0)
        ceilings = (
            ("max-images", self.budget.run_images, images),
            ("max-cost", self.budget.run_cost, total),
            ("month_images", self.budget.month_images, images),
            ("month_cost", self.budget.month_cost, total),
        )
        return next(
            (name for name, ceiling, spent in ceilings if ceiling is not None and spent > ceiling), None
        )

    def with_one(self, cost: int | None) -> "Purse":
        """The purse after one more picture."""
        return Purse(self.budget, self.images + 1, self.cost + (cost or 0))


def needs_price(budget: Budget) -> bool:
    """Whether a ceiling is one of money, which means nothing without prices."""
    return budget.run_cost is not None or budget.month_cost is not None
