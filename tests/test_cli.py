"""The command line as a whole: help, start-up, exit codes of what was mistyped, the written reference."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import __version__
from pipeline.cli import GROUPS, run
from tests.write_docs import ROOT, commands_markdown, spec_schema_text, stale, with_commands

COMMANDS = [command.__name__ for commands in GROUPS.values() for command in commands]
EVERY = [[name] for name in COMMANDS] + [["db"], ["db", "upgrade"], ["db", "check"]]


@pytest.fixture(autouse=True)
def started_as_a_script(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/bin/pipeline"])
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_has_a_sentence_an_example_and_help_in_80_columns(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code = run([*words, "--help"])

    said = capsys.readouterr()
    assert (code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0].startswith(f"Usage: pipeline {' '.join(words)}")
    assert re.match(r"  [A-Z].*", lines[2])
    assert max(map(len, lines)) <= 80
    if words != ["db"]:
        examples = [line for line in lines if re.match(rf"    pipeline {' '.join(words)}\b", line)]
        assert examples


@pytest.mark.parametrize("words", [words for words in EVERY if words != ["db"]], ids=" ".join)
def test_every_option_has_a_help_text(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    run([*words, "--help"])

    options = re.findall(r"^  (-[^\n]*)$", capsys.readouterr().out, re.MULTILINE)
    assert options
    assert all(re.match(r"(-\w, )?--[\w-]+( [A-Z][\w=]*)?( {2,}\S|$)", option) for option in options)


def test_the_list_of_commands_is_not_cut(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["--help"])

    out = capsys.readouterr().out
    assert code == 0
    assert "..." not in out.replace("[ARGS]...", "")
    assert all(re.search(rf"^  {name} ", out, re.MULTILINE) for name in [*COMMANDS, "db"])


def test_help_starts_without_the_heavy_libraries(tmp_path: Path) -> None:
    script = (
        "import sys; sys.argv = ['pipeline', '--help']\n"
        "from pipeline.cli import run\n"
        "code = run()\n"
        "heavy = ('sqlalchemy', 'alembic', 'PIL', 'requests', 'urllib3', 'pydantic', 'yaml', 'rich.live')\n"
        "print([name for name in heavy if name in sys.modules], code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "[] 0"


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"pipeline {__version__}\n"


def test_the_module_is_a_program_with_an_exit_code() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "run"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(r"next: \S+ -m pipeline run --help", done.stderr.splitlines()[-1])


def test_the_entry_point_takes_its_words_from_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["pipeline", "--version"])
    with pytest.raises(SystemExit) as end:
        runpy.run_module("pipeline", run_name="__main__")

    assert end.value.code == 0


@pytest.mark.parametrize(
    ("words", "last"),
    [
        (["frob"], "next: pipeline --help"),
        (["run"], "next: pipeline run --help"),
        (["run", "--frob"], "next: pipeline run --help"),
        (["history", "--limit", "many"], "next: pipeline history --help"),
        (["--frob"], "next: pipeline --help"),
    ],
)
def test_what_was_mistyped_ends_with_2_and_names_the_help(
    words: list[str], last: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(words)

    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert said.err.splitlines()[-1] == last


@pytest.mark.parametrize("words", [[], ["db"]])
def test_without_a_command_the_help_is_shown(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code = run(words)

    said = capsys.readouterr()
    assert code == 2
    assert "Usage: pipeline" in said.out + said.err
    assert "next:" not in said.err


def test_the_readme_holds_the_reference_of_every_command() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")

    assert commands_markdown() in readme
    assert with_commands(readme) == readme


def test_the_written_schema_of_a_spec_is_the_one_that_specs_are_read_with() -> None:
    assert (ROOT / "configs" / "spec.schema.json").read_text("utf-8") == spec_schema_text()


def test_what_is_stale_is_found_and_written_anew(tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    readme = tmp_path / "README.md"
    readme.write_text("# x\n\n<!-- commands -->\nold\n<!-- /commands -->\nafter\n", "utf-8")

    found = dict(stale(tmp_path))
    for path, text in found.items():
        path.write_text(text, "utf-8")

    assert set(found) == {readme, tmp_path / "configs" / "spec.schema.json"}
    assert found[readme].startswith("# x\n\n<!-- commands -->\n### Every week\n")
    assert found[readme].endswith("<!-- /commands -->\nafter\n")
    assert dict(stale(tmp_path)) == {}


def test_a_readme_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="needs the lines"):
        with_commands("# x\n")


def test_the_reference_names_every_command_once() -> None:
    text = commands_markdown()

    for words in EVERY:
        if words != ["db"]:
            assert text.count(f"#### `pipeline {' '.join(words)}`\n") == 1
