"""What cameras, printers and editors write besides plain 8-bit RGB is read as it was meant."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image  # noqa: TID251 - tests make the pictures that the product reads

from pipeline.platforms.model import Format
from pipeline.render.inspect import inspect
from pipeline.render.recipe import Recipe
from pipeline.render.renditions import Job, Rendered, render
from tests.render.pixels import Pixel, converted, near, read


@pytest.mark.parametrize(
    ("ink", "wanted"), [((0, 0, 0, 0), (255, 255, 255)), ((0, 255, 255, 0), (255, 0, 0))]
)
def test_print_colours_become_screen_colours(ink: tuple[int, ...], wanted: Pixel) -> None:
    assert near(converted(Image.new("CMYK", (16, 16), ink), "JPEG", quality=95), (8, 8), wanted, off=4)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def deep_png(kind: int, width: int, values: tuple[int, ...], *, clear: tuple[int, ...] = ()) -> bytes:
    """A PNG of one row, 16 bits a channel, which Pillow cannot write; `clear` is its transparent colour."""
    row = b"\0" + struct.pack(f">{len(values)}H", *values)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, 1, 16, kind, 0, 0, 0))
    key = chunk(b"tRNS", struct.pack(f">{len(clear)}H", *clear)) if clear else b""
    return b"\x89PNG\r\n\x1a\n" + head + key + chunk(b"IDAT", zlib.compress(row)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("kind", "values", "clear", "wanted"),
    [
        (2, (65_535, 0, 32_896, 0, 25_700, 65_535), (), [(255, 0, 128), (0, 100, 255)]),
        (2, (65_535, 0, 32_896, 0, 25_700, 65_535), (65_535, 0, 32_896), [(9, 8, 7), (0, 100, 255)]),
        (6, (65_535, 0, 0, 65_535, 0, 0, 0, 0), (), [(255, 0, 0), (9, 8, 7)]),
        (4, (32_896, 65_535, 32_896, 0), (), [(128, 128, 128), (9, 8, 7)]),
        (0, (32_896, 40_000), (40_000,), [(128, 128, 128), (9, 8, 7)]),
        (0, (40_000, 40_001), (40_001,), [(156, 156, 156), (9, 8, 7)]),
    ],
    ids=["colours", "clear-colour", "colours-alpha", "greys-alpha", "clear-grey", "nearly-clear-grey"],
)
def test_sixteen_bits_a_channel_are_read_with_what_is_clear_in_them(
    kind: int, values: tuple[int, ...], clear: tuple[int, ...], wanted: list[Pixel]
) -> None:
    result = read(deep_png(kind, 2, values, clear=clear), (9, 8, 7))

    assert near(result, (0, 0), wanted[0], off=1)
    assert near(result, (1, 0), wanted[1], off=1)


def test_print_colours_that_are_not_stored_as_adobe_stores_them_are_not_turned_over() -> None:
    file = BytesIO()
    Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(file, "JPEG", quality=95)
    adobe = file.getvalue()
    start = adobe.index(b"\xff\xee")
    (length,) = struct.unpack_from(">H", adobe, start + 2)
    plain = adobe[:start] + adobe[start + 2 + length :]

    # Without Adobe's marker the same bytes mean the opposite inks: cyan and black, not magenta and yellow.
    assert near(read(adobe), (8, 8), (255, 0, 0), off=4)
    assert near(read(plain), (8, 8), (0, 0, 0), off=4)


def test_a_photo_with_a_second_picture_behind_it_is_its_first() -> None:
    first, second = Image.new("RGB", (16, 16), (250, 10, 10)), Image.new("RGB", (16, 16), (10, 10, 250))

    result = converted(first, "MPO", save_all=True, append_images=[second], quality=95)

    assert near(result, (8, 8), (250, 10, 10), off=4)


@pytest.mark.parametrize("encoder", ["PNG", "WEBP"])
def test_the_first_frame_of_an_animation_is_what_is_rendered(
    tmp_path: Path, recipe: Callable[..., Recipe], encoder: str
) -> None:
    master = tmp_path / "moving"
    frames = [Image.new("RGB", (300, 200), colour) for colour in ((250, 10, 10), (10, 250, 10))]
    frames[0].save(master, encoder, save_all=True, append_images=frames[1:], duration=100)
    job = Job(recipe=recipe(master, formats=(Format.PNG,)), target=tmp_path / "made.png")

    (item,) = render(master, [job])

    assert inspect(master).frames == 2
    assert isinstance(item, Rendered)
    with Image.open(item.path) as made:
        assert getattr(made, "n_frames", 1) == 1
        assert near(made, (150, 100), (250, 10, 10), off=8)
