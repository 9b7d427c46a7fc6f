"""`export` and `import` as they are typed: a second home with the same memory, pictures made elsewhere."""

import json
import os
import shutil
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image  # noqa: TID251 - a picture that was made elsewhere

from pipeline import log
from pipeline.history.schema import upgrade
from pipeline.providers.simulator.server import Simulator
from tests.commands.bench import KEYS, Desk, image

WEEK = (image("cover"), image("bench", "堆满工具的电子工作台"))


@pytest.fixture
def second(desk: Desk, tmp_path: Path) -> Path:
    """Another home, with the same settings and no history."""
    root = tmp_path / "second"
    shutil.copytree(desk.root / "configs", root / "configs")
    return root


def _carry_specs(desk: Desk, second: Path) -> None:
    for path in (desk.root / "configs").glob("*.yaml"):
        shutil.copy(path, second / "configs" / path.name)


def _history(desk: Desk, *words: object) -> Any:
    return desk.json("history", "history", "--limit", 1000, *words)


@pytest.mark.parametrize("provider", ["simulator", "jimeng"])
def test_a_second_home_remembers_the_same_and_pays_nothing(
    desk: Desk, second: Path, jimeng: Simulator, provider: str
) -> None:
    spec = desk.spec(*WEEK)
    assert desk("run", spec, "--provider", provider, "--yes").code == 0
    billed = jimeng._server.world.billed()
    _carry_specs(desk, second)

    exported = desk("export", "week12.zip")
    imported = desk("import", "week12.zip", "--home", second)
    run = desk("run", second / spec, "--provider", provider, "--yes", "--json", "--home", second)

    assert (exported.code, imported.code, run.code) == (0, 0, 0)
    assert exported.out.startswith("week12.zip: 2 generations and 2 pictures, ")
    assert exported.last == "next: pipeline import week12.zip"
    assert imported.out.splitlines() == [
        "taken in: 2 generations, 0 that had moved on, 2 decisions",
        "2 pictures copied, 0 there already",
    ]
    assert "a new history begins in" in imported.err
    assert _history(desk) == _history(desk, "--home", second) != []
    document = json.loads(run.out)
    assert (document["status"], document["submitted"], document["cost"]) == ("complete", 0, 0)
    assert jimeng._server.world.billed() == billed


def test_a_second_import_says_that_all_is_known(desk: Desk, second: Path) -> None:
    desk("run", desk.spec(*WEEK), "--provider", "simulator")
    desk("export", "all.zip")
    desk("import", "all.zip", "--home", second)

    again = desk("import", "all.zip", "--home", second)

    assert (again.code, again.out) == (
        0,
        "this home knew all of it already\n0 pictures copied, 2 there already\n",
    )


def test_a_part_is_exported_by_spec_day_and_words(desk: Desk) -> None:
    for name in ("week12", "week13"):
        cover = image("cover", f"龙虾 {name}")
        desk("run", desk.spec(cover, name=name), "--provider", "simulator")

    said = [
        desk("export", f"{number}.zip", *words).out
        for number, words in enumerate(
            [(), ("--spec", "week13"), ("--search", "龙虾 week12"), ("--since", "2026-01-01")]
        )
    ]
    nothing = desk("export", "none.zip", "--since", "2099-01-01")

    assert [line.partition(": ")[2].partition(",")[0] for line in said] == [
        "2 generations and 2 pictures",
        "1 generation and 1 picture",
        "1 generation and 1 picture",
        "2 generations and 2 pictures",
    ]
    assert (nothing.code, nothing.last) == (2, "next: pipeline history")


def test_a_day_that_no_history_has_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk("run", desk.spec(image()), "--provider", "simulator")
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Shanghai")  # where the first day began before all days
        time.tzset()
        said = desk("export", "all.zip", "--since", "0001-01-01")
    time.tzset()

    assert said.code == 2
    assert "no day that a history has" in said.err


def test_a_home_without_a_history_has_nothing_to_export(desk: Desk) -> None:
    assert desk("export", "all.zip").code == 2
    assert not (desk.root / "all.zip").exists()


