"""`export` and `gc` killed at the worst moments: no half file under a final name, and the next one mends."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.history.database import Database
from pipeline.safekeeping.clearing import Clutter, SetAside, clear_away, look, set_aside
from pipeline.safekeeping.export import export_bundle
from pipeline.safekeeping.taking_in import take_in
from tests.history.book import NOW, after
from tests.safekeeping.ward import LATER, Ward, files_of, names_in

ROOT = Path(__file__).parents[2]
NEXT_WEEK = NOW + timedelta(days=7)
PREPARED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from pipeline.history.database import Database
from pipeline.home import Home
from pipeline.safekeeping.clearing import clear_away, set_aside
from pipeline.safekeeping.export import export_bundle
from pipeline.safekeeping.taking_in import take_in
home, now = Home(Path(sys.argv[1])), datetime.fromisoformat(sys.argv[2])
wanted, among, left = sys.argv[3], sys.argv[4], int(sys.argv[5])
def struck(event, values):
    global left
    paths = [os.fspath(value) for value in values if isinstance(value, (str, Path))]
    if event == wanted and any(among in path for path in paths):
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(struck)
"""
EXPORTS = "export_bundle(home, home.database, Path(sys.argv[6]), only=None, now=now)"
IMPORTS = "take_in(home, home.database, Path(sys.argv[6]), now=now)"
CLEARS = "{}(home, Database.at(home.database), history=home.database, now=now)"


def _killed(ward: Ward, work: str, event: str, among: str, hit: int, *words: object) -> None:
    """Do some work in a process that is killed at the nth such call on a path with `among` in it."""
    ward.close()
    typed = [sys.executable, "-c", PREPARED + work, str(ward.home.root), NEXT_WEEK.isoformat()]
    typed += [event, among, str(hit), *map(str, words)]
    killed = subprocess.run(typed, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False)
    assert killed.returncode == -signal.SIGKILL


def _clear(ward: Ward) -> Clutter:
    with closing(Database.at(ward.path)) as database:
        return clear_away(ward.home, database, history=ward.path, now=NEXT_WEEK)


def _set_aside(ward: Ward) -> SetAside:
    with closing(Database.at(ward.path)) as database:
        return set_aside(ward.home, database, history=ward.path, now=NEXT_WEEK)


@pytest.mark.parametrize(
    ("event", "among", "hit"),
    [("open", "/blobs/", 6), ("os.rename", ".tmp-", 1)],
    ids=["while it packs", "before the final name"],
)
def test_an_export_that_is_killed_never_takes_the_final_name(
    ward: Ward, other: Ward, tmp_path: Path, event: str, among: str, hit: int
) -> None:
    for number, name in enumerate(("cat", "dog", "bird")):
        ward.paint(name, at=after(100 * number))
    bundle = tmp_path / "stick" / "all.zip"
    bundle.parent.mkdir()

    _killed(ward, EXPORTS, event, among, hit, bundle)

    assert all(name.startswith(".tmp-") for name in names_in(bundle.parent))
    assert any(name.endswith(".zip") for name in names_in(bundle.parent))
    export_bundle(ward.home, ward.path, bundle, only=None, now=NOW)
    assert take_in(other.home, other.path, bundle, now=LATER).copied == 3


@pytest.mark.parametrize("hit", [1, 2, 3])
def test_an_import_that_is_killed_between_its_renames_names_no_missing_file(
    ward: Ward, other: Ward, tmp_path: Path, hit: int
) -> None:
    for number, name in enumerate(("cat", "dog", "bird")):
        ward.paint(name, at=after(100 * number))
    export_bundle(ward.home, ward.path, tmp_path / "all.zip", only=None, now=NOW)
    other.paint("mine")

    _killed(other, IMPORTS, "os.rename", "/blobs/.tmp-", hit, tmp_path / "all.zip")

    assert other.rows("SELECT count(*) FROM generation") == [(1,)]
    assert len(files_of(other.home.blobs)) == 4
    taken = take_in(other.home, other.path, tmp_path / "all.zip", now=NEXT_WEEK)
    assert (taken.brought.generations, taken.copied) == (3, 4 - hit)
    assert files_of(other.home.blobs).items() >= files_of(ward.home.blobs).items()
    assert [name for name in names_in(other.home.blobs) if name.startswith(".tmp-")] == []


def test_a_gc_that_is_killed_between_two_pictures_of_the_trash_is_finished_by_the_next(ward: Ward) -> None:
    numbers = [ward.paint(name, at=after(100 * n)).id for n, name in enumerate(("cat", "dog", "bird"))]
    ward.book.memory.trash(numbers, at=after(900))

    _killed(ward, CLEARS.format("clear_away"), "os.remove", "/blobs/", 2)
    left, before = len(files_of(ward.home.blobs)), ward.rows("SELECT count(cleared_at) FROM blob")
    done = _clear(ward)

    assert (left, before, len(done.trashed)) == (2, [(0,)], 2)
    assert ward.rows("SELECT count(cleared_at) FROM blob") == [(3,)]
    assert files_of(ward.home.blobs) == {}


def test_a_gc_that_is_killed_between_two_moves_is_finished_by_the_next(ward: Ward) -> None:
    for number, name in enumerate(("cat", "dog", "bird")):
        ward.paint(name, at=after(100 * number))
    for name in ("one", "two"):
        master = ward.put(name)
        ward.book.sql(
            "INSERT INTO blob VALUES (?, 'png', 8, 8, ?, '2026-11-24 09:30:00.000000', NULL)",
            master.sha256,
            master.bytes,
        )
    old = ward.blob(ward.put("three"))
    os.utime(old, ((NOW - timedelta(days=9)).timestamp(),) * 2)
    whole = files_of(ward.home.blobs)

    _killed(ward, CLEARS.format("set_aside"), "os.rename", "/set-aside/", 2)
    rows = ward.rows("SELECT count(*) FROM blob")
    done = _set_aside(ward)

    assert (rows, len(done.pictures)) == ([(5,)], 2)
    assert ward.rows("SELECT count(*) FROM blob") == [(3,)]
    everywhere = [*files_of(ward.home.blobs).values(), *files_of(done.folder).values()]
    assert sorted(everywhere) == sorted(whole.values())
    with closing(Database.at(ward.path)) as database:
        assert look(ward.home, database, now=NEXT_WEEK).nameless == ()
