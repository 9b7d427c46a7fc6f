"""What each slot's file needs: kept, made, or held back because what lies there is not ours to replace."""

from dataclasses import replace
from typing import Any

import pytest

from pipeline.history.records import Delivered
from pipeline.history.states import Choice, State
from pipeline.plan.model import Action, Facts, Kind, Reason, Work
from pipeline.platforms.model import Format
from tests.builders import (
    CATALOG,
    action_of,
    decision,
    delivered,
    facts,
    generation,
    image,
    later,
    master,
    reused,
    stem_of,
)

SHOWN = generation(size=(2560, 1440))
TAKEN = decision(1, Choice.TAKEN)
JPG, PNG = "output/week12/lobster/cover.wechat.inline.jpg", "output/week12/lobster/cover.wechat.inline.png"


def _world(*written: Delivered, **changes: Any) -> Facts:
    return facts(SHOWN, decisions=[TAKEN], written=written, **changes)


def _wanted_now() -> str:
    recipe = action_of(_world()).slots[0].recipe
    assert recipe is not None
    return recipe.key


def _ours(path: str = JPG, **changes: Any) -> Delivered:
    """A file of ours that shows what is wanted now."""
    return delivered(path, rendition=_wanted_now(), **changes)


def _work(world: Facts, **wishes: Any) -> Work:
    return action_of(world, **wishes).slots[0].work


def test_a_file_that_was_never_made_is_made() -> None:
    action = action_of(_world())

    assert (action.kind, action.code) == (Kind.RENDER, Reason.FILES_MISSING)
    assert action.reason == "the picture is there, 1 file to make"
    slot = action.slots[0]
    assert (slot.work, slot.path, slot.stem) == (Work.RENDER, None, JPG.removesuffix(".jpg"))
    assert slot.recipe is not None
    assert slot.recipe.label is not None
    assert (slot.fit.width, slot.fit.height) == (1080, 608)


def test_a_file_that_shows_what_is_wanted_is_kept() -> None:
    action = action_of(_world(_ours()))

    assert (action.kind, action.reason) == (Kind.KEEP, "everything is in place")
    assert (action.slots[0].work, action.slots[0].path) == (Work.KEEP, JPG)
    assert action.to_render == action.held == ()


def test_a_file_that_was_deleted_is_made_again() -> None:
    assert _work(_world(_ours(), lies={JPG: None})) is Work.RENDER


def test_a_file_of_an_older_recipe_is_made_again() -> None:
    assert _work(_world(delivered())) is Work.RENDER


def test_an_older_file_of_ours_that_lies_there_again_is_still_ours() -> None:
    before = delivered(sha256="b" * 64)

    assert _work(_world(before, _ours(at=later(1)), lies={JPG: "b" * 64})) is Work.RENDER
    assert _work(_world(_ours(), delivered(sha256="b" * 64, at=later(1)), lies={JPG: "f" * 64})) is Work.KEEP


def test_a_file_changed_by_hand_stays_and_counts_while_nothing_else_changed() -> None:
    action = action_of(_world(_ours(), lies={JPG: "edited"}))

    assert (action.slots[0].work, action.slots[0].path) == (Work.KEEP_EDITED, JPG)
    assert action.kind is Kind.KEEP
    assert action.advice == (f"{JPG}: changed by hand, left as it is",)
    assert action.held == ()


def test_a_file_changed_by_hand_holds_the_new_one_back() -> None:
    action = action_of(_world(delivered(), lies={JPG: "edited"}))

    assert (action.slots[0].work, action.slots[0].path) == (Work.HELD_EDITED, JPG)
    assert action.held == action.slots
    assert action.reason == "everything is in place; 1 file held back"
    assert action.advice == (f"{JPG}: changed by hand; the new file waits for --overwrite",)


@pytest.mark.parametrize("written", [_ours(), delivered()], ids=["wanted", "older"])
def test_overwrite_replaces_a_file_that_was_changed_by_hand(written: Delivered) -> None:
    assert _work(_world(written, lies={JPG: "edited"}), overwrite=True) is Work.RENDER


def test_force_makes_files_again_but_none_that_was_changed_by_hand() -> None:
    forced = action_of(_world(_ours()), force=True)

    assert (forced.kind, forced.code) == (Kind.RENDER, Reason.FORCED)
    assert forced.reason == "made again as --force asks: 1 file"
    assert _work(_world(_ours(), lies={JPG: "edited"}), force=True) is Work.KEEP_EDITED


def test_a_delivery_of_another_provider_is_not_overwritten() -> None:
    theirs = delivered(provider="jimeng@127.0.0.1:8080")

    action = action_of(_world(theirs))

    assert (action.slots[0].work, action.slots[0].path) == (Work.HELD_FOREIGN, JPG)
    assert action.advice == (f"{JPG}: made from another provider; the new file waits for --overwrite",)
    assert _work(_world(theirs), overwrite=True) is Work.RENDER


def test_an_own_picture_and_a_bought_one_may_replace_each_other() -> None:
    assert _work(_world(delivered(provider="own"))) is Work.RENDER


