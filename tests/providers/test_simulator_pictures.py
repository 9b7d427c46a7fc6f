"""Simulated pictures: pure, stamped, of the pixels asked, with a subject where it is said to be."""

import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops  # noqa: TID251 - the test looks at the pictures

from pipeline.providers.contract import Order
from pipeline.providers.simulator import pictures, scenery
from pipeline.providers.simulator.pictures import order_digest, picture, subject_box

ROOT = Path(__file__).parents[2]
ORDER = Order(model="jimeng_t2i_v40", prompt="一只卡通龙虾站在电路板上", width=640, height=480)


def _opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def test_the_same_order_and_count_give_the_same_bytes() -> None:
    twin = Order(model="jimeng_t2i_v40", prompt="  一只卡通龙虾站在电路板上 ", width=640, height=480)

    assert picture(ORDER, 3) == picture(ORDER, 3)
    assert order_digest(twin) == order_digest(ORDER)


def test_another_count_index_prompt_or_seed_gives_another_picture() -> None:
    seen = {
        picture(ORDER, 0),
        picture(ORDER, 1),
        picture(ORDER, 0, index=1),
        picture(replace(ORDER, prompt="a robot arm"), 0),
        picture(replace(ORDER, seed=7), 0),
    }

    assert len(seen) == 5


def test_threads_that_draw_at_once_disturb_nothing() -> None:
    alone = picture(ORDER, 0)

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda _: picture(ORDER, 0), range(8)))

    assert set(together) == {alone}


@pytest.mark.parametrize(("width", "height"), [(256, 256), (1024, 1024), (1296, 400), (400, 1296)])
def test_a_picture_has_the_pixels_that_were_asked(width: int, height: int) -> None:
    image = _opened(picture(replace(ORDER, width=width, height=height), 0))

    assert image.size == (width, height)
    assert (image.format, image.mode) == ("PNG", "RGB")


def test_a_picture_can_be_a_jpeg() -> None:
    image = _opened(picture(ORDER, 0, form="JPEG"))

    assert (image.format, image.size) == ("JPEG", (640, 480))


@pytest.mark.parametrize("nth", range(8))
def test_the_ring_lies_in_the_box_that_is_named(nth: int) -> None:
    box = subject_box(order_digest(ORDER), nth, ORDER.width, ORDER.height)
    image = _opened(picture(ORDER, nth))
    left, top, right, bottom = box
    middle_x, middle_y = (left + right) // 2, (top + bottom) // 2

    edges = [(middle_x, top + 3), (middle_x, bottom - 4), (left + 3, middle_y), (right - 4, middle_y)]

    assert {image.getpixel(edge) for edge in edges} == {(255, 255, 255)}


def test_the_subject_is_inside_and_never_over_the_middle_of_the_width() -> None:
    boxes = [subject_box(f"g1:{number}", 0, 2048, 2048) for number in range(200)]

    assert all(0 <= left < right <= 2048 and 0 <= top < bottom <= 2048 for left, top, right, bottom in boxes)
    assert all(abs((left + right) / 2 - 1024) > 300 for left, _, right, _ in boxes)
    assert any(left < 512 for left, *_ in boxes)
    assert any(right > 1536 for _, _, right, _ in boxes)


def test_no_quarter_of_a_picture_is_without_the_stamp() -> None:
    plain = scenery.ground(scenery.look_of(bytes(range(32))), 800, 800)
    stamped = plain.copy()

    scenery.stamp(stamped)

    marked = ImageChops.difference(plain, stamped)
    for corner in ((0, 0), (400, 0), (0, 400), (400, 400)):
        quarter = marked.crop((*corner, corner[0] + 400, corner[1] + 400))
        box = quarter.getbbox()
        assert box is not None
        assert box[2] - box[0] > 200


def test_a_long_prompt_ends_in_an_ellipsis_on_the_second_line() -> None:
    font = scenery._font(20)

    lines = scenery._wrapped("龙虾" * 400, font, 300, 2)

    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(font.getlength(line) <= 320 for line in lines)


def test_latin_words_are_kept_whole_and_long_ones_are_broken() -> None:
    font = scenery._font(20)

    assert scenery._wrapped("a lobster on a board", font, 120, 3) == ["a lobster on", "a board"]
    assert len(scenery._wrapped("x" * 40, font, 120, 9)) > 2


def test_the_caption_shows_the_prompt() -> None:
    shown = _opened(picture(ORDER, 0))
    other = _opened(picture(replace(ORDER, prompt="字"), 0))

    # the grounds differ by prompt, so the letters are counted: white on the dark band
    def letters(image: Image.Image) -> int:
        band = image.crop((0, 420, 640, 480)).convert("L").point(lambda value: 255 * (value > 230))
        return band.histogram()[255]

    assert letters(shown) > letters(other) > 0


def test_the_server_is_imported_without_loading_pillow() -> None:
    code = "import sys, pipeline.providers.simulator.server; print('PIL' in sys.modules)"

    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert answer.stdout.strip() == "False"


def test_the_digest_names_the_pixels_too() -> None:
    assert pictures.order_digest(ORDER).startswith("g1:")
    assert order_digest(ORDER) != order_digest(replace(ORDER, width=641))
