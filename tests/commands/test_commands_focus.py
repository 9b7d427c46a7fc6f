"""`focus`: where the crops of one asset are centred, by hand."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic import command

from pipeline.commands.focusing import _kept
from pipeline.history.schema import HEAD
from pipeline.plan.model import SlotPlan, Work
from pipeline.render.geometry import Fit
from tests.builders import CATALOG
from tests.commands.bench import Desk, check_schema, image, point_at, vendor
from tests.history.alembics import alembic_at

COVER = "week12/lobster/cover"
SLOTS = "size: 512x512, slots: [wechat.cover, wechat.cover_square]"
LINE = 7
"""Where the first image of a spec stands."""


def words(desk: Desk) -> list[Any]:
    """(asset, slot, x, y, what the spec said) of each word, oldest first."""
    with closing(sqlite3.connect(desk.root / "data" / "history.db")) as database:
        statement = "SELECT asset_key, slot, x, y, spec_said FROM focus_point ORDER BY id"
        return database.execute(statement).fetchall()


def crops(desk: Desk, spec: str) -> dict[str, list[int]]:
    """The crop of each slot of the spec's first asset, as its files were made last."""
    report = desk.json("run", "render", spec)
    return {file["slot"]: file["crop"] for file in report["assets"][0]["files"]}


def test_a_point_is_remembered_with_what_the_spec_said_then(desk: Desk) -> None:
    desk("run", desk.spec(image(more=SLOTS)))

    said = desk("focus", COVER, "0.5,0.1")

    assert said.code == 0
    assert words(desk) == [(COVER, "", 0.5, 0.1, "auto")]
    assert said.out.splitlines()[0] == f"{COVER}: all crops are centred on 0.5,0.1 from now on"
    assert "overridden" not in said.err


def test_what_each_crop_keeps_is_said_after_the_files_are_made(desk: Desk) -> None:
    desk("run", desk.spec(image(more=f"{SLOTS}, focus: center")))

    said = desk("focus", COVER, "center")

    cover, square = said.out.splitlines()[-2:]
    assert cover.startswith("  unchanged: wechat.cover keeps 43%, from 0,147 to 512,365")
    assert square.startswith("  unchanged: wechat.cover_square keeps 100%, from 0,0 to 512,512")
    assert said.last.startswith("next: pipeline ")


def test_how_much_of_the_subject_a_crop_keeps_is_said_where_that_is_known() -> None:
    shown = Fit(box=(0, 0, 512, 218), kept=0.4258, scale=1.76, width=900, height=383)
    plan = SlotPlan(slot=CATALOG["wechat.cover"], fit=shown, work=Work.KEEP)

    assert _kept(plan) == "wechat.cover keeps 43%, from 0,0 to 512,218"
    assert _kept(replace(plan, fit=replace(shown, subject_kept=0.876))).endswith(", with 88% of the subject")


def test_a_point_for_one_slot_may_be_typed_in_words(desk: Desk) -> None:
    desk("run", desk.spec(image(more=SLOTS)))

    said = desk("focus", COVER, "left", "top", "--slot", "wechat.cover")

    assert said.code == 0
    assert words(desk) == [(COVER, "wechat.cover", 0.0, 0.0, "auto")]
    assert said.out.splitlines()[0] == f"{COVER}: wechat.cover is centred on top-left from now on"
    assert "wechat.cover keeps" in said.out
    assert "wechat.cover_square keeps" not in said.out


def test_a_focus_by_hand_moves_the_crop_and_auto_moves_it_back(desk: Desk) -> None:
    spec = desk.spec(image(more=f"{SLOTS}, focus: center"))
    desk("run", spec)
    before = crops(desk, spec)

    said = desk("focus", COVER, "50%,0%", "--slot", "wechat.cover")
    moved = crops(desk, spec)
    desk("focus", COVER, "auto")

    assert before["wechat.cover"] == [0, 147, 512, 365]
    assert moved == {**before, "wechat.cover": [0, 0, 512, 218]}
    [line] = [line for line in said.out.splitlines() if "keeps" in line]
    path = "output/simulated/week12/lobster/wechat/01-cover.cover.jpg"
    assert line.startswith(f"  {path}: wechat.cover keeps 43%, from 0,0 to 512,218")
    assert crops(desk, spec) == before


