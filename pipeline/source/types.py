"""The types of single values: how typed text is taken, and how an editor's JSON Schema says the same.

Every value arrives as the text that was typed (`nodes.plain`). An editor, which reads YAML 1.2, sees bare
`on` as text, `true` and `12` as what they look like; each type's schema allows for that.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

_SWITCH = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?(?:[eE][+-]?[0-9]{1,2})?")


def any_case(*words: str) -> dict[str, str]:
    """A schema of one of `words` in upper or lower case; not every editor knows a flag for that."""
    spelled = ("".join(f"[{letter.upper()}{letter}]" for letter in word) for word in words)
    return {"type": "string", "pattern": f"^(?:{'|'.join(spelled)})$"}


SWITCH_SCHEMA: dict[str, Any] = {"anyOf": [{"type": "boolean"}, {"enum": ["on", "off"]}, any_case(*_SWITCH)]}
TEXT_SCHEMA: dict[str, Any] = {"type": ["string", "number", "boolean"]}


def as_text(value: object) -> str:
    """The text as typed; ValueError for a list, a mapping or nothing."""
    if isinstance(value, str):
        return value
    if value is None:
        raise ValueError("has no value; write one, or take the line out (quote it if it begins with #)")
    raise ValueError("must be text; put text that begins with { or [ in quotes")


def as_switch(value: object) -> bool:
    """`on`, `yes`, `true` or `off`, `no`, `false`, bare or quoted."""
    text = as_text(value)
    if text.lower() not in _SWITCH:
        raise ValueError(f"must be on or off, not {text!r}")
    return _SWITCH[text.lower()]


def as_whole(value: object) -> int:
    """A whole number without leading zeros, so that `010` is not taken for 8 or 10."""
    text = as_text(value)
    if _WHOLE.fullmatch(text) is None:
        raise ValueError(f"must be a whole number such as 12, not {text!r}")
    return int(text)


def as_number(value: object) -> float:
    """A decimal number."""
    text = as_text(value)
    if _NUMBER.fullmatch(text) is None:
        raise ValueError(f"must be a number such as 0.5, not {text!r}")
    return float(text)


def is_none_word(value: object) -> bool:
    """Whether the value is the word `none`, in any case."""
    return isinstance(value, str) and value.lower() == "none"


Text = Annotated[str, BeforeValidator(as_text), WithJsonSchema(TEXT_SCHEMA)]
Switch = Annotated[bool, BeforeValidator(as_switch), WithJsonSchema(SWITCH_SCHEMA)]


@dataclass(frozen=True, slots=True)
class Whole:
    """Marks an `int` field: whole numbers from `least` to `most`; `none` allows that word for None."""

    least: int
    most: int
    none: bool = False

    def read(self, value: object) -> int | None:
        """The number that was typed."""
        if self.none and is_none_word(value):
            return None
        number = as_whole(value)
        if not self.least <= number <= self.most:
            raise ValueError(f"must lie in {self.least}..{self.most}, not {number}")
        return number

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return _number_schema("integer", self.least, self.most, none=self.none)


@dataclass(frozen=True, slots=True)
class Number:
    """Marks a `float` field: numbers from `least` to `most`; `none` allows that word for None."""

    least: float
    most: float
    none: bool = False

    def read(self, value: object) -> float | None:
        """The number that was typed."""
        if self.none and is_none_word(value):
            return None
        number = as_number(value)
        if not self.least <= number <= self.most:
            raise ValueError(f"must lie in {self.least:g}..{self.most:g}, not {number:g}")
        return number

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return _number_schema("number", self.least, self.most, none=self.none)


def _number_schema(kind: str, least: float, most: float, *, none: bool) -> JsonSchemaValue:
    quoted = {"type": "string", "pattern": "^-?[0-9]+$" if kind == "integer" else r"^-?[0-9]+(?:\.[0-9]+)?$"}
    words = [any_case("none")] if none else []
    return {"anyOf": [{"type": kind, "minimum": least, "maximum": most}, quoted, *words]}


class Section:
    """Marks a mapping field whose heading may stand alone, all below it commented out."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def empty_for_nothing(value: object) -> object:
            return {} if value is None else value

        return core_schema.no_info_before_validator_function(empty_for_nothing, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [handler(schema), {"type": "null"}]}


class Given:
    """Marks a `... | None` field that may be left out, but not stand there without a value."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def refuse_nothing(value: object) -> object:
            return as_text(value) if value is None else value

        return core_schema.no_info_before_validator_function(refuse_nothing, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        made = handler(schema)
        kinds = [kind for kind in made["anyOf"] if kind != {"type": "null"}]
        return kinds[0] if len(kinds) == 1 else {**made, "anyOf": kinds}
