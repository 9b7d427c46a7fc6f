"""`backup`, `restore` and `db check --files` as they are typed, with the rehearsal of a real spec."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.cli import run
from pipeline.history.database import Database
from pipeline.history.memory import Memory
from pipeline.history.records import Generation, Marked
from pipeline.history.search import Filters, Search
from pipeline.history.states import State
from pipeline.runner.lock import RunLock
from tests.history.book import NOW
from tests.safekeeping.ward import Ward, files_of

SPEC = """provider: simulator
defaults: {model: jimeng_high_aes_general_v21_L, slots: [wechat.inline]}
articles:
  - slug: lobster
    title: 龙虾
    images:
      - {id: cover, prompt: 一只卡通龙虾站在电路板上}
      - {id: bench, prompt: 堆满工具的电子工作台}
"""


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> str:
        return self.err.splitlines()[-1]


Type = Callable[..., Said]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a spec, in which commands are typed; the simulator does not wait."""
    for name in ("VOLC_ACCESSKEY", "VOLC_SECRETKEY", "PIPELINE_HOME", "PIPELINE_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    configs = tmp_path / "home" / "configs"
    configs.mkdir(parents=True)
    (configs / "settings.yaml").write_text("simulator: {latency: 0}\n", "utf-8")
    (configs / "week12.yaml").write_text(SPEC, "utf-8")
    monkeypatch.chdir(tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def type_(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    """A hand that types."""

    def act(*words: object) -> Said:
        capsys.readouterr()
        typed = [str(word) for word in words]
        monkeypatch.setattr(sys, "argv", ["/usr/bin/pipeline", *typed])
        code = run(typed)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return act


def _generations(root: Path) -> tuple[Generation, ...]:
    database = Database.at(root / "data" / "history.db")
    try:
        return Search(database).generations(Filters(limit=100))[::-1]
    finally:
        database.close()


def _pictures(root: Path) -> list[Path]:
    return sorted((root / "data" / "blobs").glob("*/*.*"))


def test_after_the_loss_of_a_home_its_spec_pays_nothing(root: Path, type_: Type, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    assert type_("run", "configs/week12.yaml").code == 0
    delivered = {name: data for name, data in files_of(root / "output").items() if name.endswith(".jpg")}
    before = _generations(root)

    kept = type_("backup", folder)
    shutil.rmtree(root / "data")
    shutil.rmtree(root / "output")
    back = type_("restore", folder)
    again = type_("run", "configs/week12.yaml")

    assert (kept.code, back.code, again.code) == (0, 0, 0)
    assert kept.out == f"{folder}: 2 generations and 2 pictures; 2 copied, 0 there already\n"
    assert kept.last == f"next: pipeline restore {folder}"
    assert back.out.endswith("2 generations; 2 pictures copied, 0 there already\n")
    assert "nothing bought" in again.out
    assert _generations(root) == before
    assert {n: d for n, d in files_of(root / "output").items() if n.endswith(".jpg")} == delivered


def test_what_was_bought_after_the_backup_is_not_bought_again(
    root: Path, type_: Type, tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    type_("run", "configs/week12.yaml", "--only", "lobster/cover")
    type_("backup", folder)
    type_("run", "configs/week12.yaml")
    before = _generations(root)

    refused = type_("restore", folder)
    forced = type_("restore", folder, "--force")
    again = type_("run", "configs/week12.yaml")

    assert refused.code == 2
    assert refused.last == f"next: pipeline restore {folder} --force"
    assert forced.code == 0
    assert "brought over from the history that stood here: 1 generation, 0 that had moved on" in forced.out
    assert "history-before-restore-" in forced.out
    assert again.code == 0
    assert "nothing to do" in again.out
    assert _generations(root) == before


def test_a_restore_that_finds_nothing_new_says_so(root: Path, type_: Type, tmp_path: Path) -> None:
    type_("run", "configs/week12.yaml")
    type_("backup", tmp_path / "kept")

    said = type_("restore", tmp_path / "kept", "--force")

    assert "knew no generation or decision that the backup lacks" in said.out
    assert _generations(root)[0].state is State.STORED


def test_while_a_run_goes_on_a_restore_waits_for_nobody(root: Path, type_: Type, tmp_path: Path) -> None:
    type_("run", "configs/week12.yaml")
    type_("backup", tmp_path / "kept")

    with RunLock(root / "data" / "runs", "somebody"):
        said = type_("restore", tmp_path / "kept", "--force")

    assert said.code == 2
    assert "a run is going on" in said.err


def test_a_missing_picture_is_said_by_the_backup_and_mended_by_a_restore(
    root: Path, type_: Type, tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    type_("run", "configs/week12.yaml")
    type_("backup", folder)
    first, second = _pictures(root)
    first.unlink()
    second.write_bytes(b"x")

    backup = type_("backup", folder)
    found = type_("db", "check", "--files")
    mended = type_("restore", folder, "--force")

    assert (backup.code, found.code, mended.code) == (3, 3, 0)
    assert backup.last == "next: pipeline db check --files"
    assert first.name in backup.err
    lines = {line.partition(":")[0]: line for line in found.out.splitlines()}
    place = first.relative_to(root).as_posix()
    assert "is missing (generation " in lines[place]
    assert "type: pipeline restore DIR --force, or pipeline regenerate week12/lobster/" in lines[place]
    assert "is damaged" in lines[second.relative_to(root).as_posix()]
    assert found.out.splitlines()[-1] == "0 of 2 pictures whole"
    assert found.last == "next: pipeline restore DIR --force"
    assert type_("db", "check", "--files").code == 0


def test_files_that_no_row_names_are_not_wrong(root: Path, type_: Type) -> None:
    type_("run", "configs/week12.yaml")
    ward = Ward(root)
    stranger = ward.blob(ward.put("another picture"))
    for path in (root / "output").rglob("*.jpg"):
        path.unlink()

    said = type_("db", "check", "--files")

    assert said.code == 0
    assert f"{stranger.relative_to(root).as_posix()}: no row names it" in said.out
    last = said.out.splitlines()[-1]
    assert last == "2 of 2 pictures whole, 1 file that no row names; delivered files: 2 gone, 0 changed"
    assert stranger.is_file()


def test_without_the_flag_no_file_is_looked_at(root: Path, type_: Type) -> None:
    type_("run", "configs/week12.yaml")
    for path in _pictures(root):
        path.unlink()

    assert type_("db", "check").code == 0


def test_an_own_picture_is_taken_in_again_by_a_run(root: Path, type_: Type) -> None:
    ward = Ward(root)
    gone, changed = ward.own("gone", "week11"), ward.own("changed", "week12")
    ward.close()
    ward.blob(gone).unlink()
    ward.blob(changed).write_bytes(b"x")

    said = type_("db", "check", "--files")

    assert said.code == 3
    lines = said.out.splitlines()
    assert any(
        "is missing (your own file); type: " in line and "or pipeline run configs/week11" in line
        for line in lines
    )
    assert any("or remove it, then pipeline run configs/week12" in line for line in lines)


def test_a_picture_of_nobody_is_only_restored(root: Path, type_: Type) -> None:
    ward = Ward(root)
    _ = ward.book
    master = ward.put("cat")
    ward.book.sql(
        "INSERT INTO blob VALUES (?, 'png', 8, 8, 75, '2026-11-24 09:30:00.000000', NULL)", master.sha256
    )
    ward.close()
    ward.blob(master).unlink()

    line = type_("db", "check", "--files").out.splitlines()[1]

    assert line.endswith("is missing; type: pipeline restore DIR --force")


def test_what_the_backup_lost_is_said_by_the_restore(root: Path, type_: Type, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    ward = Ward(root)
    ward.paint("cat")
    sending = ward.book.submitting(request="q1:a")
    ward.answer(sending)
    ward.close()
    type_("backup", folder)
    for path in (*folder.glob("blobs/*/*"), *folder.glob("inbox/*")):
        path.write_bytes(b"x")
    shutil.rmtree(root / "data")

    said = type_("restore", folder)

    assert said.code == 3
    assert f"inbox/{sending.id}.body: damaged in the backup" in said.err
    assert "is missing (generation 1 of week12/cats/cat)" in said.err
    assert said.last == "next: pipeline db check --files"


def test_a_damaged_database_is_said_before_its_files(root: Path, type_: Type) -> None:
    (root / "data").mkdir()
    (root / "data" / "history.db").write_bytes(b"no database at all, but long enough to be looked at" * 20)

    said = type_("db", "check", "--files")

    assert said.code == 2
    assert "data/backups/" in said.err


def test_with_a_home_named_the_steps_name_it_too(root: Path, type_: Type, tmp_path: Path) -> None:
    type_("run", "configs/week12.yaml")
    kept = tmp_path / "kept"

    said = type_("backup", kept, "--home", root)

    assert said.last == f"next: pipeline restore {kept} --home {root}"


def test_a_decision_made_since_comes_over(root: Path, type_: Type, tmp_path: Path) -> None:
    type_("run", "configs/week12.yaml")
    type_("backup", tmp_path / "kept")
    first = _generations(root)[0]
    database = Database.at(root / "data" / "history.db")
    Memory(database).reject([Marked(first.id)], at=NOW)
    database.close()

    said = type_("restore", tmp_path / "kept", "--force")

    assert "0 generations, 0 that had moved on, 1 decision" in said.out
    assert _generations(root)[0].rejected
