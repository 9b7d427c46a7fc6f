"""The synchronous model: its answer lies in a file until its row is written."""

import threading

import pytest

from pipeline.history.states import Charged, State
from pipeline.runner.model import News
from pipeline.runner.recover import recover
from tests.runner.conftest import OpenMarket, OpenShop
from tests.runner.runner_bench import SYNC_MODEL, SYNC_SIDE, Shop


def test_its_picture_is_stored_and_its_body_removed(shop: Shop) -> None:
    found = shop.bought(model=SYNC_MODEL)

    assert (found.state, found.charged, found.task_id) == (State.STORED, Charged.YES, None)
    assert shop.events(found) == ["planned", "submitting", "stored"]
    assert found.master is not None
    assert (found.master.width, found.master.height) == (SYNC_SIDE, SYNC_SIDE)
    assert list(shop.tools.inbox.iterdir()) == []
    assert shop.tools.succeeded


def test_killed_between_body_and_row_the_next_run_stores_it_without_paying(
    shop: Shop, shop_of: OpenShop
) -> None:
    shop.sql(
        "CREATE TRIGGER broken BEFORE UPDATE OF blob_sha256 ON generation"
        " BEGIN SELECT RAISE(ABORT, 'killed here'); END"
    )
    job = shop.buy(model=SYNC_MODEL)
    shop.run(job)
    row = shop.row(job)
    assert row.state is State.SUBMITTING
    assert shop.tools.body_path(row).is_file()
    shop.sql("DROP TRIGGER broken")
    shop.lock.__exit__(None, None, None)

    later = shop_of(shop.market, run="run-2")
    recover(later.tools)

    found = later.ledger.generation(row.id)
    assert (found.state, later.market.sold) == (State.STORED, 1)
    assert list(later.tools.inbox.iterdir()) == []
    assert later.news_of(found) == [News.STORED]


@pytest.mark.parametrize("fault", ["garbage_body", "truncated_picture", "done_empty", "html_200"])
def test_a_body_that_holds_no_picture_is_a_doubt(
    market_of: OpenMarket, shop_of: OpenShop, fault: str
) -> None:
    shop = shop_of(market_of({"on": "process", "fault": fault}))

    found = shop.bought(model=SYNC_MODEL)

    assert (found.state, found.charged, shop.market.sold) == (State.UNKNOWN, Charged.MAYBE, 1)
    assert found.trouble is not None


@pytest.mark.parametrize(
    ("fault", "code"), [("truncated_picture", "bad_picture"), ("done_empty", "no_pictures")]
)
def test_a_paid_body_without_a_picture_is_not_thrown_away(
    market_of: OpenMarket, shop_of: OpenShop, fault: str, code: str
) -> None:
    shop = shop_of(market_of({"on": "process", "fault": fault}))

    found = shop.bought(model=SYNC_MODEL)

    assert found.trouble is not None
    assert found.trouble.code == code
    assert shop.tools.body_path(found).stat().st_size > 0


def test_a_lost_answer_is_a_doubt(market_of: OpenMarket, shop_of: OpenShop) -> None:
    shop = shop_of(market_of({"on": "process", "fault": "cut_body"}))

    found = shop.bought(model=SYNC_MODEL)

    assert (found.state, shop.market.sold) == (State.UNKNOWN, 1)


@pytest.mark.parametrize("code", ["50412", "50511"])
def test_a_refused_prompt_is_not_charged(market_of: OpenMarket, shop_of: OpenShop, code: str) -> None:
    shop = shop_of(market_of({"on": "process", "fault": code}))

    found = shop.bought(model=SYNC_MODEL)

    assert (found.state, found.charged) == (State.REFUSED, Charged.NO)
    assert list(shop.tools.inbox.iterdir()) == []


def test_many_answers_at_once_do_not_mix(shop: Shop) -> None:
    jobs = [shop.buy(f"第{number}只龙虾", model=SYNC_MODEL) for number in range(4)]

    shop.run(*jobs)

    masters = {row.master.sha256 for job in jobs if (row := shop.row(job)).master}
    assert len(masters) == 4
    assert threading.active_count() < 50
