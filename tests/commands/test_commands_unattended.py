"""Runs that nobody watches: a deadline, and a command that is told."""

import json
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from pipeline.commands import notifying
from pipeline.commands.deadline import expiring, seconds_of
from pipeline.errors import UsageError
from pipeline.providers.simulator.server import Simulator
from pipeline.runner.signals import Bell
from tests.commands.bench import SETTINGS, Desk, check_schema, image, point_at, vendor

_MANY = 250
_PIPE = 65536
"""A report of so many pictures is longer than what a pipe holds for a reader that never comes."""
_LISTENER = """
import pathlib, sys
pathlib.Path("told.json").write_bytes(sys.stdin.buffer.read())
"""


@pytest.fixture
def listener(desk: Desk, tmp_path: Path) -> Path:
    """What the listener of this home writes: the last report that it was told."""
    program = tmp_path / "listener.py"
    program.write_text(_LISTENER, "utf-8")
    _listen(desk, sys.executable, str(program))
    return desk.root / "told.json"


def _told(listener: Path) -> Any:
    """The document that was told, which fits the schema of `run --json`."""
    document = json.loads(listener.read_text("utf-8"))
    check_schema("run", document)
    return document


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
    desk: Desk, listener: Path
) -> None:
    spec = desk.spec(image())

    bought = desk.json("run", "run", spec, "--provider", "simulator")
    told = _told(listener)
    listener.unlink()
    desk("run", spec, "--provider", "simulator")

    assert told == bought
    assert not listener.exists()


@pytest.mark.parametrize(("fault", "state"), [("lost_reply", "unknown"), ("50412", "refused")])
def test_a_command_is_told_of_a_doubt_and_of_a_refusal_with_what_to_type(
    desk: Desk, listener: Path, monkeypatch: pytest.MonkeyPatch, fault: str, state: str
) -> None:
    with vendor({"on": "process", "fault": fault, "at": [1]}) as server:
        point_at(monkeypatch, server)
        said = desk.json("run", "run", desk.spec(image()), "--yes", code=3)

    told = _told(listener)
    assert told == said
    assert [asset["state"] for asset in told["assets"]] == [state]
    assert told["assets"][0]["error"]["next"]


def test_a_command_is_told_again_of_a_doubt_that_still_stands(
    desk: Desk, listener: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = desk.spec(image())
    with vendor({"on": "process", "fault": "lost_reply"}) as server:
        point_at(monkeypatch, server)
        desk("run", spec, "--yes")
        listener.unlink()
        desk("run", spec, "--yes")

    told = _told(listener)
    assert (told["submitted"], told["assets"][0]["state"]) == (0, "unknown")


def test_a_command_is_told_of_a_run_that_lacks_its_credentials(
    desk: Desk, listener: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = desk.spec(image(), image("inner", "电路板"))
    with vendor({"on": "process", "fault": "50412", "at": [2]}) as server:
        point_at(monkeypatch, server)
        desk("run", spec, "--yes", "--only", "lobster/cover")
    listener.unlink()
    for name in ("VOLC_ACCESSKEY", "VOLC_SECRETKEY"):
        monkeypatch.delenv(name)

    said = desk.json("run", "run", spec, "--yes", code=5)

    assert _told(listener) == said
    assert said["status"] == "stopped"


def test_a_command_is_told_of_a_run_that_nobody_was_there_to_say_yes_to(
    desk: Desk, jimeng: Simulator, listener: Path
) -> None:
    desk("db", "upgrade")

    said = desk.json("run", "run", desk.spec(image()), code=4)

    told = _told(listener)
    assert told == said
    assert (told["status"], told["submitted"]) == ("stopped", 0)


def test_a_command_is_told_of_a_run_that_found_no_room_for_its_pictures(
    desk: Desk, jimeng: Simulator, listener: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = shutil.disk_usage(desk.root)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: free)

    said = desk.json("run", "run", desk.spec(image()), "--yes", code=3)

    told = _told(listener)
    assert told == said
    assert (told["status"], told["submitted"]) == ("stopped", 0)


def test_a_command_is_told_of_a_run_whose_home_can_not_be_written(
    desk: Desk, jimeng: Simulator, listener: Path
) -> None:
    (desk.root / "data").mkdir()
    (desk.root / "data" / "inbox").write_text("a file where a folder belongs")

    said = desk.json("run", "run", desk.spec(image()), "--yes", code=3)

    assert _told(listener) == said


@pytest.mark.parametrize("reads", ["sys.stdin.buffer.read(); ", ""])
def test_a_command_that_hangs_is_cut_whether_it_reads_or_not(
    desk: Desk, jimeng: Simulator, monkeypatch: pytest.MonkeyPatch, reads: str
) -> None:
    monkeypatch.setattr(notifying, "_SECONDS", 0.5)
    _listen(desk, sys.executable, "-c", f"import sys, time; {reads}time.sleep(60)")
    spec = desk.spec(*(image(f"i{number}", f"龙虾 {number}") for number in range(_MANY)))
    desk("db", "upgrade")

    began = time.monotonic()
    said = desk("run", spec, "--json")

    assert len(said.out) > _PIPE
    assert said.code == 4
    assert f"notify: {sys.executable} could not be told (TimeoutExpired)" in said.err
    assert time.monotonic() - began < 50


def test_a_command_that_ends_without_reading_is_no_failure(desk: Desk, jimeng: Simulator) -> None:
    _listen(desk, sys.executable, "-c", "")
    spec = desk.spec(*(image(f"i{number}", f"龙虾 {number}") for number in range(_MANY)))
    desk("db", "upgrade")

    said = desk("run", spec, "--json")

    assert len(said.out) > _PIPE
    assert "notify" not in said.err


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


def test_after_the_deadline_one_signal_still_waits_for_the_answer_to_an_order() -> None:
    bell = Bell()

    bell.expire()
    bell.interrupt()
    after_one = bell.abandoned
    bell.interrupt()

    assert (after_one, bell.abandoned, bell.stopped) == (False, True, True)
