"""Next steps: taken apart, and printed as they can be typed."""

import sys
from pathlib import Path

import pytest

from pipeline.console.steps import Step, command_line, named_home, read_step, typed


@pytest.fixture(autouse=True)
def started_as_a_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/bin/pipeline", "run", "x.yaml"])


@pytest.mark.parametrize(
    ("hint", "step"),
    [
        ("pipeline collect", Step("", "pipeline collect")),
        (
            "change the prompt, or: pipeline regenerate w/a/b",
            Step("change the prompt, or:", "pipeline regenerate w/a/b"),
        ),
        (
            "pipeline resolve w/a/b --resubmit   (or --abandon)",
            Step("or --abandon", "pipeline resolve w/a/b --resubmit"),
        ),
        ("set them: pipeline doctor   (free)", Step("set them: free", "pipeline doctor")),
        ("raise the budget", Step("raise the budget", "")),
        ("write it under prices: in the settings", Step("write it under prices: in the settings", "")),
    ],
)
def test_a_hint_is_words_and_a_command(hint: str, step: Step) -> None:
    assert read_step(hint) == step


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("pipeline run x.yaml", 1),
        ("type `pipeline doctor --online`, or pipeline --help", 2),
        ("/work/pipeline is a folder; my-pipeline runs", 0),
    ],
)
def test_only_commands_are_retyped(monkeypatch: pytest.MonkeyPatch, text: str, commands: int) -> None:
    monkeypatch.setattr(sys, "argv", ["/x/pipeline/__main__.py"])

    assert typed(text).count("-m pipeline ") == commands


def test_a_module_is_typed_with_the_python_that_runs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", ["/x/pipeline/__main__.py"])
    inside = tmp_path / "my env" / "bin" / "python"
    inside.parent.mkdir(parents=True)
    inside.touch(mode=0o755)
    monkeypatch.setattr(sys, "executable", str(inside))

    elsewhere = typed("pipeline plan x")
    monkeypatch.chdir(tmp_path)
    beside = typed("pipeline plan x")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("PATH", str(inside.parent))
    on_path = typed("pipeline plan x")

    assert elsewhere == f"'{inside}' -m pipeline plan x"
    assert beside == "'my env/bin/python' -m pipeline plan x"
    assert on_path == "python -m pipeline plan x"


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("pipeline run x", "pipeline run x --home 'my home'"),
        ("pipeline db check", "pipeline db check --home 'my home'"),
        ("pipeline init", "pipeline init 'my home'"),
        ("pipeline init there", "pipeline init there"),
        ("pipeline schema", "pipeline schema"),
        ("pipeline run x --home there", "pipeline run x --home there"),
    ],
)
def test_a_command_stays_in_the_home_that_was_named(
    monkeypatch: pytest.MonkeyPatch, command: str, shown: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/bin/pipeline", "plan", "x", "--home", "my home"])

    assert read_step(command).command == shown


@pytest.mark.parametrize(
    ("words", "home"),
    [
        (["run", "--home", "a"], "a"),
        (["--home=b", "run"], "b"),
        (["run", "--home"], None),
        (["run", "x"], None),
    ],
)
def test_the_home_of_a_command_line(words: list[str], home: str | None) -> None:
    assert named_home(words) == home


def test_a_command_line_is_quoted_and_leaves_out_what_was_not_said() -> None:
    line = command_line(
        *("run", "my week.yaml"),
        only=("a*", "b"),
        provider=None,
        yes=False,
        remaster=True,
        max_cost=1.5,
        max_images=0,
        tag=(),
    )

    assert line == "pipeline run 'my week.yaml' --only 'a*' --only b --remaster --max-cost 1.5 --max-images 0"
