"""The typeface of labels and titles: where its file lies, which characters it has. Must not draw."""

import struct
import unicodedata
from bisect import bisect_right
from functools import cache
from pathlib import Path

from pylopdf_fonts_zh_cn import sans_path

_TABLE = struct.Struct(">4sIII")
_ENCODING = struct.Struct(">HHI")
_GROUPS = 12
"""The form of a character map that lists ranges of whole code points, four bytes each."""


def typeface_path() -> Path:
    """The font file, Noto Sans SC in its regular weight."""
    return sans_path()


def missing_character(text: str) -> str | None:
    """The first character of `text` that the typeface cannot draw, or None. White space counts as drawn."""
    return next((item for item in text if not item.isspace() and not _has(ord(item))), None)


def character_in_words(character: str) -> str:
    """A character as it can be named to its author: itself, or its number where it cannot be seen alone."""
    seen = unicodedata.category(character)[0] not in "MCZ"
    return repr(character) if seen else f"U+{ord(character):04X}"


def _has(code: int) -> bool:
    starts, ends = _ranges()
    place = bisect_right(starts, code) - 1
    return place >= 0 and code <= ends[place]


@cache
def _ranges() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """First and last code points of every range in the font's character map (OpenType, `cmap`, format 12)."""
    data = _cmap()
    count = struct.unpack_from(">H", data, 2)[0]
    for place in range(count):
        _, _, start = _ENCODING.unpack_from(data, 4 + place * _ENCODING.size)
        if struct.unpack_from(">H", data, start)[0] == _GROUPS:
            groups = struct.unpack_from(">I", data, start + 12)[0]
            found = struct.iter_unpack(">III", data[start + 16 : start + 16 + 12 * groups])
            starts, ends, _ = zip(*found, strict=True)
            return starts, ends
    raise AssertionError("the packaged typeface has a character map of whole code points")


def _cmap() -> bytes:
    with typeface_path().open("rb") as file:
        tables = struct.unpack(">4xH6x", file.read(12))[0]
        for tag, _, start, length in _TABLE.iter_unpack(file.read(tables * _TABLE.size)):
            if tag == b"cmap":
                file.seek(start)
                return file.read(length)
    raise AssertionError("the packaged typeface has a character map")
