"""Two homes and a folder for backups; databases are closed when a test ends."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.safekeeping.ward import Ward


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    """The home that is kept safe."""
    made = Ward(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Ward]:
    """Another home, empty at first."""
    made = Ward(tmp_path / "other", run="run-2")
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where backups go; not there yet."""
    return tmp_path / "backup disk" / "pictures"
