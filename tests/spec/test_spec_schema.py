"""The JSON Schema that editors use says the same as the parser."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from pipeline.errors import SpecError
from pipeline.platforms.catalog import load_catalog
from pipeline.providers.models import MODELS
from pipeline.source.compose import compose
from pipeline.source.logo import BrandWritten
from pipeline.source.report import Report
from pipeline.source.typed import Written
from pipeline.spec.document import (
    ArticleDocument,
    DefaultsDocument,
    ImageDocument,
    OverlayDocument,
    SpecDocument,
)
from pipeline.spec.parse import Known, parse_spec
from pipeline.spec.schema import spec_json_schema
from tests.spec.editor import complaints

CONFIGS = Path(__file__).parents[2] / "configs"

KNOWN = Known(catalog=load_catalog(), models=MODELS, styles={})

VALUES = (
    *("true", "false", "on", "Off", "YES", '"no"', "none", "None", '"none"', "maybe", "~", "", "''", '" "'),
    *(
        "0",
        "1",
        "42",
        '"42"',
        "-1",
        "0.5",
        '"0.5"',
        "1.5",
        "abc",
        "龙虾",
        "[]",
        "{}",
        "[1]",
        "[0.5, 0.4]",
        "[0.5]",
    ),
    *("[0.5, 2]", "{a: 1}", "{a: {focus: top}}", "{a: {focus: ~}}", "[x.post]", "[x.post, [x]]", "x.post"),
    *(
        "2048x2048",
        "2048X2048",
        "02048x2048",
        "top",
        "top-left",
        "Top",
        "auto",
        "a/b/c",
        "a/b",
        "a//c",
        "a b/c/d",
        "large",
        "bottom-right",
        '"#fd0"',
        '"#12345"',
        "red",
        "0.1",
        "0.2",
    ),
    *("jimeng", "simulator", "jimeng_t2i_v40", "a b", "a.b", "{prompt}", '"{prompt},x"', "[{a: 1}]", "[[]]"),
)
PLACES: dict[str, tuple[str, type[Written]]] = {
    "spec": ("{key}: {value}\narticles: [{{slug: a, images: [{{id: b, prompt: x}}]}}]\n", SpecDocument),
    "defaults": (
        "defaults:\n  {key}: {value}\narticles: [{{slug: a, images: [{{id: b, prompt: x}}]}}]\n",
        DefaultsDocument,
    ),
    "article": ("articles:\n- images: [{{id: b, prompt: x}}]\n  x: 0\n  {key}: {value}\n", ArticleDocument),
    "image": ("articles:\n- slug: a\n  images:\n  - x: 0\n    {key}: {value}\n", ImageDocument),
    "overlay": (
        "articles:\n- slug: a\n  images:\n  - x: 0\n    overlay:\n      {key}: {value}\n",
        OverlayDocument,
    ),
    "brand": ("articles:\n- slug: a\n  images:\n  - x: 0\n    brand:\n      {key}: {value}\n", BrandWritten),
}
CASES = [
    (place, key, value)
    for place, (_, model) in PLACES.items()
    for key in model.model_fields
    if (place, key) not in {("spec", "articles"), ("article", "images")}  # the templates have these
    for value in VALUES
]


def _paths_below(place: str, key: str, paths: set[tuple[str | int, ...]]) -> bool:
    prefix: dict[str, tuple[str | int, ...]] = {
        "spec": (),
        "defaults": ("defaults",),
        "article": ("articles", 0),
        "image": ("articles", 0, "images", 0),
        "overlay": ("articles", 0, "images", 0, "overlay"),
        "brand": ("articles", 0, "images", 0, "brand"),
    }
    whole = (*prefix[place], key)
    # Of a section that may be empty, the schema says no more than that it fits neither.
    sections = {"defaults", "overlay", "brand"}
    return any(path and path[-1] in sections for path in paths) or any(
        path[: len(whole)] == whole for path in paths
    )


# What only the parser can know: what exists, what fits together, which words are taken.
MEANING = re.compile(
    "unknown (style|slot)|there is no|is taken by the program|the prompt is empty|goes with|stands beside"
    "|the label says|is not among the slots|has no parameter|takes no seed|is a folder|a style holds"
    "|the title is empty|path is empty"
)


@pytest.mark.parametrize(("place", "key"), sorted({(place, key) for place, key, _ in CASES}))
def test_the_schema_refuses_what_the_parser_refuses_but_for_problems_of_meaning(
    place: str, key: str, tmp_path: Path
) -> None:
    for value in (value for at, name, value in CASES if (at, name) == (place, key)):
        text = PLACES[place][0].format(key=key, value=value)
        path = tmp_path / "week.yaml"
        path.write_text(text, encoding="utf-8")

        said = _said_of(path, f"{key}: {value}")
        by_schema = _paths_below(place, key, complaints(compose(text, Report("f"))))

        assert said or not by_schema, f"only the schema refuses {value}"
        assert by_schema or all(MEANING.search(message) for message in said), (
            f"the schema takes {value}: {said}"
        )


def _said_of(path: Path, typed: str) -> list[str]:
    """What the parser says of the line with `typed` in it."""
    lines = path.read_text("utf-8").splitlines()
    at = next(number for number, line in enumerate(lines, start=1) if typed in line)
    try:
        parse_spec(path, KNOWN)
    except SpecError as error:
        return [p.message for p in error.problems if p.line == at and "unknown key 'x'" not in p.message]
    return []


def test_the_schema_is_itself_a_valid_one_and_names_its_draft() -> None:
    schema = spec_json_schema()

    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"]
    assert schema["title"]


def test_the_schema_beside_the_specs_is_the_one_that_the_program_gives() -> None:
    assert json.loads((CONFIGS / "spec.schema.json").read_text("utf-8")) == spec_json_schema()


def test_an_editor_can_explain_every_key_and_offer_slots_and_models() -> None:
    schema = spec_json_schema()
    text = json.dumps(schema)
    definitions = schema["$defs"]
    assert isinstance(definitions, dict)

    for model in (schema, *definitions.values()):
        assert isinstance(model, dict)
        assert model["description"]
        properties = model["properties"]
        assert isinstance(properties, dict)
        for key, said in properties.items():
            assert isinstance(said, dict)
            assert said.get("description"), key
    assert all(json.dumps(slot) in text for slot in load_catalog().slots)
    assert all(json.dumps(model) in text for model in MODELS)
