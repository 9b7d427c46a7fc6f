"""Looking back over 100,000 generations: every look that the review page takes, on the server's side."""

import time
from collections.abc import Callable, Iterator

import pytest

from pipeline.history.database import Database
from pipeline.history.gallery import Gallery, Look
from pipeline.history.memory import Memory
from pipeline.history.schema import make_ready
from pipeline.history.search import Search
from pipeline.history.states import Choice, State
from pipeline.wiring import REAL_CLOCK
from tests.benchmarks.bench import best, hold
from tests.history.seeded import COMMON, RARE, fill

pytestmark = pytest.mark.benchmark
_BOUND = 0.15
_GENERATIONS = 100_000
_TWO_CHARACTERS = RARE[:2]
"""A Chinese word that full-text trigrams would not find."""
_LOOKS: dict[str, Look] = {
    "newest": Look(),
    "deep in the past": Look(sort="oldest", after=str(_GENERATIONS // 2)),
    "dearest": Look(sort="dearest"),
    "by asset": Look(sort="asset"),
    "a rare word of two characters": Look(text=_TWO_CHARACTERS),
    "a common word of two characters": Look(text=COMMON),
    "two words": Look(text=f"{COMMON} 晨光"),
    "ten words": Look(text=f"{COMMON} 一 只 趴 在 窗 台 上 晒 太阳"),
    "many filters": Look(
        text=COMMON,
        platform="wechat",
        states=(State.STORED,),
        decisions=("taken", "unreviewed"),
        tags=(("author", "amy"),),
    ),
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """100,000 generations."""
    path = tmp_path_factory.mktemp("gallery") / "history.db"
    make_ready(path, now=REAL_CLOCK.now())
    fill(path, _GENERATIONS, seed=12)
    opened = Database.at(path)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def gallery(database: Database) -> Gallery:
    """A gallery that has read everything once, as the page does when it starts."""
    found = Gallery(database)
    hold("reading 100,000 generations", _timed(found.warm), 5)
    return found


def _timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _held(name: str, act: Callable[[], object]) -> None:
    fastest, median = best(lambda: _timed(act))
    hold(name, fastest, _BOUND, more=f"(median {median:.3f})")


@pytest.mark.parametrize("name", _LOOKS)
def test_a_page_of_the_grid_is_quick(gallery: Gallery, name: str) -> None:
    _held(f"grid, {name}", lambda: gallery.page(_LOOKS[name]))


@pytest.mark.parametrize("name", _LOOKS)
def test_a_page_with_the_counts_beside_its_filters_is_quick(gallery: Gallery, name: str) -> None:
    _held(f"page, {name}", lambda: gallery.pictures(_LOOKS[name]))


def test_a_page_of_assets_is_quick(gallery: Gallery) -> None:
    _held("assets", lambda: gallery.assets(Look()))
    _held("assets of an old spec", lambda: gallery.assets(Look(spec="week0003")))


def test_an_asset_with_all_its_attempts_is_quick(database: Database) -> None:
    search, asset = Search(database), "week0450/article-05/step-5"

    def look() -> None:
        search.story(asset)

    assert search.of_asset(asset)
    _held("one asset", look)


def test_the_first_look_after_a_decision_is_quick(gallery: Gallery, database: Database) -> None:
    memory = Memory(database)
    (card,) = gallery.page(Look(states=(State.STORED,), limit=1)).cards

    def decide_and_look() -> None:
        item = card.generation
        memory.decide(item.asset, item.id, Choice.SELECTED, item.request, at=REAL_CLOCK.now())
        gallery.pictures(Look())

    _held("a decision, the grid and its counts", decide_and_look)