def test_a_picture_that_is_missing_is_said_on_both_sides(desk: Desk, second: Path) -> None:
    desk("run", desk.spec(image()), "--provider", "simulator")
    for path in (desk.root / "data" / "blobs").glob("*/*"):
        path.unlink()

    exported = desk("export", "all.zip")
    imported = desk("import", "all.zip", "--home", second)

    assert (exported.code, imported.code) == (3, 3)
    assert "(generation 1) is not whole in the store, so it is not in it" in exported.err
    assert "was missing where this was exported" in imported.err
    assert imported.last == f"next: pipeline db check --files --home {second}"


def test_a_bundle_that_is_refused_begins_no_history(desk: Desk, second: Path) -> None:
    (desk.root / "bad.zip").write_bytes(b"no zip")

    said = desk("import", "bad.zip", "--home", second)

    assert said.code == 2
    assert "is not a bundle" in said.err
    assert not (second / "data").exists()


def test_no_credential_is_in_a_bundle(desk: Desk, jimeng: Simulator) -> None:
    desk("run", desk.spec(image()), "--provider", "jimeng", "--yes")

    desk("export", "all.zip")

    with zipfile.ZipFile(desk.root / "all.zip") as archive:
        data = b"".join(archive.read(name) for name in archive.namelist())
    assert KEYS.access_key.encode() not in data
    assert KEYS.secret_key.encode() not in data
    assert str(desk.root).encode() not in data


def test_an_older_history_is_upgraded_before_a_bundle_comes(desk: Desk, second: Path) -> None:
    desk("run", desk.spec(image()), "--provider", "simulator")
    desk("export", "all.zip")
    (second / "data").mkdir()
    upgrade(second / "data" / "history.db", "0001")

    said = desk("import", "all.zip", "--home", second)

    assert said.code == 0
    assert "the history was upgraded; the old one is kept as history-0001-" in said.err


def _sketches(desk: Desk) -> Path:
    folder = desk.root / "sketches"
    folder.mkdir()
    for name, colour in (("boat", "teal"), ("cat", "maroon")):
        Image.new("RGB", (1200, 900), colour).save(folder / f"{name}.png")
    (folder / "cat.txt").write_text("一只橘猫", "utf-8")
    return folder


def test_a_folder_is_taken_in_and_named_for_specs(desk: Desk) -> None:
    _sketches(desk)

    said = desk("import", "sketches")
    spec = desk.spec("id: cover, use: imported/sketches/cat")
    run = desk("run", spec, "--provider", "simulator")

    assert said.code == 0
    assert said.out.splitlines() == [
        "boat.png: generation 1, imported/sketches/boat",
        "cat.png: generation 2, imported/sketches/cat, prompt from cat.txt",
        "2 pictures taken in (1 without a prompt)",
    ]
    assert "to show one, write in a spec: use: imported/sketches/boat" in said.err
    assert said.last == "next: pipeline show imported/sketches/boat"
    assert run.code == 0
    assert desk("history", "--search", "橘猫").out.count("imported/sketches/cat") == 1
    assert desk("show", "imported/sketches/cat").code == 0
    assert desk("costs").out.strip().splitlines()[1:] == []


