"""Single values: how typed text is taken, and what an editor is told of it."""

from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from pipeline.source.types import Number, Switch, Text, Whole

COUNT: TypeAdapter[Any] = TypeAdapter(Annotated[int | None, Whole(0, 50, none=True)])
SEED: TypeAdapter[Any] = TypeAdapter(Annotated[int, Whole(-5, 10**9)])
PART: TypeAdapter[Any] = TypeAdapter(Annotated[float, Number(0, 2.5)])
RATE: TypeAdapter[Any] = TypeAdapter(Annotated[float | None, Number(0.1, 1000, none=True)])
SWITCH: TypeAdapter[Any] = TypeAdapter(Switch)
TEXT: TypeAdapter[Any] = TypeAdapter(Text)


@pytest.mark.parametrize(
    ("adapter", "typed", "expected"),
    [
        (COUNT, "50", 50),
        (COUNT, "None", None),
        (SEED, "-5", -5),
        (PART, "0.25", 0.25),
        (PART, "2", 2.0),
        (RATE, "1e2", 100.0),
        (RATE, "none", None),
        (SWITCH, "On", True),
        (SWITCH, "yes", True),
        (SWITCH, "FALSE", False),
        (TEXT, "010", "010"),
    ],
)
def test_typed_text_becomes_the_value_that_its_field_wants(
    adapter: TypeAdapter[Any], typed: str, expected: Any
) -> None:
    found = adapter.validate_python(typed)

    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("adapter", "typed", "said"),
    [
        (COUNT, "51", "must lie in 0..50, not 51"),
        (SEED, "none", "must be a whole number such as 12, not 'none'"),
        (SEED, "010", "must be a whole number"),
        (SEED, "1" * 5000, "must be a whole number"),
        (SEED, "٣", "must be a whole number"),
        (PART, "2.6", "must lie in 0..2.5, not 2.6"),
        (PART, "nan", "must be a number such as 0.5, not 'nan'"),
        (PART, "1e99", "must lie in 0..2.5"),
        (SWITCH, "1", "must be on or off, not '1'"),
        (TEXT, None, "has no value"),
        (TEXT, ["x"], "must be text"),
        (TEXT, {"x": "y"}, "must be text"),
    ],
)
def test_other_text_is_refused_with_what_to_type(adapter: TypeAdapter[Any], typed: Any, said: str) -> None:
    with pytest.raises(ValidationError) as raised:
        adapter.validate_python(typed)

    assert said in str(raised.value)


def test_an_editor_is_told_ranges_and_words() -> None:
    assert COUNT.json_schema() == {
        "anyOf": [
            {"type": "integer", "minimum": 0, "maximum": 50},
            {"type": "string", "pattern": "^-?[0-9]+$"},
            {"type": "string", "pattern": "^(?:[Nn][Oo][Nn][Ee])$"},
        ]
    }
    assert PART.json_schema()["anyOf"][0] == {"type": "number", "minimum": 0, "maximum": 2.5}
    assert SWITCH.json_schema()["anyOf"][1] == {"enum": ["on", "off"]}
