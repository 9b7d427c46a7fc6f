"""The program as a process of its own, killed and stopped in the middle: nothing is paid twice or lost."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.stages.stages_bench import Author, OpenAuthor, asks

ROOT = Path(__file__).parents[2]


def _begin(author: Author, spec: Path, stack: ExitStack) -> subprocess.Popen[str]:
    """Type `pipeline run` for a spec, as a process."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "run", str(spec), "--yes", "--json", "--home", str(author.root)],
        cwd=ROOT,
        env=kept | author.environ | {"HOME": str(author.root / "nobody"), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    stack.enter_context(process)
    stack.callback(process.kill)
    return process


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        threading.Event().wait(0.002)


def _end(process: subprocess.Popen[str]) -> tuple[int, Any]:
    """The exit code and the document of a process that ends by itself."""
    out, err = process.communicate(timeout=60)
    assert process.returncode in (0, 3, 130), err
    return process.returncode, json.loads(out)


def _kill(author: Author, spec: Path, *, after: float) -> None:
    """Begin a run and kill it so many seconds after its first order, or after its end if it needs none."""
    sold = author.shop.sold
    with ExitStack() as stack:
        process = _begin(author, spec, stack)
        _until(lambda: author.shop.sold > sold or process.poll() is not None)
        threading.Event().wait(after)
        process.send_signal(signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize("seed", [7])
def test_killed_three_times_at_any_moment_nothing_is_paid_twice_and_nothing_lost(
    author_of: OpenAuthor, seed: int
) -> None:
    author = author_of(latency=0.25, concurrency=4)
    prompts = [f"第{number}只龙虾" for number in range(9)]
    spec = author.write(lobster={f"p{number}": asks(prompt) for number, prompt in enumerate(prompts)})
    moments = random.Random(seed)  # noqa: S311 - moments to kill at, the same in every run

    for _ in range(3):
        _kill(author, spec, after=moments.uniform(0, 0.5))
    with ExitStack() as stack:
        code, document = _end(_begin(author, spec, stack))

    ended = {asset["asset"]: asset["state"] for asset in document["assets"]}
    assert len(ended) == len(prompts)
    assert set(ended.values()) <= {"delivered", "unknown"}
    assert code == (3 if "unknown" in ended.values() else 0)
    assert author.shop.sold_twice() == []
    doubts = [asset for asset in document["assets"] if asset["state"] == "unknown"]
    assert all("resolve" in asset["error"]["next"] for asset in doubts)
    assert len(author.pictures()) == len(prompts) - len(doubts)


@pytest.mark.skipif(os.name != "posix", reason="SIGTERM is a POSIX signal")
def test_a_stopped_process_leaves_no_doubt_and_the_next_run_finishes(author_of: OpenAuthor) -> None:
    author = author_of(latency=0.4, concurrency=4)
    spec = author.write(lobster={f"p{number}": asks(f"第{number}只龙虾") for number in range(8)})

    with ExitStack() as stack:
        process = _begin(author, spec, stack)
        _until(lambda: author.shop.sold >= 3)
        process.terminate()
        stopped, first = _end(process)
    with ExitStack() as stack:
        finished, second = _end(_begin(author, spec, stack))

    assert stopped == 130
    assert first["status"] == "stopped"
    assert "unknown" not in {asset["state"] for asset in first["assets"]}
    assert finished == 0
    assert {asset["state"] for asset in second["assets"]} == {"delivered"}
    assert first["submitted"] + second["submitted"] == author.shop.sold == 8
    assert author.shop.sold_twice() == []


def test_two_processes_at_once_buy_every_picture_once(author_of: OpenAuthor) -> None:
    author = author_of(latency=0.2, concurrency=4)
    images = {f"p{number}": asks(f"第{number}只龙虾") for number in range(6)}
    specs = [author.write("week12", lobster=images), author.write("week13", crayfish=images)]

    with ExitStack() as stack:
        processes = [_begin(author, spec, stack) for spec in specs]
        ends = [_end(process) for process in processes]

    assert [code for code, _ in ends] == [0, 0]
    assert author.shop.sold == 6
    assert author.shop.world.crowded == []
    assert sum(document["submitted"] for _, document in ends) == 6
    assert len(author.pictures("week12")) == len(author.pictures("week13")) == 6
