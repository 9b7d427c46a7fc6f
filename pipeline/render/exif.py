"""What is read from EXIF: which way is up, and the words of user comment and description. Pure bytes.

Nothing of a master's EXIF is ever written to a rendition: it may hold where the author lives.
Source of the layout: TIFF 6.0 (image file directories) and Exif 2.32 (tags 0x010E, 0x0112, 0x8769, 0x9286).
"""

import struct
from dataclasses import dataclass

_DESCRIPTION, _ORIENTATION, _EXIF_FOLDER, _USER_COMMENT = 0x010E, 0x0112, 0x8769, 0x9286
_SHORT, _LONG = 3, 4
_BYTE_TYPES = (1, 2, 7)
_COMMENT_CODE = 8
"""A user comment begins with eight bytes that name its character code."""


@dataclass(frozen=True, slots=True)
class _Tiff:
    data: bytes
    order: str

    def entries(self, offset: int) -> dict[int, tuple[int, int, int]]:
        """Tag -> type, count, where its four bytes of value stand."""
        (count,) = struct.unpack_from(f"{self.order}H", self.data, offset)
        found: dict[int, tuple[int, int, int]] = {}
        for index in range(count):
            place = offset + 2 + 12 * index
            tag, kind, length = struct.unpack_from(f"{self.order}HHI", self.data, place)
            found.setdefault(tag, (kind, length, place + 8))
        return found

    def number(self, entry: tuple[int, int, int]) -> int:
        kind, _, place = entry
        if kind not in (_SHORT, _LONG):
            return 0
        code = "H" if kind == _SHORT else "I"
        (value,) = struct.unpack_from(f"{self.order}{code}", self.data, place)
        return int(value)

    def text(self, entry: tuple[int, int, int]) -> bytes:
        kind, length, place = entry
        if kind not in _BYTE_TYPES:
            return b""
        start = place
        if length > 4:
            (start,) = struct.unpack_from(f"{self.order}I", self.data, place)
        return self.data[start : start + length]


def orientation(exif: bytes | None) -> int:
    """The EXIF orientation, 1..8; 1 (upright) for none, a broken one, or a number that means nothing."""
    try:
        tiff, first = _opened(exif)
        entry = tiff.entries(first).get(_ORIENTATION)
        value = tiff.number(entry) if entry else 1
    except (struct.error, ValueError):
        return 1
    return value if 1 <= value <= 8 else 1


def user_comment(exif: bytes | None, *, whole: bool = False) -> bytes:
    """The user comment, without its character code unless `whole`; empty for none or a broken one."""
    try:
        tiff, first = _opened(exif)
        folder = tiff.entries(first).get(_EXIF_FOLDER)
        entry = tiff.entries(tiff.number(folder)).get(_USER_COMMENT) if folder else None
        return tiff.text(entry)[0 if whole else _COMMENT_CODE :] if entry else b""
    except (struct.error, ValueError):
        return b""


def image_description(exif: bytes | None) -> bytes:
    """The description, as it is written; empty for none or a broken one."""
    try:
        tiff, first = _opened(exif)
        entry = tiff.entries(first).get(_DESCRIPTION)
        return tiff.text(entry) if entry else b""
    except (struct.error, ValueError):
        return b""


def _opened(exif: bytes | None) -> tuple[_Tiff, int]:
    """The directory tree and where its first directory begins. ValueError when it is none."""
    data = (exif or b"").removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None:
        raise ValueError("no TIFF header")
    (first,) = struct.unpack_from(f"{order}I", data, 4)
    return _Tiff(data, order), first
