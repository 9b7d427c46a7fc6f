"""Random kills over several processes on one spec: 0 paid twice, 0 lost, in the end everything is there."""

import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.campaign.accounts import most_running, most_within
from tests.campaign.shop import Shop, WatchedWorld

if TYPE_CHECKING:
    from subprocess import Popen

_SEED = 20261124
_CONCURRENCY = 4
_QPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of it. Seconds: `latency` of a picture, `pause` before each kill, from and to.

    The pictures take longer than the kills, so that every kill hits a run that still has something to do.
    """

    pictures: int
    kills: int
    latency: float
    pause: tuple[float, float]
    processes: int = 3


_SHORT = Size(pictures=40, kills=12, latency=1.0, pause=(0.4, 1.0))
_LONG = Size(pictures=300, kills=100, latency=1.8, pause=(0.5, 2.0))


def test_random_kills_cost_nothing_short(tmp_path: Path) -> None:
    _soak(tmp_path, _SHORT)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_random_kills_cost_nothing_long(tmp_path: Path) -> None:
    _soak(tmp_path, _LONG)


def _soak(home: Path, size: Size) -> None:
    with _running(home, size) as (shop, processes):
        _kill_at_random(shop, processes, size.kills, size.pause)
        for process in processes:
            process.communicate()
        shop.age()
        first = shop.run()
        doubts = shop.doubts()
        _tell(shop, size, len(doubts))

        assert first.code == (3 if doubts else 0), first.said
        assert all(f"{row.asset}: unknown" in first.said for row in doubts)
        assert shop.delivered() == size.pictures - len(doubts)
        assert shop.paid_twice() == []
        assert shop.lost() == set()
        _settle_and_finish(shop, size.pictures, doubts=bool(doubts))
        assert shop.lost() == set()
        _assert_within_limits(shop)


@contextmanager
def _running(home: Path, size: Size) -> Iterator[tuple[Shop, list["Popen[str]"]]]:
    """A shop without limits of its own, which notes what is asked of it, and several runs on one spec."""
    world = WatchedWorld(answers_after=0.25, latency=size.latency, concurrency=None)
    shop = Shop(
        home, world, pictures=size.pictures, concurrency=_CONCURRENCY, more={"PIPELINE_QPS": str(_QPS)}
    )
    processes = [shop.start() for _ in range(size.processes)]
    try:
        yield shop, processes
    finally:
        for process in processes:
            with process:  # which also closes its streams
                process.kill()
        shop.close()


def _kill_at_random(
    shop: Shop, processes: list["Popen[str]"], kills: int, pause: tuple[float, float]
) -> None:
    """Kill one run after the other, and start it again; each is in the middle of its work."""
    chance = random.Random(_SEED)  # noqa: S311 - a fixed order of kills, not a secret
    for _ in range(kills):
        time.sleep(chance.uniform(*pause))
        place = chance.randrange(len(processes))
        processes[place].kill()
        said, _ = processes[place].communicate()
        assert processes[place].returncode == -signal.SIGKILL, said
        processes[place] = shop.start()


def _settle_and_finish(shop: Shop, pictures: int, *, doubts: bool) -> None:
    """The author's word settles what is in doubt; then the week is whole, and so is the home."""
    if doubts:
        settled = shop.run("resolve", "--all", "--resubmit")
        assert settled.code == 0, settled.said
    last = shop.run()
    assert last.code == 0, last.said
    assert shop.delivered() == pictures
    assert shop.left_over() == []
    checked = shop.run("db", "check", "--files")
    assert checked.code == 0, checked.said


def _assert_within_limits(shop: Shop) -> None:
    """Over all processes; an order that was on its way a little longer may come with the next ones."""
    tasks = shop.world.tasks()
    assert most_running(tasks) <= _CONCURRENCY
    assert most_within(tasks, 1.0) <= _QPS + 1
    assert most_within(tasks, 10.0) <= 10 * _QPS


def _tell(shop: Shop, size: Size, doubts: int) -> None:
    tasks = shop.world.tasks()
    print(  # noqa: T201 - the figures of a campaign
        f"\nsoak, seed {_SEED}: {size.kills} kills of {size.processes} runs, {size.pictures} pictures,"
        f" {shop.world.billed()} billed, {doubts} in doubt, {len(shop.paid_twice())} paid twice,"
        f" {len(shop.lost())} lost; at most {most_running(tasks)} of {_CONCURRENCY} at once and"
        f" {most_within(tasks, 1.0)} of {_QPS} in a second"
    )
