"""What the buttons of an asset do: decisions on the version that was seen, and files made again at once."""

import json
from pathlib import Path

import pytest

from tests.commands.bench import Desk, image
from tests.review.visitor import Visitor, visiting

COVER = "week12/lobster/cover"
PAGE = f"/assets/{COVER}"


@pytest.fixture
def twice(made: Desk) -> Desk:
    """The asset with a second attempt, which it shows."""
    assert made("regenerate", COVER).code == 0
    return made


def shown(root: Path) -> set[int]:
    """The generations that the delivered files show."""
    manifest = json.loads(
        (root / "output" / "simulated" / "week12" / "lobster" / "manifest.json").read_text("utf-8")
    )
    return {file["generation"] for file in manifest["files"]}


def select(visitor: Visitor, number: int, **fields: object) -> dict[str, str]:
    """The fields of the form that selects a generation."""
    forms = visitor.get(PAGE).forms(f"/select/{COVER}")
    return next(form for form in forms if form["generation"] == str(number)) | {
        name: str(value) for name, value in fields.items()
    }


def test_selecting_an_earlier_attempt_delivers_it_again(twice: Desk) -> None:
    assert shown(twice.root) == {2}

    with visiting(twice.root) as visitor:
        answer = visitor.post(f"/select/{COVER}", select(visitor, 1))

    assert answer.status == 200
    assert "Selected." in answer.text
    assert shown(twice.root) == {1}
    assert 'attempt shown" id="g1"' in answer.text


def test_pinning_holds_when_the_spec_asks_for_something_else(twice: Desk) -> None:
    with visiting(twice.root) as visitor:
        answer = visitor.post(f"/select/{COVER}", select(visitor, 1, pin="yes"))
    twice("run", twice.spec(image(prompt="别的")))

    assert "pinned" in answer.text
    assert shown(twice.root) == {1}


def test_an_older_decision_is_refused_and_nothing_is_lost(twice: Desk) -> None:
    with visiting(twice.root) as visitor:
        first, second = select(visitor, 1), select(visitor, 2)
        visitor.post(f"/select/{COVER}", first)
        late = visitor.post(f"/select/{COVER}", second)
        rejected = visitor.post("/reject/1", {**second, "asset": COVER, "version": 1})

    assert (late.status, rejected.status) == (409, 409)
    assert "Something else was decided in the meantime" in late.text
    assert "See how it stands now" in late.text
    assert shown(twice.root) == {1}


def test_what_a_command_decided_meanwhile_makes_the_page_stale(twice: Desk) -> None:
    with visiting(twice.root) as visitor:
        form = select(visitor, 2)
        twice("select", COVER, 1)
        answer = visitor.post(f"/select/{COVER}", form)

    assert answer.status == 409
    assert shown(twice.root) == {1}


def test_rejecting_takes_a_picture_out_of_reuse_and_undo_brings_it_back(twice: Desk) -> None:
    with visiting(twice.root) as visitor:
        rejected = visitor.press(visitor.get(PAGE), "/reject/2")
        after = [item.rejected for item in twice.generations()]
        undone = visitor.press(visitor.get(PAGE), f"/undo/{COVER}")

    assert "not used again" in rejected.text
    assert after == [False, True]
    assert "Undo: 2 rejected" in rejected.text
    assert f"{COVER}: generation 2 is no longer rejected; it shows generation 2 again" in undone.text
    assert [item.rejected for item in twice.generations()] == [False, False]


def test_undoing_a_selection_delivers_the_picture_before(twice: Desk) -> None:
    with visiting(twice.root) as visitor:
        visitor.post(f"/select/{COVER}", select(visitor, 2))
        visitor.post(f"/select/{COVER}", select(visitor, 1))
        answer = visitor.press(visitor.get(PAGE), f"/undo/{COVER}")

    assert answer.status == 200
    assert shown(twice.root) == {2}


def test_nothing_to_undo_is_said(visitor: Visitor) -> None:
    answer = visitor.press(visitor.get(PAGE), f"/undo/{COVER}")

    assert "There was no decision to take back" in answer.text


def test_notes_are_kept_and_found(visitor: Visitor) -> None:
    visitor.press(visitor.get(PAGE), "/note/1", text="爪子很好看")
    page = visitor.press(visitor.get(PAGE), f"/note-asset/{COVER}", text="给下周用")

    assert "爪子很好看" in page.text
    assert "给下周用" in page.text
    assert visitor.get("/pictures?q=爪子").text.count('class="card"') == 1
    assert visitor.get("/pictures?q=下周").text.count('class="card"') == 1
    assert visitor.press(visitor.get(PAGE), "/note/1", text="  ").status == 400


def test_a_point_moves_the_crop_and_its_file_is_made_at_once(visitor: Visitor, made: Desk) -> None:
    page = visitor.get(f"/slots/{COVER}")
    [form] = [form for form in page.forms(f"/focus/{COVER}") if form["slot"] == "wechat.cover"]

    top = visitor.post(f"/focus/{COVER}", form | {"point": "0.5, 0"})

    assert top.status == 200
    assert "The crop was moved" in top.text
    assert '<rect class="crop" x="0" y="0" width="512" height="218"/>' in top.text
    assert "centred as you said" in top.text
    manifest = json.loads(next(made.root.rglob("manifest.json")).read_text("utf-8"))
    assert {file["slot"]: file["crop"] for file in manifest["files"]}["wechat.cover"] == [0, 0, 512, 218]
    stale = visitor.post(f"/focus/{COVER}", form | {"point": "bottom"})
    assert stale.status == 409
    back = visitor.press(top, f"/focus/{COVER}", auto="yes", point="0.5,0")
    assert "centred as you said" not in back.text


