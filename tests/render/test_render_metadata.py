"""Hidden labels are found wherever the standard puts them, counted, and written in exactly one form."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin  # noqa: TID251 - tests make the pictures that the product reads

from pipeline.render.aigc import NAMESPACE, AigcLabel, properties, xmp_packet
from pipeline.render.containers import Place, is_whole, pieces
from pipeline.render.metadata import label_for, labels_in
from pipeline.render.recipe import LabelSpec

OURS = AigcLabel(label="1", content_producer="jimeng", produce_id="0123456789abcdef0123456789abcdef")
THEIRS = AigcLabel(label="1", content_producer="001191310000", produce_id='a"b&<c>', reserved_code1="x")
XMP_KEYWORD = "XML:com.adobe.xmp"


def save(path: Path, *, xmp: bytes = b"", comment: bytes = b"", text: str = "", zipped: bool = False) -> Path:
    """A small picture with the metadata that other programs write."""
    image, block, exif = Image.new("RGB", (16, 16)), Image.Exif(), b""
    if comment:
        block.get_ifd(0x8769)[0x9286] = comment
        exif = block.tobytes()
    if path.suffix != ".png":
        image.save(path, xmp=xmp, exif=exif, quality=80)
        return path
    info = PngImagePlugin.PngInfo()
    if xmp:
        info.add_itxt(XMP_KEYWORD, xmp.decode(), zip=zipped)
    if text:
        info.add_text("AIGC", text)
    image.save(path, pnginfo=info, exif=exif)
    return path


def test_the_json_has_every_key_in_the_standards_order() -> None:
    assert OURS.json() == (
        '{"Label":"1","ContentProducer":"jimeng","ProduceID":"0123456789abcdef0123456789abcdef",'
        '"ReservedCode1":"","ContentPropagator":"","PropagateID":"","ReservedCode2":""}'
    )


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_label_is_read_as_it_was_written(producer: str, code: str) -> None:
    label = AigcLabel(label="1", content_producer=producer, produce_id=code)

    assert label.json().isascii()
    assert AigcLabel.from_json(label.json()) == label
    assert AigcLabel.from_json(f'{{"AIGC":{label.json()}}}') == label
    (text,) = properties(xmp_packet(label).decode())
    assert AigcLabel.from_json(text) == label


@pytest.mark.parametrize("text", ["", "[]", "{}", '"Label"', '{"AIGC":1}', "{", "[" * 100_000, "null"])
def test_anything_else_is_no_label(text: str) -> None:
    assert AigcLabel.from_json(text) is None


@pytest.mark.parametrize(
    ("label", "producer", "code"),
    [
        ("4", "jimeng", "42"),
        ("", "jimeng", "42"),
        ("1", "", "42"),
        ("1", "jimeng", ""),
        ("1", "即梦", "42"),
        ("1", "two words", "42"),
    ],
)
def test_a_label_is_valid_only_with_what_the_standard_needs(label: str, producer: str, code: str) -> None:
    assert not AigcLabel(label=label, content_producer=producer, produce_id=code).valid
    assert AigcLabel(label="3", content_producer="jimeng", produce_id="42").valid


@pytest.mark.parametrize("ending", ["jpg", "png", "webp"])
def test_xmp_is_found_in_every_format(tmp_path: Path, ending: str) -> None:
    path = save(tmp_path / f"a.{ending}", xmp=xmp_packet(THEIRS))

    (found,) = labels_in(path.read_bytes())

    assert (found.place, found.label) == (Place.XMP, THEIRS)
    assert path.read_bytes().count(NAMESPACE.encode()) == 1


@pytest.mark.parametrize("ending", ["jpg", "png", "webp"])
@pytest.mark.parametrize(
    "comment",
    [
        b"ASCII\0\0\0" + f'{{"AIGC":{THEIRS.json()}}}'.encode(),
        b"ASCII\0\0\0" + THEIRS.json().encode(),
        b"UNICODE\0" + f'{{"AIGC":{THEIRS.json()}}}'.encode("utf-16-le"),
        b"UNICODE\0" + f'{{"AIGC":{THEIRS.json()}}}'.encode("utf-16-be"),
    ],
)
def test_a_user_comment_is_found_in_every_format(tmp_path: Path, ending: str, comment: bytes) -> None:
    (found,) = labels_in(save(tmp_path / f"a.{ending}", comment=comment).read_bytes())

    assert (found.place, found.label) == (Place.EXIF, THEIRS)


def test_a_png_text_is_found(tmp_path: Path) -> None:
    (found,) = labels_in(save(tmp_path / "a.png", text=f'{{"AIGC":{THEIRS.json()}}}').read_bytes())

    assert (found.place, found.label) == (Place.PNG_TEXT, THEIRS)


def test_compressed_png_xmp_is_found(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", xmp=xmp_packet(THEIRS), zipped=True)

    assert [found.label for found in labels_in(path.read_bytes())] == [THEIRS]


@pytest.mark.parametrize(
    "packet",
    [
        '<rdf:Description xmlns:TC260="x" TC260:AIGC="{}"/>',
        "<rdf:Description xmlns:TC260='x' TC260:AIGC = '{}'/>",
        "<TC260:AIGC>{}</TC260:AIGC>",
        '<TC260:AIGC rdf:parseType="Literal">{}</TC260:AIGC >',
    ],
)
def test_the_property_is_found_as_an_element_and_as_an_attribute(packet: str) -> None:
    escaped = THEIRS.json().replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")

    (text,) = properties(packet.format(escaped))

    assert AigcLabel.from_json(text) == THEIRS


def test_a_property_in_a_cdata_section_is_not_unescaped() -> None:
    assert properties("<TC260:AIGC> <![CDATA[a&amp;b]]> </TC260:AIGC>") == ("a&amp;b",)


def test_other_metadata_is_no_label(tmp_path: Path) -> None:
    photo = save(tmp_path / "a.jpg", xmp=b"<x:xmpmeta/>", comment=b"ASCII\0\0\0a nice day")

    assert [piece.place for piece in pieces(photo.read_bytes())] == [Place.EXIF, Place.XMP]
    assert labels_in(photo.read_bytes()) == ()
    assert label_for(photo.read_bytes(), "ab" * 32, LabelSpec()).produce_id == "ab" * 16


def test_two_labels_are_counted_as_two(tmp_path: Path) -> None:
    both = save(tmp_path / "a.png", xmp=xmp_packet(OURS), text=OURS.json())
    twice = save(tmp_path / "b.jpg", xmp=xmp_packet(OURS) + xmp_packet(OURS))

    assert len(labels_in(both.read_bytes())) == 2
    assert len(labels_in(twice.read_bytes())) == 2


def test_an_unreadable_label_is_counted_and_not_taken(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", text="{broken")

    (found,) = labels_in(path.read_bytes())

    assert found.label is None
    assert label_for(path.read_bytes(), "ab" * 32, LabelSpec()).produce_id == "ab" * 16


def test_what_the_provider_wrote_is_carried_over_when_it_is_valid(tmp_path: Path) -> None:
    theirs = save(tmp_path / "a.png", xmp=xmp_packet(THEIRS)).read_bytes()
    broken = save(tmp_path / "b.png", text='{"AIGC":{"Label":"1","ContentProducer":"即梦"}}').read_bytes()
    sha256 = OURS.produce_id * 2

    assert label_for(theirs, sha256, LabelSpec()) == THEIRS
    assert label_for(broken, sha256, LabelSpec()) == OURS
    assert label_for(b"", sha256, LabelSpec(producer="seedream")).content_producer == "seedream"


@pytest.mark.parametrize("ending", ["jpg", "png", "webp"])
def test_a_file_that_lacks_its_last_byte_is_not_whole(tmp_path: Path, ending: str) -> None:
    data = save(tmp_path / f"a.{ending}").read_bytes()

    assert is_whole(data)
    assert not is_whole(data[:-1])
    assert not is_whole(b"")


@given(st.binary(max_size=60))
def test_no_bytes_break_the_readers(tail: bytes) -> None:
    for head in (
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe1",
        b"\xff\xd8",
        b"RIFF\x10\0\0\0WEBP",
        b"RIFF\x10\0\0\0WEBPXMP ",
    ):
        labels_in(head + tail)


def test_padding_and_restarts_between_jpeg_segments_are_stepped_over() -> None:
    body = b"http://ns.adobe.com/xap/1.0/\0" + xmp_packet(OURS)
    segment = b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body

    assert (
        len(
            labels_in(
                b"\xff\xd8\xff\x01\xff\xff" + segment + b"\xff\xe0\0\0" + segment + b"\xff\xda\0\2" + segment
            )
        )
        == 2
    )


def test_broken_compressed_text_is_nothing() -> None:
    text = XMP_KEYWORD.encode() + b"\0\1\0\0\0" + b"no zlib stream"
    chunk = len(text).to_bytes(4, "big") + b"iTXt" + text + bytes(4)

    assert labels_in(b"\x89PNG\r\n\x1a\n" + chunk) == ()


def test_the_label_is_plain_json_for_any_reader(busy: Callable[..., Image.Image], tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    busy(32, 32).save(path, xmp=xmp_packet(OURS))

    with Image.open(path) as opened:
        packet = opened.info["xmp"].decode()
    (text,) = properties(packet)
    assert json.loads(text)["ProduceID"] == OURS.produce_id
