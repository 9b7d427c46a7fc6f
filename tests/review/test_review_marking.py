"""Deciding in the grid: on one picture by its own button, on all that are marked at once, and back again."""

import json
from pathlib import Path

import pytest

from tests.commands.bench import Desk, point_at, vendor
from tests.review.visitor import Answer, Visitor, visiting

COVER = "week12/lobster/cover"


@pytest.fixture
def three(desk: Desk) -> Desk:
    """Two assets; the cover was tried twice (1, 3) and shows the second; the board is 2."""
    cover = "id: cover, prompt: 一只蓝色的龙虾, size: 512x512, slots: [wechat.thumb]"
    desk("run", desk.spec(cover))
    # One after the other: of two that are bought at once either may come first.
    desk("run", desk.spec(cover, "id: board, prompt: 一块电路板, size: 512x512, slots: [wechat.thumb]"))
    assert desk("regenerate", COVER).code == 0
    return desk


def mark(grid: Answer, *numbers: int) -> list[str]:
    """The marks of some cards, as their boxes carry them."""
    found = [value for value in grid.values("marked") if int(value.partition("-")[0]) in numbers]
    assert len(found) == len(numbers)
    return found


def press(visitor: Visitor, grid: Answer, deed: str, marks: list[str], **fields: str) -> Answer:
    """One of the bar's buttons, with some cards marked."""
    hidden = grid.forms("/marked/note")[0]
    return visitor.post(
        f"/marked/{deed}", [*hidden.items(), *fields.items(), *(("marked", one) for one in marks)]
    )


def decisions(root: Desk) -> dict[int, str | None]:
    """The newest word on each generation."""
    found = json.loads(root("history", "--json").out)
    return {item["id"]: item["decision"] for item in found}


def shown(root: Path) -> set[int]:
    """The generations that the delivered files show."""
    manifest = root / "output" / "simulated" / "week12" / "lobster" / "manifest.json"
    return {file["generation"] for file in json.loads(manifest.read_text("utf-8"))["files"]}


def test_several_pictures_are_rejected_at_once_and_all_taken_back_with_one_button(three: Desk) -> None:
    with visiting(three.root) as visitor:
        grid = visitor.get("/pictures?spec=week12")
        done = press(visitor, grid, "reject", mark(grid, 1, 2))
        rejected = decisions(three)
        undone = visitor.press(done, "/marked/allow")

    assert "Rejected, and not used again: generations 1, 2" in done.text
    assert "spec=week12" in done.path
    assert (rejected[1], rejected[2], rejected[3]) == ("rejected", "rejected", "selected")
    assert "No longer rejected: generations 1, 2" in undone.text
    assert "rejected" not in decisions(three).values()


def test_one_that_was_decided_on_meanwhile_stops_all_of_them(three: Desk) -> None:
    with visiting(three.root) as visitor:
        grid = visitor.get("/pictures")
        three("select", COVER, 1)
        late = press(visitor, grid, "reject", mark(grid, 1, 2))

    assert late.status == 409
    assert "Something else was decided in the meantime" in late.text
    assert "rejected" not in decisions(three).values()


def test_a_cards_own_button_decides_on_that_picture_alone(three: Desk) -> None:
    with visiting(three.root) as visitor:
        grid = visitor.get("/pictures")
        hidden = list(grid.forms("/marked/note")[0].items())
        others = [("marked", one) for one in mark(grid, 2)]
        [own] = mark(grid, 1)
        visitor.post("/marked/reject", [*hidden, *others, ("one", own)])

    assert [number for number, word in decisions(three).items() if word == "rejected"] == [1]


def test_a_picture_is_selected_for_its_asset_from_the_grid_and_its_files_are_made(three: Desk) -> None:
    with visiting(three.root) as visitor:
        grid = visitor.get("/pictures")
        before = shown(three.root)
        own = next(value for value in grid.values("one", "/marked/select") if value.startswith("1-"))
        hidden = list(grid.forms("/marked/note")[0].items())
        done = visitor.post("/marked/select", [*hidden, ("one", own)])
        after = shown(three.root)
        undone = visitor.press(done, "/marked/unselect")

    assert (before, after, shown(three.root)) == ({2, 3}, {1, 2}, {2, 3})
    assert "Selected for its asset: generation 1" in done.text
    assert f"{COVER}: generation 1 is no longer selected; it shows generation 3 again" in undone.text


def test_pictures_that_nobody_shows_are_thrown_away_together_and_come_back(three: Desk) -> None:
    with visiting(three.root) as visitor:
        grid = visitor.get("/pictures")
        refused = press(visitor, grid, "trash", mark(grid, 1, 2))
        thrown = press(visitor, grid, "trash", mark(grid, 1))
        left = visitor.get("/pictures").text.count('class="card"')
        visitor.press(thrown, "/marked/restore")
        back = visitor.get("/pictures").text.count('class="card"')

    assert refused.status == 400
    assert "generation 2 is shown for" in refused.text
    assert (left, back) == (2, 3)


