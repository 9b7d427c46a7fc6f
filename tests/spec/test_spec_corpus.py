"""Good and bad specs as files: what the parser says of each, and that an editor's schema agrees.

`bad/schema-*`: structure, which the schema sees too. `bad/meaning-*`: what only the parser can know; the
schema takes these files, so they are the list of what it cannot say. `bad/source-*`: no YAML for us.
"""

from pathlib import Path

import pytest

from pipeline.errors import SpecError
from pipeline.platforms.catalog import load_catalog
from pipeline.providers.models import MODELS
from pipeline.source.compose import load_tree
from pipeline.source.nodes import Node
from pipeline.source.report import Report
from pipeline.spec.parse import Known, parse_spec
from tests.spec.editor import complaints

CORPUS = Path(__file__).parent / "corpus"
GOOD = sorted((CORPUS / "good").glob("*.yaml"))
BAD = sorted((CORPUS / "bad").glob("*.yaml"))
KNOWN = Known(catalog=load_catalog(), models=MODELS, styles={"flat-tech": "{prompt},科技感"})


def _tree(path: Path) -> Node | None:
    report = Report(str(path))
    tree = load_tree(path, report)
    assert report.problems == ()
    return tree


def _named(paths: list[Path], prefix: str = "") -> pytest.MarkDecorator:
    chosen = [path for path in paths if path.name.startswith(prefix)]
    assert chosen
    return pytest.mark.parametrize("path", chosen, ids=[path.stem for path in chosen])


@_named(GOOD)
def test_a_good_spec_is_taken_by_the_parser_and_by_the_schema(path: Path) -> None:
    spec = parse_spec(path, KNOWN)

    assert spec.images
    assert complaints(_tree(path)) == set()


@_named(BAD)
def test_a_bad_spec_has_exactly_these_problems_sorted_by_place(path: Path) -> None:
    with pytest.raises(SpecError) as raised:
        parse_spec(path, KNOWN)

    said = [f"{problem.line}:{problem.column}: {problem.message}" for problem in raised.value.problems]
    expected = path.with_suffix(".txt").read_text("utf-8").replace("FOLDER", str(path.parent)).splitlines()
    assert said == expected
    assert {problem.file for problem in raised.value.problems} == {str(path)}


@_named(BAD, "schema-")
def test_an_editor_sees_what_is_wrong_with_the_structure(path: Path) -> None:
    assert complaints(_tree(path))


@_named(BAD, "meaning-")
def test_an_editor_cannot_know_what_is_wrong_with_the_meaning(path: Path) -> None:
    assert complaints(_tree(path)) == set()
