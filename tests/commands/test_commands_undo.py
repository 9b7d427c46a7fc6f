"""`undo`, and what can be done after `reject`: words taken back, pictures that were made elsewhere."""

from pathlib import Path

import pytest
from PIL import Image  # noqa: TID251 - pictures that were made elsewhere

from tests.commands.bench import Desk, image, point_at, vendor

COVER = "week12/lobster/cover"
CAT = "imported/sketches/cat"


def shown(desk: Desk, spec: str, *words: str) -> list[int]:
    """The generation that each asset of a spec shows."""
    report = desk.json("run", "render", spec, *words)
    return [item["generation"] for item in report["assets"]]


def again(desk: Desk) -> str:
    """A week of one picture, made twice; its path."""
    spec = desk.spec(image())
    desk("run", spec)
    desk("regenerate", COVER)
    return spec


def sketch(desk: Desk) -> None:
    """A picture made elsewhere, taken in."""
    folder = desk.root / "sketches"
    folder.mkdir()
    Image.new("RGB", (900, 900), "maroon").save(folder / "cat.png")
    assert desk("import", "sketches").code == 0


def test_undo_takes_one_decision_back_after_the_other_and_makes_the_files(desk: Desk) -> None:
    spec = again(desk)
    desk("select", COVER, 1)

    first = desk("undo", COVER)
    newer = shown(desk, spec)
    second = desk("undo", COVER)
    older = shown(desk, spec)

    assert (first.code, second.code) == (0, 0)
    assert first.out.splitlines()[0] == (
        f"{COVER}: generation 1 is no longer selected; it shows generation 2 again"
    )
    assert "1 delivered" in first.out + first.err
    assert second.out.splitlines()[0] == (
        f"{COVER}: generation 2 is no longer selected; it shows generation 1 again"
    )
    assert (newer, older) == ([2], [1])


def test_undo_says_when_there_is_nothing_left(desk: Desk) -> None:
    desk("run", desk.spec(image()))

    nothing = desk("undo", COVER)
    number = desk("undo", 1)
    mistyped = desk("undo", "week12/lobster/covr")
    nobody = desk("undo", 99)

    assert {said.code for said in (nothing, number, mistyped, nobody)} == {2}
    assert f"{COVER}: no decision stands that could be taken back" in nothing.err
    assert nothing.last == "next: pipeline history"
    assert "generation 1 is not rejected: there is nothing to take back" in number.err
    assert number.last == f"next: pipeline undo {COVER}"
    assert f"has no such asset; did you mean '{COVER}'?" in mistyped.err
    assert "there is no generation 99" in nobody.err


def test_undo_brings_a_rejected_picture_back_that_a_run_had_replaced(desk: Desk) -> None:
    spec = again(desk)
    desk("reject", 2)
    desk("run", spec)
    replaced = shown(desk, spec)

    said = desk("undo", COVER)

    assert replaced == [1]
    assert said.out.splitlines()[0] == (
        f"{COVER}: generation 2 is no longer rejected; it shows generation 2 again"
    )
    assert shown(desk, spec) == [2]


def test_the_rejection_of_a_number_is_taken_back_and_its_files_are_named(desk: Desk) -> None:
    spec = desk.spec(image())
    desk("run", spec)
    desk("reject", 1)

    said = desk("undo", 1)

    assert said.code == 0
    assert said.out == "generation 1 is no longer rejected: it may be used again\n"
    assert f"the files of {COVER} can be made of it again" in said.err
    path = desk.root / spec
    assert said.last == f"next: pipeline render {path} --only {COVER} --provider simulator"
    assert shown(desk, spec) == [1]


def test_a_number_that_no_asset_has_or_that_was_thrown_away_has_its_own_next_step(desk: Desk) -> None:
    again(desk)
    desk("reject", 1)
    unused = desk("undo", 1)
    desk("reject", 1)
    desk("trash", 1)

    thrown = desk("undo", 1)
    once_more = desk("undo", 1)

    assert unused.last == f"next: pipeline select {COVER} 1"
    assert thrown.code == 0
    assert thrown.last == "next: pipeline trash 1 --undo"
    assert once_more.code == 2
    assert once_more.last == "next: pipeline trash 1 --undo"


