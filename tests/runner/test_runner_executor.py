"""Many jobs side by side: overlap, limits, rivals on the same history, and how a run breaks off."""

import threading
from pathlib import Path

import pytest

from pipeline.history.states import State
from pipeline.runner.model import Buy, Collect, News, Pacing, Watch
from tests.runner.conftest import OpenMarket, OpenShop
from tests.runner.runner_bench import Shop


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


def test_nothing_to_do_ends_at_once(shop: Shop) -> None:
    assert shop.run() == []


def test_pictures_are_made_side_by_side(market_of: OpenMarket, shop_of: OpenShop) -> None:
    shop = shop_of(market_of(latency=0.6), pacing=Pacing(concurrency=6))
    jobs = _buys(shop, 6)

    shop.run(*jobs)

    tasks = shop.market.world.tasks()
    assert _states(shop, jobs) == {State.STORED}
    assert max(task.submitted_at for task in tasks) < min(task.ready_at for task in tasks)


def test_running_tasks_never_exceed_what_the_account_allows(market_of: OpenMarket, shop_of: OpenShop) -> None:
    shop = shop_of(market_of(latency=0.1, concurrency=2), pacing=Pacing(concurrency=2))
    jobs = _buys(shop, 8)

    shop.run(*jobs)

    assert _states(shop, jobs) == {State.STORED}
    assert shop.market.world.crowded == []


def test_two_runs_together_stay_within_the_accounts_limit(market_of: OpenMarket, shop_of: OpenShop) -> None:
    market = market_of(latency=0.1, concurrency=2)
    shop, rival = (
        shop_of(market, pacing=Pacing(concurrency=2)),
        shop_of(market, run="run-2", pacing=Pacing(concurrency=2)),
    )
    jobs = _buys(shop, 4)
    others = [rival.buy(f"另{prompt}") for prompt in _prompts(4)]

    thread = _later(rival, *others)
    shop.run(*jobs)
    thread.join()

    assert _states(shop, jobs) | _states(rival, others) == {State.STORED}
    assert market.world.crowded == []


def test_orders_never_come_faster_than_the_account_allows(market_of: OpenMarket, shop_of: OpenShop) -> None:
    shop = shop_of(market_of(latency=0, qps=8), pacing=Pacing(concurrency=12, qps=8))
    jobs = _buys(shop, 14)

    shop.run(*jobs)

    assert _states(shop, jobs) == {State.STORED}
    assert shop.market.world.crowded == []


def test_an_account_that_allows_less_is_learnt_and_everything_is_still_bought_once(
    market_of: OpenMarket, shop_of: OpenShop
) -> None:
    shop = shop_of(market_of(latency=0.1, concurrency=1), pacing=Pacing(concurrency=4))
    jobs = _buys(shop, 5)

    shop.run(*jobs)

    assert _states(shop, jobs) == {State.STORED}
    assert set(shop.market.world.crowded) == {50430}
    assert shop.market.sold == 5


def test_what_is_paid_for_already_comes_before_what_is_not(market_of: OpenMarket, shop_of: OpenShop) -> None:
    shop = shop_of(market_of(), pacing=Pacing(concurrency=1))
    paid = shop.buy()
    for happening in shop.executor.run([paid]):
        if happening.news is News.SUBMITTED:
            shop.bell.stop()
    shop.bell.stopping = False
    shop.told.clear()

    shop.run(*_buys(shop, 8), Collect(shop.row(paid)))

    stored = [item.request for item in shop.told if item.news is News.STORED]
    assert len(stored) == 9
    assert stored.index(paid.wanted.request) < 4


class _BrokenProvider:
    """A provider with a fault of ours in it."""

    def __init__(self, shop: Shop) -> None:
        self.name, self.endpoint, self.account = "jimeng", shop.market.endpoint, "0123456789ab"

    def submit(self, *_: object) -> None:
        raise ZeroDivisionError


def test_a_fault_of_ours_in_a_thread_is_kept_for_the_main_thread_and_halts_the_others(shop: Shop) -> None:
    shop.tools.provider = _BrokenProvider(shop)  # type: ignore[assignment] # broken on purpose
    jobs = _buys(shop, 3)

    shop.run(*jobs)

    assert isinstance(shop.executor.crash, ZeroDivisionError)
    assert shop.bell.halted
    assert shop.executor.failure is None


def test_a_full_disk_ends_the_run_with_the_task_left_submitted(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "data" / "blobs").write_text("a file where the store belongs")

    found = shop.bought()

    assert found.state is State.SUBMITTED
    assert shop.executor.failure is not None
    assert "blobs" in shop.executor.failure.message
    assert shop.bell.halted
    assert shop.market.sold == 1


def test_after_a_second_stop_an_order_in_flight_is_not_waited_for(
    market_of: OpenMarket, shop_of: OpenShop
) -> None:
    shop = shop_of(market_of({"on": "submit", "fault": "hang"}))
    job = shop.buy()

    for happening in shop.executor.run([job]):
        if happening.news is News.SENT:
            shop.bell.interrupt()
            shop.bell.interrupt()

    assert shop.row(job).state is State.SUBMITTING
    _when(shop, News.UNKNOWN)


def test_when_nobody_listens_any_more_the_answer_to_an_order_is_still_recorded(
    market_of: OpenMarket, shop_of: OpenShop
) -> None:
    shop = shop_of(market_of({"on": "submit", "fault": "slow_drip", "at": [1], "taken": True}))
    job, later = shop.buy(), shop.buy("另一只")

    def listen() -> None:
        for happening in shop.executor.run([job]):
            if happening.news is News.SENT:
                raise RuntimeError

    with pytest.raises(RuntimeError):
        listen()

    assert shop.row(job).state in (State.SUBMITTED, State.UNKNOWN)
    shop.run(later)
    assert not shop.ledger.same_request(later.wanted.request)


def test_more_jobs_than_threads_are_all_done(market_of: OpenMarket, shop_of: OpenShop) -> None:
    shop = shop_of(market_of(latency=0), pacing=Pacing(concurrency=1))
    jobs = _buys(shop, 9)

    shop.run(*jobs)

    assert _states(shop, jobs) == {State.STORED}
