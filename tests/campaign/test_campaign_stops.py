"""Stops by signal, in a busy run and while a call hangs: no doubt is left, and each next run goes on."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.history.states import State
from pipeline.providers.simulator.faults import On
from pipeline.providers.simulator.script import read_script
from pipeline.providers.simulator.world import World
from tests.campaign.shop import Shop, WatchedWorld, until

if TYPE_CHECKING:
    from subprocess import Popen

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGTERM is a POSIX signal")

_SEED = 20261124
_A_RUN = 6
"""Pictures that each run has to buy anew: more than are made at once, so that a stop finds it busy."""
_ENDS_WITHIN = 1.0
"""Seconds that a stop may take when no order is out, on top of what the same program needs to start here."""

OpenShop = Callable[..., Shop]


@pytest.fixture
def shop_with(tmp_path: Path) -> Iterator[OpenShop]:
    """Opens a shop of one picture whose calls suffer from a fault, or are not answered for now."""
    opened: list[Shop] = []

    def open_one(*rules: dict[str, Any], holds: On | None = None) -> Shop:
        script = read_script({"rules": list(rules)})
        world = WatchedWorld(latency=0.1, holds=holds, faults=script)
        opened.append(Shop(tmp_path, world, pictures=1, more={"PIPELINE_SUBMIT_TIMEOUT": "30"}))
        return opened[-1]

    yield open_one
    for shop in opened:
        shop.close()


@pytest.mark.parametrize("on", [On.POLL, On.FETCH])
def test_a_stop_does_not_wait_for_a_call_that_costs_nothing(shop_with: OpenShop, on: On) -> None:
    shop = shop_with({"on": on.value, "fault": "hang", "at": [1]})
    starts_in = _starts_in(shop)

    with shop.start() as run:
        until(lambda: _world(shop).calls[on] == 1)
        begun = time.monotonic()
        run.terminate()
        said, _ = run.communicate()
        took = time.monotonic() - begun

    assert run.returncode == 130, said
    assert took < _ENDS_WITHIN + starts_in
    assert shop.states() == [State.SUBMITTED]
    _assert_the_next_run_finishes(shop)


def test_a_stop_waits_for_the_answer_to_an_order_that_is_out(shop_with: OpenShop) -> None:
    shop = shop_with(holds=On.SUBMIT)

    with shop.start() as run:
        until(lambda: bool(shop.world.tasks()))
        run.terminate()
        waits_for = _line_with("stopping", run)
        _world(shop).released.set()
        said, _ = run.communicate()

    assert "stopping: waiting for the answer to 1 order, at most 30 s" in waits_for
    assert run.returncode == 130, said
    assert shop.states() == [State.SUBMITTED]
    _assert_the_next_run_finishes(shop)


def test_a_second_ctrl_c_gives_up_on_an_answer_and_the_next_command_names_the_doubt(
    shop_with: OpenShop,
) -> None:
    shop = shop_with({"on": "submit", "fault": "hang", "at": [1]})
    starts_in = _starts_in(shop)

    with shop.start() as run:
        until(lambda: bool(shop.world.tasks()))
        run.send_signal(signal.SIGINT)
        waits_for = _line_with("stopping", run)
        begun = time.monotonic()
        run.send_signal(signal.SIGINT)
        said, _ = run.communicate()
        took = time.monotonic() - begun
    after = shop.run()

    assert "stopping: waiting for the answer to 1 order" in waits_for
    assert "Ctrl-C again" in waits_for
    assert run.returncode == 130, said
    assert took < _ENDS_WITHIN + starts_in
    assert after.code == 3
    assert "week/a/i0: unknown" in after.said
    assert "pipeline resolve" in after.said
    assert len(shop.world.tasks()) == 1


def _starts_in(shop: Shop) -> float:
    """Seconds that this machine needs to start the program, now, and to end it."""
    begun = time.monotonic()
    assert shop.run("plan", "configs/week.yaml").code == 0
    return time.monotonic() - begun


def _world(shop: Shop) -> WatchedWorld:
    assert isinstance(shop.world, WatchedWorld)
    return shop.world


def _line_with(words: str, run: "Popen[str]") -> str:
    """The next line of a run that holds some words."""
    assert run.stdout is not None
    return next((line for line in run.stdout if words in line), "")


def _assert_the_next_run_finishes(shop: Shop) -> None:
    shop.age()
    after = shop.run()

    assert after.code == 0, after.said
    assert shop.delivered() == 1
    assert len(shop.world.tasks()) == 1
    assert shop.left_over() == []


def test_stops_leave_no_doubt_short(tmp_path: Path) -> None:
    _stops(tmp_path, stops=8)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_stops_leave_no_doubt_long(tmp_path: Path) -> None:
    slowest = _stops(tmp_path, stops=40)

    assert slowest < 3.0


def _stops(home: Path, *, stops: int) -> float:
    """Stop so many runs, finish the week, and return how many seconds the slowest stop took."""
    shop = Shop(home, World(latency=0.3, concurrency=4), pictures=1)
    chance = random.Random(_SEED)  # noqa: S311 - a fixed order of stops, not a secret
    seconds, codes = [], []
    try:
        assert shop.run().code == 0  # begins the history, so that the next ones say nothing before they buy
        for number in range(1, stops + 1):
            shop.write_spec(range(number * _A_RUN))
            code, took = _stop(shop.start(), after=chance.uniform(0.0, 0.6))
            codes.append(code)
            seconds.append(took)
            assert shop.doubts() == []
        last = shop.run()
    finally:
        shop.close()

    print(  # noqa: T201 - the figures of a campaign
        f"\nstops, seed {_SEED}: {stops} stops, {codes.count(130)} of a busy run, 0 in doubt,"
        f" {len(shop.paid_twice())} paid twice, the slowest took {max(seconds):.2f} s"
    )
    assert codes.count(130) > stops / 2
    assert last.code == 0, last.said
    assert shop.delivered() == stops * _A_RUN
    assert shop.paid_twice() == []
    assert shop.lost() == set()
    return max(seconds)


def _stop(process: "Popen[str]", *, after: float) -> tuple[int, float]:
    """Stop a run so many seconds after its first word; returns its exit code and how long its end took."""
    assert process.stdout is not None
    process.stdout.readline()  # it has bought something: its handlers are in place
    time.sleep(after)
    begun = time.monotonic()
    process.terminate()
    said, _ = process.communicate()
    assert process.returncode in (0, 3, 130), said
    return process.returncode, time.monotonic() - begun
