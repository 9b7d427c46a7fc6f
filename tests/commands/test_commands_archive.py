"""`note`, `trash`, `gc` and `history --decision`, as an author types them."""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.commands.gc import gc
from pipeline.commands.note import note
from pipeline.commands.trash import trash
from pipeline.errors import UsageError
from tests.commands.bench import Desk, image

COVER = "week12/lobster/cover"


@pytest.fixture
def made(desk: Desk) -> Desk:
    """A week with two pictures of its cover; the newer one is shown."""
    desk("run", desk.spec(image("cover")))
    desk("regenerate", COVER)
    return desk


def _blobs(desk: Desk) -> list[Path]:
    return sorted(path for path in (desk.root / "data" / "blobs").rglob("*") if path.is_file())


def test_a_note_is_told_by_show_and_found_by_the_search(
    made: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    note("1", "留着做头图")
    note(COVER, "两行\n字")
    said = capsys.readouterr()

    shown, found = made("show", 1), made("history", "--search", "头图")
    document = made.json("show", "show", 1)

    assert said.out == f"noted on generation 1: 留着做头图\nnoted on {COVER}: 两行\n字\n"
    assert said.err.splitlines()[-1] == f"next: pipeline show {COVER}"
    assert "留着做头图" in shown.out
    assert f"两行 字  (on {COVER})" in shown.out
    assert found.last == "next: pipeline show 1"
    assert [(item["text"], item["asset"]) for item in document["notes"]] == [
        ("两行\n字", COVER),
        ("留着做头图", None),
    ]


def test_a_note_is_removed_by_its_words_or_as_the_newest(
    made: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    for text in ("one", "two", "three"):
        note("1", text)
    capsys.readouterr()

    note("1", "one", remove=True)
    note("1", remove=True)

    assert capsys.readouterr().out == (
        "no longer noted on generation 1: one\nno longer noted on generation 1: three\n"
    )
    assert [item["text"] for item in made.json("show", "show", 1)["notes"]] == ["two"]
    with pytest.raises(UsageError, match="generation 1 has no such note"):
        note("1", "one", remove=True)
    with pytest.raises(UsageError, match=f"{COVER} has no note"):
        note(COVER, remove=True)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("1", None, "a note needs words"),
        ("1", "  ", "a note needs words"),
        ("99", "x", "the history has no generation 99"),
        ("9" * 30, "x", "there is no generation 9"),
        ("week12/lobster/covr", "x", "the history has no asset week12/lobster/covr"),
    ],
)
def test_a_note_on_nothing_or_of_nothing_is_refused(
    made: Desk, name: str, text: str | None, sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        note(name, text)


def test_what_is_thrown_away_is_listed_apart_and_not_used_again(
    made: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    trash([1])
    said = capsys.readouterr()
    thrown = made.json("history", "history", "--decision", "trashed")
    chosen = made.json("history", "history", "--decision", "unreviewed", "--decision", "selected")
    shown = made("show", 1).out
    listed = made("history").out
    trash([1], undo=True)

    assert said.out == "in the trash: 1\n"
    assert "pipeline trash 1 --undo" in said.err
    assert [(item["id"], item["trashed"]) for item in thrown] == [(1, True)]
    assert [(item["id"], item["trashed"]) for item in chosen] == [(2, False)]
    assert "thrown away: it is not used again" in shown
    assert "trashed" in listed
    assert capsys.readouterr().out == "out of the trash: 1\n"
    assert made.json("history", "history", "--decision", "trashed") == []


def test_what_is_shown_is_refused_with_every_reason(made: Desk) -> None:
    with pytest.raises(UsageError) as refused:
        trash([1, 2, 77])

    lines = refused.value.message.splitlines()
    assert lines[0] == f"generation 2 is selected for {COVER}"
    assert lines[1].startswith("generation 2 is shown by output/")
    assert lines[-1] == "there is no generation 77"
    assert made.json("history", "history", "--decision", "trashed") == []


def test_a_plan_without_another_picture_says_what_was_thrown_away(made: Desk) -> None:
    made("reject", 2)
    for path in (made.root / "output").rglob("*.jpg"):
        path.unlink()
    trash([1, 2])

    (action,) = made.json("plan", "plan", "configs/week12.yaml")["actions"]
    with closing(sqlite3.connect(made.root / "data" / "history.db")) as database, database:
        database.execute("DELETE FROM decision WHERE choice = 'rejected'")
    (later,) = made.json("plan", "plan", "configs/week12.yaml")["actions"]

    assert (action["action"], action["reason_code"]) == ("blocked", "rejected")
    assert (later["action"], later["reason_code"]) == ("blocked", "trashed")
    assert later["reason"] == "you threw generation 2 away, and there is no other picture for it"


def test_a_word_that_is_no_decision_is_refused_with_the_nearest(made: Desk) -> None:
    said = made("history", "--decision", "trashd")

    assert said.code == 2
    assert "did you mean 'trashed'?" in said.err


def test_gc_lists_first_and_removes_only_when_told(made: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    gc()
    nothing = capsys.readouterr().out
    trash([1])
    before = _blobs(made)
    capsys.readouterr()

    gc()
    listed = capsys.readouterr()
    kept = _blobs(made)
    gc(yes=True)
    removed = capsys.readouterr().out

    (gone,) = set(before) - set(_blobs(made))
    assert nothing == "nothing to clear away\n"
    assert kept == before
    assert listed.out.splitlines()[0].startswith(gone.relative_to(made.root).as_posix())
    assert listed.out.splitlines()[0].endswith(f"in the trash: generation 1 of {COVER}")
    assert listed.out.splitlines()[1].startswith("1 picture, ")
    assert listed.out.endswith(" bytes would go\n")
    assert listed.err.splitlines()[-1].startswith("next: pipeline gc --yes")
    assert removed.endswith(" bytes removed\n")
    assert made("db", "check", "--files").code == 0
    assert made("doctor").code == 0
    with pytest.raises(UsageError, match="was cleared away on"):
        trash([1], undo=True)


def _stranger(made: Desk, name: str = "cd", *, days: int = 9) -> Path:
    """A file in the store that no row names, written so long ago."""
    path = made.root / "data" / "blobs" / "ab" / f"{name * 31}.png"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"new")
    moment = time.time() - days * 86_400
    os.utime(path, (moment, moment))
    return path


def test_gc_tells_of_new_files_that_no_row_names(made: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    stranger = _stranger(made, days=0)

    gc(yes=True)
    gc(yes=True, unnamed=True)

    said = capsys.readouterr()
    assert stranger.exists()
    assert said.err.count("1 file kept that no row names") == 2
    assert said.out == "nothing to clear away\nno file to move aside\n"


def test_gc_moves_files_that_no_row_names_only_when_told_and_says_where_to(
    made: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger = _stranger(made)
    trash([1])
    capsys.readouterr()

    gc(unnamed=True)
    listed = capsys.readouterr()
    gc(yes=True)
    cleared = capsys.readouterr()
    stays = stranger.exists()
    gc(yes=True, unnamed=True)
    moved = capsys.readouterr()

    (aside,) = (made.root / "data" / "set-aside").rglob("*.png")
    day = f"data/set-aside/{aside.parent.name}"
    line = f"data/blobs/ab/{stranger.name}  3 bytes"
    assert listed.out.splitlines() == [
        f"{line}  named by nothing; perhaps the second picture of a task",
        "1 file, 3 bytes would be moved aside",
    ]
    assert listed.err.splitlines()[-1] == "next: pipeline gc --unnamed --yes"
    assert "1 file, 3 bytes that no row names" in cleared.err
    assert "To see them: pipeline gc --unnamed" in cleared.err
    assert stays
    assert aside.read_bytes() == b"new"
    assert not stranger.exists()
    assert moved.out.splitlines() == [f"{line}  moved", f"1 file, 3 bytes moved to {day}"]
    assert "you may delete there by hand" in moved.err
    assert moved.err.splitlines()[-1] == f"next: pipeline import {aside.parent}"


def test_gc_refuses_to_move_what_a_lost_history_may_name(made: Desk) -> None:
    old = made.root / "data" / "history.db"
    old.rename(made.root / "history.db")
    for path in _blobs(made):
        moment = time.time() - 9 * 86_400
        os.utime(path, (moment, moment))
    before = _blobs(made)
    assert made("init").code == 0

    listed, cleared = made("gc", "--unnamed"), made("gc", "--yes")
    moved = made("gc", "--unnamed", "--yes")

    assert (listed.code, cleared.code, moved.code) == (2, 0, 2)
    assert "error: 2 files of the store have no row, and 0 have one" in listed.err
    assert moved.last == "next: pipeline restore DIR --force"
    assert _blobs(made) == before


def test_gc_under_another_history_removes_nothing(made: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _blobs(made)
    for path in before:
        os.utime(path, (0, 0))
    monkeypatch.setenv("PIPELINE_DATABASE_URL", "sqlite:///data/other.db")
    assert made("db", "upgrade").code == 0

    said = made("gc", "--yes"), made("gc", "--unnamed", "--yes")

    assert [one.code for one in said] == [0, 2]
    assert "PIPELINE_DATABASE_URL names" in said[1].err
    assert _blobs(made) == before


def test_the_title_of_an_article_finds_its_pictures(desk: Desk) -> None:
    spec = desk.spec(image("cover"))
    path = desk.root / spec
    text = path.read_text("utf-8").replace("title: 龙虾", "title: 给螃蟹装上电路板")
    path.write_text(text, "utf-8")
    desk("run", spec)

    found = desk.json("history", "history", "--search", "螃蟹")

    assert [item["id"] for item in found] == [1]


def test_a_rejection_does_not_promise_a_picture_that_was_thrown_away(made: Desk) -> None:
    trash([1])

    said = made("reject", 2)

    assert "answers the same prompt" not in said.err
    assert said.last == f"next: pipeline regenerate {COVER}"
