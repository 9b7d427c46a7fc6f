"""The types of a spec's values: names, sizes, focus, keys of assets. Each knows its text and its schema."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from pipeline.nearest import suggestion
from pipeline.source.types import (
    SWITCH_SCHEMA,
    TEXT_SCHEMA,
    Number,
    any_case,
    as_switch,
    as_text,
    is_none_word,
)
from pipeline.spec.model import Focus
from pipeline.spec.names import name_problem, normal_name

_SIZE = re.compile(r"([1-9][0-9]{1,4})x([1-9][0-9]{1,4})")
_ACROSS = {"left": 0.0, "right": 1.0}
_DOWN = {"top": 0.0, "bottom": 1.0}
FOCUS_WORDS: dict[str, Focus] = {
    "auto": Focus(),
    "center": Focus(0.5, 0.5, said=True),
    **{word: Focus(0.5, y, said=True) for word, y in _DOWN.items()},
    **{word: Focus(x, 0.5, said=True) for word, x in _ACROSS.items()},
    **{
        f"{down}-{across}": Focus(x, y, said=True)
        for down, y in _DOWN.items()
        for across, x in _ACROSS.items()
    },
}
_PART = Number(0, 1)

# Python's and JavaScript's regular expressions name letters of any script differently; this is what both
# can say. The rest of the rule is the parser's.
_NAME_CHARACTERS = "(?:[0-9A-Za-z_-]|[^\\u0000-\\u007f])+"
NAME_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "string", "pattern": f"^{_NAME_CHARACTERS}$", "maxLength": 64},
        {"type": "integer"},
        {"type": "boolean"},
    ]
}


def as_name(value: object) -> str:
    """A name in NFC that follows the rule of names."""
    text = as_text(value)
    problem = name_problem(text)
    if problem is not None:
        raise ValueError(problem)
    return normal_name(text)


def as_asset_key(value: object) -> str:
    """`spec/article/image`, each a name."""
    text = as_text(value)
    parts = text.split("/")
    if len(parts) != 3:
        raise ValueError(f"must be the key of an asset, spec/article/image, not {text!r}")
    return "/".join(as_name(part) for part in parts)


def as_size(value: object) -> tuple[int, int]:
    """`WIDTHxHEIGHT` in pixels."""
    text = as_text(value)
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f"must be WIDTHxHEIGHT with a small x, such as 2304x1728, not {text!r}")
    return int(match[1]), int(match[2])


def as_focus(value: object) -> Focus:
    """`auto`, a side, a corner, or `[x, y]` in 0..1 from the left top."""
    if isinstance(value, list):
        if len(value) != 2:
            raise ValueError("must be two numbers, [x, y], each in 0..1")
        x, y = (float(_PART.read(part) or 0) for part in value)
        return Focus(x, y, said=True)
    text = as_text(value)
    if text not in FOCUS_WORDS:
        near = suggestion(text, FOCUS_WORDS)
        raise ValueError(f"must be one of {', '.join(FOCUS_WORDS)}, or [x, y] in 0..1, not {text!r}{near}")
    return FOCUS_WORDS[text]


def as_label(value: object) -> bool:
    """`on` or `none`."""
    text = as_text(value)
    try:
        return False if is_none_word(text) else as_switch(text)
    except ValueError:
        raise ValueError(f"must be on or none, not {text!r}") from None


Name = Annotated[str, BeforeValidator(as_name), WithJsonSchema(NAME_SCHEMA)]
AssetKey = Annotated[
    str,
    BeforeValidator(as_asset_key),
    WithJsonSchema(
        {"type": "string", "pattern": f"^{_NAME_CHARACTERS}/{_NAME_CHARACTERS}/{_NAME_CHARACTERS}$"}
    ),
]
Size = Annotated[
    tuple[int, int],
    BeforeValidator(as_size),
    WithJsonSchema({"type": "string", "pattern": "^[1-9][0-9]{1,4}x[1-9][0-9]{1,4}$"}),
]
FocusPoint = Annotated[
    Focus,
    BeforeValidator(as_focus),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(FOCUS_WORDS)},
                {
                    "type": "array",
                    "minItems": 2,
                    "maxItems": 2,
                    "items": {
                        "anyOf": [
                            {"type": "number", "minimum": 0, "maximum": 1},
                            {"type": "string", "pattern": r"^[0-9]+(?:\.[0-9]+)?$"},
                        ]
                    },
                },
            ]
        }
    ),
]
Label = Annotated[
    bool,
    BeforeValidator(as_label),
    WithJsonSchema(
        {
            "anyOf": [
                *SWITCH_SCHEMA["anyOf"],
                {"enum": ["none"]},
                any_case("none"),
            ]
        }
    ),
]
Style = Annotated[str, BeforeValidator(as_text), WithJsonSchema(TEXT_SCHEMA)]
