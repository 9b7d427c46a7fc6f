"""A logo keeps its colours and its transparency, takes its height, and is known by its bytes alone."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageCms, ImageDraw  # noqa: TID251 - tests make the logos that the product reads

from pipeline.errors import FitError, PictureError
from pipeline.platforms.model import Box, Format, Slot
from pipeline.render.brand import brand_box, draw_brand, read_brand
from pipeline.render.facts import PictureFacts
from pipeline.render.label import label_box
from pipeline.render.marking import Brand, Corner
from pipeline.render.recipe import LabelSpec, Recipe, make_recipe
from pipeline.source.logo import CORNERS
from pipeline.spec.model import Focus

MakeSlot = Callable[..., Slot]
RED = (220, 30, 40)


@pytest.fixture
def logo(tmp_path: Path) -> Path:
    """A red ring of 200x100 on nothing, with a hole in the middle."""
    image = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((0, 0, 199, 99), outline=RED, width=25)
    path = tmp_path / "logo.png"
    image.save(path)
    return path


def brand(path: Path, *, at: Corner = Corner.TOP_LEFT, height: float = 0.1) -> Brand:
    return read_brand(path, at=at, height=height)


def planned(slot: Slot, mark: Brand, label: LabelSpec | None = None) -> Recipe:
    master = PictureFacts(sha256="ab" * 32, format=Format.PNG, width=800, height=800, bytes=1)
    return make_recipe(master=master, slot=slot, focus=Focus(), label=label, brand=mark)


def drawn(recipe: Recipe, ground: str = "white") -> tuple[Image.Image, tuple[int, int, int, int]]:
    image = Image.new("RGB", (recipe.width, recipe.height), ground)
    box = draw_brand(image, recipe, label_box(recipe))
    assert box is not None
    return image, box


def close(pixel: object, color: tuple[int, int, int], by: int = 6) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) <= by for one, other in zip(pixel, color, strict=True))


def test_a_logo_is_as_high_as_asked_and_what_is_clear_in_it_stays_clear(slot: MakeSlot, logo: Path) -> None:
    image, (left, top, right, bottom) = drawn(planned(slot(1000, 800), brand(logo)), "#204060")

    assert (right - left, bottom - top) == (160, 80)
    assert close(image.getpixel(((left + right) // 2, top + 10)), RED)
    for spot in ((left, top), ((left + right) // 2, (top + bottom) // 2), (right - 1, bottom - 1)):
        assert image.getpixel(spot) == (0x20, 0x40, 0x60)


def test_the_edge_of_a_logo_is_not_fringed_with_white(slot: MakeSlot, logo: Path) -> None:
    image, box = drawn(planned(slot(1000, 800), brand(logo)), "black")

    assert (
        max(max(pixel[1:]) for pixel in image.crop(box).get_flattened_data() if isinstance(pixel, tuple))
        <= 48
    )


@pytest.mark.parametrize("corner", Corner)
def test_a_logo_stands_in_its_corner_of_the_clear_part(slot: MakeSlot, logo: Path, corner: Corner) -> None:
    recipe = planned(slot(1000, 500, keep_in=Box(0.25, 0, 0.75, 1)), brand(logo, at=corner))

    _, (left, top, right, bottom) = drawn(recipe)

    gap = round(0.035 * 500)
    assert (left == 250 + gap) is (corner.side[0] == 0)
    assert (right == 750 - gap) is (corner.side[0] == 1)
    assert (top == gap) is (corner.side[1] == 0)
    assert (bottom == 500 - gap) is (corner.side[1] == 1)


def test_settings_and_specs_know_the_same_corners() -> None:
    assert sorted(CORNERS) == sorted(Corner)


def test_a_logo_leaves_the_label_its_corner(slot: MakeSlot, logo: Path) -> None:
    recipe = planned(
        slot(900, 900), brand(logo, at=Corner.BOTTOM_RIGHT), LabelSpec(corner=Corner.BOTTOM_RIGHT)
    )

    label = label_box(recipe)
    _, box = drawn(recipe)

    assert recipe.label_corner is Corner.BOTTOM_RIGHT
    assert recipe.brand is not None
    assert recipe.brand.at is Corner.BOTTOM_LEFT
    assert label is not None
    assert box[2] < label[0]


def test_a_wide_logo_beside_the_label_shrinks_and_keeps_its_shape(slot: MakeSlot, tmp_path: Path) -> None:
    path = tmp_path / "wide.png"
    Image.new("RGBA", (1000, 100), RED).save(path)
    recipe = planned(
        slot(200, 200), brand(path, at=Corner.BOTTOM_RIGHT, height=0.3), LabelSpec(corner=Corner.BOTTOM_RIGHT)
    )

    label = label_box(recipe)
    _, (left, top, right, bottom) = drawn(recipe)

    assert label is not None
    assert right < label[0]
    assert right - left <= 0.4 * 200
    assert (right - left) / (bottom - top) == pytest.approx(10, rel=0.1)


def test_a_logo_without_room_is_refused_in_plain_words(slot: MakeSlot, logo: Path) -> None:
    recipe = planned(slot(300, 200, keep_in=Box(0.5, 0, 0.53, 1)), brand(logo))

    with pytest.raises(FitError, match=r"wechat\.cover: the logo has no room .* `brand: none`"):
        brand_box(recipe, None)


@pytest.mark.parametrize("ending", ["png", "jpg", "webp"])
def test_a_logo_may_be_png_jpeg_or_webp(slot: MakeSlot, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"logo.{ending}"
    Image.new("RGB", (80, 80), RED).save(path, quality=95)

    image, box = drawn(planned(slot(400, 400), brand(path)))

    assert close(image.getpixel(((box[0] + box[2]) // 2, (box[1] + box[3]) // 2)), RED)


def test_a_palette_with_a_clear_colour_keeps_it_clear(slot: MakeSlot, logo: Path, tmp_path: Path) -> None:
    path = tmp_path / "palette.png"
    with Image.open(logo) as ring:
        ring.quantize(8).save(path)

    image, box = drawn(planned(slot(800, 800), brand(path)), "#00ff00")

    assert image.getpixel(((box[0] + box[2]) // 2, (box[1] + box[3]) // 2)) == (0, 255, 0)


def test_a_logo_is_turned_upright_with_its_transparency(slot: MakeSlot, tmp_path: Path) -> None:
    """The picture lies on its side: its top, at the right of the file, is red; the rest is clear."""
    lying = Image.new("RGBA", (100, 60), (0, 0, 0, 0))
    lying.paste((*RED, 255), (50, 0, 100, 60))
    exif = Image.Exif()
    exif[0x0112] = 8
    path = tmp_path / "turned.png"
    lying.save(path, exif=exif)

    image, (left, top, right, bottom) = drawn(planned(slot(1000, 1000), brand(path)))

    assert (right - left) / (bottom - top) == pytest.approx(0.6, rel=0.05)
    assert close(image.getpixel(((left + right) // 2, top + 10)), RED)
    assert image.getpixel(((left + right) // 2, bottom - 10)) == (255, 255, 255)


def test_a_logos_colour_profile_is_obeyed(slot: MakeSlot, tmp_path: Path) -> None:
    """In this profile red and blue have changed places, so what is stored as blue is meant as red."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = data.index(b"rXYZ"), data.index(b"bXYZ")
    data[red : red + 4], data[blue : blue + 4] = b"bXYZ", b"rXYZ"
    profile = data.replace(b"s\0R\0G\0B", b"s\0W\0A\0P")
    image = Image.new("RGBA", (80, 80), (40, 30, 220, 255))
    image.putpixel((0, 0), (0, 0, 0, 0))
    path = tmp_path / "swapped.png"
    buffer = BytesIO()
    image.save(buffer, "PNG", icc_profile=bytes(profile))
    path.write_bytes(buffer.getvalue())

    made, box = drawn(planned(slot(400, 400), brand(path)))

    assert close(made.getpixel(((box[0] + box[2]) // 2, (box[1] + box[3]) // 2)), (220, 30, 40), by=25)


@pytest.mark.parametrize("name", ["logo.svg", "logo.SVG", "logo.pdf"])
def test_a_drawing_is_refused_kindly(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")

    with pytest.raises(PictureError, match="a logo has to be made of pixels") as raised:
        brand(path)

    assert raised.value.next_step is not None
    assert "export it as PNG" in raised.value.next_step


def test_a_file_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    path.write_text("<svg/>", encoding="utf-8")

    with pytest.raises(PictureError, match="not a PNG, JPEG or WebP"):
        brand(path)
    with pytest.raises(PictureError, match="there is no such picture file"):
        brand(tmp_path / "nowhere.png")


def test_a_logo_that_was_changed_since_the_plan_is_not_drawn(slot: MakeSlot, logo: Path) -> None:
    recipe = planned(slot(500, 500), brand(logo))
    Image.new("RGB", (50, 50)).save(logo)

    with pytest.raises(PictureError, match="the logo was changed since it was planned with"):
        drawn(recipe)


def test_a_logo_counts_by_its_bytes_not_by_its_path(slot: MakeSlot, logo: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.png"
    copy.write_bytes(logo.read_bytes())
    recipe = planned(slot(500, 500), brand(logo))

    assert planned(slot(500, 500), brand(copy)).key == recipe.key
    assert planned(slot(500, 500), brand(copy, height=0.2)).key != recipe.key
    assert replace(recipe, brand=None).key != recipe.key


def test_without_a_logo_nothing_is_drawn(slot: MakeSlot, logo: Path) -> None:
    recipe = replace(planned(slot(500, 500), brand(logo)), brand=None)

    assert draw_brand(Image.new("RGB", (500, 500)), recipe, None) is None
