"""Fixtures of the command tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.providers.simulator.server import Simulator
from tests.commands.bench import Desk, point_at, vendor


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """An empty home to type in, where nobody has credentials."""
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    for name in (
        "VOLC_ACCESSKEY",
        "VOLC_SECRETKEY",
        "VOLC_SESSION_TOKEN",
        "JIMENG_ENDPOINT",
        "PIPELINE_HOME",
        "PIPELINE_DATABASE_URL",
        "PIPELINE_CONCURRENCY",
        "PIPELINE_QPS",
        "COLUMNS",
    ):
        monkeypatch.delenv(name, raising=False)
    return Desk(tmp_path / "home", monkeypatch, capsys)


@pytest.fixture
def jimeng(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> Iterator[Simulator]:
    """The vendor, with a key pair in the environment."""
    with vendor() as server:
        point_at(monkeypatch, server)
        yield server
