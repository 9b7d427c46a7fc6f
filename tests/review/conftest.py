"""Fixtures of the page's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.providers.simulator.server import Simulator
from tests.commands.bench import Desk, point_at, vendor
from tests.review.visitor import Visitor, visiting

_ENVIRONMENT = (
    "VOLC_ACCESSKEY",
    "VOLC_SECRETKEY",
    "VOLC_SESSION_TOKEN",
    "JIMENG_ENDPOINT",
    "PIPELINE_HOME",
    "PIPELINE_DATABASE_URL",
    "PIPELINE_CONCURRENCY",
    "PIPELINE_QPS",
    "COLUMNS",
)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """An empty home to type in, where nobody has credentials."""
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    for name in _ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    return Desk(tmp_path / "home", monkeypatch, capsys)


@pytest.fixture
def made(desk: Desk) -> Desk:
    """A home with one rehearsed asset of two slots."""
    desk(
        "run",
        desk.spec(
            "id: cover, prompt: 一只蓝色的龙虾, size: 512x512, slots: [wechat.cover, wechat.cover_square]"
        ),
    )
    return desk


@pytest.fixture
def visitor(made: Desk) -> Iterator[Visitor]:
    """A browser on the page of that home."""
    with visiting(made.root) as found:
        yield found


@pytest.fixture
def jimeng(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> Iterator[Simulator]:
    """The vendor, with a key pair in the environment."""
    with vendor() as server:
        point_at(monkeypatch, server)
        yield server


@pytest.fixture
def made_root(made: Desk) -> Path:
    """Where that home lies."""
    return made.root
