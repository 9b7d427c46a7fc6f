"""Looking for the visible label in pixels: what the renderer draws is found, what is damaged is not."""

import random
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter  # noqa: TID251 - tests make and damage the pictures that the product reads

from pipeline.render.inspect import inspect
from pipeline.render.label import draw_label
from pipeline.render.recipe import LabelSpec, letter_height, make_recipe
from pipeline.render.sighting import Sighting, find_label
from pipeline.spec.model import Focus
from tests.render.conftest import MakePicture, MakeSlot

Labelled = tuple[Image.Image, tuple[int, int, int, int]]
TEXT = "AI生成"


@pytest.fixture
def labelled(busy: MakePicture, slot: MakeSlot, tmp_path: Path) -> Labelled:
    """A busy picture of 900x383 with its label, and the pixels of the label's plate."""
    return _draw(busy(900, 383), slot(900, 383), tmp_path, LabelSpec())


def _draw(picture: Image.Image, slot: object, folder: Path, label: LabelSpec) -> Labelled:
    picture.save(folder / "master.png")
    facts = inspect(folder / "master.png")
    recipe = make_recipe(master=facts, slot=slot, focus=Focus(), label=label)  # type: ignore[arg-type] # the fixture's maker gives a Slot
    box = draw_label(picture, recipe)
    assert box is not None
    return picture, box


def _find(picture: Image.Image, text: str = TEXT) -> Sighting | None:
    return find_label(picture, text, letter_height(*picture.size))


def _inside(found: Sighting, plate: tuple[int, int, int, int]) -> bool:
    left, top, right, bottom = found.box
    return plate[0] <= left and plate[1] <= top and right <= plate[2] and bottom <= plate[3]


@pytest.mark.parametrize(
    ("size", "opacity"), [((360, 200), 0.6), ((500, 500), 1.0), ((1080, 1440), 0.85), ((1080, 2000), 0.6)]
)
def test_a_drawn_label_is_found_in_its_place_with_the_height_of_its_letters(
    busy: MakePicture, slot: MakeSlot, tmp_path: Path, size: tuple[int, int], opacity: float
) -> None:
    picture, plate = _draw(busy(*size, noise=0.5), slot(*size), tmp_path, LabelSpec(opacity=opacity))

    found = _find(picture)

    assert found is not None
    assert _inside(found, plate)
    assert abs(found.letters - letter_height(*size)) <= 1
    assert found.contrast > 5.5


@pytest.mark.parametrize("ground", ["white", "black", "#808080"])
def test_a_label_is_found_on_any_plain_ground(slot: MakeSlot, tmp_path: Path, ground: str) -> None:
    picture, _ = _draw(Image.new("RGB", (800, 600), ground), slot(800, 600), tmp_path, LabelSpec(opacity=0.6))

    found = _find(picture)

    assert found is not None
    assert found.likeness > 0.95


@pytest.mark.parametrize("quality", [75, 60, 30])
def test_compression_does_not_hide_a_label(labelled: Labelled, tmp_path: Path, quality: int) -> None:
    picture, plate = labelled
    picture.save(tmp_path / "small.jpg", quality=quality)

    found = _find(Image.open(tmp_path / "small.jpg"))

    assert found is not None
    assert _inside(found, plate)


def test_another_text_is_looked_for_as_it_is_written(
    busy: MakePicture, slot: MakeSlot, tmp_path: Path
) -> None:
    picture, _ = _draw(busy(900, 600), slot(900, 600), tmp_path, LabelSpec(text="由AI生成的图"))

    found = _find(picture, "由AI生成的图")

    assert found is not None
    assert found.letters == letter_height(900, 600)
    assert _find(picture, "本图AI辅助生成") is None


def test_pictures_without_a_label_show_none(busy: MakePicture) -> None:
    assert [_find(busy(900, 500, seed=seed, noise=noise)) for seed in (1, 2) for noise in (0, 0.4)] == [
        None
    ] * 4
    assert _find(Image.new("RGB", (300, 300), "white")) is None


@pytest.mark.parametrize("part", [(0.0, 1.0), (0.0, 0.35), (0.65, 1.0), (0.4, 0.6)])
def test_a_label_that_is_painted_over_even_in_part_is_not_found(
    labelled: Labelled, part: tuple[float, float]
) -> None:
    picture, (left, top, right, bottom) = labelled
    wide = right - left
    ImageDraw.Draw(picture).rectangle(
        (left + part[0] * wide, top, left + part[1] * wide, bottom), fill="#222222"
    )

    assert _find(picture) is None


def test_a_blurred_label_is_not_found(labelled: Labelled) -> None:
    assert _find(labelled[0].filter(ImageFilter.GaussianBlur(5))) is None


@pytest.mark.parametrize("scale", [0.5, 1.4])
def test_a_label_of_another_size_is_found_and_measured(labelled: Labelled, scale: float) -> None:
    picture, _ = labelled
    small = picture.resize((round(900 * scale), round(383 * scale)))

    found = find_label(small, TEXT, letter_height(900, 383))

    assert found is not None
    assert abs(found.letters - 20 * scale) <= 1


def test_a_label_that_hardly_stands_out_is_found_with_its_contrast(labelled: Labelled) -> None:
    picture, _ = labelled

    found = _find(Image.blend(picture, Image.new("RGB", picture.size, "#909090"), 0.85))

    assert found is not None
    assert found.contrast < 2


@pytest.mark.parametrize("size", [(1, 1), (12, 9), (40, 400)])
def test_a_picture_smaller_than_a_label_has_none(size: tuple[int, int]) -> None:
    picture = Image.frombytes("L", size, random.Random(3).randbytes(size[0] * size[1]))  # noqa: S311 - noise, not secrets

    assert _find(picture) is None
