"""Hints at earlier pictures, and pictures made elsewhere, over real homes and a real market."""

from pathlib import Path

from pipeline.history.database import Database
from pipeline.history.records import Marked
from pipeline.plan.model import Kind, Plan, Reason
from pipeline.safekeeping.gathering import gather, pictures_in
from tests.stages.stages_bench import BOAT, CAT, TOWER, Author, asks, draw, made, states, submitted

NEARLY = "一只橘猫坐在窗台上"


def _near(plan: Plan) -> list[tuple[int, ...]]:
    return [action.near for action in plan.actions]


def _take_in(author: Author, *colours: str) -> None:
    """Pictures made elsewhere, as the author imports them."""
    folder = author.root / "sketches"
    for colour in colours:
        draw(folder / f"{colour}.png", colour)
        (folder / f"{colour}.txt").write_text(CAT, "utf-8")
    with author.studio(author.write(lobster={"cover": asks()}), asks=False) as (studio, _):
        database = Database.at(author.root / "data" / "history.db")
        paths = pictures_in(studio.home, folder)
        taken = list(gather(studio.home, database, folder, paths, now=author.now()))
        database.close()
    assert [one.problem for one in taken] == [""] * len(colours)


def test_a_new_picture_hints_at_one_with_much_the_same_words(author: Author) -> None:
    author.run(author.write("week09", cats={"sill": asks(CAT)}))
    spec = author.write(lobster={"cat": asks(NEARLY), "boat": asks(BOAT)})

    plan = author.plan(spec)

    old = author.shown("week09/cats/sill", author.configs / "week09.yaml")
    assert _near(plan) == [(old,), ()]
    assert "    use: week09/cats/sill" in plan.actions[0].advice[-1]
    assert plan.actions[0].kind is Kind.GENERATE


def test_what_is_there_or_under_way_needs_no_hint(author: Author) -> None:
    spec = author.write("week09", cats={"sill": asks(CAT), "desk": asks(NEARLY)})
    author.run(spec)

    assert _near(author.plan(spec)) == [(), ()]


def test_a_picture_that_was_rejected_or_is_gone_is_no_hint(author: Author) -> None:
    week09 = author.write("week09", cats={"sill": asks(CAT), "desk": asks(CAT + "边")})
    report = author.run(week09)
    first, second = (outcome.generation for outcome in report.outcomes)
    assert first is not None
    assert second is not None
    assert second.master is not None
    spec = author.write(lobster={"cat": asks(NEARLY)})
    assert len(author.plan(spec).actions[0].near) == 2

    with author.studio(spec, asks=False) as (studio, _):
        studio.memory.reject([Marked(first.id)], at=author.now())
        studio.store.path(second.master.sha256, second.master.ending).unlink()

    assert _near(author.plan(spec)) == [()]


def test_where_an_asset_shows_another_picture_by_now_the_hint_is_a_selection(author: Author) -> None:
    week09 = author.write("week09", cats={"sill": asks(CAT)})
    author.run(week09)
    old = author.shown("week09/cats/sill", week09)
    author.run(author.write("week09", cats={"sill": asks(TOWER)}))
    spec = author.write(lobster={"cat": asks(NEARLY)})

    (action,) = author.plan(spec).actions

    assert f"pipeline select week12/lobster/cat {old}" in action.advice[-1]


def test_a_run_that_buys_nothing_looks_for_no_hints(author: Author) -> None:
    author.run(author.write("week09", cats={"sill": asks(CAT)}))

    assert _near(author.plan(author.write(lobster={"cat": asks(NEARLY)}), buy=False)) == [()]


def test_a_picture_made_elsewhere_never_stands_in_for_a_purchase_and_is_hinted_at(author: Author) -> None:
    _take_in(author, "teal")
    spec = author.write(lobster={"cat": asks(CAT)})

    (action,) = author.plan(spec).actions

    assert action.kind is Kind.GENERATE
    assert len(action.near) == 1
    assert "    use: imported/sketches/teal" in action.advice[-1]


def test_a_picture_made_elsewhere_is_used_by_its_name_for_nothing(author: Author) -> None:
    _take_in(author, "teal", "maroon")
    spec = author.write(lobster={"cover": "use: imported/sketches/maroon, slots: [wechat.thumb]"})

    report, second = author.run(spec), author.run(spec)

    assert (submitted(report), made(report), made(second)) == (0, 1, 0)
    assert states(report) == {"lobster/cover": "delivered"}
    entry = author.manifest("lobster")["files"][0]
    assert (entry["cost"], entry["task_id"]) == (0, None)
    assert entry["label"].startswith("AI生成")


def test_a_rehearsal_shows_it_too(tmp_path: Path) -> None:
    author = Author(tmp_path)
    _take_in(author, "teal")
    spec = author.write(lobster={"cover": "use: imported/sketches/teal, slots: [wechat.thumb]"})

    assert states(author.run(spec)) == {"lobster/cover": "delivered"}


def test_it_takes_the_place_of_a_bought_picture_where_the_spec_names_it(author: Author) -> None:
    _take_in(author, "teal")
    author.run(author.write(lobster={"cover": asks(CAT)}))
    before = author.files()

    report = author.run(author.write(lobster={"cover": "use: imported/sketches/teal, slots: [wechat.thumb]"}))

    assert (submitted(report), made(report), states(report)) == (0, 1, {"lobster/cover": "delivered"})
    assert author.files().keys() == before.keys()
    assert report.outcomes[0].action.code in (Reason.USE, Reason.UP_TO_DATE)
    assert all(item.held == () for item in report.plan.actions)


def test_the_hidden_label_does_not_say_that_the_vendor_made_it(author: Author) -> None:
    _take_in(author, "teal")
    author.run(author.write(lobster={"cover": "use: imported/sketches/teal, slots: [wechat.thumb]"}))

    (picture,) = (author.delivered() / path for path in author.pictures())

    assert b'"ContentProducer":"imported"' in picture.read_bytes()
