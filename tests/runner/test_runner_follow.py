"""From a task to its picture: polls, both forms, every way in which a finished picture can still hide."""

import json
from datetime import timedelta

import pytest

from pipeline.history.queries import Queries
from pipeline.history.states import State
from pipeline.runner.model import Collect, News, Patience
from pipeline.runner.tools import Durations
from tests.runner.conftest import OpenMarket, OpenShop
from tests.runner.runner_bench import PROMPT, SIDE, Shop

FAST = Patience(silent=0.3, gone_over=0.0, busy=1.0, doubt_most=0.2, doubt_unlearnt=0.1)
HURRIED = Patience(silent=0.4, gone_over=60.0)


def test_a_picture_is_fetched_by_its_url(shop: Shop) -> None:
    found = shop.bought()

    assert found.state is State.STORED
    assert shop.market.fetched == [PROMPT]


def test_a_picture_whose_url_does_not_work_is_not_fetched_twice_by_it(
    market_of: OpenMarket, shop_of: OpenShop
) -> None:
    shop = shop_of(market_of({"on": "fetch", "fault": "http_404"}))

    shop.bought()

    assert shop.market.fetched == [PROMPT]


@pytest.mark.parametrize("fault", ["url_expired", "http_404", "reset_after", "truncated_picture", "cut_body"])
def test_a_url_that_does_not_work_is_replaced_by_base64_at_once(
    market_of: OpenMarket, shop_of: OpenShop, fault: str
) -> None:
    shop = shop_of(market_of({"on": "fetch", "fault": fault}))

    found = shop.bought()

    assert found.state is State.STORED
    assert found.master is not None
    assert (found.master.width, found.master.height) == (SIDE, SIDE)
    assert shop.market.sold == 1


@pytest.mark.parametrize("fault", ["truncated_picture", "corrupt_picture", "done_empty"])
def test_a_spoilt_picture_is_asked_for_again(market_of: OpenMarket, shop_of: OpenShop, fault: str) -> None:
    rules = [{"on": "poll", "fault": fault, "at": [1, 2, 3, 4]}]
    shop = shop_of(market_of(*rules, latency=0))

    found = shop.bought()

    assert found.state is State.STORED
    assert shop.market.sold == 1
    assert not list((shop.root / "data" / "blobs").glob(".tmp-*"))


@pytest.mark.parametrize("fault", ["http_503", "garbage_body", "unknown_status", "reset_before", "50500"])
def test_an_answer_that_says_nothing_is_asked_for_again(
    market_of: OpenMarket, shop_of: OpenShop, fault: str
) -> None:
    shop = shop_of(market_of({"on": "poll", "fault": fault, "at": [1, 2, 3]}))

    assert shop.bought().state is State.STORED


def test_other_pixels_than_asked_are_kept_and_said(market_of: OpenMarket, shop_of: OpenShop) -> None:
    shop = shop_of(market_of({"on": "poll", "fault": "other_pixels"}))

    found = shop.bought()

    assert found.master is not None
    assert (found.width, found.master.width) == (SIDE, SIDE * 3 // 4)
    assert "768x768 came instead of 1024x1024" in shop.notes(found)
    assert "768x768 came instead of 1024x1024" in shop.note_of(News.STORED)


def test_a_jpeg_where_png_is_usual_is_kept_as_it_came(market_of: OpenMarket, shop_of: OpenShop) -> None:
    shop = shop_of(market_of({"on": "poll", "fault": "jpeg_picture"}))

    found = shop.bought()

    assert found.master is not None
    assert found.master.ending == "jpg"


def _group_sold(shop: Shop) -> str:
    """Order a group of three pictures past our own client, which never asks for one; the task's id."""
    from tests.providers.simulator_caller import Caller

    for number in range(40):
        prompt = f"{PROMPT}{number}"
        caller = Caller(shop.market.simulator, shop.market.hours.epoch)
        task_id = caller.bought(prompt=prompt, force_single=False)
        caller.session.close()
        task = shop.market.world.task(task_id)
        assert task is not None
        if task.pictures == 3:
            return task_id
    raise AssertionError("no prompt makes a group of three")


@pytest.mark.parametrize("form", ["url", "base64"])
def test_all_pictures_of_a_group_are_kept(market_of: OpenMarket, shop_of: OpenShop, form: str) -> None:
    rules = [{"on": "fetch", "fault": "http_404"}] if form == "base64" else []
    shop = shop_of(market_of(*rules))
    row = shop.submitted(task_id=_group_sold(shop))

    shop.run(Collect(row))

    found = shop.ledger.generation(row.id)
    blobs = [path for path in (shop.root / "data" / "blobs").rglob("*.*") if path.is_file()]
    assert found.state is State.STORED
    assert len(blobs) == 3
    assert "3 of 3 pictures came; also in the store: " in shop.notes(found)


def test_a_group_of_which_one_does_not_come_is_kept_without_it(
    market_of: OpenMarket, shop_of: OpenShop
) -> None:
    rules = [{"on": "fetch", "fault": "http_404", "at": [2]}, {"on": "poll", "fault": "http_503", "at": [2]}]
    shop = shop_of(market_of(*rules))
    row = shop.submitted(task_id=_group_sold(shop))
    shop.market.hours.ahead += 1

    shop.run(Collect(row))

    found = shop.ledger.generation(row.id)
    assert found.state is State.STORED
    assert "1 of 3 pictures came; also in the store: none" in shop.notes(found)


def test_durations_come_from_the_history_and_from_this_run(shop: Shop) -> None:
    found = shop.bought()

    fresh = Durations(Queries(shop.database))

    assert found.done_at is not None
    assert found.submitted_at is not None
    assert fresh.usual(found) == ((found.done_at - found.submitted_at).total_seconds(),)
    fresh.learn(found, 7.0)
    assert fresh.usual(found)[0] == 7.0


def test_a_finished_task_frees_its_place_before_its_picture_is_stored(shop: Shop) -> None:
    found = shop.bought()

    assert found.done_at is not None
    assert found.stored_at is not None
    assert found.done_at <= found.stored_at
    assert found.stored_at - found.done_at < timedelta(seconds=30)


def test_two_runs_that_collect_one_task_both_hear_of_its_picture(shop: Shop, shop_of: OpenShop) -> None:
    rival = shop_of(shop.market, run="run-2")
    job = shop.buy()
    for happening in shop.executor.run([job]):
        if happening.news is News.SUBMITTED:
            shop.bell.stop()
    shop.bell.stopping = False
    row = shop.row(job)

    rival.run(Collect(row))
    shop.run(Collect(row))

    assert News.STORED in rival.news_of()
    assert News.STORED in shop.news_of()
    assert shop.events(shop.row(job)).count("stored") == 1


def test_nothing_of_a_result_url_is_kept(shop: Shop) -> None:
    shop.bought()

    everything = json.dumps(
        shop.sql("SELECT * FROM generation") + shop.sql("SELECT * FROM event"), default=str
    )
    assert "/pictures/" not in everything
    assert "http://" not in everything
