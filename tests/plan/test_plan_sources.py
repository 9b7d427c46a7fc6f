"""Pictures that are not bought: the author's own files, and other assets' pictures."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.history.records import AssetFact, Master
from pipeline.history.states import Choice, State
from pipeline.plan.cases import use_key
from pipeline.plan.model import Facts, Kind, Reason
from pipeline.plan.readings import OwnReading
from tests.builders import (
    ASSET,
    SIMULATOR,
    action_of,
    asset_fact,
    decision,
    delivered,
    facts,
    generation,
    image,
    master,
    own_file,
    plan_of,
    prompted,
    request_of,
    reused,
    spec,
)

OWN_PATH = Path("/home/amy/shots/wiring.png")
OLD = "week09/robot-arm/step-2"
HERE = "week12/robot/cover"
SHOWN = generation(number=1, asset=OLD, spec="week09")
USING = image(HERE, reused(OLD))


def _own(picture: Master | None = None, problem: str = "") -> dict[Path, OwnReading]:
    return {OWN_PATH: OwnReading(master=picture, problem=problem)}


def test_the_authors_own_picture_is_free_and_has_no_ai_label() -> None:
    plan = plan_of(facts(own=_own(master(7))), spec(image(source=own_file())))

    (action,) = plan.actions
    assert (action.kind, action.code, action.cost) == (Kind.REUSE, Reason.OWN_FILE, 0)
    assert action.reason == "your own picture shots/wiring.png"
    assert (action.master, action.ai, action.provider, action.request) == (master(7), False, None, None)
    assert [slot.recipe.label for slot in action.slots if slot.recipe] == [None]
    assert plan.purchases == ()


def test_an_own_picture_that_was_made_by_ai_is_labelled() -> None:
    action = action_of(facts(own=_own(master(7))), image(source=own_file(ai=True)))

    assert action.ai
    assert [slot.recipe.label is not None for slot in action.slots if slot.recipe] == [True]


def test_an_own_picture_may_say_that_it_wants_no_label() -> None:
    action = action_of(facts(own=_own(master(7))), image(source=own_file(ai=True), label=False))

    assert [slot.recipe.label for slot in action.slots if slot.recipe] == [None]


def test_an_own_file_that_does_not_open_blocks_with_what_is_wrong() -> None:
    action = action_of(facts(own=_own(problem="shots/wiring.png: not a picture")), image(source=own_file()))

    assert (action.kind, action.code) == (Kind.BLOCKED, Reason.FILE_UNREADABLE)
    assert action.reason == "shots/wiring.png: not a picture"
    assert action.next_step == "give the spec a PNG, JPEG or WebP picture that opens"


def test_an_own_picture_whose_file_is_in_place_is_kept() -> None:
    world = facts(own=_own(master(7)))
    recipe = action_of(world, image(source=own_file())).slots[0].recipe
    assert recipe is not None
    file = delivered(rendition=recipe.key, provider="own", generation=None)

    action = action_of(facts(own=_own(master(7)), written=[file]), image(source=own_file()))

    assert (action.kind, action.code) == (Kind.KEEP, Reason.UP_TO_DATE)


def test_use_within_a_spec_shows_what_the_other_asset_shows() -> None:
    world = facts(generation(number=1), generation(number=2), decisions=[decision(1)])

    action = action_of(world, image(HERE, reused(ASSET)), image())

    assert action.generation is not None
    assert (action.kind, action.code, action.generation.id) == (Kind.REUSE, Reason.USE, 1)
    assert action.reason == f"takes the picture of {ASSET}"
    assert action.asked == request_of()


def test_use_waits_for_a_picture_that_its_own_spec_is_still_waiting_for() -> None:
    on_its_way = generation(State.SUBMITTED, number=1, asset=OLD, spec="week09")
    world = facts(on_its_way, assets=[asset_fact(OLD, request=on_its_way.request)])

    action = action_of(world, USING)

    assert (action.kind, action.code) == (Kind.WAIT, Reason.IN_FLIGHT)
    assert action.generation == on_its_way


def test_use_does_not_wait_for_a_rehearsals_picture() -> None:
    rehearsed = generation(State.SUBMITTED, number=1, asset=OLD, spec="week09", provider="simulator")
    world = facts(rehearsed, assets=[asset_fact(OLD, request=rehearsed.request)])

    assert action_of(world, USING).code is Reason.USE_MISSING


def test_a_picture_taken_anew_says_what_is_odd_about_it() -> None:
    odd = generation(number=1, width=1024, height=1024)
    world = facts(odd)
    assert odd.master is not None
    twins = replace(world.known, same_bytes={odd.master.sha256: (1, 7)})

    action = action_of(replace(world, known=twins), image())

    assert any("were asked for" in line for line in action.advice)
    assert any("is the very file that 7 brought" in line for line in action.advice)


def test_use_within_a_spec_shares_the_purchase_for_the_slots_of_both() -> None:
    user = image(HERE, reused(ASSET), "xiaohongshu.note")

    plan = plan_of(facts(), spec(image(slots=("wechat.cover",)), user))

    (purchase,) = plan.purchases
    assert purchase.assets == (ASSET, HERE)
    assert (purchase.wanted.width, purchase.wanted.height) == (2304, 1728)
    assert [action.code for action in plan.actions] == [Reason.NEW, Reason.SHARED]


def test_use_follows_a_chain_to_the_asset_that_has_the_picture() -> None:
    chain = [
        image(HERE, reused("week12/robot/step-1")),
        image("week12/robot/step-1", reused(ASSET)),
        image(),
    ]

    action = action_of(facts(generation()), *chain)

    assert action.reason == f"takes the picture of {ASSET}"


def test_use_reaches_an_own_file_of_the_same_spec() -> None:
    world = facts(own=_own(master(7)))

    action = action_of(world, image(HERE, reused(ASSET)), image(source=own_file()))

    assert (action.master, action.ai, action.asked) == (master(7), False, use_key(ASSET))


def test_use_shows_the_barrier_of_the_asset_it_names_with_that_assets_command() -> None:
    action = action_of(facts(generation(State.UNKNOWN)), image(HERE, reused(ASSET)), image())

    assert (action.kind, action.code) == (Kind.BLOCKED, Reason.UNKNOWN)
    assert (
        action.next_step
        == f"pipeline resolve {ASSET} --abandon   (or --resubmit, to let the next run buy it again)"
    )


def test_a_picture_taken_within_a_spec_is_kept_when_the_other_asset_moves_on() -> None:
    words = [decision(1, Choice.TAKEN, asset=HERE), decision(2, Choice.SELECTED)]
    world = facts(generation(number=1), generation(number=2), decisions=words)

    action = action_of(world, image(HERE, reused(ASSET)), image())

    assert (action.generation, action.code) == (generation(number=1), Reason.FILES_MISSING)
    assert action.reason == "the picture is there, 1 file to make"


def _old_week(**changes: Any) -> Facts:
    assets = [asset_fact(OLD, prompted())]
    decisions = [decision(1, Choice.TAKEN, asset=OLD)]
    return facts(SHOWN, generation(number=2), decisions=decisions, assets=assets, **changes)


def test_use_across_specs_shows_what_that_asset_shows_and_not_the_newest_of_its_request() -> None:
    action = action_of(_old_week(), USING)

    assert (action.kind, action.code, action.generation) == (Kind.REUSE, Reason.USE, SHOWN)
    assert action.reason == f"takes the picture of {OLD}"
    assert (action.asked, action.cost, action.request) == (use_key(OLD), 0, None)


def test_use_across_specs_reaches_an_asset_that_gave_a_size_or_took_anothers_picture() -> None:
    """Such an asset's choice was made for another key than its request; its newest decision counts."""
    words = [
        decision(1, Choice.TAKEN, asset=OLD, request="g1:sized"),
        decision(2, Choice.TAKEN, asset=OLD, request=use_key("week01/a/b")),
    ]

    action = action_of(facts(SHOWN, generation(number=2), decisions=words, assets=[asset_fact(OLD)]), USING)

    assert action.generation == generation(number=2)


