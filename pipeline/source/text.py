"""From bytes to text that is safe to scan: size, UTF-8, no invisible control. Knows no YAML."""

import re
from pathlib import Path

from pipeline.source.nodes import Place
from pipeline.source.report import Report

MAX_BYTES = 1_000_000
_MANY = 20
_BOM = b"\xef\xbb\xbf"
# C0 and C1 controls without tab and line ends; the line and paragraph separators, which PyYAML would take
# for line ends though editors do not; DEL; lone surrogates; and what reverses the order of shown text
# (CVE-2021-42574).
_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff"
_SURROGATE = r"\ud800-\udfff"
_BIDI = r"\u202a-\u202e\u2066-\u2069"
_UNWANTED = re.compile(f"[{_CONTROL}{_SURROGATE}{_BIDI}]")


def unwanted(text: str) -> str | None:
    """What is wrong with the first character that no prompt or name may hold, or None."""
    match = _UNWANTED.search(text)
    return None if match is None else _reason(match[0])


def _reason(character: str) -> str:
    name = f"U+{ord(character):04X}"
    if "\ud800" <= character <= "\udfff":
        return f"half of a character ({name}); type the character itself instead of an escape"
    if "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069":
        return f"an invisible character that reverses the text shown after it ({name}); delete it"
    return f"an invisible control character ({name}); delete it"


def read_bytes(path: Path, report: Report) -> bytes | None:
    """The bytes of a regular file of at most `MAX_BYTES`; None with a problem noted otherwise."""
    try:
        if not path.is_file():
            report.add(Place(), "there is no such file" if not path.exists() else "this is not a file")
            return None
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        report.add(Place(), f"the file cannot be read: {getattr(error, 'strerror', None) or error}")
        return None
    if len(data) > MAX_BYTES:
        report.add(Place(), "the file is over 1 MB; split it into several")
        return None
    return data


def decode(data: bytes, report: Report) -> str | None:
    """The text of `data`, unwanted characters noted and replaced by spaces so that places still hold."""
    data = data.removeprefix(_BOM)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        report.add(_place_at(before, len(before)), "the file is not UTF-8 from here on; save it as UTF-8")
        return None
    for count, match in enumerate(_UNWANTED.finditer(text)):
        place = _place_at(text, match.start())
        if count == _MANY:
            report.add(place, "so many invisible characters that this is hardly a text file")
            return None
        report.add(place, _reason(match[0]))
    return _UNWANTED.sub(" ", text)


def _place_at(text: str, index: int) -> Place:
    lines = re.split(r"\r\n|\r|\n", text[:index])
    return Place(len(lines), len(lines[-1]) + 1)
