"""A title reads on any picture, stands in the clear part, spares the subject, and says when it cannot fit."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageFilter  # noqa: TID251 - tests measure the pixels that the product draws

from pipeline.errors import FitError
from pipeline.platforms.model import Box, Format, Slot
from pipeline.render.facts import PictureFacts
from pipeline.render.geometry import PixelBox
from pipeline.render.marking import Corner, Overlay, Rgb, Side
from pipeline.render.overlay import draw_overlay
from pipeline.render.recipe import LabelSpec, Recipe, make_recipe
from pipeline.render.veil import DARK, WHITE, luminance
from pipeline.spec.model import Focus
from pipeline.subject import GRID, PROFILE, Subject

MakeSlot = Callable[..., Slot]
MakePicture = Callable[..., Image.Image]
SHORT, MIXED, LONG = (
    "龙虾",
    "用 AI 整理一年的读书笔记",
    "从零开始：我用三个周末把旧笔记本改成了家庭服务器，全家都在用",
)
SIZES = [(900, 383), (200, 200), (1080, 1440), (1146, 717), (1920, 1080)]
SIDES: list[Side | None] = [None, *((x, y) for x in (0.0, 0.5, 1.0) for y in (0.0, 0.5, 1.0))]
SQUARE_OF_COVER = Box((1 - 383 / 900) / 2, 0, (1 + 383 / 900) / 2, 1)


def planned(
    slot: Slot, text: str, *, subject: Subject | None = None, label: LabelSpec | None = None, **wishes: Any
) -> Recipe:
    """The recipe of a title on a master of the slot's own pixels."""
    height = slot.height or 2 * slot.width
    master = PictureFacts(sha256="ab" * 32, format=Format.PNG, width=slot.width, height=height, bytes=1)
    overlay = Overlay(text=text, **wishes)
    return make_recipe(master=master, slot=slot, focus=Focus(), subject=subject, label=label, overlay=overlay)


def drawn(image: Image.Image, recipe: Recipe, *marks: PixelBox) -> tuple[Image.Image, PixelBox]:
    titled = image.copy()
    box = draw_overlay(titled, recipe, marks)
    assert box is not None
    return titled, box


def subject(left: float, top: float, right: float, bottom: float) -> Subject:
    def full(place: int) -> bool:
        row, column = divmod(place, GRID)
        return left <= (column + 0.5) / GRID < right and top <= (row + 0.5) / GRID < bottom

    grid = bytes(255 * full(place) for place in range(GRID * GRID))
    return Subject(method="test/1", columns=bytes(PROFILE), rows=bytes(PROFILE), grid=grid)


