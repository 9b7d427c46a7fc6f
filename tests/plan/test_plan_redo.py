"""One more paid attempt because the author asked: regenerate, --only failed, --only rejected; and --only."""

from dataclasses import replace
from typing import Any

import pytest

from pipeline.fingerprint import generation_key
from pipeline.history.records import Generation
from pipeline.history.states import Charged, Choice, Purpose, Resolution, State
from pipeline.plan.model import Action, Kind, Plan, Reason, Redo
from pipeline.plan.pick import redone
from pipeline.plan.selector import matches, names
from pipeline.spec.model import Prompted
from tests.builders import (
    ASSET,
    BUYER,
    SIMULATOR,
    decision,
    facts,
    generation,
    image,
    plan_of,
    prompted,
    request_of,
    reused,
    spec,
    trouble,
)

OTHER_WORDS = prompted("一只蓝色的卡通龙虾")
SHOWN = generation(number=1)


def _regenerate(
    *attempts: Generation, redo: Redo | None = None, source: Prompted | None = None, **world: Any
) -> Plan:
    wishes = {"only": (ASSET,), "redo": {ASSET: redo or Redo()}}
    return plan_of(facts(*attempts, **world), spec(image(source=source)), **wishes)


def test_regenerate_buys_one_more_picture_of_the_same_request() -> None:
    plan = _regenerate(SHOWN, decisions=[decision(1, Choice.PINNED)])

    (action,), (purchase,) = plan.actions, plan.purchases
    assert (action.kind, action.code) == (Kind.GENERATE, Reason.ASKED)
    assert action.reason == "you asked for one more picture"
    assert (purchase.wanted.request, purchase.wanted.attempt) == (request_of(), 2)
    assert (purchase.wanted.purpose, purchase.forced) == (Purpose.REGENERATE, True)
    assert purchase.wanted.for_request == request_of()


def test_regenerate_with_other_words_remembers_what_the_spec_asks() -> None:
    plan = _regenerate(SHOWN, redo=Redo(prompt="一只蓝色的卡通龙虾"))

    (action,), (purchase,) = plan.actions, plan.purchases
    assert (purchase.wanted.request, purchase.wanted.attempt) == (request_of(OTHER_WORDS), 1)
    assert purchase.wanted.prompt == OTHER_WORDS.prompt == action.prompt
    assert purchase.wanted.for_request == request_of() == action.asked


def test_regenerate_with_another_model_asks_that_model_at_its_price_and_size() -> None:
    plan = _regenerate(
        SHOWN, redo=Redo(model="jimeng_t2i_v30"), prices={"jimeng_t2i_v40": 2000, "jimeng_t2i_v30": 700}
    )

    (purchase,) = plan.purchases
    assert (purchase.wanted.model, purchase.wanted.cost) == ("jimeng_t2i_v30", 700)
    assert (purchase.wanted.width, purchase.wanted.height) == (1664, 936)


def test_regenerate_with_a_size_asks_for_that_size() -> None:
    (purchase,) = _regenerate(SHOWN, redo=Redo(size=(2048, 2048))).purchases

    assert (purchase.wanted.width, purchase.wanted.height, purchase.exact) == (2048, 2048, True)
    assert purchase.wanted.generation_key == generation_key(request_of(), 2048, 2048)
    assert purchase.wanted.for_request == request_of()


@pytest.mark.parametrize(
    "before",
    [
        generation(State.REFUSED, trouble=trouble()),
        generation(State.FAILED, charged=Charged.YES),
        generation(rejected=True),
        generation(State.CANCELLED, charged=Charged.MAYBE, resolution=Resolution.ABANDONED),
    ],
    ids=lambda attempt: attempt.state.value,
)
def test_regenerate_buys_where_a_plain_run_would_not(before: Generation) -> None:
    assert [item.wanted.attempt for item in _regenerate(before).purchases] == [2]


