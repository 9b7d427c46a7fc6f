"""A run's dealings with its provider: stopped, shared with another run, broken off."""

import json
import os
from dataclasses import replace
from typing import Any

import pytest

from pipeline.errors import ExitCode, IncompleteError
from pipeline.plan.model import Plan, Reason, Wishes
from pipeline.produce import Watcher, plan_only, produce
from pipeline.runner.lock import lock_path
from pipeline.runner.model import News
from tests.stages.stages_bench import (
    BOAT,
    CAT,
    Author,
    OpenAuthor,
    asks,
    states,
    stop_when_submitted,
    submitted,
)


def test_a_stopped_run_says_so_and_the_next_one_finishes(author_of: OpenAuthor) -> None:
    author = author_of(latency=0.2)
    spec = author.write(lobster={"cover": asks(), "cat": asks(CAT), "boat": asks(BOAT)})

    stopped = author.run(spec, listen=stop_when_submitted)
    finished = author.run(spec)

    assert (stopped.exit_code, stopped.interrupted) == (ExitCode.INTERRUPTED, True)
    assert "unknown" not in states(stopped).values()
    assert set(states(finished).values()) == {"delivered"}
    assert author.shop.sold == 3
    assert submitted(stopped) + submitted(finished) == 3


def test_two_specs_are_made_in_one_run(author: Author) -> None:
    specs = [
        author.write("week12", lobster={"cover": asks()}),
        author.write("week13", boat={"cover": asks(BOAT)}),
    ]

    report = author.run(*specs)

    assert {name: item.pictures for name, item in report.bought.items()} == {"week12": 1, "week13": 1}
    assert author.pictures("week12")
    assert author.pictures("week13")


def test_the_synchronous_model_is_counted_and_delivered(author: Author) -> None:
    spec = author.write(lobster={"cover": asks(model="jimeng_high_aes_general_v21_L", size="512x512")})

    report = author.run(spec)

    assert (submitted(report), states(report)) == (1, {"lobster/cover": "delivered"})
    assert report.bought["week12"].cost == 1000


def test_a_picture_that_another_run_is_buying_is_waited_for_and_not_counted_here(
    author_of: OpenAuthor,
) -> None:
    author = author_of(latency=0.4)
    first = author.write("week12", lobster={"cover": asks()})
    second = author.write("week13", crayfish={"cover": asks()})
    other: list[Any] = []

    def start_another(_: Any, happening: Any) -> None:
        if happening.news is News.SUBMITTED and not other:
            other.append(author.run(second))

    report = author.run(first, listen=start_another)

    assert (submitted(report), submitted(other[0]), author.shop.sold) == (1, 0, 1)
    assert states(report) == {"lobster/cover": "delivered"}
    assert states(other[0]) == {"crayfish/cover": "delivered"}


def test_a_paid_task_that_no_asset_asks_for_any_more_is_brought_in_all_the_same(
    author_of: OpenAuthor,
) -> None:
    author = author_of(latency=0.3)

    author.run(author.write(lobster={"cover": asks()}), listen=stop_when_submitted)
    report = author.run(author.write(lobster={"cover": asks(CAT)}))
    back = author.run(author.write(lobster={"cover": asks()}))

    assert (submitted(report), submitted(back)) == (1, 0)
    assert states(back) == {"lobster/cover": "delivered"}


def test_a_full_disk_ends_the_run_with_a_sentence_and_loses_nothing(author: Author) -> None:
    spec = author.write(lobster={"cover": asks()})
    blobs = author.root / "data" / "blobs"
    blobs.write_text("a file where the store belongs")

    report = author.run(spec)
    blobs.unlink()
    later = author.run(spec)

    assert isinstance(report.stopped_by, IncompleteError)
    assert (report.exit_code, states(report)) == (ExitCode.INCOMPLETE, {"lobster/cover": "waiting"})
    assert (submitted(later), states(later)) == (0, {"lobster/cover": "delivered"})


def test_a_fault_of_ours_while_listening_stops_the_run_and_keeps_what_was_paid(author_of: OpenAuthor) -> None:
    author = author_of(latency=0.2)
    spec = author.write(lobster={"cover": asks(), "cat": asks(CAT)})

    def break_down(_: Any, happening: Any) -> None:
        if happening.news is News.SUBMITTED:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        author.run(spec, listen=break_down)
    report = author.run(spec)

    assert set(states(report).values()) == {"delivered"}
    assert author.shop.sold == 2
    assert author.shop.sold_twice() == []


class _Broken:
    """A provider with a fault of ours in it."""

    name, endpoint, account = "jimeng", "127.0.0.1:1", "0123456789ab"

    def submit(self, *_: object) -> None:
        raise ZeroDivisionError


def test_a_fault_of_ours_in_a_thread_is_raised(author: Author) -> None:
    spec = author.write(lobster={"cover": asks()})

    with author.studio(spec) as (studio, specs):
        broken = replace(studio, provider=_Broken())  # type: ignore[arg-type] # broken on purpose
        watcher = Watcher(accept=lambda _: None, news=lambda _: None)
        with pytest.raises(ZeroDivisionError):
            produce(broken, specs, Wishes(), watcher)


def test_logs_tell_the_run_by_generation_and_task(author: Author) -> None:
    author.run(author.write(lobster={"cover": asks()}))

    lines = [
        json.loads(line)
        for path in (author.root / "data" / "logs").glob("*.jsonl")
        for line in path.read_text("utf-8").splitlines()
    ]

    assert [line["event"] for line in lines] == [
        "run_begins",
        "planned",
        "sent",
        "submitted",
        "ready",
        "stored",
    ]
    assert lines[-1]["task_id"] == author.shop.world.tasks()[0].id
    assert lines[-1]["asset"] == "week12/lobster/cover"


def test_what_a_living_run_has_planned_is_waited_for_and_taken_over_by_the_next_when_it_dies(
    author: Author,
) -> None:
    spec = author.write(lobster={"cover": asks()})
    plans: list[Plan] = []
    with author.studio(spec) as (other, specs):
        wanted = plan_only(other, specs, Wishes()).purchases[0].wanted
        row = other.ledger.intend(wanted, at=author.now())

        def die(plan: Plan) -> None:
            plans.append(plan)
            lock_path(other.home.runs, other.run).unlink()

        waited = author.run(spec, accept=die)
    taken = author.run(spec)

    assert row is not None
    assert plans[0].actions[0].code is Reason.OTHER_RUN
    assert (states(waited), submitted(waited)) == ({"lobster/cover": "blocked"}, 0)
    assert (states(taken), submitted(taken)) == ({"lobster/cover": "delivered"}, 1)
    assert author.shown("week12/lobster/cover", spec) == row.id


def test_what_killed_runs_left_half_written_is_swept_away(author: Author) -> None:
    spec = author.write(lobster={"cover": asks()})
    author.run(spec)
    left = [
        folder / ".tmp-1-left.png"
        for folder in (author.root / "data" / "blobs", author.root / "data" / "inbox", author.delivered())
    ]
    for path in left:
        path.write_bytes(b"half")
        os.utime(path, (0, 0))

    author.run(spec)

    assert not any(path.exists() for path in left)
    log = next((author.root / "data" / "logs").iterdir()).read_text("utf-8")
    assert '"files": 3' in log
