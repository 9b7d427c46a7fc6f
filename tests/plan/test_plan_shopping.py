"""Equal requests become one purchase, in the order of the specs, within the budget."""

from typing import Any

import pytest

from pipeline.fingerprint import generation_key
from pipeline.history.states import Purpose, State
from pipeline.plan.model import Kind, Reason
from pipeline.plan.price import Budget, Purse, needs_price, price_of
from tests.builders import (
    ASSET,
    BUYER,
    PRICE,
    decision,
    facts,
    generation,
    image,
    plan_of,
    prompted,
    request_of,
    spec,
)

SIZED = prompted(size=(2048, 2048))


def test_equal_requests_of_one_plan_become_one_purchase_for_the_slots_of_all() -> None:
    """4:3 keeps the most of a 2.35:1 cover and a 3:4 note together; neither alone would ask for it."""
    week12 = spec(image("week12/a/cover", slots=("wechat.cover",)))
    week13 = spec(image("week13/b/note", slots=("xiaohongshu.note",)))

    plan = plan_of(facts(), week12, week13)

    (purchase,) = plan.purchases
    assert purchase.assets == ("week12/a/cover", "week13/b/note")
    assert (purchase.wanted.width, purchase.wanted.height) == (2304, 1728)
    first, second = plan.actions
    assert (first.kind, first.code, first.cost) == (Kind.GENERATE, Reason.NEW, PRICE)
    assert (second.kind, second.code, second.cost) == (Kind.REUSE, Reason.SHARED, 0)
    assert second.reason == "asks for the same picture as week12/a/cover: bought once"
    assert (second.width, second.height) == (2304, 1728)
    assert plan.totals.cost == PRICE
    assert plan.totals.files == 2


def test_other_words_or_another_seed_are_another_purchase() -> None:
    images = [
        image("week12/a/1", prompted("一只猫")),
        image("week12/a/2", prompted("一只狗")),
        image("week12/a/3", prompted("一只猫", model="jimeng_t2i_v31", seed=7)),
        image("week12/a/4", prompted("一只猫", model="jimeng_t2i_v31", seed=8)),
    ]

    plan = plan_of(facts(), spec(*images))

    assert [purchase.assets for purchase in plan.purchases] == [(item.key,) for item in images]
    assert {purchase.wanted.attempt for purchase in plan.purchases} == {1}
    assert [purchase.wanted.seed for purchase in plan.purchases] == [None, None, 7, 8]


def test_words_that_differ_only_in_unicode_form_are_the_same_picture() -> None:
    images = [image("week12/a/1", prompted("café")), image("week12/a/2", prompted(" cafe\u0301 "))]

    assert len(plan_of(facts(), spec(*images)).purchases) == 1


def test_one_without_a_size_joins_the_purchase_of_one_that_gives_a_size() -> None:
    free, sized = image("week12/a/free"), image("week12/a/sized", SIZED)

    plan = plan_of(facts(), spec(free, sized))

    (purchase,) = plan.purchases
    assert purchase.assets == ("week12/a/free", "week12/a/sized")
    assert (purchase.wanted.width, purchase.wanted.height, purchase.exact) == (2048, 2048, True)


def test_two_sizes_of_one_request_are_two_purchases_with_their_own_numbers() -> None:
    images = [
        image("week12/a/1", SIZED),
        image("week12/a/2", prompted(size=(2304, 1728))),
        image("week12/a/3"),
    ]

    plan = plan_of(facts(generation(State.FAILED, number=4)), spec(*images))

    assert [purchase.assets for purchase in plan.purchases] == [
        ("week12/a/1", "week12/a/3"),
        ("week12/a/2",),
    ]
    assert [purchase.wanted.attempt for purchase in plan.purchases] == [5, 6]
    assert [purchase.wanted.generation_key for purchase in plan.purchases] == [
        generation_key(request_of(), 2048, 2048),
        generation_key(request_of(), 2304, 1728),
    ]


def test_a_left_row_joins_only_the_purchase_of_its_own_size_and_keeps_its_number() -> None:
    left = generation(State.PLANNED, number=2, size=(2304, 1728))
    images = [
        image("week12/a/1", SIZED),
        image("week12/a/2"),
        image("week12/a/3", prompted(size=(2304, 1728))),
    ]

    plan = plan_of(facts(generation(State.FAILED, number=1), left), spec(*images))

    new, taken = plan.purchases
    assert (new.takes_over, new.wanted.attempt, new.wanted.width) == (None, 3, 2048)
    assert (taken.takes_over, taken.wanted.attempt, taken.wanted.width) == (left, 2, 2304)


