"""From bytes to text: what is refused before YAML is even tried."""

from pathlib import Path

import pytest

from pipeline.source.compose import load_tree
from pipeline.source.nodes import Mapping
from pipeline.source.report import Report
from pipeline.source.text import MAX_BYTES


def _problems(path: Path) -> list[str]:
    report = Report("f.yaml")
    load_tree(path, report)
    return [str(problem) for problem in report.problems]


def _written(folder: Path, data: bytes) -> Path:
    path = folder / "f.yaml"
    path.write_bytes(data)
    return path


def test_a_byte_order_mark_is_taken_and_counts_for_no_column(tmp_path: Path) -> None:
    report = Report("f.yaml")

    tree = load_tree(_written(tmp_path, b"\xef\xbb\xbfname: x\n"), report)

    assert report.problems == ()
    assert isinstance(tree, Mapping)
    assert tree.entries[0].key.place.column == 1


def test_a_missing_file_and_a_folder_are_said(tmp_path: Path) -> None:
    assert _problems(tmp_path / "none.yaml") == ["f.yaml:1:1: there is no such file"]
    assert _problems(tmp_path) == ["f.yaml:1:1: this is not a file"]


def test_a_name_that_no_file_can_have_is_said_and_not_raised(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path / ("x" * 300))

    assert problem.startswith("f.yaml:1:1: ")


def test_a_file_at_the_limit_is_read_and_one_byte_more_is_refused(tmp_path: Path) -> None:
    limit = b"a: b\n#" + b"x" * (MAX_BYTES - 6)

    assert _problems(_written(tmp_path, limit)) == []
    assert _problems(_written(tmp_path, limit + b"x")) == [
        "f.yaml:1:1: the file is over 1 MB; split it into several"
    ]


def test_other_encodings_are_refused_where_they_begin(tmp_path: Path) -> None:
    gbk = _written(tmp_path, b"a: b\r\nprompt: " + "龙虾".encode("gbk"))

    assert _problems(gbk) == ["f.yaml:2:9: the file is not UTF-8 from here on; save it as UTF-8"]


@pytest.mark.parametrize(
    ("character", "said"),
    [
        ("\x00", "control character (U+0000)"),
        ("\x1b", "control character (U+001B)"),
        ("\x85", "control character (U+0085)"),
        ("\u2028", "control character (U+2028)"),
        ("\u202e", "reverses the text shown after it (U+202E)"),
        ("\u2067", "reverses the text shown after it (U+2067)"),
    ],
)
def test_invisible_characters_are_refused_at_their_place(tmp_path: Path, character: str, said: str) -> None:
    (problem,) = _problems(_written(tmp_path, f"a: b\nc: 龙{character}虾\n".encode()))

    assert problem.startswith("f.yaml:2:5: ")
    assert said in problem


@pytest.mark.parametrize("escape", ["\\0", "\\e", "\\u202e", "\\ud800", "\\ud83d\\ude00"])
def test_the_same_characters_are_refused_when_typed_as_escapes(tmp_path: Path, escape: str) -> None:
    (problem,) = _problems(_written(tmp_path, f'a: "龙{escape}虾"\n'.encode()))

    assert problem.startswith("f.yaml:1:4: ")


def test_a_file_full_of_them_is_given_up_early(tmp_path: Path) -> None:
    problems = _problems(_written(tmp_path, b"\0" * MAX_BYTES))

    assert len(problems) == 21
    assert problems[-1] == "f.yaml:1:21: so many invisible characters that this is hardly a text file"


def test_every_unwanted_character_of_a_file_is_said_in_one_run(tmp_path: Path) -> None:
    problems = _problems(_written(tmp_path, "a: \x07\nb: \u202d\n<<: 1\n".encode()))

    assert [problem.split(": ")[0] for problem in problems] == ["f.yaml:1:4", "f.yaml:2:4", "f.yaml:3:1"]
