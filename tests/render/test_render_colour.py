"""Whatever a master's colours, depth, transparency and direction: a rendition is upright 8-bit sRGB."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageCms  # noqa: TID251 - tests make the pictures that the product reads

from pipeline.render.colour import upright_srgb

Pixel = tuple[int, int, int]


def converted(image: Image.Image, encoder: str = "PNG", **options: object) -> Image.Image:
    """The picture after a trip through a real file and the code under test."""
    file = BytesIO()
    image.save(file, encoder, **options)
    with Image.open(file) as opened:
        opened.load()
        result = upright_srgb(opened)
    assert result.mode == "RGB"
    assert result.info == {}
    return result


def near(image: Image.Image, place: tuple[int, int], wanted: Pixel, off: int = 2) -> bool:
    pixel = image.getpixel(place)
    assert isinstance(pixel, tuple)
    return all(abs(have - want) <= off for have, want in zip(pixel, wanted, strict=True))


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


@pytest.mark.parametrize(
    ("ink", "wanted"), [((0, 0, 0, 0), (255, 255, 255)), ((0, 255, 255, 0), (255, 0, 0))]
)
def test_print_colours_become_screen_colours(ink: tuple[int, ...], wanted: Pixel) -> None:
    assert near(converted(Image.new("CMYK", (16, 16), ink), "JPEG", quality=95), (8, 8), wanted, off=4)


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


def test_a_profile_for_other_channels_is_as_good_as_none() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    assert near(converted(Image.new("L", (8, 8), 90), icc_profile=profile), (4, 4), (90, 90, 90))


def test_nothing_noted_beside_the_pixels_is_kept(tmp_path: Path) -> None:
    path, exif = tmp_path / "phone.jpg", Image.Exif()
    exif[0x8825] = {1: "N", 2: (31.0, 13.0, 0.0)}
    Image.new("RGB", (8, 8)).save(path, exif=exif, comment=b"home", dpi=(72, 72))

    with Image.open(path) as opened:
        opened.load()
        assert {"exif", "comment", "dpi"} <= opened.info.keys()
        assert upright_srgb(opened).info == {}
