"""EXIF is read as far as it makes sense, and never breaks a picture."""

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.render.exif import orientation, user_comment


def block(order: str, *entries: tuple[int, int, int, bytes], tail: bytes = b"") -> bytes:
    """A TIFF block of one directory at offset 8; an entry is tag, type, count and its four bytes."""
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    body = struct.pack(f"{order}H", len(entries))
    for tag, kind, count, value in entries:
        body += struct.pack(f"{order}HHI", tag, kind, count) + value
    return head + body + bytes(4) + tail


def commented(order: str, text: bytes, kind: int = 7) -> bytes:
    """A block whose EXIF directory at 26 holds a user comment at 44."""
    folder = struct.pack(f"{order}HHHII", 1, 0x9286, kind, len(text), 44) + bytes(4)
    return block(order, (0x8769, 4, 1, struct.pack(f"{order}I", 26)), tail=folder + text)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("prefix", [b"", b"Exif\0\0"])
def test_the_orientation_is_read_in_both_byte_orders(order: str, prefix: bytes) -> None:
    for value in range(1, 9):
        short = struct.pack(f"{order}HH", value, 0)
        assert orientation(prefix + block(order, (0x0112, 3, 1, short))) == value


@pytest.mark.parametrize(
    "exif",
    [
        None,
        b"",
        b"Exif\0\0",
        b"II*\0",
        b"II*\0\xff\xff\xff\xff",
        block("<"),
        block("<", (0x0112, 3, 1, b"\x09\0\0\0")),
        block("<", (0x0112, 3, 1, b"\0\0\0\0")),
        block("<", (0x0112, 2, 1, b"\x06\0\0\0")),
        block("<", (0x0112, 3, 1, b"\x06\0\0\0"))[:18],
    ],
)
def test_no_orientation_or_a_senseless_one_is_upright(exif: bytes | None) -> None:
    assert orientation(exif) == 1


def test_of_two_orientations_the_first_counts() -> None:
    assert orientation(block("<", (0x0112, 3, 1, b"\6\0\0\0"), (0x0112, 3, 1, b"\3\0\0\0"))) == 6


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_user_comment_is_read_without_its_character_code(order: str) -> None:
    assert user_comment(commented(order, b'ASCII\0\0\0{"AIGC":{}}')) == b'{"AIGC":{}}'


def test_a_short_user_comment_stands_in_its_entry() -> None:
    folder = struct.pack("<HHHI", 1, 0x9286, 7, 3) + b"abc\0" + bytes(4)

    assert user_comment(block("<", (0x8769, 4, 1, struct.pack("<I", 26)), tail=folder)) == b""


@pytest.mark.parametrize("exif", [None, block("<"), commented("<", b"ASCII\0\0\0text", kind=3)])
def test_no_user_comment_is_empty(exif: bytes | None) -> None:
    assert user_comment(exif) == b""


@given(st.binary(max_size=80))
@example(block("<", (0x8769, 4, 1, b"\x08\0\0\0")))
def test_no_bytes_break_the_reader(tail: bytes) -> None:
    for head in (b"", b"II*\0", b"MM\0*", b"II*\0\x08\0\0\0"):
        assert 1 <= orientation(head + tail) <= 8
        assert isinstance(user_comment(head + tail), bytes)
