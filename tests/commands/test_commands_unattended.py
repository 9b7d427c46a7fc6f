"""Runs that nobody watches: a deadline, and a command that is told."""

import json
import sys
import threading
from pathlib import Path

import pytest

from pipeline.commands.deadline import expiring, seconds_of
from pipeline.errors import UsageError
from pipeline.runner.signals import Bell
from tests.commands.bench import SETTINGS, Desk, image

_LISTENER = """
import pathlib, sys
pathlib.Path("told.json").write_bytes(sys.stdin.buffer.read())
"""


def _listen(desk: Desk, *command: str) -> None:
    words = ", ".join(json.dumps(word) for word in command)
    (desk.root / "configs" / "settings.yaml").write_text(f"{SETTINGS}notify: [{words}]\n", "utf-8")


@pytest.mark.parametrize(
    ("span", "seconds"), [("90", 90), ("90s", 90), ("30m", 1800), ("2h", 7200), ("1.5h", 5400), (" 5m ", 300)]
)
def test_a_span_is_read_as_people_write_it(span: str, seconds: float) -> None:
    assert seconds_of(span) == seconds


@pytest.mark.parametrize("span", ["", "0", "-5m", "soon", "5d", "5 m", "1:30", "٣"])
def test_anything_else_is_said_with_an_example(span: str) -> None:
    with pytest.raises(UsageError, match="such as 90s, 30m or 2h"):
        seconds_of(span)


def test_the_bell_rings_when_the_time_is_over_and_not_after_the_end() -> None:
    bell, ended = Bell(), Bell()

    with expiring(bell, 0.01):
        bell.sleep(30)
    before = threading.active_count()
    with expiring(ended, 30):
        pass

    assert (bell.stopping, bell.expired, bell.abandoned) == (True, True, False)
    assert (ended.stopping, ended.expired) == (False, False)
    assert threading.active_count() <= before + 1


def test_a_stop_before_the_deadline_stays_a_stop() -> None:
    bell = Bell()

    bell.stop()
    bell.expire()

    assert (bell.stopping, bell.expired) == (True, False)


def test_at_the_deadline_a_run_begins_nothing_more_and_says_how_to_go_on(desk: Desk) -> None:
    (desk.root / "configs" / "settings.yaml").write_text(
        "simulator: {latency: 600, concurrency: 1}\n", "utf-8"
    )
    spec = desk.spec(
        image("cover", "龙虾", "model: jimeng_t2i_v40, size: 1024x1024"),
        image("inner", "电路板", "model: jimeng_t2i_v40, size: 1024x1024"),
    )

    said = desk("run", spec, "--provider", "simulator", "--deadline", "1s")

    assert said.code == 3
    assert "the deadline came: what was not begun is left for the next run" in said.err
    assert "interrupted" not in said.err
    assert said.last.startswith("next: pipeline run ")
    assert sorted(item.state.value for item in desk.generations()) in (
        ["cancelled", "submitted"],
        ["submitted"],
    )


def test_a_wrong_deadline_is_a_usage_error(desk: Desk) -> None:
    said = desk("run", desk.spec(image()), "--deadline", "tomorrow")

    assert said.code == 2
    assert "--deadline tomorrow" in said.err


def test_a_command_is_told_of_a_run_that_bought_and_not_of_one_that_did_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    listener = tmp_path / "listener.py"
    listener.write_text(_LISTENER, "utf-8")
    _listen(desk, sys.executable, str(listener))
    spec = desk.spec(image())

    bought = desk.json("run", "run", spec, "--provider", "simulator")
    told = json.loads((desk.root / "told.json").read_text("utf-8"))
    (desk.root / "told.json").unlink()
    desk("run", spec, "--provider", "simulator")

    assert told == bought
    assert not (desk.root / "told.json").exists()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("no-such-command-anywhere",), "could not be told (FileNotFoundError)"),
        ((sys.executable, "-c", "raise SystemExit(7)"), "ended with 7"),
    ],
)
def test_a_command_that_fails_is_said_and_changes_nothing(
    desk: Desk, command: tuple[str, ...], words: str
) -> None:
    _listen(desk, *command)

    said = desk("run", desk.spec(image()), "--provider", "simulator")

    assert said.code == 0
    assert words in said.err


def test_after_the_deadline_one_stop_still_waits_for_the_answer_to_an_order() -> None:
    bell = Bell()

    bell.expire()
    bell.stop()
    after_one = bell.abandoned
    bell.stop()

    assert (after_one, bell.abandoned, bell.stopped) == (False, True, True)
