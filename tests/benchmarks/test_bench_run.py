"""A run near the ideal: as many pictures at once as the account allows, few polls, little waiting."""

import time
from collections import Counter
from pathlib import Path

import pytest

from pipeline.providers.jimeng.signing import Credentials
from pipeline.providers.simulator.server import Simulator
from pipeline.providers.simulator.tasks import Task
from pipeline.providers.simulator.world import World
from tests.benchmarks.bench import hold, pipeline

pytestmark = pytest.mark.benchmark
_PICTURES, _CONCURRENCY, _SECONDS = 12, 4, 2.0
_KEYS = Credentials(access_key="AKLTBENCH", secret_key="bench")


class _CountingWorld(World):
    """Counts how often each task is asked for, as the server sees it."""

    polls: Counter[str]

    def status(self, task: Task | None, model: str) -> str:
        if task is not None:
            self.polls[task.id] += 1
        return super().status(task, model)


def _measured(home: Path) -> tuple[float, int, float]:
    """One run in a new home: seconds from the first order to the end, most and mean polls of a task."""
    configs = home / "configs"
    configs.mkdir(parents=True)
    (configs / "settings.yaml").write_text("{}\n", "utf-8")
    lines = [
        f'      - {{id: i{n}, prompt: "picture {n}", size: 1024x1024, slots: [wechat.cover_square]}}'
        for n in range(_PICTURES)
    ]
    spec = "articles:\n  - slug: a\n    images:\n" + "\n".join(lines) + "\n"
    (configs / "bench.yaml").write_text(spec, "utf-8")
    world = _CountingWorld(latency=_SECONDS, concurrency=_CONCURRENCY)
    world.polls = Counter()

    with Simulator(world, _KEYS) as server:
        environ = {
            "JIMENG_ENDPOINT": server.endpoint,
            "VOLC_ACCESSKEY": _KEYS.access_key,
            "VOLC_SECRETKEY": _KEYS.secret_key,
            "PIPELINE_CONCURRENCY": str(_CONCURRENCY),
        }
        ended = pipeline("run", "configs/bench.yaml", "--yes", cwd=home, environ=environ)
        finished = time.time()

    assert ended.code == 0
    assert world.billed() == _PICTURES
    first = min(task.submitted_at for task in world.tasks())
    return finished - first, max(world.polls.values()), sum(world.polls.values()) / _PICTURES


def test_twelve_pictures_at_concurrency_four_take_little_more_than_the_ideal(tmp_path: Path) -> None:
    ideal = _PICTURES / _CONCURRENCY * _SECONDS

    runs = [_measured(tmp_path / str(number)) for number in range(3)]

    seconds = min(run[0] for run in runs)
    hold(
        "run over the ideal", seconds / ideal, 1.15, unit="x", more=f"({seconds:.2f} s, best of {len(runs)})"
    )
    mean = sum(run[2] for run in runs) / len(runs)
    hold("polls of one task", max(run[1] for run in runs), 5, unit="polls", more=f"(mean {mean:.1f})")
