"""What a plain run buys, what it waits for, and what it leaves to the author's word."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fingerprint import generation_key
from pipeline.history.records import Generation
from pipeline.history.states import Charged, Purpose, Resolution, State
from pipeline.plan.model import Kind, Reason
from tests.builders import (
    ASSET,
    BUYER,
    PRICE,
    SIMULATOR,
    action_of,
    asset_fact,
    facts,
    generation,
    image,
    master,
    plan_of,
    prompted,
    request_of,
    spec,
    trouble,
)

OTHER_ACCOUNT = replace(BUYER, account="bbbbbbbbbbbb")


def test_a_new_prompt_is_bought_once_with_its_price_and_all_that_its_row_needs() -> None:
    week = spec(image(slots=("wechat.cover",)), tags={"author": "amy"})

    plan = plan_of(facts(), week)

    (action,), (purchase,) = plan.actions, plan.purchases
    assert (action.kind, action.code, action.cost) == (Kind.GENERATE, Reason.NEW, PRICE)
    assert action.reason == "new: nothing in the history answers this prompt"
    wanted = purchase.wanted
    assert (wanted.request, wanted.attempt, wanted.cost) == (request_of(), 1, PRICE)
    assert (wanted.width, wanted.height) == (3024, 1296) == (action.width, action.height)
    assert wanted.generation_key == generation_key(request_of(), 3024, 1296)
    assert (wanted.provider, wanted.endpoint, wanted.account) == (BUYER.name, BUYER.endpoint, BUYER.account)
    assert (wanted.asset, wanted.spec, wanted.tags) == (ASSET, "week12", {"author": "amy"})
    assert (wanted.purpose, wanted.for_request) == (Purpose.RUN, request_of())
    assert (purchase.assets, purchase.forced, purchase.exact, purchase.takes_over) == (
        (ASSET,),
        False,
        False,
        None,
    )
    assert [slot.slot.id for slot in action.to_render] == ["wechat.cover"]


@pytest.mark.parametrize(
    ("attempt", "code", "words", "step"),
    [
        (generation(State.UNKNOWN), Reason.UNKNOWN, "in doubt", "pipeline resolve week12/lobster/cover"),
        (generation(State.SUBMITTING), Reason.UNKNOWN, "in doubt", "pipeline resolve week12/lobster/cover"),
        (
            generation(State.REFUSED, trouble=trouble()),
            Reason.REFUSED,
            "refused by the audit (50411): Pre Img Risk Not Pass",
            "change the prompt in the spec, or: pipeline regenerate week12/lobster/cover",
        ),
        (
            generation(State.REFUSED, charged=Charged.MAYBE, trouble=trouble("50511")),
            Reason.REFUSED,
            "refused by the audit (50511)",
            "pipeline run configs/week12.yaml --only failed",
        ),
        (
            generation(State.FAILED, charged=Charged.YES, task_id="73"),
            Reason.PAID_LOST,
            "paid for and lost: the provider no longer has its task 73",
            "pipeline regenerate week12/lobster/cover",
        ),
        (
            generation(rejected=True),
            Reason.REJECTED,
            "you rejected generation 1",
            "pipeline regenerate week12/lobster/cover   (or: pipeline run configs/week12.yaml",
        ),
        (
            generation(trashed=True),
            Reason.TRASHED,
            "you threw generation 1 away",
            "pipeline trash 1 --undo   (or: pipeline regenerate week12/lobster/cover; if gc removed its",
        ),
        (
            generation(State.CANCELLED, charged=Charged.MAYBE, resolution=Resolution.ABANDONED),
            Reason.ABANDONED,
            "abandoned; it may have cost 0.20",
            "pipeline regenerate week12/lobster/cover",
        ),
    ],
    ids=[
        "unknown",
        "left_half_sent",
        "refused",
        "refused_output",
        "paid_lost",
        "rejected",
        "trashed",
        "abandoned",
    ],
)
def test_after_doubt_refusal_loss_or_rejection_nothing_is_bought_and_the_way_on_is_named(
    attempt: Generation, code: Reason, words: str, step: str
) -> None:
    plan = plan_of(facts(attempt))

    (action,) = plan.actions
    assert plan.purchases == ()
    assert (action.kind, action.code, action.cost, action.generation) == (Kind.BLOCKED, code, 0, attempt)
    assert words in action.reason
    assert action.next_step is not None
    assert action.next_step.startswith(step)
    assert not plan.has_work


def test_a_picture_that_is_missing_from_the_store_is_not_paid_for_again() -> None:
    attempt = generation()
    assert attempt.master is not None

    action = action_of(facts(attempt, gone=[attempt.master]))

    assert (action.kind, action.code) == (Kind.BLOCKED, Reason.PICTURE_GONE)
    free, _, pays = (action.next_step or "").partition("else pipeline restore DIR --force")
    assert free.startswith("pipeline run configs/week12.yaml ")
    assert "pipeline regenerate week12/lobster/cover, which pays" in pays


@pytest.mark.parametrize(
    ("attempt", "code"),
    [
        (generation(State.FAILED, trouble=trouble("50200")), Reason.AFTER_FAILURE),
        (generation(State.CANCELLED), Reason.NEW),
        (
            generation(State.CANCELLED, charged=Charged.MAYBE, resolution=Resolution.RESUBMIT),
            Reason.RESUBMIT,
        ),
    ],
    ids=["failed_free", "never_sent", "resubmit"],
)
def test_an_attempt_that_cost_nothing_or_was_settled_leaves_the_way_free(
    attempt: Generation, code: Reason
) -> None:
    plan = plan_of(facts(attempt))

    (purchase,) = plan.purchases
    assert plan.actions[0].code is code
    assert (purchase.wanted.attempt, purchase.takes_over) == (2, None)


@pytest.mark.parametrize(
    "bar",
    [
        generation(State.UNKNOWN),
        generation(State.REFUSED),
        generation(State.FAILED, charged=Charged.YES),
        generation(rejected=True),
        generation(trashed=True),
        generation(State.CANCELLED, charged=Charged.MAYBE, resolution=Resolution.ABANDONED),
    ],
    ids=lambda attempt: attempt.state.value,
)
def test_one_earlier_attempt_in_the_way_is_enough_whatever_came_after_it(bar: Generation) -> None:
    free = generation(State.FAILED, number=2)

    plan = plan_of(facts(bar, free))

    assert plan.purchases == ()
    assert plan.actions[0].generation == bar


def test_a_doubt_is_settled_by_the_name_of_the_asset_that_asked() -> None:
    theirs = generation(State.UNKNOWN, asset="week11/crab/cover")

    action = action_of(facts(theirs))

    assert (
        action.next_step
        == "pipeline resolve week11/crab/cover --abandon   (or --resubmit, to let the next run buy it again)"
    )


def test_a_doubt_is_named_before_a_rejection_because_it_must_be_settled_first() -> None:
    world = facts(generation(State.UNKNOWN), generation(number=2, rejected=True))

    assert action_of(world).code is Reason.UNKNOWN


def test_a_usable_picture_is_taken_though_other_attempts_are_in_doubt_or_lost() -> None:
    stored = generation(number=2)

    action = action_of(facts(generation(State.UNKNOWN), stored, generation(State.REFUSED, number=3)))

    assert (action.kind, action.generation, action.master) == (Kind.REUSE, stored, stored.master)


def test_a_planned_row_of_a_dead_run_is_taken_over_under_its_own_number_and_size() -> None:
    left = generation(State.PLANNED, number=3, size=(2048, 2048))

    plan = plan_of(facts(generation(State.FAILED, number=1), left))

    (purchase,) = plan.purchases
    assert (purchase.takes_over, purchase.wanted.attempt) == (left, 3)
    assert (purchase.wanted.width, purchase.wanted.height) == (2048, 2048)
    assert plan.actions[0].code is Reason.LEFT_PLANNED


def test_a_planned_row_of_a_living_run_is_waited_for() -> None:
    theirs = generation(State.PLANNED, owner="living")

    plan = plan_of(facts(theirs, alive=frozenset({"living", "this-run"})))

    assert plan.purchases == ()
    assert (plan.actions[0].kind, plan.actions[0].code) == (Kind.WAIT, Reason.OTHER_RUN)
    assert plan.has_work


def test_a_row_of_a_living_run_is_not_taken_over_though_that_run_is_this_one() -> None:
    ours = generation(State.PLANNED, owner="this-run")

    (purchase,) = plan_of(facts(ours, alive=frozenset({"this-run"}))).purchases

    assert (purchase.takes_over, purchase.wanted.attempt) == (None, 2)


def test_what_a_living_run_is_sending_is_waited_for_and_what_this_run_left_half_sent_is_in_doubt() -> None:
    alive = frozenset({"living", "this-run"})

    theirs = action_of(facts(generation(State.SUBMITTING, owner="living"), alive=alive))
    ours = action_of(facts(generation(State.SUBMITTING, owner="this-run"), alive=alive))

    assert (theirs.kind, theirs.code) == (Kind.WAIT, Reason.OTHER_RUN)
    assert (ours.kind, ours.code) == (Kind.BLOCKED, Reason.UNKNOWN)


def test_a_planned_row_of_another_account_is_not_taken_over_for_its_task_could_not_be_polled() -> None:
    theirs = generation(State.PLANNED, buyer=OTHER_ACCOUNT)

    (purchase,) = plan_of(facts(theirs)).purchases

    assert (purchase.takes_over, purchase.wanted.attempt) == (None, 2)
    assert purchase.wanted.account == BUYER.account


def test_a_planned_regeneration_of_another_asset_is_left_to_that_asset() -> None:
    theirs = generation(State.PLANNED, asset="week11/crab/cover", purpose=Purpose.REGENERATE)

    (purchase,) = plan_of(facts(theirs)).purchases

    assert (purchase.takes_over, purchase.wanted.attempt) == (None, 2)


def test_a_task_of_this_account_is_collected_instead_of_buying() -> None:
    task = generation(State.SUBMITTED, owner="dead-run")

    plan = plan_of(facts(task), spec(image(slots=("wechat.inline", "wechat.cover"))))

    (action,) = plan.actions
    assert plan.purchases == ()
    assert (action.kind, action.code, action.generation) == (Kind.WAIT, Reason.IN_FLIGHT, task)
    assert (action.width, action.height) == (task.width, task.height)
    assert len(action.slots) == 2
    assert plan.totals.files == 2
    assert plan.has_work


@pytest.mark.parametrize(
    "elsewhere",
    [OTHER_ACCOUNT, replace(BUYER, endpoint="visual-2.volcengineapi.com:443")],
    ids=["account", "endpoint"],
)
def test_a_task_of_another_account_or_endpoint_is_neither_bought_again_nor_collected(elsewhere: Any) -> None:
    task = generation(State.SUBMITTED, buyer=elsewhere)

    plan = plan_of(facts(task))

    (action,) = plan.actions
    assert plan.purchases == ()
    assert (action.kind, action.code) == (Kind.WAIT, Reason.OTHER_ACCOUNT)
    assert elsewhere.account in action.reason
    assert elsewhere.endpoint in action.reason
    assert action.next_step == "type the command with the credentials of that account"
    assert not plan.has_work


def test_our_own_task_is_collected_though_an_older_one_runs_in_another_account() -> None:
    ours = generation(State.SUBMITTED, number=2)

    action = action_of(facts(generation(State.SUBMITTED, buyer=OTHER_ACCOUNT), ours))

    assert (action.code, action.generation) == (Reason.IN_FLIGHT, ours)


def test_the_planners_size_never_costs_money_by_itself() -> None:
    wide = generation(size=(3024, 1296))

    plan = plan_of(facts(wide), spec(image(slots=("xiaohongshu.note",))))

    assert plan.purchases == ()
    assert plan.actions[0].generation == wide


def test_a_size_in_the_spec_asks_for_that_size_and_for_no_other() -> None:
    sized = prompted(size=(2048, 2048))
    world = facts(generation(size=(2304, 1728)), generation(State.UNKNOWN, number=2, size=(2560, 1440)))

    (purchase,) = plan_of(world, spec(image(source=sized))).purchases

    assert (purchase.wanted.width, purchase.wanted.height) == (2048, 2048)
    assert (purchase.wanted.attempt, purchase.exact) == (3, True)
    assert purchase.wanted.for_request == generation_key(request_of(), 2048, 2048)


def test_the_size_that_was_asked_counts_and_never_the_pixels_that_came() -> None:
    came_smaller = generation(size=(2048, 2048), master=master(1, width=1024, height=1024))

    action = action_of(facts(came_smaller), image(source=prompted(size=(2048, 2048))))

    assert (action.kind, action.width, action.height) == (Kind.REUSE, 1024, 1024)


@pytest.mark.parametrize(
    ("state", "code"), [(State.UNKNOWN, Reason.UNKNOWN), (State.SUBMITTED, Reason.IN_FLIGHT)]
)
def test_without_a_size_every_attempt_at_the_request_counts(state: State, code: Reason) -> None:
    assert action_of(facts(generation(state, size=(1024, 1024)))).code is code


def test_a_dead_runs_row_of_another_size_is_not_taken_over_for_a_size_in_the_spec() -> None:
    left = generation(State.PLANNED, size=(2304, 1728))

    (purchase,) = plan_of(facts(left), spec(image(source=prompted(size=(2048, 2048))))).purchases

    assert (purchase.takes_over, purchase.wanted.attempt) == (None, 2)


@pytest.mark.parametrize(
    ("before", "code"),
    [
        (prompted("一只猫"), Reason.PROMPT_CHANGED),
        (prompted(model="jimeng_t2i_v31"), Reason.MODEL_CHANGED),
        (prompted(params={"scale": 0.7}), Reason.REQUEST_CHANGED),
        (prompted(), Reason.NEW),
    ],
    ids=["prompt", "model", "parameters", "nothing"],
)
def test_the_reason_says_what_changed_since_the_last_run(before: Any, code: Reason) -> None:
    assert action_of(facts(assets=[asset_fact(of=before)])).code is code


def test_an_asset_that_had_no_prompt_before_is_new() -> None:
    assert action_of(facts(assets=[asset_fact()])).code is Reason.NEW


def test_another_size_in_the_spec_is_said_as_a_change() -> None:
    world = facts(generation(), assets=[asset_fact(of=prompted())])

    assert action_of(world, image(source=prompted(size=(2048, 2048)))).code is Reason.REQUEST_CHANGED


def test_a_rehearsal_neither_serves_nor_blocks_a_real_run() -> None:
    rehearsed = [
        generation(buyer=SIMULATOR),
        generation(State.UNKNOWN, number=2, buyer=replace(BUYER, name="jimeng@127.0.0.1:8080")),
    ]

    plan = plan_of(facts(*rehearsed))

    assert [purchase.wanted.attempt for purchase in plan.purchases] == [1]


def test_a_simulated_run_buys_for_nothing_from_the_simulator() -> None:
    plan = plan_of(facts(generation(), buyer=SIMULATOR))

    (purchase,) = plan.purchases
    assert (purchase.wanted.provider, purchase.wanted.cost) == ("simulator", 0)
    assert plan.actions[0].provider == "simulator"


def test_a_plan_that_must_not_buy_says_what_it_would_have_bought() -> None:
    plan = plan_of(facts(), buy=False)

    assert plan.purchases == ()
    assert (plan.actions[0].kind, plan.actions[0].code) == (Kind.BLOCKED, Reason.NEW)


FREE = (
    {"state": State.FAILED},
    {"state": State.CANCELLED},
    {"state": State.PLANNED},
    {"state": State.CANCELLED, "charged": Charged.MAYBE, "resolution": Resolution.RESUBMIT},
)
BARRING: tuple[dict[str, Any], ...] = (
    {"state": State.FAILED, "charged": Charged.YES},
    {"state": State.CANCELLED, "charged": Charged.MAYBE, "resolution": Resolution.ABANDONED},
    {"state": State.REFUSED},
    {"state": State.UNKNOWN},
    {"state": State.SUBMITTING},
    {"state": State.SUBMITTED},
    {"state": State.STORED, "rejected": True},
    {"state": State.STORED},
)


@given(st.lists(st.sampled_from(FREE + BARRING), max_size=5))
def test_a_plain_run_buys_exactly_when_every_earlier_attempt_is_free(history: list[dict[str, Any]]) -> None:
    attempts = [generation(number=number, **said) for number, said in enumerate(history, 1)]

    plan = plan_of(facts(*attempts))

    assert bool(plan.purchases) == all(said in FREE for said in history)
    for purchase in plan.purchases:
        rows = [item for item in attempts if item.attempt == purchase.wanted.attempt]
        assert rows == ([purchase.takes_over] if purchase.takes_over else [])
