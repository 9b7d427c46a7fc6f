"""The price of one more picture, as it is shown before it is bought, and what the author agreed to. Pure."""

from dataclasses import dataclass

from pipeline.errors import StoppedError, UsageError
from pipeline.plan.decide import decide
from pipeline.plan.model import Action, Plan, Redo, Wishes
from pipeline.review.workshop import Bench
from pipeline.stages.survey import survey


@dataclass(frozen=True, slots=True)
class Price:
    """What a plan buys: pictures, their cost in 0.0001 units, and how many have no known price."""

    pictures: int
    cost: int
    unpriced: int

    @property
    def written(self) -> str:
        """As a form carries it."""
        return f"{self.pictures}-{self.cost}-{self.unpriced}"

    def covers(self, other: "Price") -> bool:
        """Whether who agreed to this one has agreed to the other."""
        return other.pictures <= self.pictures and other.cost <= self.cost and other.unpriced <= self.unpriced


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one more picture of an asset would be. Nothing is bought where `price` has no pictures."""

    action: Action
    price: Price
    simulated: bool


def wishes_for(bench: Bench, asset: str, redo: Redo) -> Wishes:
    """One paid attempt at one asset, within the budget."""
    return Wishes(only=(asset,), redo={asset: redo}, budget=bench.budget)


def offer_of(bench: Bench, asset: str, redo: Redo) -> Offer:
    """The plan's answer for one more picture. Raises UsageError where the spec has no such asset."""
    wishes, specs = wishes_for(bench, asset, redo), (bench.spec,)
    plan = decide(specs, survey(bench.studio, specs, wishes), wishes)
    if not plan.actions:
        raise UsageError(f"{asset}: {bench.spec.path} has no such asset")
    bench.check(plan)
    return Offer(action=plan.actions[0], price=price_of(plan), simulated=plan.buyer.simulated)


def price_of(plan: Plan) -> Price:
    """What a plan would pay."""
    return Price(len(plan.purchases), plan.totals.cost, plan.totals.unpriced)


def read_price(text: str) -> Price:
    """The price that a form carries. Raises UsageError for anything that is none."""
    parts = text.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in parts):
        raise UsageError("the form carries no price: open the page again")
    return Price(*(int(part) for part in parts))


def agreed(shown: Price, plan: Plan) -> None:
    """Raise StoppedError where a plan would pay more than what the author saw and said yes to."""
    if not shown.covers(price_of(plan)):
        raise StoppedError("it would cost more than was shown: nothing was bought; look at the price again")