def test_use_across_specs_follows_a_chain_out_of_this_spec() -> None:
    action = action_of(_old_week(), image("week12/robot/step-1", reused(HERE)), USING)

    assert (action.generation, action.asked) == (SHOWN, use_key(OLD))


def test_use_in_two_specs_of_one_run_finds_the_asset_in_the_other_spec() -> None:
    old = spec(image(OLD))

    plan = plan_of(facts(), spec(USING), old)

    assert [purchase.assets for purchase in plan.purchases] == [(HERE, OLD)]


def test_a_picture_taken_across_specs_is_kept_when_that_asset_moves_on() -> None:
    moved = [
        decision(1, Choice.TAKEN, asset=OLD),
        decision(1, Choice.TAKEN, asset=HERE, request=use_key(OLD)),
        decision(2, Choice.SELECTED, asset=OLD),
    ]
    world = facts(SHOWN, generation(number=2), decisions=moved, assets=[asset_fact(OLD, prompted())])

    action = action_of(world, USING)

    assert (action.generation, action.code) == (SHOWN, Reason.FILES_MISSING)


def test_it_is_kept_all_the_same_when_both_specs_are_part_of_one_run() -> None:
    words = [decision(1, Choice.TAKEN, asset=HERE, request=use_key(OLD)), decision(2, asset=OLD)]

    plan = plan_of(facts(SHOWN, generation(number=2), decisions=words), spec(USING), spec(image(OLD)))

    assert [(action.generation or SHOWN).id for action in plan.actions] == [1, 2]
    assert plan.actions[0].asked == use_key(OLD)


