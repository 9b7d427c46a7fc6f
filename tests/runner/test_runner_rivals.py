"""Two runs on one history: every picture is bought once, whoever is quicker and whoever dies."""

import threading
from dataclasses import replace

import pytest

from pipeline.history.states import State
from pipeline.runner.model import Buy, Collect, News, Patience, Watch
from tests.runner.conftest import OpenMarket, OpenShop
from tests.runner.runner_bench import SYNC_MODEL, Shop


def _prompts(count: int) -> list[str]:
    return [f"第{number}只龙虾" for number in range(count)]


def _buys(shop: Shop, count: int) -> list[Buy]:
    return [shop.buy(prompt) for prompt in _prompts(count)]


def _states(shop: Shop, jobs: list[Buy]) -> set[State]:
    return {shop.row(job).state for job in jobs}


def _later(shop: Shop, *jobs: Buy | Watch | Collect) -> threading.Thread:
    """Carry jobs out in the background."""
    thread = threading.Thread(target=lambda: shop.run(*jobs))
    thread.start()
    return thread


def _when(shop: Shop, news: News) -> None:
    """Wait until a run in the background tells something."""
    for _ in range(1000):
        if news in shop.news_of():
            return
        threading.Event().wait(0.005)
    raise AssertionError(f"{news} was never told")


def test_two_runs_that_want_one_picture_buy_it_once(shop: Shop, shop_of: OpenShop) -> None:
    rival = shop_of(shop.market, run="run-2")
    jobs = _buys(shop, 4)

    thread = _later(rival, *jobs)
    shop.run(*jobs)
    thread.join()

    assert _states(shop, jobs) == {State.STORED}
    assert shop.market.sold == 4
    for told in (shop.told, rival.told):
        served = [item for item in told if item.news in (News.STORED, News.SERVED)]
        assert {item.request for item in served} == {job.wanted.request for job in jobs}


def test_a_rival_that_fails_without_charge_is_followed_by_one_purchase(
    market_of: OpenMarket, shop_of: OpenShop
) -> None:
    market = market_of({"on": "submit", "fault": "50215", "at": [1]})
    shop, rival = shop_of(market), shop_of(market, run="run-2")
    theirs = rival.planned()

    thread = _later(shop, shop.buy())
    rival.run(replace(rival.buy(), takes_over=theirs))
    thread.join()

    attempts = shop.ledger.same_request(shop.wanted().request)
    assert [item.state for item in attempts] == [State.FAILED, State.STORED]
    assert market.sold == 1


def test_a_rival_that_ends_in_doubt_is_not_bought_over(market_of: OpenMarket, shop_of: OpenShop) -> None:
    market = market_of({"on": "submit", "fault": "lost_reply"})
    shop, rival = shop_of(market), shop_of(market, run="run-2")
    theirs = rival.planned()

    thread = _later(shop, shop.buy())
    rival.run(replace(rival.buy(), takes_over=theirs))
    thread.join()

    assert [item.state for item in shop.ledger.same_request(shop.wanted().request)] == [State.UNKNOWN]
    assert market.sold == 1
    assert News.LEFT in shop.news_of()


def test_every_attempt_in_between_has_its_say(shop: Shop, shop_of: OpenShop) -> None:
    failed = shop.submitting()
    shop.ended(failed, State.SUBMITTING, State.FAILED)
    doubt = shop.submitting(attempt=2)
    shop.ended(doubt, State.SUBMITTING, State.UNKNOWN)
    later = shop_of(shop.market, run="run-2")

    later.run(later.buy())

    assert later.market.sold == 0
    assert len(later.ledger.same_request(failed.request)) == 2


def test_a_rival_of_other_pixels_does_not_keep_an_exact_purchase_back(shop: Shop, shop_of: OpenShop) -> None:
    shop.submitting(side=2048)
    later = shop_of(shop.market, run="run-2")
    job = later.buy(exact=True)

    later.run(job)

    attempts = later.ledger.same_request(job.wanted.request)
    assert [item.state for item in attempts] == [State.SUBMITTING, State.STORED]


def test_a_planned_row_of_a_dead_run_is_taken_over(shop: Shop, shop_of: OpenShop) -> None:
    left = shop.planned()
    shop.lock.__exit__(None, None, None)
    later = shop_of(shop.market, run="run-2")

    later.run(replace(later.buy(), takes_over=left))

    found = later.ledger.generation(left.id)
    assert (found.state, found.owner) == (State.STORED, "run-2")
    assert later.market.sold == 1


