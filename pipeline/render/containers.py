"""Where metadata stands in JPEG, PNG and WebP files, read from their bytes. Must not import Pillow.

What Pillow wrote is checked by something that is not Pillow. Pure.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

_PNG = b"\x89PNG\r\n\x1a\n"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_EXIF = b"Exif\0\0"
_PNG_XMP = b"XML:com.adobe.xmp"
_START_OF_SCAN, _END, _APP1 = 0xDA, 0xD9, 0xE1
_BARE = (0x01, *range(0xD0, 0xD9))
"""Markers without a length: TEM, the restarts and the start of the image."""
_MAX_TEXT = 1_000_000
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Samples a pixel, by PNG's colour type."""
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Adam7: the first column and row of each pass, and the steps to the next ones."""


class Place(StrEnum):
    """Where a piece of metadata was found."""

    XMP = "xmp"
    EXIF = "exif"
    PNG_TEXT = "png_text"


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of metadata: an XMP packet, an EXIF block, or the text of a PNG's `AIGC` chunk."""

    place: Place
    data: bytes


def pieces(data: bytes) -> tuple[Piece, ...]:
    """Every piece in a file, in its order; none for another format. Stops at the first broken length."""
    if data.startswith(_PNG):
        return tuple(_png(data))
    if data.startswith(b"\xff\xd8"):
        return tuple(_jpeg(data))
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return tuple(_webp(data))
    return ()


def is_whole(data: bytes) -> bool:
    """Whether the file ends where its format says: nothing is missing at its end."""
    if data.startswith(_PNG):
        return data.endswith(b"\0\0\0\0IEND\xae\x42\x60\x82")
    if data.startswith(b"\xff\xd8"):
        return data.endswith(b"\xff\xd9")
    return data[:4] == b"RIFF" and len(data) == int.from_bytes(data[4:8], "little") + 8


def has_all_rows(data: bytes) -> bool:
    """Whether a PNG holds as many rows as its header says. Pillow fills missing ones with black, silently.

    The header must be one that a decoder has taken. Unpacks piece by piece, and never more than is wanted.
    """
    width, height, depth, colour, laced = struct.unpack_from(">IIBB2xB", data, 16)
    sizes = [(width, height)]
    if laced:
        sizes = [(-(-(width - x) // dx), -(-(height - y) // dy)) for x, y, dx, dy in _PASSES]
    bits = depth * _SAMPLES[colour]
    wanted: int = sum(rows * (1 + (columns * bits + 7) // 8) for columns, rows in sizes if columns > 0 < rows)
    unpacker = zlib.decompressobj()
    for name, body in png_chunks(data):
        packed = body if name == b"IDAT" else b""
        while packed and wanted > 0:
            wanted -= len(unpacker.decompress(packed, _MAX_TEXT))
            packed = unpacker.unconsumed_tail
    return wanted <= 0


def _jpeg(data: bytes) -> Iterator[Piece]:
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF or marker in _BARE:
            place += 1 if marker == 0xFF else 2
            continue
        if marker in (_START_OF_SCAN, _END):
            return
        (length,) = struct.unpack_from(">H", data, place + 2)
        body = data[place + 4 : place + 2 + length]
        if marker == _APP1 and body.startswith(_XMP):
            yield Piece(Place.XMP, body.removeprefix(_XMP))
        elif marker == _APP1 and body.startswith(_EXIF):
            yield Piece(Place.EXIF, body)
        place += 2 + max(2, length)


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG: name and body; none for another format."""
    if not data.startswith(_PNG):
        return
    place = len(_PNG)
    while place + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, place)
        yield name, data[place + 8 : place + 8 + length]
        place += 12 + length


def _png(data: bytes) -> Iterator[Piece]:
    for name, body in png_chunks(data):
        keyword, _, rest = body.partition(b"\0")
        if name == b"iTXt" and keyword == _PNG_XMP:
            yield Piece(Place.XMP, _international(rest))
        elif name == b"tEXt" and keyword == b"AIGC":
            yield Piece(Place.PNG_TEXT, rest)
        elif name == b"eXIf":
            yield Piece(Place.EXIF, body)


def _webp(data: bytes) -> Iterator[Piece]:
    place = 12
    while place + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, place)
        body = data[place + 8 : place + 8 + length]
        if name == b"XMP ":
            yield Piece(Place.XMP, body)
        elif name == b"EXIF":
            yield Piece(Place.EXIF, body)
        place += 8 + length + length % 2


def _international(rest: bytes) -> bytes:
    """The text of an iTXt chunk after its keyword: flag, method, language, translated keyword, text."""
    compressed, text = rest[:1] == b"\1", rest[2:].split(b"\0", 2)[-1]
    if not compressed:
        return text
    try:
        return zlib.decompressobj().decompress(text, _MAX_TEXT)
    except zlib.error:
        return b""
