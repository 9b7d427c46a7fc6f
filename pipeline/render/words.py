"""Words that the tools which made a picture wrote into its file: PNG texts, EXIF comments, XMP descriptions.

Pure bytes; must not import Pillow, nor give a foreign packet to an XML parser. What the words mean is not
decided here. Sources: PNG (tEXt, zTXt, iTXt), Exif 2.32 (0x010E, 0x9286), Dublin Core in XMP.
"""

import html
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.render.containers import Place, pieces, png_chunks
from pipeline.render.exif import image_description, user_comment

MAX_WORDS = 200_000
"""Characters of one text that are looked at; a whole node graph has some tens of thousands."""
_DESCRIPTION = re.compile(r"<dc:description\b[^>]*>(.*?)</dc:description\s*>", re.DOTALL)
_ITEM = re.compile(r"<rdf:li\b[^>]*>(.*?)</rdf:li\s*>", re.DOTALL)
_CODES = {b"ASCII\0\0\0": "utf-8", b"\0" * 8: "utf-8", b"JIS\0\0\0\0\0": "iso2022_jp"}
_UNICODE = b"UNICODE\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a file says in words; empty where it says nothing. `png` has the texts of a PNG by keyword."""

    png: dict[str, str] = field(default_factory=dict)
    comment: str = ""
    description: str = ""
    xmp: str = ""


def words_in(data: bytes) -> Words:
    """The words in a file's bytes; none for another format, nor for a broken piece."""
    png = dict(_png_texts(data))
    comment = description = xmp = ""
    for piece in pieces(data):
        if piece.place is Place.EXIF:
            comment = comment or _comment(piece.data)
            description = description or _text(image_description(piece.data))
        elif piece.place is Place.XMP:
            xmp = xmp or _xmp_description(piece.data)
    return Words(png=png, comment=comment, description=description, xmp=xmp)


def _png_texts(data: bytes) -> Iterator[tuple[str, str]]:
    for name, body in png_chunks(data):
        keyword, found, rest = body.partition(b"\0")
        if not found:
            continue
        match name:
            case b"tEXt":
                text = rest
            case b"zTXt":
                text = _inflated(rest[1:])
            case b"iTXt":
                packed, value = rest[:1] == b"\1", rest[2:].split(b"\0", 2)[-1]
                text = _inflated(value) if packed else value
            case _:
                continue
        yield keyword.decode("latin-1"), _text(text)


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, 4 * MAX_WORDS)
    except zlib.error:
        return b""


def _text(data: bytes) -> str:
    """UTF-8, which tools write even where the format says Latin-1; else that."""
    data = data[: 4 * MAX_WORDS].rstrip(b"\0")
    try:
        return data.decode("utf-8")[:MAX_WORDS]
    except UnicodeDecodeError:
        return data.decode("latin-1")[:MAX_WORDS]


def _comment(exif: bytes) -> str:
    """A user comment in the code that it names; UTF-16 in whichever order gives letters."""
    code, body = user_comment(exif, whole=True)[:8], user_comment(exif)[: 4 * MAX_WORDS]
    if code != _UNICODE:
        return body.decode(_CODES.get(code, "utf-8"), "replace").strip("\0 ")[:MAX_WORDS]
    if body.startswith((b"\xfe\xff", b"\xff\xfe")):
        return body.decode("utf-16", "replace").strip("\0 ")[:MAX_WORDS]
    # Nobody says the order. ASCII has its zeros in one half; Chinese words have mostly ideographs in one.
    found = [body.decode(order, "replace").strip("\0 ")[:MAX_WORDS] for order in ("utf-16-be", "utf-16-le")]
    return max(found, key=_likeness)


def _likeness(text: str) -> float:
    """The share of a text that is ASCII or a common ideograph."""
    likely = sum(character < "\x7f" or "\u3000" <= character <= "\u9fff" for character in text)
    ascii_only = sum(character < "\x7f" for character in text)
    return (likely + ascii_only) / (len(text) or 1)


def _xmp_description(packet: bytes) -> str:
    found = _DESCRIPTION.search(packet[: 4 * MAX_WORDS].decode("utf-8", "replace"))
    if found is None:
        return ""
    item = _ITEM.search(found[1])
    return html.unescape(item[1] if item else found[1]).strip()[:MAX_WORDS]