def test_a_planned_row_is_taken_over_when_its_run_dies_while_we_wait(shop: Shop, shop_of: OpenShop) -> None:
    left = shop.planned()
    later = shop_of(shop.market, run="run-2")

    thread = _later(later, later.buy())
    shop.lock.__exit__(None, None, None)
    thread.join()

    assert later.ledger.generation(left.id).state is State.STORED
    assert later.market.sold == 1


def test_a_row_that_another_run_took_over_first_is_waited_for(shop: Shop, shop_of: OpenShop) -> None:
    left = shop.planned()
    shop.sql("UPDATE generation SET owner = 'dead' WHERE id = ?", left.id)
    left = shop.ledger.generation(left.id)
    rival = shop_of(shop.market, run="run-2")
    assert rival.ledger.take_over(left, rival.wanted(), at=rival.now()) is not None

    thread = _later(shop, replace(shop.buy(), takes_over=left))
    rival.run(replace(rival.buy(), takes_over=rival.ledger.generation(left.id)))
    thread.join()

    assert shop.market.sold == 1
    assert News.STORED in shop.news_of()


def test_another_runs_purchase_is_watched_to_its_picture(market_of: OpenMarket, shop_of: OpenShop) -> None:
    shop, rival = _pair(market_of, shop_of)
    job = rival.buy()
    thread = _later(rival, job)
    _when(rival, News.SUBMITTED)

    shop.run(Watch(rival.row(job)))
    thread.join()

    assert [item.news for item in shop.told] == [News.STORED]
    assert shop.market.sold == 1


def _pair(market_of: OpenMarket, shop_of: OpenShop) -> tuple[Shop, Shop]:
    market = market_of(latency=0.3)
    return shop_of(market), shop_of(market, run="run-2")


def test_the_task_of_a_run_that_dies_is_brought_in_by_the_one_that_watches(
    market_of: OpenMarket, shop_of: OpenShop
) -> None:
    shop, rival = _pair(market_of, shop_of)
    job = rival.buy()
    for happening in rival.executor.run([job]):
        if happening.news is News.SUBMITTED:
            rival.bell.stop()

    thread = _later(shop, Watch(rival.row(job)))
    rival.lock.__exit__(None, None, None)
    thread.join()

    assert shop.row(job).state is State.STORED
    assert shop.market.sold == 1


def test_the_task_of_a_dead_run_with_another_account_is_left(shop: Shop, shop_of: OpenShop) -> None:
    row = shop.submitted(task_id="1", account="0123456789ab")
    shop.lock.__exit__(None, None, None)
    later = shop_of(shop.market, run="run-2")

    later.run(Watch(row))

    assert later.ledger.generation(row.id).state is State.SUBMITTED
    assert later.news_of() == [News.LEFT]


def test_a_watch_ends_when_the_run_is_stopped(shop: Shop, shop_of: OpenShop) -> None:
    row = shop.planned()
    later = shop_of(shop.market, run="run-2")

    thread = _later(later, Watch(row), later.buy())
    later.bell.stop()
    thread.join(10)

    assert not thread.is_alive()
    assert later.ledger.generation(row.id).state is State.PLANNED


def test_a_synchronous_picture_of_another_run_is_waited_for(shop: Shop, shop_of: OpenShop) -> None:
    rival = shop_of(shop.market, run="run-2")
    job = shop.buy(model=SYNC_MODEL)

    thread = _later(rival, job)
    shop.run(job)
    thread.join()

    assert shop.row(job).state is State.STORED
    assert shop.market.sold == 1


def test_a_paused_rival_in_the_middle_of_an_order_is_waited_for_no_longer_than_a_silent_task(
    shop: Shop, shop_of: OpenShop
) -> None:
    row = shop.submitting()
    later = shop_of(shop.market, run="run-2", patience=Patience(silent=0.3))

    _to_its_end(later, Watch(row))

    assert later.news_of() == [News.LEFT]
    assert later.ledger.generation(row.id) == row


@pytest.mark.parametrize("make", ["planned", "submitting", "submitted"])
def test_nothing_is_bought_or_taken_over_behind_a_paused_rival(
    shop: Shop, shop_of: OpenShop, make: str
) -> None:
    row = getattr(shop, make)()
    later = shop_of(shop.market, run="run-2", patience=Patience(silent=0.3))

    _to_its_end(later, later.buy())

    assert later.news_of() == [News.LEFT]
    assert later.ledger.same_request(row.request) == (row,)
    assert shop.market.sold == 0


def _to_its_end(shop: Shop, job: Buy | Watch) -> None:
    """Carry a job out; a run that waits for ever is stopped, and the test fails."""
    thread = _later(shop, job)
    thread.join(10)
    waits = thread.is_alive()
    shop.bell.stop()
    thread.join(10)
    assert not waits
