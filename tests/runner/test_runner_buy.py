"""Buying one picture: what each answer to the order does to the row, to its events and to the run."""

from typing import Any

import pytest

from pipeline.history.gate import Claim, Gatekeeper
from pipeline.history.states import Charged, State
from pipeline.runner.buy import Buyer
from pipeline.runner.model import News, Pacing
from tests.runner.conftest import OpenMarket, OpenShop
from tests.runner.market_bench import KEYS
from tests.runner.runner_bench import PROMPT, Shop

OTHER = "一只橘猫趴在窗台上"


def test_a_picture_is_bought_stored_and_recorded_step_by_step(shop: Shop) -> None:
    found = shop.bought()

    assert (found.state, found.charged, found.trouble) == (State.STORED, Charged.YES, None)
    assert shop.events(found) == ["planned", "submitting", "submitted", "stored"]
    assert found.task_id == shop.market.world.tasks()[0].id
    assert found.request_id
    assert found.master is not None
    assert shop.tools.store.has(found.master.sha256, found.master.ending)
    assert (found.master.width, found.master.height) == (1024, 1024)
    assert shop.news_of() == [News.PLANNED, News.SENT, News.SUBMITTED, News.READY, News.STORED]


def test_what_is_told_shows_the_generation_as_it_stands(shop: Shop) -> None:
    shop.bought()

    sent = next(item for item in shop.told if item.news is News.SENT)
    assert sent.generation is not None
    assert (sent.generation.state, sent.generation.owner) == (State.SUBMITTING, "run-1")


def test_an_order_that_never_left_is_tried_again_and_then_fails_uncharged(
    market_of: OpenMarket, shop_of: OpenShop
) -> None:
    shop = shop_of(market_of(), endpoint="http://127.0.0.1:1")

    found = shop.bought()

    assert (found.state, found.charged) == (State.FAILED, Charged.NO)
    assert shop.events(found) == ["planned", *["submitting", "planned"] * 5, "submitting", "failed"]
    assert found.trouble is not None
    assert found.trouble.code == "connect"
    assert shop.news_of().count(News.BACK) == 5


def test_too_many_calls_a_second_are_learnt_downwards_and_the_order_goes_on(
    market_of: OpenMarket, shop_of: OpenShop
) -> None:
    shop = shop_of(market_of({"on": "submit", "fault": "50429", "at": [1, 2]}), pacing=Pacing(concurrency=4))

    found = shop.bought()

    learnt = shop.tools.gatekeeper.limits(found.endpoint, found.account, at=shop.now())
    assert (found.state, learnt.qps) == (State.STORED, 1.0)
    assert shop.events(found).count("planned") == 3
    assert shop.market.sold == 1


def test_a_configured_rate_is_halved_when_it_is_too_high(market_of: OpenMarket, shop_of: OpenShop) -> None:
    shop = shop_of(
        market_of({"on": "submit", "fault": "50429", "at": [1]}), pacing=Pacing(concurrency=4, qps=40)
    )

    found = shop.bought()

    assert shop.tools.gatekeeper.limits(found.endpoint, found.account, at=shop.now()).qps == 20


def test_too_many_tasks_are_learnt_as_the_number_that_runs(market_of: OpenMarket, shop_of: OpenShop) -> None:
    shop = shop_of(market_of({"on": "submit", "fault": "50430", "at": [1]}))

    found = shop.bought()

    learnt = shop.tools.gatekeeper.limits(found.endpoint, found.account, at=shop.now())
    assert (found.state, learnt.concurrency) == (State.STORED, 1)


def test_an_account_that_stays_busy_beyond_patience_ends_uncharged(
    market_of: OpenMarket, shop_of: OpenShop
) -> None:
    shop = shop_of(market_of({"on": "submit", "fault": "50430"}))
    patience = shop.tools.patience
    shop.tools.patience = type(patience)(busy=0.05)

    found = shop.bought()

    assert (found.state, found.charged) == (State.FAILED, Charged.NO)
    assert found.trouble is not None
    assert found.trouble.code == "50430"


