"""Whatever a master's colours, depth, transparency and direction: a rendition is upright 8-bit sRGB."""

import struct
from pathlib import Path

import pytest
from PIL import Image, ImageCms  # noqa: TID251 - tests make the pictures that the product reads

from pipeline.render.colour import upright_srgb
from tests.render.pixels import Pixel, converted, near


def corners() -> Image.Image:
    """4x2 with one red, one green, one blue corner."""
    image = Image.new("RGB", (4, 2), "white")
    image.putpixel((0, 0), (255, 0, 0))
    image.putpixel((3, 0), (0, 255, 0))
    image.putpixel((0, 1), (0, 0, 255))
    return image


@pytest.mark.parametrize(
    ("orientation", "red", "green", "blue"),
    [
        (1, (0, 0), (3, 0), (0, 1)),
        (2, (3, 0), (0, 0), (3, 1)),
        (3, (3, 1), (0, 1), (3, 0)),
        (4, (0, 1), (3, 1), (0, 0)),
        (5, (0, 0), (0, 3), (1, 0)),
        (6, (1, 0), (1, 3), (0, 0)),
        (7, (1, 3), (1, 0), (0, 3)),
        (8, (0, 3), (0, 0), (1, 3)),
    ],
)
def test_a_picture_is_turned_as_its_camera_was_held(
    orientation: int, red: tuple[int, int], green: tuple[int, int], blue: tuple[int, int]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation

    image = converted(corners(), exif=exif)

    assert image.size == ((2, 4) if orientation >= 5 else (4, 2))
    assert near(image, red, (255, 0, 0))
    assert near(image, green, (0, 255, 0))
    assert near(image, blue, (0, 0, 255))


def test_sixteen_bit_greys_keep_their_tones() -> None:
    image = Image.new("I;16", (3, 1))
    for place, value in enumerate((0, 32_768, 65_535)):
        image.putpixel((place, 0), value)

    result = converted(image)

    assert [result.getpixel((place, 0)) for place in range(3)] == [
        (0, 0, 0),
        (128, 128, 128),
        (255, 255, 255),
    ]


@pytest.mark.parametrize(
    ("mode", "colour", "wanted"),
    [
        ("1", 1, (255, 255, 255)),
        ("L", 90, (90, 90, 90)),
        ("LA", (90, 255), (90, 90, 90)),
        ("LA", (90, 0), (255, 255, 255)),
        ("RGB", (10, 20, 30), (10, 20, 30)),
        ("RGBA", (10, 20, 30, 255), (10, 20, 30)),
        ("RGBA", (10, 20, 30, 0), (255, 255, 255)),
        ("RGBA", (0, 0, 0, 128), (127, 127, 127)),
    ],
)
def test_every_mode_becomes_rgb_on_white(mode: str, colour: int | tuple[int, ...], wanted: Pixel) -> None:
    assert near(converted(Image.new(mode, (2, 2), colour)), (0, 0), wanted)


def test_a_palette_becomes_its_colours_and_its_transparent_entry_white() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([200, 10, 20, 1, 2, 3])
    image.putpixel((1, 0), 1)

    plain, with_hole = converted(image), converted(image, transparency=1)

    assert near(plain, (0, 0), (200, 10, 20))
    assert near(plain, (1, 0), (1, 2, 3))
    assert near(with_hole, (0, 0), (200, 10, 20))
    assert near(with_hole, (1, 0), (255, 255, 255))


def linear_profile() -> bytes:
    """An RGB profile with sRGB's primaries and straight tones: the tone curves (`?TRC`) made linear."""
    return _with_tags(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())


def _with_tags(profile: bytes) -> bytes:
    """Point each tone curve of a profile at an identity curve appended to it, and rename its description."""
    curve = b"curv" + bytes(4) + (0).to_bytes(4, "big")
    data = bytearray(profile.replace("sRGB".encode("utf-16-be"), "line".encode("utf-16-be")) + curve)
    for index in range(int.from_bytes(data[128:132], "big")):
        entry = 132 + 12 * index
        if bytes(data[entry : entry + 4]) in {b"rTRC", b"gTRC", b"bTRC"}:
            data[entry + 4 : entry + 12] = len(profile).to_bytes(4, "big") + len(curve).to_bytes(4, "big")
    data[0:4] = len(data).to_bytes(4, "big")
    return bytes(data)


def test_colours_are_read_as_their_profile_means_them() -> None:
    image = Image.new("RGB", (8, 8), (55, 55, 55))

    result = converted(image, icc_profile=linear_profile())

    assert near(result, (4, 4), (128, 128, 128), off=3)


def test_the_usual_profile_changes_no_pixel() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    assert near(
        converted(Image.new("RGB", (8, 8), (10, 120, 230)), icc_profile=profile),
        (4, 4),
        (10, 120, 230),
        off=0,
    )


@pytest.mark.parametrize("profile", [b"not a profile", b"\0" * 200])
def test_a_broken_profile_is_as_good_as_none(profile: bytes) -> None:
    assert near(
        converted(Image.new("RGB", (8, 8), (10, 120, 230)), icc_profile=profile), (4, 4), (10, 120, 230)
    )


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_a_profile_for_other_channels_is_as_good_as_none(mode: str) -> None:
    image = Image.new("L", (8, 8), 90).convert(mode)

    assert near(converted(image, icc_profile=linear_profile()), (4, 4), (90, 90, 90))


def test_nothing_noted_beside_the_pixels_is_kept(tmp_path: Path) -> None:
    path, exif = tmp_path / "phone.jpg", Image.Exif()
    exif[0x8825] = {1: "N", 2: (31.0, 13.0, 0.0)}
    Image.new("RGB", (8, 8)).save(path, exif=exif, comment=b"home", dpi=(72, 72))

    with Image.open(path) as opened:
        opened.load()
        assert {"exif", "comment", "dpi"} <= opened.info.keys()
        assert upright_srgb(opened).info == {}


@pytest.mark.parametrize(
    ("mode", "colour", "wanted"),
    [
        ("RGBA", (10, 20, 30, 0), (200, 100, 50)),
        ("RGBA", (10, 20, 30, 255), (10, 20, 30)),
        ("RGBA", (0, 0, 0, 128), (100, 50, 25)),
        ("LA", (90, 0), (200, 100, 50)),
        ("LA", (90, 255), (90, 90, 90)),
        ("LA", (0, 128), (100, 50, 25)),
    ],
)
def test_what_is_transparent_shows_the_background(mode: str, colour: tuple[int, ...], wanted: Pixel) -> None:
    image = Image.new(mode, (2, 2), colour)

    assert near(converted(image, background=(200, 100, 50)), (0, 0), wanted)


def test_a_palette_with_shades_of_transparency_shows_the_background_through_them() -> None:
    image = Image.new("P", (3, 1))
    image.putpalette([200, 10, 20, 1, 2, 3, 0, 0, 0])
    image.putdata([0, 1, 2])

    result = converted(image, background=(100, 200, 0), transparency=bytes([255, 0, 128]))

    assert near(result, (0, 0), (200, 10, 20))
    assert near(result, (1, 0), (100, 200, 0))
    assert near(result, (2, 0), (50, 100, 0))


def test_a_profile_changes_the_picture_and_not_the_background() -> None:
    half = Image.new("RGBA", (8, 8), (55, 55, 55, 255))
    half.paste((55, 55, 55, 0), (4, 0, 8, 8))

    result = converted(half, background=(55, 55, 55), icc_profile=linear_profile())

    assert near(result, (1, 4), (128, 128, 128), off=3)
    assert near(result, (6, 4), (55, 55, 55), off=0)


def grey_profile() -> bytes:
    """A grey profile with straight tones: white point and one identity curve."""
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    curve = b"curv" + bytes(4) + bytes(4)
    text = b"desc" + bytes(4) + struct.pack(">I", 5) + b"grey\0" + bytes(78)
    tags, body, place = b"", b"", 128 + 4 + 3 * 12
    for name, data in ((b"wtpt", white), (b"kTRC", curve), (b"desc", text)):
        tags += name + struct.pack(">II", place + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(
        ">I4sI4s4s4s12s4s", 0, b"none", 0x02400000, b"mntr", b"GRAY", b"XYZ ", bytes(12), b"acsp"
    )
    head = head.ljust(68, b"\0") + struct.pack(">3i", 63190, 65536, 54061)
    data = head.ljust(128, b"\0") + struct.pack(">I", 3) + tags + body
    return struct.pack(">I", len(data)) + data[4:]


@pytest.mark.parametrize(("mode", "colour"), [("L", 55), ("LA", (55, 255))])
def test_greys_are_read_as_their_profile_means_them(mode: str, colour: int | tuple[int, ...]) -> None:
    result = converted(Image.new(mode, (8, 8), colour), icc_profile=grey_profile())

    assert near(result, (4, 4), (128, 128, 128), off=3)