def test_shared_assets_take_over_a_left_row_together() -> None:
    left = generation(State.PLANNED, size=(2048, 2048))

    plan = plan_of(facts(left), spec(image("week12/a/1"), image("week12/a/2")))

    (purchase,) = plan.purchases
    assert (purchase.takes_over, purchase.assets) == (left, ("week12/a/1", "week12/a/2"))


def test_a_stored_picture_serves_the_free_asset_while_the_sized_one_is_bought() -> None:
    stored = generation(size=(2560, 1440))

    plan = plan_of(facts(stored), spec(image("week12/a/free"), image("week12/a/sized", SIZED)))

    assert [purchase.assets for purchase in plan.purchases] == [("week12/a/sized",)]
    assert plan.actions[0].generation == stored


def _three() -> Any:
    return spec(
        *(
            image(f"week12/a/{number}", prompted(f"第{number}只", model=model))
            for number, model in enumerate(("jimeng_t2i_v40", "jimeng_t2i_v31", "jimeng_t2i_v40"), 1)
        )
    )


@pytest.mark.parametrize(
    ("budget", "bought", "ceiling"),
    [
        (Budget(run_images=1), ["1"], "max-images"),
        (Budget(run_images=0), [], "max-images"),
        (Budget(month_images=2), ["1", "2"], "month_images"),
        (Budget(run_cost=2 * PRICE), ["1", "3"], "max-cost"),
        (Budget(month_cost=PRICE + 3 * PRICE), ["1", "2"], "month_cost"),
        (Budget(run_images=3, run_cost=5 * PRICE, month_images=3, month_cost=5 * PRICE), ["1", "2", "3"], ""),
        (Budget(), ["1", "2", "3"], ""),
    ],
)
def test_budgets_are_spent_in_the_order_of_the_file(budget: Budget, bought: list[str], ceiling: str) -> None:
    """A picture that is too dear is left; a cheaper one after it may still fit."""
    prices = {"jimeng_t2i_v40": PRICE, "jimeng_t2i_v31": 3 * PRICE}

    plan = plan_of(facts(prices=prices), _three(), budget=budget)

    assert [purchase.wanted.asset.rpartition("/")[2] for purchase in plan.purchases] == bought
    left = [action for action in plan.actions if action.code is Reason.BUDGET]
    assert len(left) == 3 - len(bought)
    for action in left:
        assert (action.kind, action.cost) == (Kind.BLOCKED, 0)
        assert action.reason == f"over the budget: {ceiling}"
        assert action.next_step == "raise the budget, or type the command again without it"


def test_the_asset_that_comes_first_in_the_file_is_bought_first_though_it_joins_a_later_size() -> None:
    images = [
        image("week12/a/1"),
        image("week12/a/2", prompted("一只猫")),
        image("week12/a/3", SIZED),
    ]

    plan = plan_of(facts(), spec(*images), budget=Budget(run_images=1))

    assert [purchase.assets for purchase in plan.purchases] == [("week12/a/1", "week12/a/3")]


def test_all_assets_of_a_purchase_over_the_budget_say_so() -> None:
    plan = plan_of(facts(), spec(image("week12/a/1"), image("week12/a/2")), budget=Budget(run_images=0))

    assert [action.code for action in plan.actions] == [Reason.BUDGET, Reason.BUDGET]


def test_a_picture_without_a_price_is_counted_apart() -> None:
    plan = plan_of(facts(prices={}), spec(image(), image("week12/lobster/2", prompted("一只猫"))))

    assert [action.cost for action in plan.actions] == [None, None]
    assert (plan.totals.cost, plan.totals.unpriced, plan.totals.generate) == (0, 2, 2)


def test_a_purse_counts_a_picture_without_a_price_as_a_picture() -> None:
    purse = Purse(Budget(run_images=1, run_cost=10)).with_one(None)

    assert (purse.images, purse.cost) == (1, 0)
    assert purse.refuses(None) == "max-images"


@pytest.mark.parametrize(
    ("budget", "needed"),
    [
        (Budget(), False),
        (Budget(run_images=1, month_images=1), False),
        (Budget(run_cost=0), True),
        (Budget(month_cost=0), True),
    ],
)
def test_only_ceilings_of_money_need_prices(budget: Budget, needed: bool) -> None:  # noqa: FBT001 - pytest parameters
    assert needs_price(budget) is needed


def test_simulated_pictures_cost_nothing_and_unknown_models_have_no_price() -> None:
    assert price_of("jimeng_t2i_v40", {"jimeng_t2i_v40": 5}, simulated=False) == 5
    assert price_of("jimeng_t2i_v40", {"jimeng_t2i_v40": 5}, simulated=True) == 0
    assert price_of("jimeng_t2i_v31", {"jimeng_t2i_v40": 5}, simulated=False) is None