@pytest.mark.parametrize(
    ("under_way", "code"),
    [
        (generation(State.SUBMITTED, number=2, purpose=Purpose.REGENERATE), Reason.IN_FLIGHT),
        (
            generation(State.SUBMITTED, number=2, of=prompted("第三种说法"), purpose=Purpose.REGENERATE),
            Reason.IN_FLIGHT,
        ),
        (generation(State.SUBMITTED, number=2, asset="week13/crab/cover"), Reason.IN_FLIGHT),
        (generation(State.PLANNED, number=2, owner="living"), Reason.OTHER_RUN),
        (generation(State.SUBMITTING, number=2, owner="living"), Reason.OTHER_RUN),
        (
            generation(State.SUBMITTED, number=2, buyer=replace(BUYER, account="bbbbbbbbbbbb")),
            Reason.OTHER_ACCOUNT,
        ),
    ],
    ids=["own", "own_in_other_words", "of_another_asset", "planned", "being_sent", "another_account"],
)
def test_regenerate_waits_for_what_is_under_way_instead_of_buying_another(
    under_way: Generation, code: Reason
) -> None:
    plan = _regenerate(SHOWN, under_way, alive=frozenset({"living"}))

    assert plan.purchases == ()
    assert (plan.actions[0].kind, plan.actions[0].code) == (Kind.WAIT, code)
    assert plan.actions[0].generation == under_way


@pytest.mark.parametrize("redo", [Redo(prompt=OTHER_WORDS.prompt), Redo(size=(2048, 2048))])
@pytest.mark.parametrize(("state", "kind"), [(State.SUBMITTED, Kind.WAIT), (State.UNKNOWN, Kind.BLOCKED)])
def test_regenerate_with_other_words_or_size_does_not_pass_by_the_assets_own_attempt(
    redo: Redo, state: State, kind: Kind
) -> None:
    plan = _regenerate(generation(state), redo=redo)

    assert plan.purchases == ()
    assert plan.actions[0].kind is kind


@pytest.mark.parametrize("state", [State.UNKNOWN, State.SUBMITTING])
def test_regenerate_is_barred_by_a_doubt_and_names_the_command_that_settles_it(state: State) -> None:
    plan = _regenerate(SHOWN, generation(state, number=2))

    (action,) = plan.actions
    assert plan.purchases == ()
    assert (action.kind, action.code) == (Kind.BLOCKED, Reason.UNKNOWN)
    assert (
        action.next_step
        == f"pipeline resolve {ASSET} --abandon   (or --resubmit, to let the next run buy it again)"
    )


def test_a_regeneration_that_died_half_sent_in_other_words_bars_too() -> None:
    half_sent = generation(State.SUBMITTING, number=2, of=prompted("第三种说法"), purpose=Purpose.REGENERATE)

    assert _regenerate(SHOWN, half_sent).actions[0].code is Reason.UNKNOWN


def test_regenerate_is_barred_by_the_assets_own_doubt_about_another_size() -> None:
    doubt = generation(State.UNKNOWN, number=2, size=(2048, 2048))

    plan = _regenerate(SHOWN, doubt, source=prompted(size=(2560, 1440)))

    assert plan.purchases == ()
    assert plan.actions[0].generation == doubt


def test_regenerate_is_not_barred_by_another_assets_doubt_about_another_size() -> None:
    theirs = generation(State.UNKNOWN, number=2, size=(2048, 2048), asset="week13/crab/cover")

    plan = _regenerate(SHOWN, theirs, source=prompted(size=(2560, 1440)))

    assert [item.wanted.attempt for item in plan.purchases] == [3]


def test_regenerate_is_not_held_up_by_a_rehearsal() -> None:
    rehearsed = generation(State.SUBMITTED, number=2, buyer=SIMULATOR, purpose=Purpose.REGENERATE)

    assert len(_regenerate(SHOWN, rehearsed).purchases) == 1


def test_an_interrupted_regenerate_that_was_never_sent_is_taken_over() -> None:
    left = generation(State.PLANNED, number=2, purpose=Purpose.REGENERATE)

    assert [item.takes_over for item in _regenerate(SHOWN, left).purchases] == [left]


@pytest.mark.parametrize(
    "left",
    [
        generation(State.PLANNED, number=2, size=(2304, 1728)),
        generation(
            State.PLANNED,
            number=2,
            size=(2304, 1728),
            purpose=Purpose.REGENERATE,
            asset="week13/crab/cover",
        ),
        generation(State.PLANNED, number=2, purpose=Purpose.REGENERATE, size=(2048, 2048)),
    ],
    ids=["plain", "of_another_asset", "of_another_size"],
)
def test_regenerate_takes_over_no_row_that_would_not_do_the_same(left: Generation) -> None:
    (purchase,) = _regenerate(SHOWN, left, redo=Redo(size=(2304, 1728))).purchases

    assert (purchase.takes_over, purchase.wanted.attempt) == (None, 3)