def test_a_wrong_clock_is_corrected_once(market_of: OpenMarket, shop_of: OpenShop) -> None:
    market = market_of({"on": "submit", "fault": "clock_ahead", "at": [1]})
    shop = shop_of(market)

    found = shop.bought()

    assert shop.events(found)[:4] == ["planned", "submitting", "planned", "submitting"]
    # The correction that the false answer taught is wrong for the true clock: the second try fails for good.
    assert (found.state, market.sold) == (State.FAILED, 0)


def test_a_clock_that_is_wrong_all_the_time_is_corrected_by_the_servers(
    market_of: OpenMarket, shop_of: OpenShop
) -> None:
    shop = shop_of(market_of({"on": "submit", "fault": "clock_ahead"}))

    found = shop.bought()

    assert found.state in (State.STORED, State.SUBMITTED)
    assert shop.events(found)[:5] == ["planned", "submitting", "planned", "submitting", "submitted"]


@pytest.mark.parametrize("code", ["50411", "50412", "50413", "50511", "50518"])
def test_a_refused_order_is_not_charged_and_the_others_go_on(
    market_of: OpenMarket, shop_of: OpenShop, code: str
) -> None:
    shop = shop_of(market_of({"on": "submit", "fault": code, "prompt": PROMPT}))
    job, other = shop.buy(), shop.buy(OTHER)

    shop.run(job, other)

    refused = shop.row(job)
    assert (refused.state, refused.charged) == (State.REFUSED, Charged.NO)
    assert shop.events(refused) == ["planned", "submitting", "refused"]
    assert shop.row(other).state is State.STORED
    assert News.REFUSED in shop.news_of(refused)


@pytest.mark.parametrize("code", ["50215", "50204", "50200", "50520"])
def test_an_order_that_can_not_be_taken_fails_uncharged_and_the_others_go_on(
    market_of: OpenMarket, shop_of: OpenShop, code: str
) -> None:
    shop = shop_of(market_of({"on": "submit", "fault": code, "prompt": PROMPT}))
    job, other = shop.buy(), shop.buy(OTHER)

    shop.run(job, other)

    failed = shop.row(job)
    assert (failed.state, failed.charged) == (State.FAILED, Charged.NO)
    assert shop.row(other).state is State.STORED


@pytest.mark.parametrize("code", ["SignatureDoesNotMatch", "InvalidAccessKey", "AccessDenied"])
def test_refused_credentials_halt_everything_and_send_nothing_more(
    market_of: OpenMarket, shop_of: OpenShop, code: str
) -> None:
    shop = shop_of(market_of({"on": "submit", "fault": code}), pacing=Pacing(concurrency=1))
    jobs = [shop.buy(f"第{number}只龙虾") for number in range(8)]

    shop.run(*jobs)

    states = [row.state for job in jobs for row in shop.ledger.same_request(job.wanted.request)]
    assert states.count(State.FAILED) == 1
    assert set(states) <= {State.FAILED, State.CANCELLED}
    assert shop.news_of().count(News.HALTED) == 1
    assert code in shop.note_of(News.HALTED)
    assert shop.bell.halted


def test_a_wrong_secret_is_no_doubt(market_of: OpenMarket, shop_of: OpenShop) -> None:
    keys = type(KEYS)(access_key=KEYS.access_key, secret_key="not-the-secret")
    shop = shop_of(market_of(), keys=keys)

    found = shop.bought()

    assert (found.state, found.charged, shop.market.sold) == (State.FAILED, Charged.NO, 0)
    assert shop.bell.halted


def test_access_denied_halts_all_when_nothing_has_succeeded(market_of: OpenMarket, shop_of: OpenShop) -> None:
    shop = shop_of(market_of({"on": "submit", "fault": "50400"}), pacing=Pacing(concurrency=1))
    jobs = [shop.buy(), shop.buy(OTHER)]

    shop.run(*jobs)

    assert shop.bell.halted
    assert shop.news_of().count(News.FAILED) == 1
    assert shop.market.sold == 0


