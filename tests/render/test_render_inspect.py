"""A picture file is what its bytes say, read to the end."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageFile  # noqa: TID251 - tests make the pictures that the product reads

from pipeline.errors import PictureError
from pipeline.platforms.model import Format
from pipeline.render.inspect import inspect
from pipeline.storage import sha256_file

ENCODERS = [("JPEG", Format.JPEG), ("PNG", Format.PNG), ("WEBP", Format.WEBP)]


@pytest.mark.parametrize(("encoder", "kind"), ENCODERS)
def test_the_facts_of_a_picture_do_not_depend_on_its_name(
    tmp_path: Path, busy: Callable[..., Image.Image], encoder: str, kind: Format
) -> None:
    path = tmp_path / "picture.txt"
    busy(64, 48).save(path, encoder)

    facts = inspect(path)

    assert (facts.format, facts.width, facts.height) == (kind, 64, 48)
    assert facts.ending == kind.value
    assert facts.bytes == path.stat().st_size
    assert facts.sha256 == sha256_file(path)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_width_and_height_are_those_of_the_upright_picture(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "phone.jpg"
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (40, 20)).save(path, exif=exif)

    facts = inspect(path)

    assert (facts.width, facts.height) == ((20, 40) if orientation >= 5 else (40, 20))


@pytest.mark.parametrize(("encoder", "_kind"), ENCODERS)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
def test_a_cut_off_picture_is_refused(
    tmp_path: Path, busy: Callable[..., Image.Image], encoder: str, _kind: Format, part: float
) -> None:
    path = tmp_path / "picture"
    busy(200, 150).save(path, encoder)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])

    with pytest.raises(PictureError, match="cut off or damaged") as caught:
        inspect(path)

    assert str(path) in caught.value.message
    assert caught.value.next_step == "save or download it again"


@pytest.mark.parametrize(("encoder", "_kind"), ENCODERS)
@pytest.mark.parametrize("part", [0.5, 0.9, 0.99])
def test_a_cut_off_picture_is_refused_whatever_another_library_told_the_decoder(
    tmp_path: Path,
    busy: Callable[..., Image.Image],
    monkeypatch: pytest.MonkeyPatch,
    encoder: str,
    _kind: Format,
    part: float,
) -> None:
    path = tmp_path / "picture"
    busy(200, 150).save(path, encoder)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)

    with pytest.raises(PictureError, match="cut off or damaged"):
        inspect(path)


@pytest.mark.parametrize("content", [b"", b"<html>", b"GIF89a", b"%!PS-Adobe", b"RIFF\0\0\0\0WAVE"])
def test_anything_else_is_no_picture(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(content + b"\0" * 20 if content else b"")

    with pytest.raises(PictureError, match="not a PNG, JPEG or WebP"):
        inspect(path)


def test_a_picture_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="no such picture"):
        inspect(tmp_path / "shots" / "wiring.png")


def test_a_small_file_that_would_unpack_to_gigabytes_is_refused_by_its_header(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*item) for item in ((b"IHDR", header), (b"IEND", b"")))
    )

    with pytest.raises(PictureError, match="80 million pixels"):
        inspect(path)


def test_a_webp_is_refused_before_its_canvas_takes_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.webp"
    side = (16_382).to_bytes(3, "little")
    path.write_bytes(b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0" + bytes(4) + side + side)

    with pytest.raises(PictureError, match="80 million pixels"):
        inspect(path)


@pytest.mark.parametrize(("encoder", "kind"), [("PNG", Format.PNG), ("WEBP", Format.WEBP)])
def test_an_animation_says_how_many_frames_it_has(tmp_path: Path, encoder: str, kind: Format) -> None:
    path = tmp_path / "moving"
    frames = [Image.new("RGB", (32, 24), colour) for colour in ("red", "lime", "blue")]
    frames[0].save(path, encoder, save_all=True, append_images=frames[1:])

    facts = inspect(path)

    assert (facts.format, facts.frames, facts.width, facts.height) == (kind, 3, 32, 24)


@pytest.mark.parametrize("encoder", ["JPEG", "PNG", "WEBP", "MPO"])
def test_any_other_picture_has_one_frame(tmp_path: Path, encoder: str) -> None:
    path = tmp_path / "still"
    more = {"save_all": True, "append_images": [Image.new("RGB", (32, 24))]} if encoder == "MPO" else {}
    Image.new("RGB", (32, 24)).save(path, encoder, **more)

    assert inspect(path).frames == 1


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