def _only(*words: str, world: Any, images: Any = ()) -> Plan:
    return plan_of(world, spec(*(images or (image(),))), only=words)


@pytest.mark.parametrize(
    "last",
    [
        generation(State.FAILED, number=2, charged=Charged.YES),
        generation(State.FAILED, number=2),
        generation(State.REFUSED, number=2, charged=Charged.MAYBE, trouble=trouble("50511")),
        generation(State.REFUSED, number=2, charged=Charged.MAYBE, trouble=trouble("50519")),
    ],
    ids=["paid_lost", "free", "50511", "50519"],
)
def test_only_failed_buys_one_attempt_for_each_whose_newest_attempt_failed(last: Generation) -> None:
    plan = _only("failed", world=facts(generation(State.FAILED, number=1, charged=Charged.YES), last))

    (purchase,) = plan.purchases
    assert plan.actions[0].code is Reason.ASKED
    assert (purchase.wanted.attempt, purchase.wanted.purpose) == (3, Purpose.RUN)


@pytest.mark.parametrize(
    "last",
    [
        generation(State.REFUSED, trouble=trouble("50411")),
        generation(State.REFUSED),
        generation(State.CANCELLED),
        generation(rejected=True),
        generation(State.UNKNOWN),
        generation(),
    ],
    ids=["refused_prompt", "refused_without_code", "never_sent", "rejected", "unknown", "stored"],
)
def test_only_failed_leaves_out_what_did_not_fail(last: Generation) -> None:
    plan = _only("failed", world=facts(last))

    assert (plan.actions, plan.purchases) == ((), ())


def test_only_failed_leaves_out_what_was_never_tried_and_what_is_not_bought() -> None:
    images = [image("week12/a/1"), image("week12/a/2", reused("week01/b/c"))]

    assert _only("failed", world=facts(), images=images).actions == ()


def test_only_failed_and_only_rejected_do_not_pass_by_a_doubt() -> None:
    doubt = generation(State.UNKNOWN, number=1)

    failed = _only("failed", world=facts(doubt, generation(State.FAILED, number=2)))
    rejected = _only("rejected", world=facts(doubt, generation(number=2, rejected=True)))

    assert [action.code for action in failed.actions] == [Reason.UNKNOWN]
    assert rejected.actions == ()
    assert failed.purchases == ()


def test_only_failed_waits_for_what_is_under_way() -> None:
    world = facts(generation(State.SUBMITTED), generation(State.FAILED, number=2))

    plan = _only("failed", world=world)

    assert [action.code for action in plan.actions] == [Reason.IN_FLIGHT]


def test_only_failed_takes_a_picture_that_is_there_instead_of_paying() -> None:
    plan = _only("failed", world=facts(SHOWN, generation(State.FAILED, number=2)))

    assert [action.code for action in plan.actions] == [Reason.SAME_REQUEST]
    assert plan.purchases == ()


def test_only_failed_asks_once_more_where_a_picture_stands_behind_the_failure() -> None:
    world = facts(SHOWN, generation(State.FAILED, number=2), decisions=[decision(SHOWN.id)])

    plan = _only("failed", world=world)

    (purchase,) = plan.purchases
    assert plan.actions[0].code is Reason.ASKED
    assert (purchase.wanted.attempt, purchase.wanted.purpose, purchase.forced) == (
        3,
        Purpose.REGENERATE,
        True,
    )


def test_only_rejected_buys_one_attempt_where_nothing_is_left() -> None:
    plan = _only("rejected", world=facts(generation(rejected=True)))

    (purchase,) = plan.purchases
    assert plan.actions[0].code is Reason.ASKED
    assert (purchase.wanted.attempt, purchase.wanted.purpose) == (2, Purpose.RUN)


def test_only_rejected_leaves_out_what_still_has_a_picture_or_was_never_rejected() -> None:
    images = [image("week12/a/1"), image("week12/a/2", prompted("一只猫"))]
    world = facts(generation(number=1, rejected=True), generation(number=2))

    assert _only("rejected", world=world, images=images).actions == ()


def test_only_failed_takes_over_no_left_row_of_another_size() -> None:
    sized = prompted(size=(2048, 2048))
    world = facts(
        generation(State.FAILED, number=1, size=(2048, 2048), charged=Charged.YES),
        generation(State.PLANNED, number=2, size=(2304, 1728)),
    )

    (purchase,) = _only("failed", world=world, images=[image(source=sized)]).purchases

    assert (purchase.takes_over, purchase.wanted.width) == (None, 2048)


