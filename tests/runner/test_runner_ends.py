"""How a task ends without a picture, or is left for later: gone, refused, denied, silent."""

import time

import pytest

from pipeline.history.queries import Queries
from pipeline.history.states import Charged, State
from pipeline.runner.model import Collect, News, Patience
from pipeline.runner.tools import Durations
from tests.runner.conftest import OpenMarket, OpenShop
from tests.runner.runner_bench import MODEL, QUICK, SIDE, Shop

FAST = Patience(silent=0.3, gone_over=0.0, busy=1.0, doubt_most=0.2, doubt_unlearnt=0.1)
HURRIED = Patience(silent=0.4, gone_over=60.0)


@pytest.mark.parametrize("fault", ["not_found", "expired", "50215"])
def test_a_task_that_is_gone_three_times_over_patience_is_paid_and_lost(
    market_of: OpenMarket, shop_of: OpenShop, fault: str
) -> None:
    shop = shop_of(market_of({"on": "poll", "fault": fault}))

    found = shop.bought()

    assert (found.state, found.charged) == (State.FAILED, Charged.YES)
    assert shop.events(found) == ["planned", "submitting", "submitted", "failed"]
    assert News.FAILED in shop.news_of()


def test_a_task_that_is_gone_twice_and_then_there_is_kept(market_of: OpenMarket, shop_of: OpenShop) -> None:
    shop = shop_of(market_of({"on": "poll", "fault": "not_found", "at": [1, 2]}))

    assert shop.bought().state is State.STORED


def test_three_times_gone_within_a_moment_is_not_believed(market_of: OpenMarket, shop_of: OpenShop) -> None:
    shop = shop_of(market_of({"on": "poll", "fault": "not_found"}), patience=HURRIED)

    assert shop.bought().state is State.SUBMITTED


def test_a_task_past_its_life_is_believed_gone_at_once(market_of: OpenMarket, shop_of: OpenShop) -> None:
    market = market_of()
    shop = shop_of(market, patience=Patience(gone_over=3600.0))
    row = shop.submitted(task_id="7392616336519610409")
    market.hours.ahead += 13 * 3600

    shop.run(Collect(row))

    assert shop.ledger.generation(row.id).state is State.FAILED
    assert shop.news_of(row) == [News.FAILED]


@pytest.mark.parametrize("code", ["50511", "50512", "50519"])
def test_a_refused_output_ends_refused(market_of: OpenMarket, shop_of: OpenShop, code: str) -> None:
    shop = shop_of(market_of({"on": "poll", "fault": code}))

    found = shop.bought()

    assert (found.state, found.charged) == (State.REFUSED, Charged.MAYBE)
    assert found.trouble is not None
    assert found.trouble.code == code
    assert found.done_at is not None


def test_denied_polls_leave_the_task_submitted_and_stop_the_run(
    market_of: OpenMarket, shop_of: OpenShop
) -> None:
    shop = shop_of(market_of({"on": "poll", "fault": "AccessDenied"}))

    found = shop.bought()

    assert found.state is State.SUBMITTED
    assert shop.bell.halted
    assert shop.news_of()[-1] is News.HALTED


def test_a_task_that_stays_silent_is_left_for_collect(market_of: OpenMarket, shop_of: OpenShop) -> None:
    shop = shop_of(market_of(latency=60), patience=FAST)

    found = shop.bought()

    assert found.state is State.SUBMITTED
    assert shop.news_of()[-1] is News.LEFT
    assert not shop.bell.ended


def test_a_task_without_pictures_is_left_for_collect_with_its_reason(
    market_of: OpenMarket, shop_of: OpenShop
) -> None:
    shop = shop_of(market_of({"on": "poll", "fault": "done_empty"}), patience=FAST)

    found = shop.bought()

    assert found.state is State.SUBMITTED
    assert found.done_at is None or found.done_at >= (found.submitted_at or found.planned_at)
    assert "picture" in shop.note_of(News.LEFT)


def test_without_patience_every_task_is_asked_for_once(market_of: OpenMarket, shop_of: OpenShop) -> None:
    shop = shop_of(market_of(latency=60), patience=Patience(silent=0.0))
    row = shop.submitted(task_id="1")

    shop.run(Collect(row))

    assert shop.ledger.generation(row.id).state is State.SUBMITTED
    assert shop.news_of() == [News.LEFT]


def test_a_task_is_asked_for_at_least_once_however_long_pictures_usually_take(
    market_of: OpenMarket, shop_of: OpenShop
) -> None:
    shop = shop_of(market_of(latency=0), patience=FAST)
    provider = shop.tools.provider
    shop.tools.durations._known[provider.name, MODEL, SIDE, SIDE] = (900.0,)

    assert shop.bought().state is State.STORED


def test_a_task_collected_a_day_later_does_not_slow_the_next_run(shop: Shop) -> None:
    job = shop.buy()
    happenings = shop.executor.run([job])
    for happening in happenings:
        if happening.news is News.SUBMITTED:
            shop.bell.stop()
    shop.bell.stopping = False
    shop.market.hours.ahead += 11 * 3600

    shop.run(Collect(shop.row(job)))

    known = Durations(Queries(shop.database)).usual(shop.row(job))
    assert shop.row(job).state is State.STORED
    assert len(known) == 1
    assert known[0] < 60


def test_a_stop_leaves_the_task_submitted_at_once(market_of: OpenMarket, shop_of: OpenShop) -> None:
    shop = shop_of(market_of(latency=60), patience=QUICK)
    job = shop.buy()
    began = time.monotonic()

    for happening in shop.executor.run([job]):
        if happening.news is News.SUBMITTED:
            shop.bell.stop()

    assert shop.row(job).state is State.SUBMITTED
    assert News.LEFT not in shop.news_of()
    assert time.monotonic() - began < 3
