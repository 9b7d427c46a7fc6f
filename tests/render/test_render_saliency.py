"""What a picture is about stands out on its map, wherever it lies and whatever lies behind it."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter  # noqa: TID251 - tests make the pictures that the product reads

from pipeline.platforms.model import Box
from pipeline.render.cues import BLOCK, Map, barrier, detail
from pipeline.render.faces import Face
from pipeline.render.saliency import TINY, map_size, saliency, subject_of, with_faces
from pipeline.subject import GRID, PROFILE, mass_inside

WIDE, HIGH = TINY * BLOCK, 40 * BLOCK
Array = NDArray[np.uint8]


def pixels(image: Image.Image) -> Array:
    return np.asarray(image.convert("RGB"))


def sky() -> Image.Image:
    """A ground that changes all the way down, without a subject."""
    ramp = Image.linear_gradient("L").resize((WIDE, HIGH))
    return Image.merge("RGB", (ramp.point(lambda v: v // 2), ramp.point(lambda v: 90 + v // 3), ramp))


def with_disc(ground: Image.Image, x: float, y: float, colour: str = "red", radius: int = 26) -> Image.Image:
    image = ground.copy()
    across, down = x * WIDE, y * HIGH
    ImageDraw.Draw(image).ellipse(
        (across - radius, down - radius, across + radius, down + radius), fill=colour
    )
    return image


def share_around(found: Map, x: float, y: float) -> float:
    """The share of the map within a fifth of the sides around a place."""
    held = mass_inside(subject_of(found, "test/1"), Box(x - 0.2, y - 0.2, x + 0.2, y + 0.2))
    assert held is not None
    return held


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [
        (2048, 2048, (64, 64)),
        (900, 383, (64, 27)),
        (1, 1, (64, 64)),
        (8000, 10, (64, 8)),
        (10, 8000, (8, 64)),
    ],
)
def test_a_map_has_the_pictures_shape_and_never_less_than_eight_pixels(
    width: int, height: int, size: tuple[int, int]
) -> None:
    assert map_size(width, height) == size


@pytest.mark.parametrize(("x", "y"), [(0.5, 0.5), (0.2, 0.3), (0.85, 0.75), (0.12, 0.8)])
@pytest.mark.parametrize("colour", ["red", "white", "black", "orange"])
def test_a_thing_on_a_changing_ground_stands_out(x: float, y: float, colour: str) -> None:
    found = saliency(pixels(with_disc(sky(), x, y, colour)))

    assert found.shape == (40, TINY)
    assert share_around(found, x, y) > 0.8


def test_one_colour_with_a_little_noise_has_nothing_that_stands_out() -> None:
    dice = np.random.default_rng(4)
    noise = (128 + dice.integers(-1, 2, (HIGH, WIDE, 3))).astype(np.uint8)

    found = saliency(noise)

    assert not found.any()
    assert not any(subject_of(found, "test/1").columns)


def test_what_is_in_focus_outweighs_its_blurred_twin() -> None:
    dice = np.random.default_rng(5)
    image = Image.new("RGB", (WIDE, HIGH), (120, 130, 120))
    texture = Image.fromarray(dice.integers(0, 256, (80, 80, 3)).astype(np.uint8))
    image.paste(texture, (30, 60))
    image.paste(texture.filter(ImageFilter.GaussianBlur(6)), (210, 60))

    found = saliency(pixels(image))

    assert share_around(found, 70 / WIDE, 0.5) > 2 * share_around(found, 250 / WIDE, 0.5)


def test_a_closed_ring_sets_its_inside_apart_and_an_open_one_does_not() -> None:
    ground = np.zeros((3, 24, 24), np.float32)
    closed = ground.copy()
    closed[:, 6:18, 6:18] = 50
    closed[:, 8:16, 8:16] = 0
    opened = closed.copy()
    opened[:, 11:13, :] = 0

    assert barrier(closed)[12, 12] == 50
    assert barrier(opened)[12, 12] == 0
    assert barrier(closed)[2, 2] == 0


def test_detail_is_counted_in_the_block_where_it_lies() -> None:
    copy = np.full((8 * BLOCK, 8 * BLOCK, 3), 90, np.uint8)
    copy[2 * BLOCK + 2, 5 * BLOCK + 2] = 255

    found = detail(copy)

    assert np.argwhere(found > 0.01).tolist() == [[2, 5]]


def test_profiles_and_grid_are_scaled_to_their_own_largest_number() -> None:
    found = np.zeros((40, TINY), np.float32)
    found[30, 5] = 0.3
    found[10, 50] = 0.1

    subject = subject_of(found, "test/1")

    assert (len(subject.columns), len(subject.rows), len(subject.grid)) == (PROFILE, PROFILE, GRID * GRID)
    assert max(subject.columns) == max(subject.rows) == max(subject.grid) == 255
    assert subject.columns[5] == 255
    assert subject.columns[50] == 85
    assert subject.rows.index(255) == 48
    assert subject.grid[12 * GRID + 1] == 255


def test_a_face_outweighs_all_else_and_a_large_one_a_small_one() -> None:
    found = np.full((40, TINY), 0.01, np.float32)
    large = Face(left=0.1, top=0.2, right=0.3, bottom=0.6, sure=0.9)
    small = Face(left=0.7, top=0.2, right=0.75, bottom=0.3, sure=0.9)

    seen = with_faces(found, (large, small))

    assert seen.sum() == pytest.approx(2.5 * found.sum(), rel=1e-5)
    assert share_around(seen, 0.2, 0.4) > 2 * share_around(seen, 0.72, 0.25)


def test_faces_alone_are_a_subject_where_nothing_else_stands_out() -> None:
    seen = with_faces(
        np.zeros((40, TINY), np.float32), (Face(left=0.8, top=0.1, right=1, bottom=0.4, sure=1),)
    )

    assert share_around(seen, 0.9, 0.25) > 0.9


def test_no_face_leaves_the_map_as_it_is() -> None:
    found = saliency(pixels(with_disc(sky(), 0.3, 0.4)))

    assert with_faces(found, ()) is found