def test_a_state_word_and_a_name_must_both_hold() -> None:
    images = [image("week12/a/1"), image("week12/b/1")]
    world = facts(generation(State.FAILED, charged=Charged.YES))

    plan = _only("failed", "b", world=world, images=images)

    assert [action.asset for action in plan.actions] == ["week12/b/1"]


def test_both_state_words_mean_either() -> None:
    images = [image("week12/a/1"), image("week12/a/2", prompted("一只猫"))]
    world = facts(
        generation(State.FAILED, charged=Charged.YES),
        generation(number=1, of=prompted("一只猫"), rejected=True),
    )

    plan = _only("failed", "rejected", world=world, images=images)

    assert [action.code for action in plan.actions] == [Reason.ASKED, Reason.ASKED]


@pytest.mark.parametrize(
    ("only", "found"),
    [
        ((), True),
        (("failed",), True),
        (("lobster-board",), True),
        (("lobster-board/cover",), True),
        (("week12/lobster-board/cover",), True),
        (("lobster-*",), True),
        (("*/cover",), True),
        (("step-?", "lobster-board"), True),
        (("cover",), False),
        (("lobster",), False),
        (("Lobster-board",), False),
        (("*/step-?",), False),
    ],
)
def test_only_names_articles_images_and_globs(only: tuple[str, ...], found: bool) -> None:  # noqa: FBT001 - pytest parameters
    assert matches(image("week12/lobster-board/cover"), only) is found


def test_the_state_words_are_no_names() -> None:
    assert names(("failed", "lobster", "rejected")) == ("lobster",)


def test_only_leaves_the_other_assets_out_of_the_plan() -> None:
    plan = plan_of(facts(), spec(image("week12/a/1"), image("week12/b/1")), only=("b",))

    assert [action.asset for action in plan.actions] == ["week12/b/1"]
    assert [item.assets for item in plan.purchases] == [("week12/b/1",)]


def _draft(source: Any = None, *attempts: Generation, **world: Any) -> tuple[Plan, Action]:
    plan = plan_of(facts(*attempts, **world), spec(image(ASSET, source, "wechat.cover", draft=True)))
    return plan, plan.actions[0]


def test_a_draft_is_planned_and_shown_and_not_bought() -> None:
    plan, action = _draft()

    assert plan.purchases == ()
    assert (action.kind, action.code, action.cost) == (Kind.DRAFT, Reason.DRAFT, 2000)
    assert (action.width, action.height) == (3024, 1296)
    assert [slot.slot.id for slot in action.slots] == ["wechat.cover"]
    assert action.to_render == ()
    assert (plan.totals.cost, plan.totals.files, plan.has_work) == (0, 0, False)


def test_a_draft_shows_the_size_that_the_spec_gives() -> None:
    _, action = _draft(prompted(size=(2048, 2048)))

    assert (action.width, action.height) == (2048, 2048)


def test_a_draft_that_has_its_picture_or_needs_none_costs_nothing() -> None:
    _, with_picture = _draft(None, generation())
    assert (with_picture.kind, with_picture.cost, with_picture.slots) == (Kind.DRAFT, 0, ())
    assert _draft(reused("week01/a/b"))[1].kind is Kind.DRAFT


def test_a_draft_does_not_hold_back_an_asset_that_asks_for_the_same_picture() -> None:
    plan = plan_of(facts(), spec(image("week12/a/1", draft=True), image("week12/a/2")))

    assert [item.assets for item in plan.purchases] == [("week12/a/2",)]


def test_a_redo_with_another_model_leaves_out_what_that_model_cannot_take() -> None:
    asked = redone(
        prompted(model="jimeng_t2i_v31", seed=7, params={"use_pre_llm": False}), Redo(model="jimeng_t2i_v40")
    )

    assert (asked.model, asked.seed, asked.params) == ("jimeng_t2i_v40", None, {})


def test_a_rehearsal_is_redone_as_a_rehearsal() -> None:
    plan = plan_of(facts(generation(rejected=True, buyer=SIMULATOR), buyer=SIMULATOR))

    (action,) = plan.actions
    assert action.next_step is not None
    assert action.next_step.startswith(f"pipeline regenerate {ASSET} --provider simulator")
