"""Random kills over several processes on one spec: 0 paid twice, 0 lost, in the end everything is there."""

import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.history.states import State
from pipeline.providers.simulator.world import World
from tests.campaign.shop import Shop

if TYPE_CHECKING:
    from subprocess import Popen

_SEED = 20261124
_CONCURRENCY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of it: pictures, kills, processes; the pause before a kill in seconds, from and to."""

    pictures: int
    kills: int
    processes: int = 3
    pause: tuple[float, float] = (0.5, 1.4)


@pytest.fixture
def open_shop(tmp_path: Path) -> Iterator["Opener"]:
    opener = Opener(tmp_path)
    yield opener
    opener.close()


class Opener:
    """Opens the shop of a test, and closes it."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._shops: list[Shop] = []

    def __call__(self, pictures: int, *, latency: float = 0.3) -> Shop:
        world = World(latency=latency, concurrency=_CONCURRENCY)
        shop = Shop(self._home, world, pictures=pictures, concurrency=_CONCURRENCY)
        self._shops.append(shop)
        return shop

    def close(self) -> None:
        """Close what was opened."""
        for shop in self._shops:
            shop.close()


def test_random_kills_cost_nothing_short(open_shop: Opener) -> None:
    _soak(open_shop, Size(pictures=24, kills=8))


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_random_kills_cost_nothing_long(open_shop: Opener) -> None:
    _soak(open_shop, Size(pictures=300, kills=100, pause=(0.5, 2.0)))


def test_stops_leave_no_doubt_short(open_shop: Opener) -> None:
    _stops(open_shop, stops=6)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_stops_leave_no_doubt_long(open_shop: Opener) -> None:
    _stops(open_shop, stops=40)


def _soak(open_shop: Opener, size: Size) -> None:
    shop = open_shop(size.pictures)
    chance = random.Random(_SEED)  # noqa: S311 - a fixed order of kills, not a secret
    running = [shop.start() for _ in range(size.processes)]

    for _ in range(size.kills):
        time.sleep(chance.uniform(*size.pause))
        place = chance.randrange(size.processes)
        _kill(running[place])
        running[place] = shop.start()
    for process in running:
        process.communicate()
    _age(shop)
    first = shop.run()

    doubts = [row for row in shop.generations() if row.state is State.UNKNOWN]
    print(f"seed {_SEED}: {size.kills} kills, {shop.world.billed()} billed, {len(doubts)} in doubt")  # noqa: T201 - the figures of a campaign
    assert first.code == (3 if doubts else 0), first.said
    assert all(f"{row.asset}: unknown" in first.said for row in doubts)
    assert shop.paid_twice() == []
    assert shop.lost() == set()
    assert shop.left_over() == []
    assert shop.delivered() == size.pictures - len(doubts)
    if doubts:
        assert shop.run("resolve", "--all", "--resubmit").code == 0
    last = shop.run()
    assert last.code == 0, last.said
    assert shop.delivered() == size.pictures
    assert shop.run("db", "check", "--files").code == 0


def _stops(open_shop: Opener, *, stops: int) -> None:
    """SIGTERM in a busy run, again and again; each next run goes on with more to do."""
    shop = open_shop(0)
    chance = random.Random(_SEED)  # noqa: S311 - a fixed order of stops, not a secret
    slowest = 0.0

    for number in range(1, stops + 1):
        shop.write_spec(range(number * 6))
        process = shop.start()
        assert process.stdout is not None
        process.stdout.readline()  # it has said something: its handlers are in place
        time.sleep(chance.uniform(0.0, 0.6))
        begun = time.monotonic()
        process.terminate()
        said, _ = process.communicate()
        slowest = max(slowest, time.monotonic() - begun)
        assert process.returncode in (0, 130), said

    print(f"seed {_SEED}: {stops} stops, the slowest took {slowest:.2f} s")  # noqa: T201 - the figures of a campaign
    assert [row for row in shop.generations() if row.state is State.UNKNOWN] == []
    last = shop.run()
    assert last.code == 0, last.said
    assert shop.paid_twice() == []
    assert shop.delivered() == stops * 6


def _kill(process: "Popen[str]") -> None:
    process.kill()
    process.communicate()


def _age(shop: Shop) -> None:
    past = time.time() - 60
    for path in shop.home.rglob(".tmp-*"):
        os.utime(path, (past, past))
