"""Orders in doubt, and task ids that almost got lost: never sent again, never forgotten."""

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.history.states import Charged, State
from pipeline.runner.model import News, Pacing
from pipeline.runner.recover import recover
from tests.runner.conftest import OpenMarket, OpenShop
from tests.runner.runner_bench import PROMPT, Shop

OTHER = "一只橘猫趴在窗台上"


@pytest.mark.parametrize(
    "fault", ["lost_reply", "reset_after", "cut_body", "garbage_body", "html_200", "no_task_id", "http_502"]
)
def test_an_answer_in_doubt_is_never_sent_again(market_of: OpenMarket, shop_of: OpenShop, fault: str) -> None:
    shop = shop_of(market_of({"on": "submit", "fault": fault, "taken": True}))

    found = shop.bought()

    assert (found.state, found.charged) == (State.UNKNOWN, Charged.MAYBE)
    assert shop.events(found) == ["planned", "submitting", "unknown"]
    assert found.sent_at is not None
    assert found.trouble is not None
    assert shop.market.sold == 1
    assert News.UNKNOWN in shop.news_of()


def test_a_silent_answer_is_in_doubt(market_of: OpenMarket, shop_of: OpenShop) -> None:
    shop = shop_of(market_of({"on": "submit", "fault": "hang"}))

    found = shop.bought()

    assert found.state is State.UNKNOWN
    assert found.trouble is not None
    assert found.trouble.code == "read_timeout"


def test_a_doubt_holds_a_place_and_the_others_wait_for_it(market_of: OpenMarket, shop_of: OpenShop) -> None:
    shop = shop_of(
        market_of({"on": "submit", "fault": "lost_reply", "prompt": PROMPT}), pacing=Pacing(concurrency=1)
    )
    doubt, other = shop.buy(), shop.buy(OTHER)

    shop.run(doubt)
    shop.run(other)

    sent, later = shop.row(doubt).sent_at, shop.row(other).sent_at
    assert shop.row(doubt).state is State.UNKNOWN
    assert sent is not None
    assert later is not None
    assert later - sent >= timedelta(seconds=0.1)


def test_a_doubt_holds_its_place_three_times_as_long_as_pictures_take(shop: Shop) -> None:
    row = shop.planned()
    before = shop.tools.doubt_seconds(shop.planned(OTHER, side=2048))

    shop.tools.durations.learn(row, 0.03)
    shop.tools.durations.learn(row, 0.03)

    assert before == shop.tools.patience.doubt_unlearnt
    assert shop.tools.doubt_seconds(row) == pytest.approx(0.09)
    for _ in range(20):
        shop.tools.durations.learn(row, 99.0)
    assert shop.tools.doubt_seconds(row) == shop.tools.patience.doubt_most


def test_a_task_id_that_the_history_can_not_take_is_kept_in_a_file_and_picked_up(
    shop: Shop, shop_of: OpenShop
) -> None:
    shop.sql(
        "CREATE TRIGGER broken BEFORE UPDATE OF task_id ON generation WHEN NEW.task_id IS NOT NULL"
        " BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
    )
    job = shop.buy()
    shop.run(job)
    row = shop.row(job)

    assert row.state is State.SUBMITTING
    assert shop.tools.note_path(row).read_text() == shop.market.world.tasks()[0].id
    assert shop.executor.failure is not None
    assert "the disk is full" in shop.executor.failure.message

    shop.sql("DROP TRIGGER broken")
    shop.lock.__exit__(None, None, None)
    later = shop_of(shop.market, run="run-2")
    recover(later.tools)

    row = later.ledger.generation(row.id)
    assert (row.state, row.task_id) == (State.SUBMITTED, shop.market.world.tasks()[0].id)
    assert not later.tools.note_path(row).exists()


def test_a_task_id_that_nothing_can_keep_is_told_to_the_author(shop: Shop, tmp_path: Path) -> None:
    shop.sql(
        "CREATE TRIGGER broken BEFORE UPDATE OF task_id ON generation WHEN NEW.task_id IS NOT NULL"
        " BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
    )
    shop.tools.inbox = tmp_path / "nowhere"

    shop.run(shop.buy())

    assert shop.executor.failure is not None
    assert shop.market.world.tasks()[0].id in shop.executor.failure.message
