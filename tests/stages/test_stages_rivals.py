"""Two runs side by side: what one of them spends, the other one counts."""

from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import ExitCode, StoppedError
from pipeline.history.gate import Ceiling
from pipeline.plan.model import Plan, Wishes
from pipeline.plan.price import Budget
from pipeline.produce import plan_only
from tests.stages.stages_bench import BOAT, CAT, Author, asks, states, submitted

MONTH = Ceiling(since=datetime(2026, 2, 1, tzinfo=UTC), images=2, cost=None)


def test_a_month_that_another_run_uses_up_meanwhile_stops_the_buying(author: Author) -> None:
    first = author.write("week12", lobster={"cover": asks(), "cat": asks(CAT)})
    second = author.write("week13", boat={"cover": asks(BOAT)})

    def meanwhile(_: Plan) -> None:
        author.run(second)

    report = author.run(first, accept=meanwhile, budget=Budget(month_images=2, ceiling=MONTH))

    assert author.shop.sold == 2
    assert submitted(report) == 1
    assert isinstance(report.stopped_by, StoppedError)
    assert "month_images" in report.stopped_by.message
    assert report.exit_code is ExitCode.STOPPED
    assert sorted(states(report).values()) == ["blocked", "delivered"]


def test_a_row_taken_over_from_another_weeks_dead_run_counts_for_the_week_that_buys(author: Author) -> None:
    old = author.write("week11", boat={"cover": asks(BOAT)})
    new = author.write("week12", lobster={"cover": asks(BOAT)})
    _leave_planned(author, old)

    report = author.run(new)

    assert report.bought["week12"].pictures == 1
    generation = report.outcomes[0].generation
    assert generation is not None
    assert (generation.spec, generation.asset) == ("week12", "week12/lobster/cover")


def _leave_planned(author: Author, path: Path) -> None:
    """A run that dies between its plan and its first order."""
    with author.studio(path) as (studio, specs):
        plan = plan_only(studio, specs, Wishes())
        assert studio.ledger.intend(plan.purchases[0].wanted, at=studio.clock.now()) is not None
