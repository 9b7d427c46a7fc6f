"""Whole commands over a small home, a week of 200 assets, and a history of 100,000 generations."""

import time
from pathlib import Path

import pytest

from pipeline.history.database import Database
from pipeline.history.schema import make_ready
from pipeline.history.search import Filters, Search
from pipeline.wiring import REAL_CLOCK
from tests.benchmarks.bench import ROOT, best, hold, pipeline
from tests.history.seeded import ABSENT, COMMON, RARE, fill

pytestmark = pytest.mark.benchmark
_SLOTS = "[wechat.cover, wechat.cover_square, xiaohongshu.note, bilibili.cover, zhihu.cover]"


def _spec(articles: int, images: int) -> str:
    lines = ["defaults:", f"  slots: {_SLOTS}", "articles:"]
    for article in range(articles):
        lines += [f"  - slug: article-{article}", "    images:"]
        lines += [
            f'      - {{id: i{n}, prompt: "一只卡通龙虾 {article} {n}", size: 1024x1024}}'
            for n in range(images)
        ]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def big_week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose week of 200 assets and 1,000 files is made."""
    home = tmp_path_factory.mktemp("big")
    (home / "configs").mkdir()
    (home / "configs" / "settings.yaml").write_text("simulator: {latency: 0, concurrency: 8}\n", "utf-8")
    (home / "configs" / "big.yaml").write_text(_spec(20, 10), "utf-8")
    assert pipeline("run", "configs/big.yaml", "--provider", "simulator", cwd=home).code == 0
    return home


@pytest.fixture(scope="module")
def long_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with 100,000 generations."""
    home = tmp_path_factory.mktemp("long")
    (home / "configs").mkdir()
    for name in ("settings.yaml", "styles.yaml", "week12.yaml"):
        (home / "configs" / name).write_bytes((ROOT / "configs" / name).read_bytes())
    make_ready(home / "data" / "history.db", now=REAL_CLOCK.now())
    fill(home / "data" / "history.db", 100_000, seed=12)
    return home


def test_help_answers_at_once(tmp_path: Path) -> None:
    fastest, median = best(lambda: pipeline("--help", cwd=tmp_path).seconds)

    hold("--help", fastest, 0.35, more=f"(median {median:.3f})")


def test_a_second_run_of_the_example_week_is_quick(tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    for name in ("styles.yaml", "week12.yaml"):
        (tmp_path / "configs" / name).write_bytes((ROOT / "configs" / name).read_bytes())
    (tmp_path / "configs" / "settings.yaml").write_text("simulator: {latency: 0}\n", "utf-8")
    run = ("run", "configs/week12.yaml", "--provider", "simulator")
    assert pipeline(*run, cwd=tmp_path).code == 0

    fastest, median = best(lambda: pipeline(*run, cwd=tmp_path).seconds)

    hold("second run of a week", fastest, 1.5, more=f"(median {median:.3f})")


def test_a_plan_of_200_assets_that_are_all_there_is_quick(big_week: Path) -> None:
    plan = ("plan", "configs/big.yaml", "--provider", "simulator")

    fastest, median = best(lambda: pipeline(*plan, cwd=big_week).seconds)

    hold("plan of 200 assets x 5 slots", fastest, 1.5, more=f"(median {median:.3f})")


@pytest.mark.parametrize("word", [COMMON, RARE, ABSENT])
def test_a_search_over_100_000_generations_is_quick(long_history: Path, word: str) -> None:
    database = Database.at(long_history / "data" / "history.db")
    search = Search(database)

    def ask() -> float:
        begun = time.perf_counter()
        search.generations(Filters(text=word))
        return time.perf_counter() - begun

    ask()
    fastest, median = best(ask)
    database.close()

    hold(f"search for {word}", fastest, 0.1, more=f"(median {median:.3f})")


def test_the_search_command_over_100_000_generations_is_quick(long_history: Path) -> None:
    command = ("history", "--search", RARE)

    fastest, median = best(lambda: pipeline(*command, cwd=long_history).seconds)

    hold("history --search", fastest, 0.7, more=f"(median {median:.3f})")


def test_a_plan_beside_100_000_generations_is_quick(long_history: Path) -> None:
    plan = ("plan", "configs/week12.yaml", "--provider", "simulator")

    fastest, median = best(lambda: pipeline(*plan, cwd=long_history).seconds)

    hold("plan of a week beside 100,000 generations", fastest, 1.5, more=f"(median {median:.3f})")
