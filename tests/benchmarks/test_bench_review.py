"""The review page over a history of 100,000 generations, and 100 thumbnails on one page."""

import statistics
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.benchmarks.bench import hold
from tests.browser import rooms
from tests.browser.served import Served, serve
from tests.browser.windows import chromium

pytestmark = pytest.mark.benchmark
_GENERATIONS, _PICTURES = 100_000, 100
_WORDS = ("橘猫", "龙虾", "灯塔", "电车", "水獭", "咖啡", "白菜", "便签", "纸船", "青花")
"""Two characters each; the last is in no prompt."""
_BOUND = 0.15
_PAINTED = """() => new Promise(resolve => new PerformanceObserver((list, observer) => {
    const entry = list.getEntriesByName('first-contentful-paint')[0];
    if (entry) { observer.disconnect(); resolve(entry.startTime / 1000); }
}).observe({type: 'paint', buffered: true}))"""


@pytest.fixture(scope="module")
def long_shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page of a home with 100,000 generations, of which the newest 100 have their pictures."""
    home = tmp_path_factory.mktemp("shelf") / "home"
    rooms.long_shelf(home, _GENERATIONS)
    rooms.add_pictures(home, _PICTURES)
    with serve(home) as served:
        yield served


def _held(name: str, served: Served, paths: list[str]) -> None:
    """Ask for different paths, so that nothing remembered answers; hold the median of them."""
    served.ask("/pictures")
    seconds = []
    for path in paths:
        begun = time.perf_counter()
        answer = served.ask(path)
        seconds.append(time.perf_counter() - begun)
        assert answer.status == 200, path
    hold(
        name, statistics.median(seconds), _BOUND, more=f"(best {min(seconds):.3f}, worst {max(seconds):.3f})"
    )


def test_the_grid_of_100_000_generations_answers_quickly(long_shelf: Served) -> None:
    _held("grid", long_shelf, [f"/pictures?spec=week{number:04d}" for number in range(0, 100, 10)])


def test_a_search_for_two_chinese_characters_answers_quickly(long_shelf: Served) -> None:
    _held("search for a two-character word", long_shelf, [f"/pictures?q={quote(word)}" for word in _WORDS])


def test_an_asset_page_answers_quickly(long_shelf: Served) -> None:
    assets = [f"week{number:04d}/article-03/step-2" for number in range(0, 100, 10)]
    _held("asset page", long_shelf, [f"/assets/{asset}" for asset in assets])
    _held("asset page with its spec", long_shelf, [f"/assets/many/many/i{number}" for number in range(10)])


def test_a_page_of_100_thumbnails_is_painted_soon(long_shelf: Served) -> None:
    with chromium() as browser:
        seconds = []
        for _ in range(5):
            page = browser.new_page()
            page.goto(long_shelf.address)
            assert page.locator("img").count() >= _PICTURES
            seconds.append(float(page.evaluate(_PAINTED)))
            page.close()

    hold("first paint", statistics.median(seconds), 1.0, more=f"(worst {max(seconds):.3f})")