def test_a_note_is_written_on_every_marked_picture(three: Desk) -> None:
    with visiting(three.root) as visitor:
        grid = visitor.get("/pictures")
        done = press(visitor, grid, "note", mark(grid, 1, 3), text="留着")

    assert "Noted on: generations 1, 3" in done.text
    assert "留着" in three("show", "1").out
    assert "留着" in three("show", "3").out
    assert "留着" not in three("show", "2").out


def test_attempts_without_a_picture_are_passed_over(three: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with vendor({"on": "process", "fault": "50411"}) as server:
        point_at(monkeypatch, server)
        spec = three.spec("id: bad, prompt: 坏, size: 512x512, slots: [wechat.thumb]", name="week13")
        assert three("run", spec, "--provider", "jimeng", "--yes").code == 3

    with visiting(three.root) as visitor:
        grid = visitor.get("/pictures")
        nothing = press(visitor, grid, "reject", mark(grid, 4))
        some = press(visitor, grid, "reject", mark(grid, 1, 4))

    assert nothing.status == 400
    assert "That would change nothing" in nothing.text
    assert "Rejected, and not used again: generation 1" in some.text
    assert decisions(three)[4] is None


def test_a_button_without_a_mark_says_so(three: Desk) -> None:
    with visiting(three.root) as visitor:
        nothing = press(visitor, visitor.get("/pictures"), "reject", [])

    assert nothing.status == 400
    assert "No picture is marked" in nothing.text


@pytest.mark.parametrize("marked", ["x", "1", "1-", "99-0", "-1-0", "1-0-0"])
def test_a_mark_that_means_nothing_is_refused(three: Desk, marked: str) -> None:
    with visiting(three.root) as visitor:
        answer = press(visitor, visitor.get("/pictures"), "reject", [marked])

    assert answer.status == 400
    assert "rejected" not in decisions(three).values()


@pytest.mark.parametrize("back", ["//evil.example/x", "https://evil.example", "/pictures/1", ""])
def test_a_form_leads_back_to_a_grid_and_nowhere_else(three: Desk, back: str) -> None:
    with visiting(three.root) as visitor:
        grid = visitor.get("/pictures")
        done = press(visitor, grid, "reject", mark(grid, 1), back=back)

    assert done.path.startswith("/pictures?done=reject")


def test_only_what_a_deed_changed_is_named_and_undone(three: Desk) -> None:
    three("reject", 1)
    with visiting(three.root) as visitor:
        grid = visitor.get("/pictures")
        done = press(visitor, grid, "reject", mark(grid, 1, 2))
        visitor.press(done, "/marked/allow")
        again = press(visitor, visitor.get("/pictures"), "allow", mark(visitor.get("/pictures"), 2))

    assert "Rejected, and not used again: generation 2" in done.text
    assert [number for number, word in decisions(three).items() if word == "rejected"] == [1]
    assert "That would change nothing" in again.text


def test_a_note_on_several_is_all_or_none_and_comes_off_again(three: Desk) -> None:
    with visiting(three.root) as visitor:
        grid = visitor.get("/pictures")
        lost = press(visitor, grid, "note", ["1-0", "99-0"], text="留着")
        after = three("show", "1").out
        done = press(visitor, grid, "note", mark(grid, 1, 2), text="留着")
        visitor.press(done, "/marked/unnote")

    assert lost.status == 400
    assert "留着" not in after
    assert "留着" not in three("show", "1").out


def test_a_selection_is_for_one_picture_and_a_form_has_an_end(three: Desk) -> None:
    with visiting(three.root) as visitor:
        grid = visitor.get("/pictures")
        two = press(visitor, grid, "select", mark(grid, 1, 2))
        many = press(visitor, grid, "reject", ["1-0"] * 700)

    assert two.status == 400
    assert "one picture at a time" in two.text
    assert many.status == 403
    assert "This form is too large" in many.text


def test_undoing_a_note_on_several_takes_off_that_note_where_it_was_new_and_no_other(three: Desk) -> None:
    three("note", "1", "留着")
    three("note", "1", "另一句")
    with visiting(three.root) as visitor:
        grid = visitor.get("/pictures")
        done = press(visitor, grid, "note", mark(grid, 1, 2), text="留着")
        three("note", "2", "后来的")
        visitor.press(done, "/marked/unnote")

    first, second = three("show", "1").out, three("show", "2").out
    assert "Noted on: generation 2" in done.text
    assert "留着" in first
    assert "另一句" in first
    assert "留着" not in second
    assert "后来的" in second
