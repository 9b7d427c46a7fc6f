"""One migrated database a session; each test works on a copy of its file."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.history.database import Database
from pipeline.history.schema import make_ready
from tests.history.book import Book


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty history at head."""
    path = tmp_path_factory.mktemp("template") / "history.db"
    make_ready(path, now=datetime(2026, 11, 24, tzinfo=UTC))
    return path


@pytest.fixture
def path(template: Path, tmp_path: Path) -> Path:
    """A fresh history of this test alone."""
    target = tmp_path / "data" / "history.db"
    target.parent.mkdir()
    shutil.copyfile(template, target)
    return target


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    """The same, open."""
    opened = Database.at(path)
    yield opened
    opened.close()


@pytest.fixture
def book(database: Database, path: Path) -> Book:
    """The same, with everything that writes to it."""
    return Book(database, path)
