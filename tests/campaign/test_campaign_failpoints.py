"""kill -9 at every named place: nothing is paid twice, nothing paid is lost, nothing stays half-written."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import failpoint
from pipeline.providers.simulator.world import World
from tests.campaign.shop import ROOT, Shop

_PICTURES = 4
_ONCE_A_RUN = ("cleaned", "manifest", "sheet")
"""Places that a run over one spec with one article reaches once."""
_PLACES = [(name, hit) for name in failpoint.NAMES for hit in (1, 3) if hit == 1 or name not in _ONCE_A_RUN]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    opened = Shop(tmp_path, World(latency=0.1, concurrency=4), pictures=_PICTURES)
    yield opened
    opened.close()


def test_every_place_in_the_source_is_listed_and_every_listed_one_stands_in_the_source() -> None:
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "pipeline").rglob("*.py"))

    assert set(re.findall(r'\breach\("([a-z-]+)"\)', source)) == set(failpoint.NAMES)


@pytest.mark.parametrize(("name", "hit"), _PLACES)
def test_killed_at_a_place_the_next_run_goes_on_without_paying_twice(shop: Shop, name: str, hit: int) -> None:
    killed = shop.run(more={failpoint.VARIABLE: f"{name}@{hit}"})
    shop.age()
    after = shop.run()

    assert killed.code == -9, killed.said
    doubts = shop.doubts()
    assert after.code == (3 if doubts else 0), after.said
    assert shop.paid_twice() == []
    assert shop.lost() == set()
    assert shop.left_over() == []
    assert shop.delivered() == _PICTURES - len(doubts)
    for row in doubts:
        assert f"{row.asset}: unknown" in after.said
    _settle(shop, doubts=bool(doubts))


def _settle(shop: Shop, *, doubts: bool) -> None:
    """The author's word settles what is in doubt, and then the week is whole."""
    if doubts:
        settled = shop.run("resolve", "--all", "--resubmit")
        assert settled.code == 0, settled.said
    last = shop.run()
    assert last.code == 0, last.said
    assert shop.delivered() == _PICTURES
