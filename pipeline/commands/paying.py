"""What a plan must pass before it is paid: budgets with prices, and the author's yes."""

import math
from dataclasses import dataclass
from datetime import datetime

from pipeline.console.plans import counted, show_plan, summary
from pipeline.console.terminal import Terminal
from pipeline.errors import StoppedError, UsageError
from pipeline.history.gate import Ceiling
from pipeline.plan.model import Plan
from pipeline.plan.price import UNIT, Budget, needs_price
from pipeline.runner.signals import interruptible
from pipeline.settings import Settings
from pipeline.stages.studio import Studio


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """How the author agrees: `--yes`, a budget in the settings, or an answer on the terminal.

    `again` is the command to type once more, without its `--yes`.
    """

    terminal: Terminal
    settings: Settings
    yes: bool
    again: str

    def accept(self, plan: Plan) -> None:
        """Show what is to be paid and ask once. Raises StoppedError on a no, or when nobody can answer."""
        if not plan.purchases or plan.buyer.simulated or self.yes:
            return
        if self.terminal.interactive:
            show_plan(self.terminal, plan, self.settings.currency, prompts=False, on_stderr=True)
            with interruptible():
                agreed = self.terminal.ask("Buy these pictures?")
            if not agreed:
                raise StoppedError("nothing was bought, as you said", next_step=self.again)
            return
        if not self._has_budget():
            raise StoppedError(
                f"nobody is there to say yes: {summary(plan, self.settings.currency)}",
                next_step=f"set a budget in configs/settings.yaml, or say yes: {self.again} --yes",
            )

    def _has_budget(self) -> bool:
        budget = self.settings.budget
        return any(value is not None for value in (budget.run_images, budget.month_images, budget.month_cost))


def budget_for(
    studio: Studio,
    settings: Settings,
    terminal: Terminal,
    *,
    max_images: int | None,
    max_cost: float | None,
) -> Budget:
    """The ceilings of one run: flags, settings, and what is left of the month (doubts count as spent).

    Says which purchases of the month no limit of money can count. Raises UsageError for an amount that is
    no number.
    """
    if max_cost is not None and not math.isfinite(max_cost):
        raise UsageError(f"--max-cost {max_cost}: must be an amount, such as 4.50")
    if studio.buyer.simulated:
        return Budget(run_images=max_images)
    said = settings.budget
    run_images = min((n for n in (max_images, said.run_images) if n is not None), default=None)
    month_images, month_cost, ceiling = said.month_images, said.month_cost, None
    if month_images is not None or month_cost is not None:
        since = _month_of(studio.clock.now())
        ceiling = Ceiling(since=since, images=month_images, cost=month_cost)
        count, cost, unpriced = studio.queries.spent(since)
        if month_cost is not None and unpriced:
            terminal.warn(f"month_cost counts without {counted(unpriced, 'picture')} that had no price")
        month_images = None if month_images is None else max(0, month_images - count)
        month_cost = None if month_cost is None else max(0, month_cost - cost)
    return Budget(
        run_images=run_images,
        run_cost=None if max_cost is None else round(max_cost * UNIT),
        month_images=month_images,
        month_cost=month_cost,
        ceiling=ceiling,
    )


def check_prices(plan: Plan, budget: Budget) -> None:
    """A limit of money means nothing for a picture without a price: raises UsageError."""
    unpriced = sorted({item.wanted.model for item in plan.purchases if item.wanted.cost is None})
    if unpriced and needs_price(budget):
        raise UsageError(
            f"a cost limit was set, but there is no price for {', '.join(unpriced)}",
            next_step="write it under prices: in configs/settings.yaml (in 0.0001 of the currency)",
        )


def _month_of(now: datetime) -> datetime:
    return now.astimezone().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
