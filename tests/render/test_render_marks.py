"""Title, logo and label together: on every slot of the catalogue, each in the clear part, none on another."""

from dataclasses import replace
from itertools import combinations

import pytest
from PIL import Image, ImageChops  # noqa: TID251 - tests measure the pixels that the product draws

from pipeline.errors import FitError
from pipeline.platforms.catalog import load_catalog
from pipeline.platforms.model import Format, Slot
from pipeline.render.brand import read_brand
from pipeline.render.facts import PictureFacts
from pipeline.render.label import draw_label
from pipeline.render.marking import Brand, Corner, Overlay, Side
from pipeline.render.marks import Marks, draw_marks
from pipeline.render.recipe import LabelSpec, Recipe, make_recipe
from pipeline.spec.model import Focus
from pipeline.subject import GRID, PROFILE, Subject

MASTER = PictureFacts(sha256="ab" * 32, format=Format.PNG, width=2048, height=2048, bytes=1)
SLOTS = load_catalog().slots
CENTRED = Subject(
    method="test/1",
    columns=bytes(PROFILE),
    rows=bytes(PROFILE),
    grid=bytes(255 * (4 <= place % GRID < 12 and 4 <= place // GRID < 12) for place in range(GRID * GRID)),
)


@pytest.fixture(scope="module")
def logo(tmp_path_factory: pytest.TempPathFactory) -> Brand:
    path = tmp_path_factory.mktemp("logo") / "logo.png"
    Image.new("RGBA", (300, 120), (220, 30, 40, 200)).save(path)
    return read_brand(path, at=Corner.BOTTOM_RIGHT, height=0.1)


def recipe(
    slot: Slot, brand: Brand | None, *, at: Side | None = None, text: str = "给龙虾装上电路板"
) -> Recipe:
    return make_recipe(
        master=MASTER,
        slot=slot,
        focus=Focus(),
        subject=CENTRED,
        label=LabelSpec(),
        overlay=Overlay(text=text, at=at),
        brand=brand,
    )


def drawn(plan: Recipe) -> tuple[Image.Image, Marks]:
    image = Image.new("RGB", (plan.width, plan.height), "#406080")
    return image, draw_marks(image, plan)


@pytest.mark.parametrize("name", SLOTS)
def test_on_every_slot_all_marks_fit_and_none_touches_another(name: str, logo: Brand) -> None:
    for at in (None, (0.5, 0.0), (0.5, 0.5), (0.0, 1.0)):
        plan = recipe(SLOTS[name], logo, at=at)

        _, marks = drawn(plan)

        left, top, right, bottom = plan.clear
        boxes = [box for box in (marks.label_box, marks.overlay_box, marks.brand_box) if box is not None]
        assert len(boxes) == 3
        for box in boxes:
            assert left <= box[0] < box[2] <= right
            assert top <= box[1] < box[3] <= bottom
        for one, other in combinations(boxes, 2):
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart, (at, one, other)


def test_the_label_is_drawn_last_and_exactly_as_without_a_title(logo: Brand) -> None:
    plan = recipe(SLOTS["xiaohongshu.note"], logo, at=(0.5, 1.0))

    image, marks = drawn(plan)

    assert marks.label_box is not None
    alone = Image.new("RGB", (plan.width, plan.height), "#406080")
    draw_label(alone, plan)
    assert ImageChops.difference(image.crop(marks.label_box), alone.crop(marks.label_box)).getbbox() is None


def test_without_marks_no_pixel_changes() -> None:
    plan = replace(recipe(SLOTS["x.post"], None), label=None, overlay=None)

    image, marks = drawn(plan)

    assert marks == Marks(label_box=None, overlay_box=None, brand_box=None)
    assert image.getcolors() == [(plan.width * plan.height, (0x40, 0x60, 0x80))]


def test_a_title_that_cannot_fit_is_refused_before_anything_is_drawn(logo: Brand) -> None:
    plan = recipe(SLOTS["wechat.thumb"], logo, text="长" * 150)
    image = Image.new("RGB", (plan.width, plan.height), "#406080")

    with pytest.raises(FitError, match="the title has 150 characters"):
        draw_marks(image, plan)

    assert len(image.getcolors() or ()) == 1