def test_a_chain_through_the_other_spec_asks_the_same_whether_that_spec_is_there_or_not() -> None:
    middle = image("week09/robot-arm/step-3", reused(OLD))
    user = image(HERE, reused(middle.key))

    together = plan_of(facts(SHOWN), spec(user), spec(middle, image(OLD)))
    alone = plan_of(facts(SHOWN), spec(user))

    assert {plan.actions[0].asked for plan in (together, alone)} == {use_key(middle.key)}
    assert together.actions[0].generation == SHOWN


def test_a_circle_through_two_specs_has_no_picture() -> None:
    plan = plan_of(facts(), spec(USING), spec(image(OLD, reused(HERE))))

    assert [action.code for action in plan.actions] == [Reason.USE_MISSING, Reason.USE_MISSING]


def test_a_prompt_changed_within_a_spec_moves_those_that_take_its_picture() -> None:
    words = [decision(1, Choice.TAKEN, asset=HERE)]
    changed = prompted("一只猫")

    plan = plan_of(
        facts(generation(), decisions=words), spec(image(HERE, reused(ASSET)), image(source=changed))
    )

    assert [item.assets for item in plan.purchases] == [(HERE, ASSET)]


def test_another_use_in_the_spec_takes_the_other_picture() -> None:
    words = [
        decision(1, Choice.TAKEN, asset=OLD),
        decision(2, Choice.TAKEN, asset=HERE, request=use_key("week08/else/where")),
    ]
    world = facts(SHOWN, generation(number=2), decisions=words, assets=[asset_fact(OLD, prompted())])

    assert action_of(world, USING).generation == SHOWN


@pytest.mark.parametrize("assets", [[], [asset_fact(OLD)], [asset_fact(OLD, prompted())]])
def test_use_of_an_asset_without_a_picture_is_blocked(assets: list[AssetFact]) -> None:
    action = action_of(facts(assets=assets), USING)

    assert (action.kind, action.code) == (Kind.BLOCKED, Reason.USE_MISSING)
    assert action.reason == f"{OLD} has no picture to take"
    assert action.slots == ()


def test_use_of_a_rejected_picture_is_blocked_with_the_command_for_the_asset_that_has_it() -> None:
    rejected = replace(SHOWN, rejected=True)
    world = facts(rejected, decisions=[decision(1, asset=OLD)], assets=[asset_fact(OLD, prompted())])

    action = action_of(world, USING)

    assert (action.kind, action.code, action.generation) == (Kind.BLOCKED, Reason.REJECTED, rejected)
    assert action.next_step is not None
    assert action.next_step.startswith(f"pipeline regenerate {OLD} ")


def test_use_of_a_picture_that_is_missing_from_the_store_is_blocked() -> None:
    action = action_of(_old_week(present=frozenset()), USING)

    assert action.code is Reason.PICTURE_GONE


def test_use_of_an_older_own_picture_takes_it_with_what_its_author_said_of_it() -> None:
    world = facts(own_masters=[master(7)], assets=[asset_fact(OLD, own_sha256=master(7).sha256, ai=False)])

    action = action_of(world, USING)

    assert (action.master, action.ai, action.code) == (master(7), False, Reason.OWN_FILE)
    assert action.reason == f"your own picture {OLD}"


@pytest.mark.parametrize("masters", [(), (master(7),)])
def test_use_of_an_older_own_picture_that_is_gone_is_blocked(masters: tuple[Master, ...]) -> None:
    world = facts(
        own_masters=masters,
        gone=[master(7)],
        assets=[asset_fact(OLD, own_sha256=master(7).sha256)],
    )

    assert action_of(world, USING).code is Reason.USE_MISSING


def test_a_rehearsal_does_not_show_the_real_picture_of_an_older_asset() -> None:
    assert action_of(_old_week(buyer=SIMULATOR), USING).code is Reason.USE_MISSING


def test_an_older_asset_that_showed_nothing_stored_has_no_picture() -> None:
    under_way = replace(generation(State.SUBMITTED), asset=OLD)

    action = action_of(facts(under_way, decisions=[decision(1, asset=OLD, request="q1:else")]), USING)

    assert action.code is Reason.USE_MISSING


def test_an_own_picture_that_moves_says_that_its_first_frame_is_used() -> None:
    moving = {OWN_PATH: OwnReading(master=master(7), frames=12)}

    action = action_of(facts(own=moving), image(source=own_file()))

    assert "the picture moves; its first frame is used" in action.advice