def test_remaster_buys_the_better_size_once_and_says_so() -> None:
    """A square keeps 1/2.35 of itself in the cover; 21:9 keeps nearly all."""
    square = generation(size=(2048, 2048))

    plan = plan_of(facts(square), spec(image(slots=("wechat.cover",))), remaster=True)

    (purchase,) = plan.purchases
    assert (plan.actions[0].kind, plan.actions[0].code) == (Kind.GENERATE, Reason.REMASTER)
    assert (purchase.wanted.width, purchase.wanted.height, purchase.wanted.attempt) == (3024, 1296, 2)
    assert (purchase.wanted.purpose, purchase.forced, purchase.exact) == (Purpose.REMASTER, True, True)


def test_remaster_buys_for_each_asset_the_size_that_serves_it() -> None:
    """One size for all of them could be one that serves none, or one that was bought already."""
    images = [
        image("week12/a/wide", slots=("wechat.cover",)),
        image("week12/a/tall", slots=("xiaohongshu.note",)),
        image("week12/a/square", slots=("xiaohongshu.square",)),
        image("week12/a/tall-too", slots=("xiaohongshu.note",)),
    ]

    plan = plan_of(facts(generation(size=(3024, 1296))), spec(*images), remaster=True)

    assert [(item.assets, item.wanted.width, item.wanted.height) for item in plan.purchases] == [
        (("week12/a/tall", "week12/a/tall-too"), 1728, 2304),
        (("week12/a/square",), 2048, 2048),
    ]
    assert plan.actions[0].code is Reason.SAME_REQUEST


@pytest.mark.parametrize(
    "tried",
    [
        generation(State.UNKNOWN, number=2, size=(3024, 1296)),
        generation(number=2, size=(3024, 1296), rejected=True),
        generation(State.REFUSED, number=2, size=(3024, 1296)),
        generation(State.PLANNED, number=2, size=(3024, 1296), owner="living", purpose=Purpose.REMASTER),
    ],
    ids=lambda attempt: attempt.state.value,
)
def test_remaster_never_buys_the_same_generation_key_twice(tried: Any) -> None:
    square = generation(size=(2048, 2048))
    world = facts(square, tried, alive=frozenset({"living"}))

    plan = plan_of(world, spec(image(slots=("wechat.cover",))), remaster=True)

    assert plan.purchases == ()
    assert plan.actions[0].generation == square


def test_remaster_may_try_a_size_again_that_was_never_bought() -> None:
    square = generation(size=(2048, 2048))
    failed = generation(State.FAILED, number=2, size=(3024, 1296))
    left = generation(State.PLANNED, number=3, size=(3024, 1296), purpose=Purpose.REMASTER)

    again = plan_of(facts(square, failed), spec(image(slots=("wechat.cover",))), remaster=True)
    resumed = plan_of(facts(square, failed, left), spec(image(slots=("wechat.cover",))), remaster=True)

    assert [item.wanted.attempt for item in again.purchases] == [3]
    assert [item.takes_over for item in resumed.purchases] == [left]


def test_remaster_leaves_sizes_that_the_author_gave_and_pictures_that_serve_well() -> None:
    cover = ("wechat.cover",)
    square = generation(size=(2048, 2048))
    good = generation(size=(3024, 1296))

    assert plan_of(facts(square), spec(image(source=SIZED, slots=cover)), remaster=True).purchases == ()
    assert plan_of(facts(good), spec(image(slots=cover)), remaster=True).purchases == ()


def test_remaster_leaves_a_picture_of_other_words_for_it_could_not_buy_the_same_one() -> None:
    regenerated = generation(size=(2048, 2048), of=prompted("一只蓝龙虾"))

    plan = plan_of(
        facts(regenerated, decisions=[decision(1)]), spec(image(slots=("wechat.cover",))), remaster=True
    )

    assert plan.purchases == ()
    assert not any("--remaster" in line for line in plan.actions[0].advice)


def test_a_slot_that_is_served_badly_is_said_with_the_price_of_a_better_picture() -> None:
    square = generation(size=(2048, 2048))
    week = spec(image(slots=("wechat.cover",)))

    priced = plan_of(facts(square), week).actions[0].advice
    unpriced = plan_of(facts(square, prices={}), week).actions[0].advice

    assert priced[-1] == "a 3024x1296 picture would serve these slots better: --remaster buys it (0.20)"
    assert unpriced[-1].endswith("--remaster buys it (price unknown)")


def test_a_free_asset_buys_in_this_accounts_name() -> None:
    (purchase,) = plan_of(facts()).purchases

    assert (purchase.wanted.account, purchase.wanted.asset) == (BUYER.account, ASSET)
