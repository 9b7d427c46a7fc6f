"""What a Chinese keyboard types in place of YAML's punctuation, and what to type instead. Reads no file.

Two ways to find them: in a value that YAML read but not as it was meant (`in_scalar`, `in_place_of`), and
line by line once YAML has given up (`after_syntax_error`).
"""

import re

from pipeline.source.nodes import Node, Place, Scalar
from pipeline.source.report import Report

COLON = "a full-width colon '：' stands where YAML needs ': ' (a plain colon and a space)"
_COMMA = "a full-width comma '{}' stands where YAML needs ', ' between items"
_QUOTE = 'full-width quotes are part of the text for YAML; type plain quotes, "...", around it'
_KEEP_QUOTES = "; to keep them, put plain quotes around them: '“...”'"
_BRACKET = "full-width brackets; YAML needs [ ] around a list"
_SPACE = "a full-width or no-break space stands before this; indent with plain spaces"
_TAB = "a tab; YAML indents and separates with spaces only"

_HIDDEN = "` #` begins a comment and hides the end of this line; put the text in quotes"
_HALF_QUOTE = 'this plain quote is closed by a full-width one; type " at both ends'
_BRACE = 'text that begins with {prompt} needs quotes around it: "{prompt}..."'

_KEYED = re.compile(r"[\"'“]?[\w.-]+[\"'”]?\s*：")
_ANY_KEYED = re.compile(r"^\s*(?:- +)*[\"'“]?[\w.-]+[\"'”]?\s*(：)")
_ASCII_KEYED = re.compile(r"^\s*(?:- +)*[\"'“]?[A-Za-z][A-Za-z0-9_.-]*[\"'”]?\s*(：)")
_HIDDEN_END = re.compile(r"\S\s+(#)")
_WIDE_INDENT = re.compile(r"^[ \t]*([\u3000\u00a0])")
_TAB_INDENT = re.compile(r"^ *(\t)\s*[^\s#]")
_HINTS = (
    (re.compile(r"(\t)"), _TAB),
    (re.compile(r"(?:[:,\[{-]|^)\s*([“‘])"), _QUOTE),
    (re.compile(r"[:,\[{-]\s*(\")[^\"]*”"), _HALF_QUOTE),
    (re.compile(r"[\[{][^\[\]{}]*?([，、])"), _COMMA),
    (re.compile(r"[\[{,]\s*[\w.-]+\s*(：)"), COLON),
    (re.compile(r":\s+({prompt})\s*[^\s#}]"), _BRACE),
    (re.compile(r"(?:[:,\[{-]|^)\s*([*&@`%])"), "text that begins with {} needs quotes around it"),
)


def in_scalar(scalar: Scalar, *, is_key: bool, in_flow_list: bool) -> str | None:
    """What was typed wrong in a value or key that YAML took as text, or None."""
    text = scalar.text
    if not scalar.plain or not text:
        return None
    if is_key and text[0] in "\u3000\u00a0":
        return _SPACE
    if _quoted_wide(text):
        return _QUOTE + ("" if is_key else _KEEP_QUOTES)
    if is_key and "：" in text:
        return COLON
    if in_flow_list:
        comma = next((character for character in text if character in "，、"), None)
        return _COMMA.format(comma) if comma else None
    return None


def _quoted_wide(text: str) -> bool:
    """Whether the whole of `text` stands between full-width quotes, or begins with one and ends plain."""
    pairs = {"“": '”"', "‘": "’'"}
    ends = pairs.get(text[0])
    return ends is not None and len(text) > 1 and text[-1] in ends and text[1:-1].find(ends[0]) < 0


def in_place_of(node: Node) -> str | None:
    """What a keyboard typed instead of a list or mapping where YAML read one text, or None."""
    if not isinstance(node, Scalar) or not node.plain:
        return None
    if _KEYED.match(node.text):
        return COLON
    return _BRACKET if node.text[:1] in "【［｛" and node.text[:1] else None


def after_syntax_error(text: str, report: Report, *, place: Place, since: int, said: str) -> None:
    """Note why YAML gave up at `place`: the traps that can be seen, else what YAML `said`.

    `since` is the line where the part begins that YAML was reading; far away it says nothing.
    """
    first = since if place.line - since < 3 else place.line
    explained = False
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        if first <= number <= place.line:
            found = _indented(line) or _keyed(line, _ANY_KEYED) or _hinted(line)
        elif number == place.line - 1:
            found = _keyed(line, _ANY_KEYED)
        elif number > place.line:
            found = _indented(line) or _keyed(line, _ASCII_KEYED)
        else:
            continue
        if not found and number == place.line - 1 and "<scalar>" in said:
            found = _found(_HIDDEN_END, _HIDDEN, line)
        for column, message in found:
            # A key that YAML still took as text has been noted at its own place.
            if number > place.line or not report.has(number, message):
                report.add(Place(number, column), message)
            explained = explained or number <= place.line
    if not explained:
        report.add(
            place, f"YAML cannot be read from here on: {said.strip()}; text with punctuation goes in quotes"
        )


def _found(pattern: re.Pattern[str], message: str, line: str) -> list[tuple[int, str]]:
    match = pattern.search(line)
    return (
        []
        if match is None
        else [(match.start(1) + 1, message.format(match[1]) if "{}" in message else message)]
    )


def _indented(line: str) -> list[tuple[int, str]]:
    return _found(_TAB_INDENT, _TAB, line) or _found(_WIDE_INDENT, _SPACE, line)


def _keyed(line: str, pattern: re.Pattern[str]) -> list[tuple[int, str]]:
    return _found(pattern, COLON, line)


def _hinted(line: str) -> list[tuple[int, str]]:
    """What most likely stopped YAML in this very line, or nothing."""
    return next(filter(None, (_found(pattern, message, line) for pattern, message in _HINTS)), [])