def ground(name: str, size: tuple[int, int], busy: MakePicture) -> Image.Image:
    if name == "noise":
        return busy(*size, noise=1.0)
    if name == "photo":
        return busy(*size).filter(ImageFilter.GaussianBlur(3))
    image = Image.new("RGB", size, "white" if name == "halves" else name)
    if name == "halves":
        image.paste("black", (0, 0, size[0] // 2, size[1]))
    return image


def worst_contrast(titled: Image.Image, box: PixelBox, ink: Rgb) -> float:
    """Between the letters and what stands right around them: the worst but for a twentieth of its pixels."""
    part = titled.crop(box)
    away = ImageChops.difference(part, Image.new("RGB", part.size, ink)).convert("L")
    letters = away.point(lambda value: 255 * (value == 0))
    ring = ImageChops.subtract(
        letters.filter(ImageFilter.MaxFilter(7)), letters.filter(ImageFilter.MaxFilter(5))
    )
    around = [
        luminance((pixel[0], pixel[1], pixel[2]))
        for pixel, counts in zip(part.get_flattened_data(), ring.get_flattened_data(), strict=True)
        if counts and isinstance(pixel, tuple)
    ]
    assert len(around) > 200
    own = luminance(ink) + 0.05
    contrasts = sorted(max(own, other + 0.05) / min(own, other + 0.05) for other in around)
    return contrasts[len(contrasts) // 20]


def ink_of(titled: Image.Image, box: PixelBox) -> Rgb:
    return DARK if list(titled.crop(box).get_flattened_data()).count(DARK) > 300 else WHITE


@pytest.mark.parametrize(
    "name", ["white", "black", "#808080", "#ffff00", "#0000ff", "noise", "photo", "halves"]
)
@pytest.mark.parametrize("at", [(0.5, 1.0), (0.5, 0.5), (0.0, 0.0)])
def test_a_title_stands_out_on_any_ground(slot: MakeSlot, busy: MakePicture, name: str, at: Side) -> None:
    size = (900, 600)

    titled, box = drawn(ground(name, size, busy), planned(slot(*size), MIXED, at=at))

    assert worst_contrast(titled, box, ink_of(titled, box)) >= 4.5


@pytest.mark.parametrize("color", [(255, 215, 0), (255, 0, 0), (0, 0, 255), (140, 120, 130), (0, 0, 0)])
@pytest.mark.parametrize("name", ["white", "black", "noise", "halves"])
def test_a_title_in_any_colour_stands_out_too(
    slot: MakeSlot, busy: MakePicture, name: str, color: Rgb
) -> None:
    size = (900, 600)

    titled, box = drawn(ground(name, size, busy), planned(slot(*size), MIXED, color=color, at=(0.5, 1.0)))

    assert worst_contrast(titled, box, color) >= 4.5


def test_letters_are_dark_on_a_light_picture_and_white_on_others(slot: MakeSlot, busy: MakePicture) -> None:
    recipe = planned(slot(600, 600), SHORT)

    inks = {
        name: ink_of(*drawn(ground(name, (600, 600), busy), recipe)) for name in ("white", "black", "#808080")
    }

    assert inks == {"white": DARK, "black": WHITE, "#808080": WHITE}


def test_a_dark_picture_is_hardly_veiled(slot: MakeSlot) -> None:
    titled, _ = drawn(Image.new("RGB", (600, 600), "#203040"), planned(slot(600, 600), SHORT, at=(0.5, 1.0)))

    assert titled.getpixel((5, 5)) == (0x20, 0x30, 0x40)
    corner = titled.getpixel((5, 595))
    assert isinstance(corner, tuple)
    assert corner[2] >= 0.75 * 0x40


@pytest.mark.parametrize("text", [SHORT, MIXED, LONG])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_title_stays_in_the_clear_part_and_off_the_other_marks(
    slot: MakeSlot, width: int, height: int, text: str
) -> None:
    keep_in = SQUARE_OF_COVER if width == 900 else None
    high = height // 7
    for at in SIDES:
        recipe = planned(slot(width, height, keep_in=keep_in), text, at=at)
        left, top, right, bottom = recipe.clear
        label = (right - width // 4, bottom - high, right, bottom)
        brand = (left, top, left + width // 5, top + high)

        titled, box = drawn(Image.new("RGB", (width, height), "black"), recipe, label, brand)

        assert left < box[0] < box[2] < right
        assert top + high < box[1] < box[3] < bottom - high
        bright = titled.convert("L").point(lambda value: 255 * (value > 128)).getbbox()
        assert bright is not None
        assert box[0] <= bright[0] <= bright[2] <= box[2]
        assert box[1] <= bright[1] <= bright[3] <= box[3]


@pytest.mark.parametrize("x", [0.0, 1.0])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_a_title_stands_at_the_side_that_was_asked_for(slot: MakeSlot, x: float, y: float) -> None:
    _, box = drawn(Image.new("RGB", (900, 900)), planned(slot(900, 900), SHORT, at=(x, y)))

    margins = (box[2], 900 - box[2])[int(x)], (box[3], 900 - box[3])[int(y)]
    assert (box[0] if x == 0 else margins[0]) == 40
    assert (box[1] if y == 0 else margins[1]) == 40


def test_a_title_without_a_side_leaves_the_subject_alone(slot: MakeSlot) -> None:
    black = Image.new("RGB", (900, 900))

    _, above = drawn(black, planned(slot(900, 900), SHORT, subject=subject(0.2, 0.4, 0.8, 1)))
    _, below = drawn(black, planned(slot(900, 900), SHORT, subject=subject(0.2, 0, 0.8, 0.6)))

    assert above[3] < 450 < below[1]


def test_a_title_makes_way_along_its_side(slot: MakeSlot) -> None:
    black = Image.new("RGB", (1200, 600))
    plain = planned(slot(1200, 600), SHORT, at=(0.5, 1.0))
    hidden = planned(slot(1200, 600), SHORT, at=(0.5, 1.0), subject=subject(0.4, 0.3, 0.65, 1))
    beside = planned(slot(1200, 600), SHORT, at=(0.0, 0.5), subject=subject(0, 0.3, 0.3, 0.7))

    _, middle = drawn(black, plain)
    _, moved = drawn(black, hidden)
    _, lower = drawn(black, beside)

    assert middle[0] + middle[2] == pytest.approx(1200, abs=2)
    assert moved[2] < 0.4 * 1200
    assert moved[3] == middle[3]
    assert lower[0] < 60
    assert lower[1] > 400


def test_a_title_rather_gets_smaller_than_hide_the_core(slot: MakeSlot) -> None:
    black = Image.new("RGB", (900, 900))
    text = "长" * 13

    _, free = drawn(black, planned(slot(900, 900), text, at=(0.5, 1.0)))
    recipe = planned(slot(900, 900), text, at=(0.5, 1.0), subject=subject(0, 0, 1, 0.78))
    _, spared = drawn(black, recipe)

    assert recipe.core is not None
    assert spared[1] >= recipe.core[3] > free[1]


def test_a_title_stands_beside_a_subject_that_leaves_a_wide_cover_a_side(slot: MakeSlot) -> None:
    black = Image.new("RGB", (1600, 900))
    at_the_right = planned(slot(1600, 900), MIXED, subject=subject(0.55, 0.05, 0.85, 1))
    at_the_left = planned(slot(1600, 900), MIXED, subject=subject(0.1, 0.05, 0.4, 1))
    very_long = planned(slot(1600, 900), LONG * 2, subject=subject(0.3, 0, 1, 0.9), at=(0.0, 0.5))

    _, left = drawn(black, at_the_right)
    _, right = drawn(black, at_the_left)
    _, below = drawn(black, very_long)

    assert left[2] < 0.55 * 1600
    assert right[0] > 0.4 * 1600
    assert (left[1] + left[3]) // 2 == pytest.approx(450, abs=10)
    assert left[3] - left[1] > 200
    assert below[2] > 0.6 * 1600


def test_a_title_beside_the_subject_gives_way_only_to_the_marks_on_its_side(slot: MakeSlot) -> None:
    black = Image.new("RGB", (1600, 900))
    recipe = planned(slot(1600, 900), LONG, subject=subject(0.55, 0.05, 0.85, 1))

    _, free = drawn(black, recipe)
    _, far = drawn(black, recipe, (1300, 500, 1580, 880))
    _, near = drawn(black, recipe, (20, 600, 300, 880))

    assert free == far
    assert near[3] < 600


def test_a_word_that_is_wider_than_the_part_beside_the_subject_is_not_taken_apart(slot: MakeSlot) -> None:
    recipe = planned(
        slot(1600, 900), "Internationalisation", at=(0.0, 0.5), subject=subject(0.2, 0.05, 0.9, 1)
    )

    _, box = drawn(Image.new("RGB", (1600, 900)), recipe)

    assert box[3] - box[1] < 0.2 * 900
    assert box[2] > 0.5 * 1600


def test_a_veil_beside_the_subject_leaves_the_other_side_alone(slot: MakeSlot) -> None:
    grey = Image.new("RGB", (1600, 900), "#b0b0b0")

    titled, box = drawn(grey, planned(slot(1600, 900), MIXED, subject=subject(0.55, 0.05, 0.85, 1)))

    assert titled.crop((1200, 0, 1600, 900)).getextrema() == ((0xB0, 0xB0),) * 3
    assert titled.getpixel((5, 5)) != (0xB0, 0xB0, 0xB0)
    assert worst_contrast(titled, box, ink_of(titled, box)) >= 4.5


def test_lines_that_were_typed_stay_whole_in_letters_a_little_smaller(slot: MakeSlot) -> None:
    black = Image.new("RGB", (1080, 1440))

    _, typed = drawn(black, planned(slot(1080, 1440), "新手必看！\n三步搞定路由器", size=0.14))
    _, much = drawn(black, planned(slot(1080, 1440), "新手必看！\n" + "长" * 16, size=0.14))

    assert typed[3] - typed[1] == pytest.approx(2.2 * 0.13 * 1080, rel=0.1)
    assert much[3] - much[1] > 2.8 * 0.13 * 1080


def test_a_title_gets_smaller_for_lines_that_end_where_its_words_do(slot: MakeSlot) -> None:
    black = Image.new("RGB", (1000, 700))

    _, good = drawn(black, planned(slot(1000, 700), "一杯咖啡的时间，把旧笔记本变成家里的服务器"))
    _, even = drawn(black, planned(slot(1000, 700), "长" * 21))

    assert 0.75 < (good[3] - good[1]) / (even[3] - even[1]) < 0.95


def test_typed_lines_are_not_broken_further_to_stand_beside_the_subject(slot: MakeSlot) -> None:
    black = Image.new("RGB", (1280, 720))
    narrow = planned(slot(1280, 720), "HOME LAB\n2026", at=(1.0, 0.5), subject=subject(0.1, 0.2, 0.8, 1))

    _, box = drawn(black, narrow)

    assert box[3] - box[1] < 2.3 * 0.16 * 720
    assert box[2] - box[0] > 2 * (box[3] - box[1]) / 2


def test_a_title_that_must_cover_the_subject_covers_little_of_it(slot: MakeSlot) -> None:
    black = Image.new("RGB", (400, 400))

    _, free = drawn(black, planned(slot(400, 400), "会端咖啡的机械臂"))
    _, less = drawn(black, planned(slot(400, 400), "会端咖啡的机械臂", subject=subject(0, 0, 1, 1)))

    assert free[3] - free[1] > 2 * (less[3] - less[1])
    assert less[2] - less[0] > 0.8 * 400


def test_a_title_in_the_middle_does_not_get_smaller_for_a_subject_that_is_everywhere(slot: MakeSlot) -> None:
    black, everywhere = Image.new("RGB", (400, 400)), subject(0, 0, 1, 1)

    _, free = drawn(black, planned(slot(400, 400), "年度书单年度书单", at=(0.5, 0.5)))
    _, same = drawn(black, planned(slot(400, 400), "年度书单年度书单", at=(0.5, 0.5), subject=everywhere))

    assert same == free


@pytest.mark.parametrize("share", [0.07, 0.1, 0.14])
def test_a_size_that_was_asked_for_is_the_size_drawn(slot: MakeSlot, share: float) -> None:
    _, box = drawn(Image.new("RGB", (1000, 1000)), planned(slot(1000, 1000), "田田", size=share))

    assert box[3] - box[1] == pytest.approx(1000 * share * 0.9, rel=0.07)


def test_a_size_that_does_not_fit_becomes_the_largest_that_does(slot: MakeSlot) -> None:
    _, box = drawn(Image.new("RGB", (600, 600)), planned(slot(600, 600), MIXED, size=0.4))

    assert box[3] - box[1] <= 0.55 * 600
    assert box[2] - box[0] > 300


def test_the_same_title_is_the_same_pixels_in_any_thread(slot: MakeSlot, busy: MakePicture) -> None:
    image = busy(480, 480)
    recipes = [planned(slot(480, 480), text, at=at) for text in (SHORT, MIXED) for at in SIDES]

    def bytes_of(recipe: Recipe) -> bytes:
        return drawn(image, recipe)[0].tobytes()

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(bytes_of, recipes))

    assert together == [bytes_of(recipe) for recipe in recipes]


def test_without_a_title_no_pixel_changes(slot: MakeSlot) -> None:
    master = PictureFacts(sha256="ab" * 32, format=Format.PNG, width=300, height=200, bytes=1)
    image = Image.new("RGB", (300, 200), "white")

    made = make_recipe(master=master, slot=slot(), focus=Focus(), label=None)

    assert draw_overlay(image, made, ()) is None
    assert image.getextrema() == ((255, 255),) * 3


def test_a_title_that_is_too_long_says_how_much_of_it_fits(slot: MakeSlot) -> None:
    thumb, text = slot(200, 200), "长" * 90
    image = Image.new("RGB", (200, 200), "white")

    with pytest.raises(
        FitError, match=r"wechat\.cover: the title has 90 characters and about \d+ fit"
    ) as raised:
        draw_overlay(image, planned(thumb, text), ())

    assert "`overlay: {slots: [...]}`" in raised.value.message
    assert image.getextrema() == ((255, 255),) * 3
    fitting = re.search(r"about (\d+) fit", raised.value.message)
    assert fitting is not None
    draw_overlay(image, planned(thumb, text[: int(fitting[1])]), ())


def test_a_slot_without_room_for_any_letter_says_so(slot: MakeSlot) -> None:
    strip = planned(slot(300, 200, keep_in=Box(0, 0, 1, 0.1)), SHORT)

    with pytest.raises(FitError, match="2 characters and there is no room for any"):
        draw_overlay(Image.new("RGB", (300, 200)), strip, ())


def test_a_character_that_the_typeface_lacks_is_named(slot: MakeSlot) -> None:
    with pytest.raises(FitError, match="the typeface of titles has no '🦞'; take it out"):
        draw_overlay(Image.new("RGB", (300, 200)), planned(slot(), "龙虾🦞"), ())


def test_a_label_fixed_at_the_titles_edge_lifts_the_title(slot: MakeSlot) -> None:
    label = LabelSpec(corner=Corner.BOTTOM_RIGHT)
    recipe = planned(slot(900, 900), SHORT, at=(0.5, 1.0), label=label)

    _, box = drawn(Image.new("RGB", (900, 900)), recipe, (700, 800, 880, 880))

    assert recipe.label_corner is Corner.BOTTOM_RIGHT
    assert 700 < box[3] < 800
