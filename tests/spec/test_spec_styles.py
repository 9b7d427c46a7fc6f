"""Shared styles from a file of their own."""

from pathlib import Path

import pytest

from pipeline.errors import SpecError
from pipeline.spec.styles import load_styles, styled


def _problems(folder: Path, text: str) -> list[str]:
    path = folder / "styles.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as raised:
        load_styles(path)
    return [f"{problem.line}:{problem.column}: {problem.message}" for problem in raised.value.problems]


def test_styles_are_names_with_templates(tmp_path: Path) -> None:
    path = tmp_path / "styles.yaml"
    path.write_text('cafe\u0301: "{prompt},咖啡馆"\n手绘: 手绘的{prompt}\n', encoding="utf-8")

    assert load_styles(path) == {"caf\u00e9": "{prompt},咖啡馆", "手绘": "手绘的{prompt}"}


@pytest.mark.parametrize("text", [None, "", "# none yet\n", "~\n", "{}\n"])
def test_a_home_needs_no_styles(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "styles.yaml"
    if text is not None:
        path.write_text(text, encoding="utf-8")

    assert load_styles(path) == {}


def test_all_that_is_wrong_with_styles_is_said_in_one_run(tmp_path: Path) -> None:
    text = 'a b: "{prompt}"\nc: {prompt}\nd: x\nD: "{prompt}"\ne: "{prompt}{prompt}"\nf: {prompt: x}\nc: y\n'

    assert _problems(tmp_path, text) == [
        "1:1: 'a b' has ' ' in it; a name has letters, digits, - and _ only",
        '2:4: c: must be text; put it in quotes: "{prompt},..."',
        "3:4: d: a style holds {prompt} once, where the prompt goes; this has it 0 times",
        "4:1: 'D' and 'd' differ too little; rename one",
        "5:4: e: a style holds {prompt} once, where the prompt goes; this has it 2 times",
        '6:4: f: must be text; put it in quotes: "{prompt},..."',
        "7:1: 'c' is given twice; the first is in line 2",
    ]


def test_a_list_is_no_file_of_styles(tmp_path: Path) -> None:
    assert _problems(tmp_path, '- "{prompt}"\n') == ['1:1: the file must hold styles: `name: "{prompt},..."`']
    assert _problems(tmp_path, "style：{prompt}\n")[0].startswith("1:1: ")


def test_a_comment_that_cuts_a_template_is_said(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, "a: x{prompt} #红\n")

    assert problem.startswith("1:4: ` #` begins a comment")


def test_a_style_is_put_around_the_words() -> None:
    assert styled("一张{prompt}的画", "{prompt}") == "一张{prompt}的画"