def test_the_newest_word_counts_be_it_the_specs_or_the_commands(desk: Desk) -> None:
    spec = desk.spec(image(more=f"{SLOTS}, focus: top"))
    desk("run", spec)

    desk("focus", COVER, "bottom")
    by_command = crops(desk, spec)["wechat.cover"]
    desk.spec(image(more=f"{SLOTS}, focus: center"))
    by_spec = crops(desk, spec)["wechat.cover"]

    assert by_command == [0, 294, 512, 512]
    assert by_spec == [0, 147, 512, 365]


def test_a_line_of_the_spec_that_the_point_stands_above_is_named(desk: Desk) -> None:
    crop = "focus: top, crops: {wechat.cover: {focus: [0.5, 0.9]}}"
    spec = desk.spec(image(more=f"{SLOTS}, {crop}"))
    desk("run", spec)

    every = desk("focus", COVER, "0.5,0.1")
    one = desk("focus", COVER, "0.5,0.1", "--slot", "wechat.cover_square", "--spec", spec)

    ignored = "is overridden until this line is edited"
    path = desk.root / spec
    assert f"{path}:{LINE}: `focus: 0.5,0.9` {ignored}" in every.err
    assert f"{path}:{LINE}: `focus: top` {ignored}" in every.err
    assert [line for line in one.err.splitlines() if ignored in line] == [
        f"{spec}:{LINE}: `focus: top` {ignored}"
    ]
    assert [word[-1] for word in words(desk)] == ["top wechat.cover=0.5,0.9", "top"]


def test_auto_takes_the_point_back(desk: Desk) -> None:
    desk("run", desk.spec(image(more=f"{SLOTS}, focus: top")))
    desk("focus", COVER, "0.5,0.1")

    said = desk("focus", COVER, "auto")

    assert said.code == 0
    assert said.out.splitlines()[0] == f"{COVER}: all crops are centred as the spec says (top)"
    assert "overridden" not in said.err
    assert words(desk) == [(COVER, "", 0.5, 0.1, "top"), (COVER, "", None, None, "top")]


def test_json_is_one_document_and_the_words_go_to_the_other_stream(desk: Desk) -> None:
    desk("run", desk.spec(image(more=SLOTS)))

    said = desk("focus", COVER, "0.5,0.1", "--json")

    document = json.loads(said.out)
    check_schema("run", document)
    assert [file["slot"] for file in document["assets"][0]["files"]] == [
        "wechat.cover",
        "wechat.cover_square",
    ]
    assert f"{COVER}: all crops are centred on 0.5,0.1 from now on" in said.err
    assert said.last.startswith("next: pipeline ")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("week12/lobster/covr", "top"), f"has no such asset; did you mean '{COVER}'?"),
        (("cover", "top"), "an asset is named SPEC/ARTICLE/IMAGE"),
        ((COVER, "512,300"), "both numbers are shares of the picture"),
        ((COVER, "botom"), "did you mean 'bottom'?"),
        ((COVER, "top", "--slot", "wechat.cove"), "has no such slot; did you mean 'wechat.cover'?"),
        (
            (COVER, "top", "--slot", "x"),
            f"x: {COVER} has no such slot; it has wechat.cover, wechat.cover_square",
        ),
    ],
)
def test_what_cannot_be_pointed_at_is_said_and_nothing_is_remembered(
    desk: Desk, typed: tuple[str, ...], sentence: str
) -> None:
    desk("run", desk.spec(image(more=SLOTS)))

    said = desk("focus", *typed)

    assert said.code == 2
    assert sentence in said.err
    assert words(desk) == []


def test_a_point_is_kept_for_a_picture_that_is_still_to_come(desk: Desk) -> None:
    spec = desk.spec(image(more=SLOTS))

    said = desk("focus", COVER, "top", "--spec", spec)

    assert said.code == 3
    assert words(desk) == [(COVER, "", 0.5, 0.0, "auto")]
    assert "keeps" not in said.out
    assert desk.generations() == ()


def test_a_slot_that_takes_the_whole_picture_cannot_be_centred(desk: Desk) -> None:
    more = "size: 512x512, slots: [wechat.cover, wechat.inline]"
    desk("run", desk.spec(image(more=more), image("inner", "板")))

    one = desk("focus", COVER, "top", "--slot", "wechat.inline")
    none = desk("focus", "week12/lobster/inner", "top")
    kept = words(desk)
    every = desk("focus", COVER, "top")

    assert (one.code, none.code, every.code) == (2, 2, 0)
    assert f"{COVER}: nothing is cropped for wechat.inline, which shows the whole picture" in one.err
    assert one.last == "next: to move a crop, name its slot: wechat.cover"
    assert none.last == "next: pipeline platforms"
    assert kept == []
    assert "not cropped, and so not moved: wechat.inline" in every.err
    assert [line.partition(": ")[2][:12] for line in every.out.splitlines() if "keeps" in line] == [
        "wechat.cover"
    ]


