"""The two streams: what goes where, and how errors and hints are laid out."""

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from pipeline.console.plans import price, show_plan, sum_price
from pipeline.console.reports import show_report
from pipeline.console.slots import show_slots
from pipeline.console.terminal import Terminal
from pipeline.errors import ExitCode, Problem, SettingsError, SpecError, StoppedError
from pipeline.home import Home
from pipeline.platforms.model import Confidence
from pipeline.produce import Report
from pipeline.stages.handover import LeftOver
from tests.builders import CATALOG, facts, image, plan_of, reused, spec


@pytest.fixture(autouse=True)
def started_as_a_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/bin/pipeline"])


def test_results_go_to_stdout_and_the_rest_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()

    terminal.result("[bold]a result[/bold] :smile:")
    terminal.note("a note")
    terminal.warn("a warning")
    terminal.next_step("pipeline plan x")
    terminal.next_step(None)

    said = capsys.readouterr()
    assert said.out == "[bold]a result[/bold] :smile:\n"
    assert said.err == "a note\na warning\nnext: pipeline plan x\n"


def test_a_long_line_is_not_broken(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().result("长" * 300)

    assert capsys.readouterr().out == "长" * 300 + "\n"


def test_a_document_is_readable_json_without_escapes(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().document({"prompt": "龙虾"})

    out = capsys.readouterr().out
    assert "龙虾" in out
    assert json.loads(out) == {"prompt": "龙虾"}


def test_problems_of_a_spec_come_before_the_sentence_and_the_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Terminal().error(SpecError((Problem("b c.yaml", 7, 2, "no"), Problem("b c.yaml", 3, 9, "why"))))

    assert capsys.readouterr().err == (
        "b c.yaml:3:9: why\nb c.yaml:7:2: no\n"
        "error: 2 problems in b c.yaml\nnext: pipeline check 'b c.yaml'\n"
    )


def test_problems_of_the_settings_have_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().error(SettingsError("s.yaml:1:1: no\ns.yaml:2:1: why"))
    Terminal().error(SettingsError("PIPELINE_QPS: must be a number"))

    assert capsys.readouterr().err == (
        "s.yaml:1:1: no\ns.yaml:2:1: why\nerror: 2 problems in the settings\n"
        "error: PIPELINE_QPS: must be a number\n"
    )


def test_the_last_line_of_an_error_is_its_command_alone(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().error(
        StoppedError("no", next_step="settle it: pipeline resolve 3 --abandon   (or --resubmit)")
    )

    assert capsys.readouterr().err == (
        "error: no\nsettle it: or --resubmit\nnext: pipeline resolve 3 --abandon\n"
    )


@pytest.mark.parametrize(
    ("cost", "words"), [(0, "free"), (None, "price unknown"), (2000, "0.20 CNY"), (50, "0.01 CNY")]
)
def test_a_cost_in_words(cost: int | None, words: str) -> None:
    assert price(cost, "CNY") == words


@pytest.mark.parametrize(
    ("cost", "unpriced", "words"),
    [
        (0, 0, "free"),
        (2000, 0, "0.20 CNY"),
        (0, 2, "price unknown for 2 pictures"),
        (2000, 1, "0.20 CNY and price unknown for 1 picture"),
    ],
)
def test_a_sum_in_words(cost: int, unpriced: int, words: str) -> None:
    assert sum_price(cost, unpriced, "CNY") == words


@pytest.mark.parametrize("wide", [60, 80, 120, 200])
def test_slots_are_listed_one_a_line_in_any_width(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, wide: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(wide))

    show_slots(Terminal(), list(CATALOG.slots.values()))

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(CATALOG.slots)
    assert max(map(cell_len, lines)) <= wide
    assert all(re.search(r"\d+x(\d+|auto)", line) for line in lines[1:])


def test_a_small_limit_is_in_kilobytes_and_a_doubtful_one_has_a_mark(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    slot = next(iter(CATALOG.slots.values()))
    small = replace(slot, max_bytes=300_000, bytes_confidence=Confidence.LOW)

    show_slots(Terminal(), [small])

    assert "300 kB?" in capsys.readouterr().out


def test_a_plan_with_prompts_leaves_out_pictures_without_one(capsys: pytest.CaptureFixture[str]) -> None:
    plan = plan_of(facts(), spec(image(), image("week12/lobster/used", reused("week09/a/b"))))

    show_plan(Terminal(), plan, "CNY", prompts=True)

    out = capsys.readouterr().out
    assert out.count("(jimeng_t2i_v40)") == 1


def test_what_was_edited_and_is_no_longer_wanted_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    plan = plan_of(facts())
    left = LeftOver(removed=(), kept=("output/week12/lobster/wechat/09-old.inline.jpg",))
    report = Report(
        run="r",
        plan=plan,
        outcomes=(),
        made=(),
        bought={},
        left_over=(left,),
        stopped_by=StoppedError("the disk is full", next_step="free some space"),
        interrupted=False,
        exit_code=ExitCode.STOPPED,
    )

    show_report(Terminal(), report, Home(tmp_path), "CNY", again="pipeline run x", table=False)

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        "output/week12/lobster/wechat/09-old.inline.jpg: no longer wanted, but changed by hand: kept\n"
        "error: the disk is full\nnext: free some space\n"
    )


def test_keys_and_numbers_of_a_plan_are_whole_in_80_columns_and_the_reason_wraps(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    plan = plan_of(facts(), spec(image("week12/机械臂-video/teaser")))

    show_plan(Terminal(), plan, "CNY", prompts=False)

    lines = capsys.readouterr().out.splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert lines[1].split()[:5] == ["week12/机械臂-video/teaser", "generate", "2560x1440", "0.20", "CNY"]
    assert [bool(line.strip()) for line in lines] == [True] * 5 + [False, True]


def test_words_of_others_do_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    terminal.result("a \x1b[2J b \x9b31m c")
    terminal.table(("one",), (("x\x1b]0;title\x07",),))
    terminal.warn("e\x08f")

    said = capsys.readouterr()
    assert said.out.splitlines()[0] == "a \\x1b[2J b \\x9b31m c"
    assert "x\\x1b]0;title\\x07" in said.out
    assert "\x1b" not in said.out
    assert "\x07" not in said.out
    assert "\x08" not in said.err
