"""SIGTERM in a busy run, again and again: no doubt is left, and each next run goes on."""

import os
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.providers.simulator.world import World
from tests.campaign.shop import Shop

if TYPE_CHECKING:
    from subprocess import Popen

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGTERM is a POSIX signal")

_SEED = 20261124
_A_RUN = 6
"""Pictures that each run has to buy anew: more than are made at once, so that a stop finds it busy."""


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
