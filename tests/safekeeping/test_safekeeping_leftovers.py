"""Temporary files in the store: those of the dead go, those of the living stay."""

import os
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.history.database import Database
from pipeline.safekeeping.clearing import clear_away
from pipeline.safekeeping.export import export_bundle
from pipeline.safekeeping.leftovers import sweep_store
from pipeline.safekeeping.taking_in import take_in
from tests.history.book import NOW
from tests.safekeeping.ward import LATER, Ward, names_in


def _dead_process() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def _leave(ward: Ward, name: str, *, age: timedelta, folder: str = "") -> Path:
    """A temporary file that was last written to so long before `NOW`."""
    path = ward.home.blobs / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half a picture")
    moment = (NOW - age).timestamp()
    os.utime(path, (moment, moment))
    return path


def test_files_of_dead_processes_and_old_ones_go(ward: Ward) -> None:
    gone, minute = _dead_process(), timedelta(minutes=1)
    dead = [
        _leave(ward, f".tmp-{gone}-a.png", age=minute),
        _leave(ward, f".tmp-{gone}-b", age=minute, folder="ab"),
        _leave(ward, f".tmp-{os.getppid()}-c.png", age=timedelta(days=2)),
        _leave(ward, ".tmp-somebody", age=timedelta(days=2)),
    ]
    living = [
        _leave(ward, f".tmp-{os.getpid()}-a.png", age=minute),
        _leave(ward, ".tmp-1-a.png", age=minute),
        _leave(ward, ".tmp-999999999-a.png", age=timedelta(seconds=1)),
        _leave(ward, ".tmp-somebody-else", age=minute),
        _leave(ward, "no temporary file", age=timedelta(days=9)),
    ]

    assert sweep_store(ward.home, now=NOW) == len(dead)
    assert [path.exists() for path in (*dead, *living)] == [False] * len(dead) + [True] * len(living)


def test_a_file_of_somebody_elses_process_stays(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = _leave(ward, ".tmp-1-a.png", age=timedelta(minutes=1))

    def refuse(*_: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)

    assert sweep_store(ward.home, now=NOW) == 0
    assert kept.exists()


def test_where_processes_cannot_be_asked_for_age_decides(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.safekeeping.leftovers._CAN_ASK", False)
    young = _leave(ward, ".tmp-999999999-a.png", age=timedelta(minutes=1))
    _leave(ward, ".tmp-999999999-b.png", age=timedelta(days=2))

    assert sweep_store(ward.home, now=NOW) == 1
    assert young.exists()


def test_a_store_that_others_share_is_left_as_it_is(ward: Ward, tmp_path: Path) -> None:
    kept = _leave(ward, ".tmp-1-a.png", age=timedelta(days=9))
    ward.home.blobs.rename(tmp_path / "shared")
    ward.home.blobs.symlink_to(tmp_path / "shared")

    assert sweep_store(ward.home, now=NOW) == 0
    assert (tmp_path / "shared" / kept.name).exists()


@pytest.mark.parametrize("command", ["import", "gc", "restore"])
def test_the_next_command_that_has_the_home_for_itself_sweeps(
    ward: Ward, tmp_path: Path, command: str
) -> None:
    ward.paint("cat")
    export_bundle(ward.home, ward.path, tmp_path / "a.zip", only=None, now=NOW)
    ward.back_up(tmp_path / "backup")
    _leave(ward, f".tmp-{_dead_process()}-a.png", age=timedelta(minutes=1))
    ward.close()

    if command == "import":
        take_in(ward.home, ward.path, tmp_path / "a.zip", now=LATER)
    elif command == "restore":
        ward.restore(tmp_path / "backup", force=True)
    else:
        with closing(Database.at(ward.path)) as database:
            clear_away(ward.home, database, history=ward.path, now=LATER)

    assert [name for name in names_in(ward.home.blobs) if name.startswith(".tmp-")] == []
