"""The generated history is what it says it is."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.history.database import Database
from pipeline.history.search import Filters, Search
from tests.history.seeded import ABSENT, COMMON, RARE, fill

COUNT = 5000


@pytest.fixture(scope="module")
def filled(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history of 5,000 generations."""
    path = tmp_path_factory.mktemp("filled") / "history.db"
    shutil.copyfile(template, path)
    fill(path, COUNT, seed=1)
    return path


def test_its_rows_belong_together_and_tell_a_life(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as database:
        counts = {
            table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - our own names
            for table in ("generation", "blob", "decision", "delivered", "generation_tag", "event")
        }
        orphans = database.execute("PRAGMA foreign_key_check").fetchall()
        lengths = sorted(row[0] for row in database.execute("SELECT length(prompt) FROM generation"))
        states = {row[0] for row in database.execute("SELECT DISTINCT state FROM generation")}

    assert orphans == []
    assert counts["generation"] == COUNT
    assert counts["generation_tag"] == 2 * COUNT
    assert 0.8 * COUNT < counts["blob"] < COUNT
    assert counts["delivered"] > COUNT
    assert counts["event"] > 3 * COUNT
    assert min(counts.values()) > COUNT / 2
    assert lengths[0] >= 40
    assert 150 < lengths[-1] <= 200
    assert states == {"stored", "submitted", "unknown", "refused", "failed", "cancelled"}


def test_its_words_are_as_frequent_as_promised_and_its_rows_can_be_read(filled: Path) -> None:
    database = Database.at(filled)
    search = Search(database)

    common = search.count(Filters(text=COMMON))
    (rare,) = search.generations(Filters(text=RARE))
    absent = search.count(Filters(text=ABSENT))
    dossier = search.dossier(rare.id)
    database.close()

    assert COUNT / 20 < common < COUNT / 8
    assert absent == 0
    assert dossier is not None
    assert dossier.generation == rare
    assert dossier.tags


def test_the_same_seed_tells_the_same_history(template: Path, tmp_path: Path) -> None:
    dumps = []
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        path = tmp_path / name
        shutil.copyfile(template, path)
        fill(path, 200, seed)
        with closing(sqlite3.connect(path)) as database:
            dumps.append(list(database.iterdump()))

    assert dumps[0] == dumps[1]
    assert dumps[0] != dumps[2]
