"""Fixtures of the stages' tests: authors at markets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stages.stages_bench import Author, OpenAuthor, authors


@pytest.fixture
def author_of(tmp_path: Path) -> Iterator[OpenAuthor]:
    """An author at a market: `author_of({"on": "submit", "fault": "50412"}, latency=0.1)`."""
    yield from authors(tmp_path)


@pytest.fixture
def author(author_of: OpenAuthor) -> Author:
    """An author at a market without faults."""
    return author_of()
