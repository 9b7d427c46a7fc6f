"""The types of a title's values: its side, its colour, its size. Each knows its text and its schema."""

import re
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from pipeline.nearest import suggestion
from pipeline.source.types import Number, as_text
from pipeline.spec.terms import FOCUS_WORDS

Rgb = tuple[int, int, int]

COLORS: dict[str, Rgb | None] = {
    "auto": None,
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "gray": (128, 128, 128),
    "red": (255, 0, 0),
    "orange": (255, 165, 0),
    "gold": (255, 215, 0),
    "yellow": (255, 255, 0),
    "green": (0, 128, 0),
    "blue": (0, 0, 255),
    "navy": (0, 0, 128),
    "purple": (128, 0, 128),
    "pink": (255, 192, 203),
}
"""Colours by the names that CSS has for them."""
SIZES: dict[str, float | None] = {"auto": None, "small": 0.07, "medium": 0.1, "large": 0.14}
"""Of the letters, as a share of the picture's shorter side."""
_SHARE = Number(0.045, 0.4)
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


def as_side(value: object) -> tuple[float, float] | None:
    """`auto`, a side or a corner: across and down, 0 left or top, 1 right or bottom."""
    text = "a list" if isinstance(value, list) else as_text(value)
    if text not in FOCUS_WORDS:
        near = suggestion(text, FOCUS_WORDS)
        raise ValueError(f"must be one of {', '.join(FOCUS_WORDS)}, not {text!r}{near}")
    place = FOCUS_WORDS[text]
    return (place.x, place.y) if place.said else None


def as_color(value: object) -> Rgb | None:
    """`auto`, a name, `#rgb` or `#rrggbb`."""
    text = as_text(value)
    if text in COLORS:
        return COLORS[text]
    if not _HEX.fullmatch(text):
        near = suggestion(text, COLORS)
        raise ValueError(f'must be "#rrggbb" in quotes, or one of {", ".join(COLORS)}, not {text!r}{near}')
    digits = text[1:] if len(text) == 7 else "".join(2 * digit for digit in text[1:])
    red, green, blue = (int(digits[place : place + 2], 16) for place in (0, 2, 4))
    return red, green, blue


def as_title_size(value: object) -> float | None:
    """`auto`, `small`, `medium`, `large`, or a share of the shorter side."""
    text = as_text(value)
    if text in SIZES:
        return SIZES[text]
    try:
        return _SHARE.read(text)
    except ValueError as error:
        raise ValueError(f"must be one of {', '.join(SIZES)}, or a number: {error}") from None


TitleSide = Annotated[
    tuple[float, float] | None, BeforeValidator(as_side), WithJsonSchema({"enum": list(FOCUS_WORDS)})
]
Color = Annotated[
    Rgb | None,
    BeforeValidator(as_color),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(COLORS)},
                {"type": "string", "pattern": "^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"},
            ]
        }
    ),
]
TitleSize = Annotated[
    float | None,
    BeforeValidator(as_title_size),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(SIZES)},
                {"type": "number", "minimum": _SHARE.least, "maximum": _SHARE.most},
                {"type": "string", "pattern": r"^[0-9]+(?:\.[0-9]+)?$"},
            ]
        }
    ),
]