def test_undoing_a_paid_redo_of_a_rehearsed_picture_says_what_is_shown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk("run", desk.spec(image()))
    with vendor() as server:
        point_at(monkeypatch, server)
        bought = desk("regenerate", COVER, "--yes", "--provider", "jimeng")

        said = desk("undo", COVER)

    assert bought.code == 0
    assert said.out.splitlines()[0] == (
        f"{COVER}: generation 2 is no longer selected; it shows generation 2 still (generation 1, which "
        "it had before, is rehearsed, and shown in no real delivery)"
    )


def test_what_is_left_to_do_after_an_undo_is_not_one_more_undo(desk: Desk) -> None:
    spec = again(desk)
    [file] = desk.json("run", "render", spec)["assets"][0]["files"]
    (desk.root / file["path"]).write_bytes(b"by hand")

    said = desk("undo", COVER)

    assert said.code == 3
    assert "pipeline undo" not in said.err


def test_a_rejection_whose_spec_is_gone_can_be_taken_back(desk: Desk) -> None:
    spec = desk.spec(image())
    desk("run", spec)
    (desk.root / spec).unlink()

    rejected = desk("reject", 1)
    undone = desk("undo", 1)
    by_key = desk("undo", COVER)

    assert f"the spec of {COVER} is not there any more" in rejected.err
    assert rejected.last == "next: pipeline undo 1"
    assert undone.code == 0
    assert undone.last == f"next: pipeline select {COVER} 1"
    assert by_key.last == "next: name it with --spec PATH"


def test_a_name_from_elsewhere_is_no_asset_to_select_for(desk: Desk) -> None:
    sketch(desk)

    said = desk("select", CAT, 1)

    assert said.code == 2
    assert f"{CAT} is the name of a picture that was made elsewhere, not an asset of a spec" in said.err
    assert said.last == f"next: to show it, write in a spec: use: {CAT}"


def test_a_rejected_picture_from_elsewhere_can_be_taken_back_by_number_and_by_name(desk: Desk) -> None:
    sketch(desk)
    desk("run", desk.spec(f"id: cover, use: {CAT}"), "--provider", "simulator")

    rejected = desk("reject", 1)
    looked = desk("show", 1)
    by_number = desk("undo", 1)
    again_rejected = desk("reject", 1)
    by_name = desk("undo", CAT)
    nothing = desk("undo", CAT)
    not_rejected = desk("undo", 1)

    assert rejected.code == again_rejected.code == 0
    assert f"it was given to {COVER}: name another picture there with `use:`" in rejected.err
    assert rejected.last == "next: pipeline undo 1"
    assert looked.last == "next: pipeline undo 1"
    assert (by_number.code, by_name.code) == (0, 0)
    assert f"the files of {COVER} can be made of it again" in by_number.err
    assert by_name.out == f"{CAT}: generation 1 is no longer rejected\n"
    assert by_name.last == f"next: to show it, write in a spec: use: {CAT}"
    assert nothing.code == 2
    assert f"{CAT}: no decision stands that could be taken back" in nothing.err
    assert not_rejected.last == "next: pipeline show 1"


def test_what_to_do_with_a_picture_from_elsewhere_is_neither_select_nor_regenerate(desk: Desk) -> None:
    sketch(desk)

    free = desk("show", CAT)
    unused = desk("reject", 1)
    back = desk("undo", 1)
    desk("trash", 1)
    thrown = desk("show", CAT)

    assert f"to show it, write in a spec: use: {CAT}" in free.err
    assert "pipeline trash 1" in free.err
    assert "it was given to" not in unused.err
    assert f"to show it, write in a spec: use: {CAT}" in back.err
    assert thrown.last == "next: pipeline trash 1 --undo"
    for said in (free, unused, back, thrown):
        assert "select" not in said.err
        assert "regenerate" not in said.err


def test_undo_finds_a_spec_elsewhere(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    spec = again(desk)
    moved = tmp_path / "week12.yaml"
    (desk.root / spec).rename(moved)
    monkeypatch.chdir(tmp_path)

    said = desk("undo", COVER, "--home", desk.root, "--spec", moved)

    assert said.code == 0
    assert said.out.splitlines()[0].endswith("it shows generation 1 again")
