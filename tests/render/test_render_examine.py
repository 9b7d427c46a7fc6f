"""Reading one finished file: what it is, whatever its name says, and how hostile files are refused."""

import hashlib
import os
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image  # noqa: TID251 - tests make the pictures that the product reads

from pipeline.errors import PictureError
from pipeline.platforms.model import Format
from pipeline.render import examine as examining
from pipeline.render.aigc import AigcLabel, xmp_packet
from pipeline.render.containers import Place
from pipeline.render.examine import examine
from tests.render.conftest import MakePicture

LABEL = AigcLabel(label="1", content_producer="jimeng", produce_id="ab" * 16)


@pytest.mark.parametrize(
    ("name", "kind"), [("JPEG", Format.JPEG), ("PNG", Format.PNG), ("WEBP", Format.WEBP)]
)
def test_a_file_is_told_by_its_bytes(busy: MakePicture, tmp_path: Path, name: str, kind: Format) -> None:
    path = tmp_path / "picture.txt"
    busy(300, 200).save(path, name)

    seen = examine(path)

    assert (seen.facts.format, seen.facts.width, seen.facts.height) == (kind, 300, 200)
    assert seen.facts.bytes == path.stat().st_size
    assert seen.facts.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (seen.whole, seen.hidden, seen.visible, seen.letters) == (True, (), None, 16)


def test_hidden_labels_are_counted_and_read(busy: MakePicture, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    busy().save(path, "JPEG", xmp=xmp_packet(LABEL))
    once = path.read_bytes()
    start = once.index(b"\xff\xe1")
    end = start + 2 + int.from_bytes(once[start + 2 : start + 4], "big")
    (tmp_path / "b.jpg").write_bytes(once[:start] + once[start:end] + once[start:])

    one, two = examine(path), examine(tmp_path / "b.jpg")

    assert one.label == LABEL
    assert [found.place for found in one.hidden] == [Place.XMP]
    assert (len(two.hidden), two.label) == (2, None)


def test_a_turned_picture_has_the_pixels_that_are_seen(busy: MakePicture, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    busy(300, 200).save(tmp_path / "a.jpg", exif=exif)

    assert examine(tmp_path / "a.jpg").facts.width == 200


def test_bytes_behind_the_end_are_seen(busy: MakePicture, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    busy().save(path)
    path.write_bytes(path.read_bytes() + b"more")

    assert not examine(path).whole


def test_a_file_that_is_cut_off_is_refused(busy: MakePicture, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    busy().save(path)
    path.write_bytes(path.read_bytes()[:3000])

    with pytest.raises(PictureError, match="cut off or damaged"):
        examine(path)


def test_what_is_no_plain_file_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "folder.jpg").mkdir()

    for name in ("pipe.jpg", "folder.jpg"):
        with pytest.raises(PictureError, match="is not a file"):
            examine(tmp_path / name)


def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="cannot be read"):
        examine(tmp_path / "gone.jpg")


def test_a_file_larger_than_any_platform_takes_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "large.jpg").open("wb") as file:
        file.truncate(examining.MAX_BYTES + 1)

    with pytest.raises(PictureError, match="more than any platform takes"):
        examine(tmp_path / "large.jpg")


def test_metadata_made_to_keep_a_reader_busy_is_refused(tmp_path: Path) -> None:
    text = b"XML:com.adobe.xmp\0\0\0\0\0" + b"<TC260:AIGC>" * 10_000
    chunk = struct.pack(">I", len(text)) + b"iTXt" + text + struct.pack(">I", zlib.crc32(b"iTXt" + text))
    Image.new("L", (8, 8)).save(tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(data[:33] + chunk + data[33:])

    with pytest.raises(PictureError, match="more labels than can be counted"):
        examine(tmp_path / "a.png")