def test_access_denied_shuts_only_the_model_when_another_order_has_succeeded(
    market_of: OpenMarket, shop_of: OpenShop
) -> None:
    rule = {"on": "submit", "fault": "50400", "prompt": "龙虾"}
    shop = shop_of(market_of(rule), pacing=Pacing(concurrency=1))
    shut = "jimeng_t2i_v30"
    shop.run(shop.buy(OTHER))
    jobs = [shop.buy(f"第{number}只龙虾", model=shut) for number in range(2)]
    last = shop.buy("一座灯塔")

    shop.run(*jobs, last)

    rows = [shop.row(job) for job in jobs]
    assert sorted(row.state for row in rows) == [State.CANCELLED, State.FAILED]
    assert not shop.bell.halted
    assert shop.row(last).state is State.STORED
    cancelled = next(row for row in rows if row.state is State.CANCELLED)
    assert shop.notes(cancelled).endswith(shop.tools.shut_models[shut])


def test_a_row_that_somebody_else_took_is_left_to_them(shop: Shop) -> None:
    row = shop.planned()
    shop.sql("UPDATE generation SET owner = 'run-2' WHERE id = ?", row.id)

    Buyer(shop.tools, shop.buy(), row).run()

    assert shop.ledger.generation(row.id).state is State.PLANNED
    assert shop.market.sold == 0


def test_a_picture_that_came_meanwhile_serves_and_nothing_is_bought(shop: Shop) -> None:
    first = shop.bought()

    second = shop.bought(attempt=2)

    assert second.state is State.CANCELLED
    assert f"served by {first.id}" in shop.notes(second)
    assert shop.market.sold == 1
    served = next(item for item in shop.told if item.news is News.SERVED)
    assert served.generation == shop.ledger.generation(first.id)


def test_a_forced_purchase_buys_although_a_picture_is_there(shop: Shop) -> None:
    shop.bought()
    job = shop.buy(forced=True, attempt=2)

    shop.run(job)

    assert shop.row(job).state is State.STORED
    assert shop.market.sold == 2


def test_what_a_stopped_run_has_not_sent_is_given_back(market_of: OpenMarket, shop_of: OpenShop) -> None:
    shop = shop_of(market_of(), pacing=Pacing(concurrency=1))
    busy = shop.submitting(OTHER)
    shop.sql("UPDATE generation SET owner = 'alive elsewhere' WHERE id = ?", busy.id)
    job = shop.buy()
    happenings = shop.executor.run([job])

    first = next(happenings)
    shop.bell.stop()
    rest = [item.news for item in happenings]

    assert first.news is News.PLANNED
    assert rest == [News.CANCELLED]
    assert shop.row(job).state is State.CANCELLED
    assert shop.row(job).charged is Charged.NO


def test_whoever_waits_long_for_a_place_is_told_once(
    market_of: OpenMarket, shop_of: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.runner.buy._SAYS_AFTER", 0.0)
    shop = shop_of(market_of(latency=0.6), pacing=Pacing(concurrency=1))

    shop.run(shop.buy(), shop.buy(OTHER))

    assert shop.news_of().count(News.QUEUED) == 1
    assert shop.note_of(News.QUEUED) == "1 of the account's tasks are out"
    assert shop.news_of().count(News.STORED) == 2


def test_an_end_that_comes_during_the_claim_keeps_the_order_from_leaving(shop: Shop) -> None:
    claim = shop.tools.gatekeeper.claim
    row = shop.planned()

    class Interrupted(Gatekeeper):
        """A gatekeeper whose database was busy while the author typed Ctrl-C."""

        def claim(self, *args: Any, **options: Any) -> Claim:
            answer = claim(*args, **options)
            shop.bell.stop()
            return answer

    shop.tools.gatekeeper = Interrupted(shop.database, "run-1")
    Buyer(shop.tools, shop.buy(), row).run()

    found = shop.ledger.generation(row.id)
    assert (found.state, found.charged, shop.market.sold) == (State.CANCELLED, Charged.NO, 0)
    assert shop.events(found) == ["planned", "submitting", "planned", "cancelled"]
