"""What a Chinese keyboard types instead of YAML's punctuation is said with what to type."""

import pytest

from pipeline.source.compose import compose
from pipeline.source.report import Report
from pipeline.source.traps import in_place_of

COLON, COMMA, QUOTES, TAB, SPACE = (
    "full-width colon",
    "full-width comma",
    "full-width quotes",
    "a tab",
    "full-width or no",
)


def _problems(text: str) -> list[str]:
    report = Report("f")
    compose(text, report)
    return [str(problem) for problem in report.problems]


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("- id: cover\n  prompt：一只龙虾\n", "f:2:9", COLON),
        ("name：week\narticles: []\n", "f:1:5", COLON),
        ("a: 1\n标签：x\n", "f:2:3", COLON),
        ("{author：amy}\n", "f:1:2", COLON),
        ("crops: {focus： [0.5, 0.4]}\n", "f:1:9", COLON),
        ("crops: {a: {focus：[0.5, 0.4]}}\n", "f:1:13", COLON),
        ("slots: [wechat.inline，xiaohongshu.note]\n", "f:1:9", COMMA),
        ("slots: [wechat.inline、xiaohongshu.note]\n", "f:1:9", "full-width comma '、'"),
        ("budget: {a: 1，b: 2}\n", "f:1:14", COMMA),
        ("prompt: “一只龙虾”\n", "f:1:9", QUOTES),
        ("prompt: ‘一只龙虾’\n", "f:1:9", QUOTES),
        ("prompt: “一只: 龙虾”\n", "f:1:9", QUOTES),
        ("“prompt”: 一只龙虾\n", "f:1:1", QUOTES),
        ('prompt: “一只龙虾"\n', "f:1:9", QUOTES),
        ('prompt: "一只龙虾”\nsize: 1\n', "f:1:9", 'type " at both ends'),
        ("a:\n\tb: 1\n", "f:2:1", TAB),
        ("a: 1\nb:\tc\n", "f:2:3", TAB),
        ("　a: 1\n", "f:1:1", SPACE),
        ("a:\n  b: 1\n　　c: 2\n", "f:3:1", SPACE),
        ("style: {prompt},科技感\n", "f:1:8", "needs quotes around it"),
        ("prompt: *重点* 龙虾\n", "f:1:9", "text that begins with * needs quotes"),
        ("prompt: @龙虾\n", "f:1:9", "text that begins with @ needs quotes"),
        ("a: 龙虾 #红色\n   大虾\n", "f:1:7", "begins a comment and hides"),
    ],
)
def test_a_trap_is_said_at_its_place(text: str, place: str, said: str) -> None:
    problems = _problems(text)

    assert len(problems) == 1, problems
    assert problems[0].startswith(f"{place}: ")
    assert said in problems[0]


def test_several_traps_of_a_file_that_yaml_cannot_read_are_said_in_one_run() -> None:
    problems = _problems("defaults:\n  style: x\n  model：a\n  slots：[b]\narticles:\n\t- slug: a\n")

    assert [problem.split(": ")[0] for problem in problems] == ["f:3:8", "f:4:8", "f:6:1"]


@pytest.mark.parametrize(
    "text",
    [
        "prompt: 注意：画面中不要文字，主体居中、留白\n",
        "prompt:\n  注意：画面中不要文字\n  主体：居中\n",
        'prompt: "“龙虾”"\n',
        "title: “龙虾”和“电路板”\n",
        "title: “龙虾”的故事\n",
        "tags: {note: 你好，世界}\n",
        "prompt: |\n  step：one\n  \ttwo\n",
        'prompt: "a：b，c"\n',
        "a: [“龙虾”的, '一，二']\n",
        "a: '　b'\n",
    ],
)
def test_the_same_characters_in_a_text_are_left_alone(text: str) -> None:
    assert _problems(text) == []


def test_a_syntax_error_without_a_trap_says_what_yaml_said() -> None:
    assert _problems("a: [1\nb: 2\n") == [
        (
            "f:2:2: YAML cannot be read from here on: expected ',' or ']', but got ':'; "
            "text with punctuation goes in quotes"
        )
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("style：flat", COLON),
        ("【wechat.cover】", "full-width brackets"),
        ("plain words", None),
        ("''", None),
    ],
)
def test_a_text_where_a_list_or_mapping_belongs_is_explained(text: str, said: str | None) -> None:
    tree = compose(text, Report("f"))
    assert tree is not None

    found = in_place_of(tree)

    assert (found is None) == (said is None)
    assert said is None or said in str(found)


def test_a_mapping_is_never_taken_for_a_trap() -> None:
    tree = compose("a: 1", Report("f"))

    assert tree is not None
    assert in_place_of(tree) is None
