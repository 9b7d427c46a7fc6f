"""What dead runs left: settled before anything is planned, and never by paying again."""

from pipeline.history.states import Charged, State
from pipeline.runner.model import News
from pipeline.runner.recover import recover
from tests.runner.conftest import OpenShop
from tests.runner.runner_bench import SYNC_MODEL, Shop


def test_an_order_of_a_dead_run_becomes_a_doubt(shop: Shop, shop_of: OpenShop) -> None:
    row = shop.submitting()
    shop.lock.__exit__(None, None, None)
    later = shop_of(shop.market, run="run-2")

    recover(later.tools)

    found = later.ledger.generation(row.id)
    assert (found.state, found.charged) == (State.UNKNOWN, Charged.MAYBE)
    assert found.trouble is not None
    assert found.trouble.code == "process_died"
    assert later.news_of(row) == [News.UNKNOWN]


def test_the_news_of_a_recovery_come_with_the_runs_own_even_when_there_is_nothing_to_do(
    shop: Shop, shop_of: OpenShop
) -> None:
    shop.submitting()
    shop.lock.__exit__(None, None, None)
    later = shop_of(shop.market, run="run-2")
    recover(later.tools)

    assert [item.news for item in later.run()] == [News.UNKNOWN]


def test_an_order_of_a_living_run_is_left_to_it(shop: Shop, shop_of: OpenShop) -> None:
    row = shop.submitting()
    other = shop_of(shop.market, run="run-2")

    recover(other.tools)

    assert other.ledger.generation(row.id).state is State.SUBMITTING
    assert other.told == []


def test_an_order_of_our_own_is_left_alone(shop: Shop) -> None:
    row = shop.submitting()

    recover(shop.tools)

    assert shop.ledger.generation(row.id).state is State.SUBMITTING


def test_an_order_without_an_owner_belongs_to_nobody_alive(shop: Shop) -> None:
    row = shop.submitting()
    shop.sql("UPDATE generation SET owner = NULL WHERE id = ?", row.id)

    recover(shop.tools)

    assert shop.ledger.generation(row.id).state is State.UNKNOWN


def test_a_task_id_in_a_note_is_taken_into_the_history(shop: Shop, shop_of: OpenShop) -> None:
    row = shop.submitting()
    shop.tools.note_path(row).write_text("7392616336519610409")
    shop.lock.__exit__(None, None, None)
    later = shop_of(shop.market, run="run-2")

    recover(later.tools)

    found = later.ledger.generation(row.id)
    assert (found.state, found.task_id) == (State.SUBMITTED, "7392616336519610409")
    assert list(later.tools.inbox.iterdir()) == []


def test_a_body_that_can_not_be_read_is_a_doubt_and_stays(shop: Shop, shop_of: OpenShop) -> None:
    row = shop.submitting(model=SYNC_MODEL)
    shop.tools.body_path(row).write_bytes(b"half a bo")
    shop.lock.__exit__(None, None, None)
    later = shop_of(shop.market, run="run-2")

    recover(later.tools)

    assert later.ledger.generation(row.id).state is State.UNKNOWN
    assert later.tools.body_path(row).read_bytes() == b"half a bo"


def test_planned_and_submitted_rows_of_a_dead_run_stay_as_they_are(shop: Shop, shop_of: OpenShop) -> None:
    planned, submitted = shop.planned("一只橘猫"), shop.submitted()
    shop.lock.__exit__(None, None, None)
    later = shop_of(shop.market, run="run-2")

    recover(later.tools)

    assert later.ledger.generation(planned.id).state is State.PLANNED
    assert later.ledger.generation(submitted.id).state is State.SUBMITTED