def test_a_folder_with_a_broken_picture_ends_with_3(desk: Desk) -> None:
    (_sketches(desk) / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")

    said = desk("import", "sketches")
    again = desk("import", "sketches")

    assert (said.code, again.code) == (3, 3)
    assert "not taken: " in said.out
    assert said.out.splitlines()[-1] == "2 pictures taken in (1 without a prompt), 1 not taken"
    assert again.out.splitlines()[-1] == "0 pictures taken in, 2 known already, 1 not taken"


def test_a_picture_made_elsewhere_is_selected_for_an_asset_of_a_rehearsal(desk: Desk) -> None:
    _sketches(desk)
    desk("import", "sketches")
    spec = desk.spec(image())
    assert desk("run", spec).code == 0

    said = desk("select", "week12/lobster/cover", 2)
    plan = desk("plan", spec)

    assert said.code == 0, said.err
    assert "which was made elsewhere; to keep it, write in week12/lobster/cover:" in plan.err
    assert "    use: imported/sketches/cat" in plan.err


def test_a_plan_names_what_is_near_in_its_document(desk: Desk) -> None:
    desk("run", desk.spec(image("cover", "一只橘猫趴在窗台上"), name="week11"), "--provider", "simulator")
    spec = desk.spec(image("cover", "一只橘猫坐在窗台上"))

    document = desk.json("plan", "plan", spec, "--provider", "simulator")
    said = desk("plan", spec, "--provider", "simulator")

    assert [action["near"] for action in document["actions"]] == [[1]]
    assert "    use: week11/lobster/cover" in said.err


def test_a_jpeg_goes_from_one_home_to_the_other(desk: Desk, second: Path) -> None:
    _sketches(desk)
    Image.new("RGB", (1200, 900), "olive").save(desk.root / "sketches" / "fox.jpg")
    desk("import", "sketches")

    exported, imported = desk("export", "all.zip"), desk("import", "all.zip", "--home", second)

    assert (exported.code, imported.code) == (0, 0)
    assert len(list((second / "data" / "blobs").glob("*/*.jpg"))) == 1


def test_what_was_cleared_away_does_not_keep_a_bundle_from_being_taken_in(desk: Desk, second: Path) -> None:
    desk("run", desk.spec(image()), "--provider", "simulator")
    desk("regenerate", "week12/lobster/cover", "--provider", "simulator")
    thrown = desk("trash", 1)
    cleared = desk("gc", "--yes")

    exported, imported = desk("export", "all.zip"), desk("import", "all.zip", "--home", second)

    assert (thrown.code, cleared.code, exported.code, imported.code) == (0, 0, 0, 0)


def test_an_export_says_what_is_not_settled(desk: Desk) -> None:
    desk("run", desk.spec(*WEEK), "--provider", "simulator")
    desk.change("UPDATE generation SET state = 'planned', charged = 'no', blob_sha256 = NULL WHERE id = 1")
    desk.change("UPDATE generation SET state = 'unknown', charged = 'maybe', blob_sha256 = NULL WHERE id = 2")

    said = desk("export", "all.zip")

    assert said.code == 0, said.err
    assert "1 order was not sent yet, so it is not in it\n" in said.err
    assert "1 order is not settled, so it is in it without its picture;" in said.err


def test_a_file_that_cannot_be_written_is_no_fault_of_the_history(desk: Desk) -> None:
    desk("run", desk.spec(image()), "--provider", "simulator")

    said = desk("export", "/proc/x.zip")

    assert said.code == 3
    assert "error: /proc/x.zip: cannot be written" in said.err


@pytest.mark.parametrize("day", ["２０２６-１１-０１", "٢٠٢٦-١١-٠١", "2026-11", "yesterday"])
def test_a_day_is_written_in_plain_digits(desk: Desk, day: str) -> None:
    desk("run", desk.spec(image()), "--provider", "simulator")

    said = desk("export", "all.zip", "--since", day)

    assert said.code == 2
    assert f"{day!r} is no day, such as 2026-11-01" in said.err


def test_names_and_words_of_a_folder_from_anywhere_are_shown_and_kept_safely(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "_hidden", set())
    monkeypatch.setenv("VOLC_SECRETKEY", KEYS.secret_key)
    folder = _sketches(desk)
    (folder / "cat.txt").write_text(f"a cat with {KEYS.secret_key}", "utf-8")
    (folder / "evil\x1b[2J\n.png").write_bytes((folder / "cat.png").read_bytes()[:60])
    lobster = folder / os.fsdecode("龙虾.png".encode("gbk"))
    Image.new("RGB", (12, 9), "red").save(lobster)

    said = desk("import", "sketches")

    assert said.code == 3
    assert "\x1b" not in said.out + said.err
    assert said.out.splitlines()[2].startswith("not taken: evil\\x1b[2J\\n.png: ")
    assert said.out.splitlines()[3].startswith("龙虾.png: generation 3, imported/sketches/龙虾")
    assert [item["prompt"] for item in _history(desk)] == ["", "a cat with ***", ""]


def test_a_bundle_with_a_name_in_another_encoding_is_written_and_read(desk: Desk, second: Path) -> None:
    desk("run", desk.spec(image()), "--provider", "simulator")
    name = os.fsdecode("龙虾.zip".encode("gbk"))

    exported = desk("export", name)
    imported = desk("import", name, "--home", second)
    Path(name).write_bytes(b"no zip")
    refused = desk("import", name, "--home", second)

    assert (exported.code, imported.code, refused.code) == (0, 0, 2)
    assert exported.out.startswith("龙虾.zip: 1 generation and 1 picture")
    assert "error: 龙虾.zip is not a bundle" in refused.err
