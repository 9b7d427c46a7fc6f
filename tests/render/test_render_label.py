"""The visible label is as high as the standard asks, in the clear part's corner, and legible on anything."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image, ImageChops  # noqa: TID251 - tests measure the pixels that the product draws

from pipeline.errors import FitError
from pipeline.platforms.model import Box
from pipeline.render.label import draw_label
from pipeline.render.marking import Corner
from pipeline.render.recipe import LabelSpec, Recipe, letter_height

SIZES = [(360, 200), (500, 500), (900, 383), (1146, 717), (1080, 1440), (1080, 1920), (1920, 1080)]


def drawn(image: Image.Image, recipe: Recipe) -> tuple[Image.Image, tuple[int, int, int, int]]:
    """The picture with its label, and the box of every pixel that changed."""
    labelled = image.copy()
    said = draw_label(labelled, recipe)
    changed = ImageChops.difference(image, labelled).getbbox()
    assert changed is not None
    assert said is not None
    assert said[0] <= changed[0] <= changed[2] <= said[2]
    assert said[1] <= changed[1] <= changed[3] <= said[3]
    return labelled, said


def luminance(pixel: tuple[int, ...]) -> float:
    """Relative luminance as the accessibility guidelines define it."""
    parts = (value / 255 for value in pixel)
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_letters_as_drawn_are_a_twentieth_of_the_shorter_side(
    master: Path, recipe: Callable[..., Recipe], width: int, height: int
) -> None:
    wanted = letter_height(width, height)
    plan = recipe(master, width, height, label=LabelSpec(text="AI生成"))

    labelled, box = drawn(Image.new("RGB", (width, height), "black"), plan)

    left, top, right, bottom = box
    assert right - left > 3 * wanted
    letters = labelled.crop((left, top, left + round(1.65 * wanted), bottom)).convert("L")
    bright = letters.point(lambda value: 255 * (value >= 128)).getbbox()
    assert bright is not None
    high = bright[3] - bright[1]
    assert wanted <= high <= wanted + 2


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_label_stands_at_the_bottom_right(
    master: Path, recipe: Callable[..., Recipe], width: int, height: int
) -> None:
    plan = recipe(master, width, height, label=LabelSpec())

    _, (left, top, right, bottom) = drawn(Image.new("RGB", (width, height), "white"), plan)

    letters = letter_height(width, height)
    assert 0 < width - right <= letters
    assert 0 < height - bottom <= letters
    assert left > width / 2
    assert top > height / 2


@pytest.mark.parametrize("corner", Corner)
def test_the_label_stands_in_the_corner_that_the_settings_say(
    master: Path, recipe: Callable[..., Recipe], corner: Corner
) -> None:
    plan = recipe(master, 900, 600, label=LabelSpec(corner=corner))

    _, (left, top, right, bottom) = drawn(Image.new("RGB", (900, 600), "white"), plan)

    assert (left > 450, right < 450) == ((True, False) if corner.side[0] else (False, True))
    assert (top > 300, bottom < 300) == ((True, False) if corner.side[1] else (False, True))


@pytest.mark.parametrize(
    "described",
    [
        {"keep_in": Box(0.287, 0, 0.713, 1)},
        {"covered": (Box(0.85, 0.88, 1, 1),)},
        {"covered": (Box(0, 0, 1, 0.13), Box(0, 0.82, 1, 1))},
        {"keep_in": Box(0.125, 0, 0.875, 1), "covered": (Box(0.6, 0.9, 1, 1),)},
    ],
)
def test_the_label_keeps_to_the_part_that_stays_clear(
    master: Path, recipe: Callable[..., Recipe], described: dict[str, object]
) -> None:
    plan = recipe(master, 1280, 720, label=LabelSpec(), **described)

    _, (left, top, right, bottom) = drawn(Image.new("RGB", (1280, 720), "white"), plan)

    clear = plan.clear
    assert clear != (0, 0, 1280, 720)
    assert clear[0] <= left < right <= clear[2]
    assert clear[1] <= top < bottom <= clear[3]


@pytest.mark.parametrize("opacity", [0.6, 0.65, 1.0])
@pytest.mark.parametrize("ground", ["white", "black", "#808080", "#ffff00", "noise"])
def test_the_letters_stand_out_on_any_ground(
    master: Path, recipe: Callable[..., Recipe], busy: Callable[..., Image.Image], ground: str, opacity: float
) -> None:
    size = (900, 600)
    image = busy(*size, noise=0.9) if ground == "noise" else Image.new("RGB", size, ground)
    plan = recipe(master, *size, label=LabelSpec(opacity=opacity))

    labelled, box = drawn(image, plan)

    pixels = [pixel for pixel in labelled.crop(box).get_flattened_data() if isinstance(pixel, tuple)]
    letters = [luminance(pixel) for pixel in pixels if min(pixel) >= 250]
    plate = sorted(luminance(pixel) for pixel in pixels if max(pixel) < 200)
    assert len(letters) > 200
    brightest = plate[int(len(plate) * 0.9)]
    assert (min(letters) + 0.05) / (brightest + 0.05) >= 4.5


def test_a_recipe_without_a_label_changes_no_pixel(
    master: Path, recipe: Callable[..., Recipe], busy: Callable[..., Image.Image]
) -> None:
    image = busy(300, 200)
    before = image.copy()

    assert draw_label(image, recipe(master, label=None)) is None
    assert ImageChops.difference(image, before).getbbox() is None


def test_a_label_gives_up_its_margin_before_it_gives_up(master: Path, recipe: Callable[..., Recipe]) -> None:
    strip = recipe(master, 700, 200, label=LabelSpec(), keep_in=Box(0.0, 0.0, 1.0, 0.16))

    _, (_, top, _, bottom) = drawn(Image.new("RGB", (700, 200), "white"), strip)

    assert strip.clear[1] <= top < bottom <= strip.clear[3] == 32


def test_a_label_that_cannot_fit_is_refused_in_plain_words(
    master: Path, recipe: Callable[..., Recipe]
) -> None:
    tight = recipe(master, 360, 200, label=LabelSpec(), keep_in=Box(0.4, 0.4, 0.5, 0.5))

    with pytest.raises(FitError, match=r"wechat\.cover: the AI label needs .* only 36x20 stay clear"):
        draw_label(Image.new("RGB", (360, 200)), tight)


def test_a_long_text_is_drawn_whole(master: Path, recipe: Callable[..., Recipe]) -> None:
    short = recipe(master, 900, 600, label=LabelSpec())
    long = recipe(master, 900, 600, label=LabelSpec(text="本图由AI生成,gj"))
    ground = Image.new("RGB", (900, 600), "white")

    _, small = drawn(ground, short)
    _, large = drawn(ground, long)

    assert large[2] - large[0] > 1.8 * (small[2] - small[0])


def test_threads_draw_the_same_label(master: Path, recipe: Callable[..., Recipe]) -> None:
    plans = [recipe(master, 600 + 20 * step, 600 + 20 * step, label=LabelSpec()) for step in range(8)] * 4

    def label(plan: Recipe) -> bytes:
        image = Image.new("RGB", (plan.width, plan.height))
        draw_label(image, plan)
        return image.tobytes()

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(label, plans))

    assert together == [label(plan) for plan in plans]