def test_a_rehearsed_assets_files_are_made_again_whatever_credentials_are_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = desk.spec(image(more=SLOTS))
    desk("run", spec)
    with vendor() as server:
        point_at(monkeypatch, server)

        said = desk("focus", COVER, "top")
        named = desk("focus", COVER, "bottom", "--provider", "jimeng")

    assert said.code == 0
    assert "  output/simulated/week12/lobster/wechat/01-cover.cover.jpg: wechat.cover keeps" in said.out
    assert named.code == 3, "who names a provider means it"


def test_a_point_is_taken_back_and_the_files_are_made_again(desk: Desk) -> None:
    spec = desk.spec(image(more=f"{SLOTS}, focus: center"))
    desk("run", spec)
    before = crops(desk, spec)
    desk("focus", COVER, "top")
    desk("focus", COVER, "0.5,1", "--slot", "wechat.cover")

    first = desk("focus", COVER, "--undo")
    top = crops(desk, spec)
    second = desk("focus", COVER, "--undo", "--slot", "wechat.cover_square")

    assert (first.code, second.code) == (0, 0)
    assert first.out.splitlines()[0] == f"{COVER}: wechat.cover is centred on top again"
    assert top["wechat.cover"] == [0, 0, 512, 218]
    assert second.out.splitlines()[0] == (
        f"{COVER}: wechat.cover_square is centred as the spec says (center)"
    )
    assert crops(desk, spec)["wechat.cover_square"] == before["wechat.cover_square"]
    assert len(words(desk)) == 4


def test_a_point_that_the_spec_has_overtaken_does_not_come_back(desk: Desk) -> None:
    desk("run", desk.spec(image(more=SLOTS)))
    desk("focus", COVER, "top")
    desk.spec(image(more=f"{SLOTS}, focus: bottom"))
    desk("focus", COVER, "left")

    said = desk("focus", COVER, "--undo")

    assert said.code == 0
    assert said.out.splitlines()[0] == f"{COVER}: all crops are centred as the spec says (bottom)"
    assert "overridden" not in said.err


@pytest.mark.parametrize("typed", [(), ("top", "--undo")])
def test_a_point_or_an_undo_is_typed_not_both_and_not_none(desk: Desk, typed: tuple[str, ...]) -> None:
    desk("run", desk.spec(image(more=SLOTS)))

    said = desk("focus", COVER, *typed)

    assert said.code == 2
    assert "say where the crops are centred, or --undo: one of the two" in said.err
    assert said.last == "next: pipeline focus --help"


def test_without_a_point_there_is_nothing_to_take_back(desk: Desk) -> None:
    desk("run", desk.spec(image(more=SLOTS)))

    said = desk("focus", COVER, "--undo")

    assert said.code == 2
    assert f"{COVER}: no point was ever set by hand" in said.err
    assert said.last == f"next: pipeline focus {COVER} X,Y"


def test_the_name_of_a_picture_made_elsewhere_has_no_crops(desk: Desk) -> None:
    desk("db", "upgrade")

    said = desk("focus", "imported/a/b", "top")

    assert said.code == 2
    assert "is the name of a picture that was made elsewhere" in said.err


def test_the_command_finds_a_home_and_a_spec_elsewhere(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spec = desk.spec(image(more=SLOTS))
    desk("run", spec)
    moved = tmp_path / "week12.yaml"
    (desk.root / spec).rename(moved)
    monkeypatch.chdir(tmp_path)

    lost = desk("focus", COVER, "top", "--home", desk.root)
    named = desk("focus", COVER, "top", "--home", desk.root, "--spec", moved)

    assert (lost.code, named.code) == (2, 0)
    assert "the spec of week12/lobster/cover is not there any more" in lost.err
    assert len(words(desk)) == 1


def test_a_history_of_the_first_revision_is_upgraded_on_the_way(desk: Desk) -> None:
    desk("run", desk.spec(image(more=SLOTS)))
    with alembic_at(desk.root / "data" / "history.db") as (config, _):
        command.downgrade(config, "0001")

    said = desk("focus", COVER, "top")
    checked = desk("db", "check")

    assert said.code == 0
    assert "the history was upgraded from revision 0001; the old one is kept as history-0001-" in said.err
    assert words(desk) == [(COVER, "", 0.5, 0.0, "auto")]
    assert checked.code == 0
    assert checked.out.rstrip().endswith(f"whole, at revision {HEAD}")