@pytest.mark.parametrize(
    "fields", [{"point": "somewhere"}, {"point": "2,2"}, {"slot": "x.post", "point": "top"}]
)
def test_a_point_that_is_none_is_refused(visitor: Visitor, fields: dict[str, str]) -> None:
    form = visitor.get(f"/slots/{COVER}").forms(f"/focus/{COVER}")[0]

    assert visitor.post(f"/focus/{COVER}", form | fields).status == 400


def test_where_the_spec_sets_the_focus_the_page_shows_what_to_write_there(desk: Desk) -> None:
    desk("run", desk.spec(image(more="size: 512x512, slots: [wechat.cover], focus: top")))

    with visiting(desk.root) as visitor:
        page = visitor.get(f"/slots/{COVER}")
        token = visitor.get(PAGE).forms("/note/1")[0]["token"]
        forced = visitor.post(
            f"/focus/{COVER}", {"token": token, "slot": "wechat.cover", "point": "bottom", "version": 0}
        )

    assert "configs/week12.yaml:7" in page.text
    assert "crops: {wechat.cover: {focus: top}}" in page.words
    assert page.forms(f"/focus/{COVER}") == []
    assert forced.status == 400


def test_a_slot_that_takes_the_whole_picture_has_no_focus(desk: Desk) -> None:
    desk("run", desk.spec(image()))

    with visiting(desk.root) as visitor:
        page = visitor.get(f"/slots/{COVER}")

    assert "takes the whole picture" in page.text
    assert page.forms(f"/focus/{COVER}") == []


def test_a_picture_is_thrown_away_and_taken_back(twice: Desk) -> None:
    with visiting(twice.root) as visitor:
        twice("select", COVER, 2)
        thrown = visitor.press(visitor.get("/pictures/1"), "/trash/1")
        left = visitor.get("/pictures").text.count('class="card"')
        seen = visitor.get("/pictures?decision=trashed").text.count('class="card"')
        back = visitor.press(visitor.get("/pictures/1"), "/restore/1")

    assert "lies in the trash" in thrown.text
    assert (left, seen) == (1, 1)
    assert "taken out of the trash" in back.text


def test_a_picture_whose_files_were_replaced_by_hand_may_be_thrown_away(twice: Desk) -> None:
    twice("reject", 2)
    output = twice.root / "output" / "simulated"

    with visiting(twice.root) as visitor:
        held = visitor.press(visitor.get("/pictures/2"), "/trash/2")
        for file in output.rglob("*.png"):
            file.write_bytes(b"mine")
        for file in output.rglob("*.jpg"):
            file.unlink()
        thrown = visitor.press(visitor.get("/pictures/2"), "/trash/2")

    assert (held.status, thrown.status) == (400, 200)
    assert "generation 2 is shown by output/simulated/week12" in held.text


def test_a_cleared_picture_whose_file_is_there_again_comes_out_of_the_trash(twice: Desk) -> None:
    twice("select", COVER, 2)
    twice("trash", 1)
    blobs = {path: path.read_bytes() for path in (twice.root / "data" / "blobs").rglob("*.png")}
    assert twice("gc", "--yes").code == 0

    with visiting(twice.root) as visitor:
        lost = visitor.press(visitor.get("/pictures/1"), "/restore/1")
        for path, data in blobs.items():
            path.write_bytes(data)
        back = visitor.press(visitor.get("/pictures/1"), "/restore/1")

    assert (lost.status, back.status) == (400, 200)
    assert "was cleared away on" in lost.text


def test_a_picture_that_is_gone_from_the_store_cannot_be_selected(twice: Desk) -> None:
    for blob in (twice.root / "data" / "blobs").rglob("*.png"):
        blob.unlink()

    with visiting(twice.root) as visitor:
        answer = visitor.post(f"/select/{COVER}", select(visitor, 1))

    assert answer.status == 400
    assert "missing from the store" in answer.text


@pytest.mark.parametrize(
    "fields", [{"generation": "x"}, {"generation": "99"}, {"version": "-1"}, {"version": ""}]
)
def test_a_form_that_means_nothing_is_refused(visitor: Visitor, fields: dict[str, str]) -> None:
    form = visitor.get(PAGE).forms(f"/select/{COVER}")[0]

    assert visitor.post(f"/select/{COVER}", form | fields).status == 400


def test_an_asset_that_shows_a_file_of_the_authors_takes_no_selection(made: Desk) -> None:
    (made.root / "configs" / "own.png").write_bytes(
        next((made.root / "data" / "blobs").rglob("*.png")).read_bytes()
    )
    with visiting(made.root) as visitor:
        form = select(visitor, 1)
        made.spec("id: cover, file: own.png, slots: [wechat.cover]")
        answer = visitor.post(f"/select/{COVER}", form)
        made.spec("id: other, prompt: x")
        gone = visitor.post(f"/select/{COVER}", form)

    assert (answer.status, gone.status) == (400, 400)
    assert "your own file" in answer.text
    assert "no such asset" in gone.text


def test_files_that_cannot_be_made_are_told_where_the_button_leads(twice: Desk) -> None:
    [square] = twice.root.rglob("01-cover.cover_square.jpg")
    square.write_bytes(b"edited by hand")

    with visiting(twice.root) as visitor:
        answer = visitor.post(f"/select/{COVER}", select(visitor, 1))

    assert "is not ours to replace" in answer.text
    assert "--overwrite" in answer.text
