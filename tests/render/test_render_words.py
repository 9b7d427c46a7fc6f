"""The words that other tools left in a picture's file."""

import io
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin  # noqa: TID251 - real files, as other tools write them

from pipeline.render.words import MAX_WORDS, Words, words_in

PROMPT = "一只橘猫趴在窗台上, warm light"
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt>'
    '<rdf:li xml:lang="x-default">橘猫 &amp; 窗台</rdf:li></rdf:Alt></dc:description></rdf:Description>'
    "</rdf:RDF></x:xmpmeta>"
)


def _file(kind: str, **extra: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(out, kind, **extra)
    return out.getvalue()


def _exif(comment: bytes = b"", description: str = "") -> bytes:
    exif = Image.Exif()
    if description:
        exif[0x010E] = description
    if comment:
        exif.get_ifd(0x8769)[0x9286] = comment
    return exif.tobytes()


def test_texts_of_a_png_are_read_by_keyword_however_they_are_packed() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", "a cat")
    info.add_text("prompt", PROMPT, zip=True)
    info.add_itxt("Description", PROMPT, zip=True)
    info.add_itxt("Title", "窗台")

    found = words_in(_file("PNG", pnginfo=info))

    assert found.png == {
        "parameters": "a cat",
        "prompt": PROMPT,
        "Description": PROMPT,
        "Title": "窗台",
    }


def _with_chunk(name: bytes, body: bytes) -> bytes:
    data = _file("PNG")
    chunk = struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return data[:33] + chunk + data[33:]


def test_utf_8_is_read_where_the_format_says_latin_1() -> None:
    assert words_in(_with_chunk(b"tEXt", b"parameters\0" + PROMPT.encode())).png == {"parameters": PROMPT}
    assert words_in(_with_chunk(b"tEXt", b"a\0caf\xe9")).png == {"a": "café"}


@pytest.mark.parametrize("body", [b"no zero", b"zip\0\0not packed", b""])
def test_a_broken_chunk_has_no_words(body: bytes) -> None:
    assert "".join(words_in(_with_chunk(b"zTXt", body)).png.values()) == ""


def test_a_text_that_unpacks_without_end_is_cut() -> None:
    bomb = zlib.compress(b"a" * 50_000_000)

    assert len(words_in(_with_chunk(b"zTXt", b"prompt\0\0" + bomb)).png["prompt"]) == MAX_WORDS


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
@pytest.mark.parametrize(
    "comment",
    [
        b"UNICODE\0" + PROMPT.encode("utf-16-be"),
        b"UNICODE\0" + PROMPT.encode("utf-16-le"),
        b"UNICODE\0" + PROMPT.encode("utf-16"),
        b"\0" * 8 + PROMPT.encode(),
    ],
)
def test_a_comment_is_read_in_whichever_code(kind: str, comment: bytes) -> None:
    assert words_in(_file(kind, exif=_exif(comment))).comment == PROMPT


def test_an_ascii_comment_of_either_order_is_ascii() -> None:
    for order in ("utf-16-be", "utf-16-le"):
        comment = b"UNICODE\0" + "a cat on a sill, Steps: 20".encode(order)

        assert words_in(_file("JPEG", exif=_exif(comment))).comment == "a cat on a sill, Steps: 20"


def test_a_description_is_read() -> None:
    assert words_in(_file("JPEG", exif=_exif(description="a cat"))).description == "a cat"


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_the_description_of_an_xmp_packet_is_read(kind: str) -> None:
    assert words_in(_file(kind, xmp=XMP.encode())).xmp == "橘猫 & 窗台"


def test_a_description_without_languages_is_read_too() -> None:
    packet = "<a><dc:description>橘猫</dc:description></a>"

    assert words_in(_file("JPEG", xmp=packet.encode())).xmp == "橘猫"


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", _file("JPEG"), _file("JPEG", xmp=b"<a/>")]
)
def test_a_file_that_says_nothing_has_no_words(data: bytes) -> None:
    assert words_in(data) == Words()
