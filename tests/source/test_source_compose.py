"""From text to the node tree: values stay text, and YAML's dangerous half is refused with its place."""

import re
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.source.compose import MAX_DEPTH, compose, read_tree
from pipeline.source.nodes import Mapping, Node, Scalar, find, key_place, plain, scalars
from pipeline.source.report import Report


def _read(text: str) -> tuple[Node | None, list[str]]:
    report = Report("f")
    tree = compose(text, report)
    return tree, [str(problem) for problem in report.problems]


def test_every_value_stays_the_text_that_was_typed() -> None:
    tree, problems = _read(
        "a: [on, no, 010, 1e3, 190:20:30, 2026-11-24, 0x1F, .5, none, True]\nb: 'null'\nc: ~\nd:\n"
    )

    assert problems == []
    assert tree is not None
    typed = ["on", "no", "010", "1e3", "190:20:30", "2026-11-24", "0x1F", ".5", "none", "True"]
    assert plain(tree) == {"a": typed, "b": "null", "c": None, "d": None}


def test_every_node_knows_its_line_and_column_in_characters() -> None:
    tree, _ = _read("标题: 龙虾\nimages:\n  - id: cover\n    slots: [一, b]\n")

    assert tree is not None
    assert find(tree, "标题").place.column == 5
    assert find(tree, "images", 0, "slots", 1).place.line == 4
    assert find(tree, "images", 0, "slots", 1).place.column == 16
    assert key_place(tree, "images", 0, "slots").column == 5
    assert find(tree, "images", 7, "slots") is find(tree, "images")


def test_what_follows_a_bare_value_as_a_comment_is_kept() -> None:
    tree, _ = _read("a: 龙虾 #红色\nb: '龙虾' #红色\nc:  # 空\nd: x#y\n")

    assert tree is not None
    comments = {path: scalar.comment for path, scalar in scalars(tree)}
    assert comments == {("a",): "#红色", ("b",): "", ("c",): "# 空", ("d",): ""}


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("a: &x 1\nb: *x\n", "f:1:4", "`&x` is a YAML anchor"),
        ("a: &x 1\nb: *x\n", "f:2:4", "`*x` is a YAML alias"),
        ("a: &x {b: 1}\n", "f:1:4", "`&x` is a YAML anchor"),
        ("<<: {a: 1}\n", "f:1:1", "`<<` is a YAML merge key"),
        ("a: !!python/object:os.system x\n", "f:1:4", "`!` begins a YAML tag"),
        ("a: ! x\n", "f:1:4", "`!` begins a YAML tag"),
        ("a: !!map {b: 1}\n", "f:1:4", "`!` begins a YAML tag"),
        ("a: 1\nb: 2\na: 3\n", "f:3:1", "'a' is given twice; the first is in line 1"),
        ("a: 1\n---\nb: 2\n", "f:2:1", "a second document begins here"),
        ("? [a, b]\n: 1\n", "f:1:3", "a key must be a word"),
        ("{[a]: 1}\n", "f:1:2", "a key must be a word"),
        ("a: {{b: 1}: 2}\n", "f:1:5", "a key must be a word"),
        ("a: 'x\n", "f:2:1", "YAML cannot be read from here on"),
    ],
)
def test_what_yaml_offers_and_a_spec_does_not_need_is_refused(text: str, place: str, said: str) -> None:
    _, problems = _read(text)

    assert any(problem.startswith(f"{place}: ") and said in problem for problem in problems), problems


def test_an_escape_that_is_no_character_is_a_problem_and_not_a_crash() -> None:
    tree, problems = _read('a: "\\U00110000"\n')

    assert tree is None
    assert len(problems) == 1
    assert problems[0].startswith("f:1:1: YAML cannot read this file")


def test_a_refused_value_is_left_out_and_its_parent_remembers() -> None:
    tree, _ = _read("a: *x\nb: [1, *x, 2]\nc: 1\n")

    assert isinstance(tree, Mapping)
    assert plain(tree) == {"b": ["1", "2"], "c": "1"}
    assert tree.typed("a")
    assert not tree.typed("z")


def test_a_single_document_may_be_marked_as_one() -> None:
    tree, problems = _read("%YAML 1.1\n---\na: 1\n...\n")

    assert problems == []
    assert tree is not None


def test_an_empty_text_has_no_tree_and_no_problem() -> None:
    assert _read("") == (None, [])
    assert _read("# only words\n") == (None, [])


def test_the_depth_that_is_allowed_is_read_and_one_more_is_refused_at_once() -> None:
    deep, problems = _read("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert deep is not None
    assert problems == []

    tree, problems = _read("[" * 100_000)

    assert tree is None
    assert problems == [f"f:1:{MAX_DEPTH + 1}: nested more than {MAX_DEPTH} deep"]


def test_a_merge_key_bomb_costs_nothing() -> None:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 10)]

    tree, problems = _read("\n".join(lines))

    assert tree is not None
    assert len(problems) == 10 + 9 * 11


_YAML_LIKE = st.text(
    st.sampled_from("ab:：- \n\t#\"'“”[]{},，、&*!|>?%@`\\~<=0.\u3000\ud800\x00龙"), max_size=60
)


@given(st.one_of(st.text(max_size=80), _YAML_LIKE))
@settings(max_examples=400, deadline=timedelta(seconds=2))
def test_no_text_raises_anything(text: str) -> None:
    report = Report("f")
    lines = re.split(r"\r\n|\r|\n", text)
    is_empty = all(re.match(r"[\s\ufeff]*(#|---|\.\.\.|%|$)", line) for line in lines)

    tree = read_tree(text.encode("utf-8", "surrogatepass"), report)

    assert tree is not None or report.problems or is_empty
    assert all(1 <= problem.line <= len(lines) + 1 and problem.column >= 1 for problem in report.problems)


@given(st.binary(max_size=60))
def test_no_bytes_raise_anything(data: bytes) -> None:
    report = Report("f")

    tree = read_tree(data, report)

    assert all(isinstance(scalar, Scalar) for _, scalar in (scalars(tree) if tree is not None else ()))
    assert all(problem.line >= 1 and problem.column >= 1 for problem in report.problems)
