"""Two homes on one history (PIPELINE_DATABASE_URL): each sees the runs of the other and leaves them alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import failpoint
from pipeline.history.states import State
from pipeline.providers.simulator.faults import On
from tests.campaign.shop import Shop, WatchedWorld, until

_OTHER = "configs/other.yaml"
_SYNCHRONOUS = "model: jimeng_high_aes_general_v21_L, size: 512x512"


@pytest.fixture
def world() -> WatchedWorld:
    """A shop that takes an order and does not answer it for now."""
    return WatchedWorld(holds=On.SUBMIT, latency=0.1)


@pytest.fixture
def homes(tmp_path: Path, world: WatchedWorld) -> Iterator[tuple[Shop, Shop]]:
    """Two homes at one shop with one history; each has a spec of its own name, of the same picture."""
    history = tmp_path / "shared" / "history.db"
    history.parent.mkdir()
    more = {"PIPELINE_DATABASE_URL": f"sqlite:///{history}"}
    ours = Shop(tmp_path / "ours", world, pictures=1, more=more)
    theirs = Shop(tmp_path / "theirs", world, pictures=0, more=more, server=ours.server)
    theirs.write_articles({"a": {0: "picture 0"}}, name="other")
    ours.database = theirs.database = history
    yield ours, theirs
    world.released.set()
    ours.close()


@pytest.mark.parametrize(
    "command", [("run", _OTHER, "--yes", "--deadline", "1s"), ("resolve", "--all", "--abandon"), ("doctor",)]
)
def test_an_order_that_another_home_has_out_is_left_to_it(
    homes: tuple[Shop, Shop], world: WatchedWorld, command: tuple[str, ...]
) -> None:
    ours, theirs = homes

    with ours.start() as first:
        until(lambda: bool(world.tasks()))
        beside = theirs.run(*command)
        found = ours.states()
        world.released.set()
        said, _ = first.communicate()

    assert found == [State.SUBMITTING], beside.said
    assert "unknown" not in beside.said
    assert "a run died" not in beside.said
    assert "in doubt: generation" not in beside.said
    assert first.returncode == 0, said
    assert len(world.tasks()) == 1
    assert ours.delivered() == 1


def test_the_answer_that_a_dead_run_kept_is_found_from_the_other_home(
    homes: tuple[Shop, Shop], world: WatchedWorld
) -> None:
    ours, theirs = homes
    world.released.set()
    for shop, name in ((ours, "week"), (theirs, "other")):
        shop.write_articles({"a": {0: "picture 0"}}, name=name, more=_SYNCHRONOUS)
    killed = ours.run(more={failpoint.VARIABLE: "answered"})

    after = theirs.run("run", _OTHER, "--yes")

    assert killed.code == -9, killed.said
    assert after.code == 0, after.said
    assert len(world.tasks()) == 1
    assert theirs.delivered() == 1
