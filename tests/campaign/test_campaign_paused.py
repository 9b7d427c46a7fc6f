"""A run that is paused (SIGSTOP, a closed laptop) and wakes up: others wait for it, nothing is paid twice."""

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.history.states import State
from pipeline.providers.simulator.faults import On
from tests.campaign.shop import Shop, WatchedWorld, until

if TYPE_CHECKING:
    from subprocess import Popen

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="SIGSTOP is a POSIX signal")


@pytest.mark.parametrize(
    ("place", "state"),
    [(On.SUBMIT, State.SUBMITTING), (On.POLL, State.SUBMITTED), (On.FETCH, State.SUBMITTED)],
)
def test_a_paused_run_that_wakes_up_does_no_harm(tmp_path: Path, place: On, state: State) -> None:
    world = WatchedWorld(holds=place, latency=0.1)
    shop = Shop(tmp_path, world, pictures=1)
    with shop.start() as paused:
        try:
            until(lambda: world.asked.total() == 1 and world.calls[place] == 1)
            os.kill(paused.pid, signal.SIGSTOP)
            shop.age(7200)  # after so long a pause the next run sweeps what this one is writing
            meanwhile = shop.run("run", "configs/week.yaml", "--yes", "--deadline", "1s")
            found = shop.states()
            world.released.set()
            os.kill(paused.pid, signal.SIGCONT)
            beside = shop.run()
            said, _ = paused.communicate()
        finally:
            _end(paused, world)
            shop.close()

    assert (meanwhile.code, found) == (3, [state]), meanwhile.said
    assert (paused.returncode, beside.code) == (0, 0), said + beside.said
    assert len(world.tasks()) == 1
    assert shop.lost() == set()
    assert shop.states() == [State.STORED]
    assert shop.delivered() == 1


def _end(process: "Popen[str]", world: WatchedWorld) -> None:
    """Whatever a failed test left behind."""
    world.released.set()
    process.kill()
