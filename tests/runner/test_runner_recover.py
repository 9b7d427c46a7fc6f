"""What dead runs left: settled before anything is planned, and never by paying again."""

from pipeline.history.states import Charged, Resolution, State
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
    shop.tools.note_path(row).write_text("7392616336519610409\n")
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


def test_a_task_id_in_a_note_is_taken_in_for_an_order_that_is_in_doubt_already(
    shop: Shop, shop_of: OpenShop
) -> None:
    row = shop.ended(shop.submitting(), State.SUBMITTING, State.UNKNOWN)
    shop.tools.note_path(row).write_text("7392616336519610409")
    later = shop_of(shop.market, run="run-2")

    recover(later.tools)

    found = later.ledger.generation(row.id)
    assert (found.state, found.task_id, found.charged) == (
        State.SUBMITTED,
        "7392616336519610409",
        Charged.YES,
    )
    assert list(later.tools.inbox.iterdir()) == []


def test_a_task_id_in_a_note_is_taken_in_for_an_order_that_was_given_up(
    shop: Shop, shop_of: OpenShop
) -> None:
    row = shop.ended(shop.submitting(), State.SUBMITTING, State.UNKNOWN)
    assert shop.ledger.resolve(row.id, Resolution.ABANDONED, at=shop.now())
    shop.tools.note_path(row).write_text("7392616336519610409")
    later = shop_of(shop.market, run="run-2")

    recover(later.tools)

    found = later.ledger.generation(row.id)
    assert (found.state, found.task_id) == (State.SUBMITTED, "7392616336519610409")


def test_a_body_is_taken_in_for_an_order_that_is_in_doubt_already(shop: Shop, shop_of: OpenShop) -> None:
    kept = _kept_body(shop)
    row = shop.ended(shop.submitting("一只橘猫", model=SYNC_MODEL), State.SUBMITTING, State.UNKNOWN)
    shop.tools.body_path(row).write_bytes(kept)
    later = shop_of(shop.market, run="run-2")

    recover(later.tools)

    found = later.ledger.generation(row.id)
    assert (found.state, found.charged) == (State.STORED, Charged.YES)
    assert not later.tools.body_path(row).exists()
    assert later.news_of(row) == [News.STORED]


def test_a_body_that_was_no_answer_before_changes_nothing_of_the_doubt_and_stays(
    shop: Shop, shop_of: OpenShop
) -> None:
    row = shop.ended(shop.submitting(model=SYNC_MODEL), State.SUBMITTING, State.UNKNOWN)
    shop.tools.body_path(row).write_bytes(b"half a bo")
    before, events = shop.ledger.generation(row.id), shop.events(row)
    later = shop_of(shop.market, run="run-2")

    recover(later.tools)

    assert later.ledger.generation(row.id) == before
    assert later.events(row) == events
    assert later.tools.body_path(row).read_bytes() == b"half a bo"


def test_what_lies_in_the_inbox_for_no_row_in_doubt_is_left_alone(shop: Shop, shop_of: OpenShop) -> None:
    stored = shop.bought()
    foreign = [
        shop.tools.note_path(stored),
        shop.tools.inbox / "999.task",
        shop.tools.inbox / "notes.task",
        shop.tools.inbox / "1.txt",
    ]
    for path in foreign:
        path.write_text("7392616336519610409")
    later = shop_of(shop.market, run="run-2")

    recover(later.tools)

    assert later.ledger.generation(stored.id) == stored
    assert later.told == []


def _kept_body(shop: Shop) -> bytes:
    """The whole body of a synchronous answer, as a run that is killed leaves it."""
    shop.sql(
        "CREATE TRIGGER broken BEFORE UPDATE OF blob_sha256 ON generation"
        " BEGIN SELECT RAISE(ABORT, 'killed here'); END"
    )
    job = shop.buy(model=SYNC_MODEL)
    shop.run(job)
    shop.sql("DROP TRIGGER broken")
    path = shop.tools.body_path(shop.row(job))
    body = path.read_bytes()
    path.unlink()
    return body
