"""Files meet their limits with the best quality that does, or it is said that they cannot."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image  # noqa: TID251 - tests make the pictures that the product encodes

from pipeline.errors import FitError
from pipeline.platforms.model import Format
from pipeline.render.encode import encode, possible_formats
from pipeline.render.facts import bytes_in_words
from pipeline.render.marking import Overlay
from pipeline.render.recipe import QualityPolicy, Recipe

SIZE = (300, 200)
PACKET = b"<x:xmpmeta/>" * 100
MakeRecipe = Callable[..., Recipe]
Busy = Callable[..., Image.Image]


def jpeg_size(image: Image.Image, quality: int) -> int:
    file = BytesIO()
    image.save(file, "JPEG", quality=quality, subsampling="4:2:0")
    return file.tell()


def test_a_jpeg_starts_at_quality_ninety_with_halved_colours(
    tmp_path: Path, master: Path, recipe: MakeRecipe, busy: Busy
) -> None:
    image, target = busy(*SIZE), tmp_path / "out"

    encoded = encode(image, recipe(master), (Format.JPEG,), None, target)

    assert (encoded.format, encoded.quality, encoded.fits) == (Format.JPEG, 90, True)
    assert encoded.bytes == target.stat().st_size == jpeg_size(image, 90)
    with Image.open(target) as opened:
        assert vars(opened)["layer"][0][1:3] == (2, 2)


@pytest.mark.parametrize("kind", [Format.JPEG, Format.WEBP])
@pytest.mark.parametrize("share", [0.95, 0.8, 0.6, 0.5])
def test_a_tight_limit_is_met_with_nearly_the_best_quality(
    tmp_path: Path, master: Path, recipe: MakeRecipe, busy: Busy, kind: Format, share: float
) -> None:
    image, target = busy(640, 480), tmp_path / "out"
    free = recipe(master, 640, 480, formats=(kind,), quality=QualityPolicy(floor=20))
    limit = round(encode(image, free, (kind,), None, target).bytes * share)

    encoded = encode(image, replace(free, max_bytes=limit), (kind,), None, target)

    assert encoded.fits
    assert 0.9 * limit <= encoded.bytes == target.stat().st_size <= limit
    assert list(tmp_path.glob("out*")) == [target]


def test_the_limit_holds_for_the_file_with_its_hidden_label(
    tmp_path: Path, master: Path, recipe: MakeRecipe, busy: Busy
) -> None:
    image, target = busy(*SIZE), tmp_path / "out"
    limit = jpeg_size(image, 90)

    encoded = encode(image, recipe(master, max_bytes=limit), (Format.JPEG,), PACKET, target)

    assert target.stat().st_size <= limit
    assert encoded.quality is not None
    assert encoded.quality < 90
    assert PACKET in target.read_bytes()


def test_what_no_quality_makes_small_enough_is_refused(
    tmp_path: Path, master: Path, recipe: MakeRecipe, busy: Busy
) -> None:
    plan = recipe(master, max_bytes=2000)

    with pytest.raises(
        FitError, match=r"wechat\.cover: 300x200 takes at least .* the platform takes 2\.0 KB"
    ):
        encode(busy(*SIZE), plan, (Format.JPEG,), None, tmp_path / "out")

    assert list(tmp_path.glob("out*")) == []


def test_the_next_allowed_format_is_taken_when_the_first_is_too_large(
    tmp_path: Path, master: Path, recipe: MakeRecipe, busy: Busy
) -> None:
    plan = recipe(master, max_bytes=60_000, formats=(Format.PNG, Format.JPEG))

    encoded = encode(busy(*SIZE), plan, plan.formats, None, tmp_path / "out")

    assert (encoded.format, encoded.quality) == (Format.JPEG, 90)
    assert (tmp_path / "out").read_bytes().startswith(b"\xff\xd8")


@pytest.mark.parametrize(("kind", "quality"), [(Format.JPEG, 60), (Format.PNG, None)])
def test_a_doubtful_limit_is_missed_at_the_floor_and_said(
    tmp_path: Path, master: Path, recipe: MakeRecipe, busy: Busy, kind: Format, quality: int | None
) -> None:
    plan = recipe(master, max_bytes=2000, sure=False, formats=(kind,))

    encoded = encode(busy(*SIZE), plan, plan.formats, None, tmp_path / "out")

    assert (encoded.format, encoded.quality, encoded.fits) == (kind, quality, False)
    assert encoded.bytes == (tmp_path / "out").stat().st_size > 2000


@pytest.mark.parametrize("kind", list(Format))
def test_the_same_picture_gives_the_same_bytes(
    tmp_path: Path, master: Path, recipe: MakeRecipe, busy: Busy, kind: Format
) -> None:
    plan = recipe(master, formats=(kind,))

    for name in ("one", "two"):
        encode(busy(*SIZE), plan, (kind,), PACKET, tmp_path / name)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_strip_too_long_for_its_formats_is_refused_before_it_is_made(
    master: Path, recipe: MakeRecipe
) -> None:
    plan = recipe(master, formats=(Format.WEBP, Format.JPEG, Format.PNG))

    assert possible_formats(replace(plan, width=10, height=17_000)) == (Format.JPEG, Format.PNG)
    assert possible_formats(replace(plan, width=10, height=70_000)) == (Format.PNG,)
    with pytest.raises(FitError, match="cut the picture in parts"):
        possible_formats(replace(plan, width=1080, height=108_000))


@pytest.mark.parametrize("share", [0.97, 0.95])
def test_a_progressive_file_is_the_last_resort_at_the_floor(
    tmp_path: Path, master: Path, recipe: MakeRecipe, busy: Busy, share: float
) -> None:
    image, target = busy(640, 480), tmp_path / "out"
    limit = round(jpeg_size(image, 60) * share)
    plan = recipe(master, 640, 480, max_bytes=limit)

    encoded = encode(image, plan, (Format.JPEG,), None, target)

    assert (encoded.format, encoded.quality, encoded.fits) == (Format.JPEG, 60, True)
    assert encoded.bytes == target.stat().st_size <= limit
    assert encoded.encodes <= 6
    with Image.open(target) as opened:
        assert opened.info["progressive"]


def test_a_file_that_fits_as_it_is_is_not_progressive(
    tmp_path: Path, master: Path, recipe: MakeRecipe, busy: Busy
) -> None:
    image, target = busy(*SIZE), tmp_path / "out"

    encoded = encode(image, recipe(master, max_bytes=jpeg_size(image, 60)), (Format.JPEG,), None, target)

    assert (encoded.quality, encoded.fits) == (60, True)
    with Image.open(target) as opened:
        assert "progressive" not in opened.info


@pytest.mark.parametrize(
    ("quality", "share", "sampling"),
    [(90, 2.0, (1, 1)), (90, 0.85, (2, 2)), (90, 0.6, (2, 2)), (70, 2.0, (2, 2))],
    ids=["roomy", "halved colours first", "then less quality", "never where little quality is wanted"],
)
def test_a_title_keeps_its_colours_while_there_is_room(
    tmp_path: Path,
    master: Path,
    recipe: MakeRecipe,
    busy: Busy,
    quality: int,
    share: float,
    sampling: tuple[int, int],
) -> None:
    image, target = busy(640, 480), tmp_path / "out"
    limit = round(jpeg_size(image, 90) * share)
    plain = recipe(master, 640, 480, max_bytes=limit, quality=QualityPolicy(quality=quality))
    plan = replace(plain, overlay=Overlay(text="给龙虾装上电路板"))

    encoded = encode(image, plan, (Format.JPEG,), None, target)

    assert encoded.fits
    assert target.stat().st_size <= limit
    with Image.open(target) as opened:
        assert vars(opened)["layer"][0][1:3] == sampling


@pytest.mark.parametrize(
    ("count", "words"), [(2000, "2.0 KB"), (65_536, "64 KB"), (1_048_576, "1.0 MB"), (0, "0.0 KB")]
)
def test_bytes_are_said_as_platforms_say_them(count: int, words: str) -> None:
    assert bytes_in_words(count) == words