def test_a_file_in_another_format_of_the_slot_is_the_slots_file() -> None:
    slot = action_of(_world(_ours(PNG))).slots[0]

    assert (slot.work, slot.path) == (Work.KEEP, PNG)


def test_of_two_formats_the_one_that_was_written_last_counts() -> None:
    """The older one stays behind where its author changed it."""
    edited = delivered(JPG, sha256="a" * 64)
    newer = _ours(PNG, at=later(60))

    slot = action_of(_world(edited, newer, lies={JPG: "edited"})).slots[0]

    assert (slot.work, slot.path) == (Work.KEEP, PNG)


def test_a_format_that_lies_there_no_more_does_not_hide_the_other() -> None:
    gone = delivered(PNG, at=later(60))

    slot = action_of(_world(_ours(JPG), gone, lies={PNG: None})).slots[0]

    assert (slot.work, slot.path) == (Work.KEEP, JPG)


def test_a_slot_added_to_a_delivered_asset_makes_its_own_file_only() -> None:
    action = action_of(_world(_ours()), image(slots=("wechat.inline", "wechat.cover")))

    assert (action.kind, action.code) == (Kind.RENDER, Reason.RECIPE_CHANGED)
    assert action.reason == "crop, slot, title, logo or label changed: 1 file to make again"
    assert [slot.slot.id for slot in action.to_render] == ["wechat.cover"]


def test_several_files_are_counted() -> None:
    action = action_of(_world(), image(slots=("wechat.inline", "wechat.cover")))

    assert action.reason == "the picture is there, 2 files to make"


@pytest.mark.parametrize(
    "changes",
    [{"label": False}, {"focus": replace(image().focus, y=0.0, said=True)}],
    ids=["label", "focus"],
)
def test_label_and_focus_change_the_file_and_never_the_picture(changes: dict[str, Any]) -> None:
    cover = image(slots=("wechat.cover",))
    before = action_of(_world(), cover).slots[0].recipe
    assert before is not None
    file = delivered(f"{stem_of(cover, CATALOG['wechat.cover'])}.jpg", rendition=before.key)

    same = action_of(_world(file), cover)
    other = action_of(_world(file), replace(cover, **changes))

    assert same.kind is Kind.KEEP
    assert (other.kind, other.generation, other.cost) == (Kind.RENDER, SHOWN, 0)


def test_a_crop_of_its_own_moves_one_slot_only() -> None:
    slots = ("wechat.cover", "xiaohongshu.square")
    plain = action_of(_world(), image(slots=slots)).slots
    moved = action_of(
        _world(), image(slots=slots, crops={"xiaohongshu.square": replace(image().focus, x=0.0, said=True)})
    ).slots

    assert moved[0] == plain[0]
    assert moved[1].fit.box != plain[1].fit.box


def test_the_recipe_is_made_from_the_master_and_its_slots_formats() -> None:
    action = action_of(_world())

    recipe = action.slots[0].recipe
    assert recipe is not None
    assert (recipe.master, recipe.master_width, recipe.master_height) == (master(1).sha256, 2560, 1440)
    assert recipe.formats == (Format.JPEG, Format.PNG)


def test_what_is_not_there_yet_shows_how_it_would_fit() -> None:
    waiting = action_of(facts(generation(State.SUBMITTED)), image(slots=("wechat.cover",)))

    (slot,) = waiting.slots
    assert (slot.work, slot.recipe) == (Work.NONE, None)
    assert slot.fit.kept == pytest.approx((2560 / 1440) / (900 / 383), abs=0.001)


def _advice(action: Action) -> str:
    return "\n".join(action.advice)


def test_an_enlarged_slot_is_said_with_its_factor() -> None:
    small = generation(size=(2048, 2048), master=master(1, width=540, height=540))

    assert "enlarged: wechat.inline 2.00 times" in _advice(action_of(facts(small)))


def test_a_slot_that_keeps_less_than_half_is_said_and_two_images_are_advised_with_their_yaml() -> None:
    square = generation(size=(2048, 2048))

    action = action_of(facts(square), image(slots=("wechat.cover", "xiaohongshu.square")))

    assert "keeps of the picture: wechat.cover 43%" in action.advice
    assert any(
        line.splitlines()[1:]
        == [
            "    - id: cover-2",
            '      prompt: "一只卡通龙虾站在电路板上"',
            "      style: none",
            "      slots: [wechat.cover]",
        ]
        for line in action.advice
    )


def test_no_second_image_is_advised_where_another_size_alone_would_help() -> None:
    square = generation(size=(2048, 2048))

    assert "second image" not in _advice(action_of(facts(square), image(slots=("wechat.cover",))))


def test_a_purchase_is_planned_with_the_same_warnings() -> None:
    action = action_of(facts(), image(slots=("wechat.cover", "instagram.story")))

    assert action.kind is Kind.GENERATE
    assert "second image" in _advice(action)


def test_a_picture_that_is_not_generated_has_no_second_image() -> None:
    square = generation(size=(2048, 2048))
    user = image("week12/b/user", reused(image().key), "wechat.cover", "xiaohongshu.square")

    action = action_of(facts(square), user, image())

    assert "second image" not in _advice(action)
    assert "wechat.cover 43%" in _advice(action)
