"""A recipe's key changes with everything that decides the file's bytes and with nothing else."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import SettingsError
from pipeline.platforms.model import Box, Format, Slot
from pipeline.render.facts import PictureFacts
from pipeline.render.marking import Brand, Corner, Overlay
from pipeline.render.recipe import (
    LabelSpec,
    QualityPolicy,
    Recipe,
    clear_part,
    letter_height,
    make_recipe,
)
from pipeline.spec.model import Focus
from pipeline.subject import GRID, PROFILE, Subject

MASTER = PictureFacts(sha256="ab" * 32, format=Format.PNG, width=2048, height=2048, bytes=1)
CENTRE_OF_COVER = Box((1 - 383 / 900) / 2, 0, (1 + 383 / 900) / 2, 1)


def test_two_slots_that_want_the_same_file_share_a_key(slot: Callable[..., Slot]) -> None:
    note = slot(1080, 1440, name="xiaohongshu.note")
    other = slot(1080, 1440, name="douyin.note")

    first = make_recipe(master=MASTER, slot=note, focus=Focus(), label=LabelSpec())
    second = make_recipe(master=MASTER, slot=other, focus=Focus(), label=LabelSpec())

    assert first.slot != second.slot
    assert first.key == second.key
    assert first.key.startswith("r1:")


def test_everything_that_decides_the_bytes_is_in_the_key(slot: Callable[..., Slot]) -> None:
    recipe = make_recipe(master=MASTER, slot=slot(), focus=Focus(), label=LabelSpec())

    changed = [
        replace(recipe, master="cd" * 32),
        replace(recipe, box=(0, 0, 300, 200)),
        replace(recipe, width=301),
        replace(recipe, height=201),
        replace(recipe, formats=(Format.PNG,)),
        replace(recipe, max_bytes=1000),
        replace(recipe, bytes_enforced=True),
        replace(recipe, quality=QualityPolicy(quality=80)),
        replace(recipe, label=None),
        replace(recipe, label=LabelSpec(producer="other")),
        replace(recipe, label=LabelSpec(opacity=0.9)),
        replace(recipe, label_corner=Corner.TOP_LEFT),
        replace(recipe, clear=(0, 0, 10, 10)),
        replace(recipe, renderer="0"),
    ]

    assert len({recipe.key, *(item.key for item in changed)}) == len(changed) + 1


def test_the_place_of_a_label_counts_only_where_there_is_one(slot: Callable[..., Slot]) -> None:
    plain = make_recipe(master=MASTER, slot=slot(), focus=Focus(), label=None)

    assert plain.key == replace(plain, clear=(0, 0, 10, 10)).key
    assert plain.key == replace(plain, label_corner=Corner.TOP_LEFT, core=(0, 0, 10, 10)).key


def titled(slot: Slot, text: str = "标题", *, seen: Subject | None = None, **more: Any) -> Recipe:
    overlay = Overlay(text=text, **more)
    return make_recipe(
        master=MASTER, slot=slot, focus=Focus(), subject=seen, label=LabelSpec(), overlay=overlay
    )


def seen(top: float, bottom: float, method: str = "test/1") -> Subject:
    """A subject as broad as the master, between two heights of it."""
    rows = [top <= (row + 0.5) / GRID < bottom for row in range(GRID)]
    grid = bytes(255 * full for full in rows for _ in range(GRID))
    return Subject(method=method, columns=bytes([9]) * PROFILE, rows=bytes([9]) * PROFILE, grid=grid)


def test_everything_of_a_title_and_a_logo_is_in_the_key(slot: Callable[..., Slot]) -> None:
    recipe = titled(slot())
    logo = Brand(path=Path("a.png"), logo=replace(MASTER, sha256="12" * 32))
    assert recipe.overlay is not None

    changed = [
        replace(recipe, overlay=None),
        *(
            replace(recipe, overlay=replace(recipe.overlay, **change))
            for change in ({"text": "题"}, {"at": (0, 0)}, {"at": None}, {"color": (1, 2, 3)}, {"size": 0.1})
        ),
        replace(recipe, core=(0, 0, 10, 10)),
        replace(recipe, brand=logo),
        replace(recipe, brand=replace(logo, at=Corner.TOP_RIGHT)),
        replace(recipe, brand=replace(logo, height=0.1)),
        replace(recipe, brand=replace(logo, logo=MASTER)),
    ]

    assert len({recipe.key, *(item.key for item in changed)}) == len(changed) + 1


def test_how_something_was_decided_is_not_in_the_key(slot: Callable[..., Slot]) -> None:
    decided = titled(slot(), seen=seen(0.4, 1))
    again = titled(slot(), seen=seen(0.4, 1, method="test/2"))
    label = LabelSpec(corner=decided.label_corner)
    said = make_recipe(
        master=MASTER,
        slot=slot(),
        focus=Focus(),
        subject=seen(0.4, 1),
        label=label,
        overlay=Overlay(text="标题", at=(0.5, 0.0)),
    )

    assert decided.key == again.key == said.key


def test_a_recipe_decides_where_title_label_and_logo_stand(slot: Callable[..., Slot]) -> None:
    logo = Brand(path=Path("a.png"), logo=MASTER, at=Corner.TOP_LEFT)
    recipe = make_recipe(
        master=MASTER,
        slot=slot(1000, 1000),
        focus=Focus(),
        subject=seen(0.5, 1),
        label=LabelSpec(),
        overlay=Overlay(text="标题"),
        brand=logo,
    )

    assert recipe.overlay is not None
    assert recipe.overlay.at == (0.5, 0.0)
    assert recipe.label_corner is Corner.TOP_RIGHT
    assert recipe.brand is not None
    assert recipe.brand.at is Corner.BOTTOM_LEFT
    assert recipe.core is not None
    assert 500 <= recipe.core[1] < recipe.core[3] <= 1000


def test_a_corner_from_the_settings_wins_over_the_subject(slot: Callable[..., Slot]) -> None:
    full = seen(0.5, 1)
    fixed = LabelSpec(corner=Corner.BOTTOM_LEFT)

    free, held = (
        make_recipe(master=MASTER, slot=slot(), focus=Focus(), subject=full, label=label)
        for label in (LabelSpec(), fixed)
    )

    assert free.label_corner is Corner.TOP_RIGHT
    assert held.label_corner is Corner.BOTTOM_LEFT


def test_without_a_focus_the_crop_keeps_the_subject(slot: Callable[..., Slot]) -> None:
    low = replace(seen(0.75, 1), rows=bytes(48) + bytes([255]) * 16)

    recipe = make_recipe(master=MASTER, slot=slot(300, 150), focus=None, subject=low, label=None)

    assert recipe.box[3] == 2048


def test_a_recipe_says_its_scale(slot: Callable[..., Slot]) -> None:
    recipe = make_recipe(master=MASTER, slot=slot(4096, 4096), focus=Focus(), label=None)

    assert recipe.scale == 2


def test_a_limit_of_low_confidence_is_not_enforced(slot: Callable[..., Slot]) -> None:
    doubtful = make_recipe(master=MASTER, slot=slot(max_bytes=9, sure=False), focus=Focus(), label=None)

    assert doubtful.max_bytes == 9
    assert not doubtful.bytes_enforced


@pytest.mark.parametrize(
    ("width", "height", "letters"),
    [(360, 200, 16), (900, 383, 20), (1080, 1440, 54), (1440, 1440, 72), (1024, 1024, 52), (2048, 2048, 103)],
)
def test_letters_are_a_twentieth_of_the_shorter_side_and_never_tiny(
    width: int, height: int, letters: int
) -> None:
    assert letter_height(width, height) == letters
    assert letter_height(height, width) == letters


def test_the_clear_part_of_a_cover_is_what_the_square_crop_keeps(slot: Callable[..., Slot]) -> None:
    cover = slot(900, 383, keep_in=CENTRE_OF_COVER)

    recipe = make_recipe(master=MASTER, slot=cover, focus=Focus(), label=LabelSpec())

    left, top, right, bottom = recipe.clear
    assert (top, bottom, right - left) == (0, 383, 382)
    assert left == 900 - right


def test_a_badge_cuts_off_the_side_that_loses_the_least() -> None:
    badge = Box(0.8, 0.9, 1, 1)

    assert clear_part(None, (badge,)) == Box(0, 0, 1, 0.9)


def test_strips_at_the_top_and_the_bottom_leave_the_middle() -> None:
    strips = (Box(0, 0, 1, 0.13), Box(0, 0.82, 1, 1), Box(0.9, 0.3, 1, 0.5))

    assert clear_part(None, strips) == Box(0, 0.13, 0.9, 0.82)


def test_what_covers_a_part_that_is_lost_anyway_changes_nothing() -> None:
    kept = Box(0.25, 0, 0.75, 1)

    for outside in (Box(0, 0, 0.25, 1), Box(0.75, 0, 1, 1), Box(0, 1, 1, 1), Box(0, 0, 1, 0)):
        assert clear_part(kept, (outside,)) == kept


@pytest.mark.parametrize("text", ["", "AI", "生成", "Generated by AI", "AI\n生成"])
def test_a_text_that_is_no_label_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="both AI and 生成"):
        LabelSpec(text=text)


@pytest.mark.parametrize("opacity", [0, 0.59, 1.01, float("nan")])
def test_an_opacity_that_hides_the_label_is_refused(opacity: float) -> None:
    with pytest.raises(SettingsError, match=r"0\.6\.\.1"):
        LabelSpec(opacity=opacity)


@pytest.mark.parametrize("producer", ["", "即梦", "two words"])
def test_a_producer_that_the_standard_forbids_is_refused(producer: str) -> None:
    with pytest.raises(SettingsError, match="ASCII"):
        LabelSpec(producer=producer)


def test_planning_with_recipes_does_not_load_pillow() -> None:
    code = "import sys, pipeline.render.recipe; print(any(name.startswith('PIL') for name in sys.modules))"

    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"
