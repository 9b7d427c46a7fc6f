"""Pictures that are not bought: the own file, another week's, a draft."""

from pipeline.errors import ExitCode
from pipeline.plan.model import Kind, Reason, Wishes
from pipeline.produce import plan_only
from tests.stages.stages_bench import BOAT, CAT, TOWER, Author, asks, draw, made, states, submitted


def test_a_picture_of_another_week_is_used_for_nothing(author: Author) -> None:
    author.run(author.write("week09", robot={"arm": asks(TOWER)}))

    report = author.run(author.write(lobster={"cover": "use: week09/robot/arm, slots: [wechat.thumb]"}))

    assert (submitted(report), made(report), states(report)) == (0, 1, {"lobster/cover": "delivered"})
    assert author.manifest("lobster")["files"][0]["task_id"] == author.shop.world.tasks()[0].id


def test_a_use_that_leads_nowhere_is_said(author: Author) -> None:
    report = author.run(author.write(lobster={"cover": "use: week09/robot/arm, slots: [wechat.thumb]"}))

    assert (states(report), report.exit_code) == ({"lobster/cover": "blocked"}, ExitCode.INCOMPLETE)
    assert author.manifest("lobster")["missing"] == [
        {
            "asset": "week12/lobster/cover",
            "slot": "wechat.thumb",
            "state": "blocked",
            "reason": report.outcomes[0].action.reason,
        }
    ]


def test_the_authors_own_file_is_delivered_free_and_without_a_label(author: Author) -> None:
    shot = draw(author.configs / "shots" / "wiring.png")
    spec = author.write(lobster={"wiring": "file: shots/wiring.png, slots: [wechat.thumb]"})

    report, second = author.run(spec), author.run(spec)
    draw(shot, "maroon")
    redrawn = author.run(spec)

    assert (submitted(report), made(report), made(second), made(redrawn)) == (0, 1, 0, 1)
    assert report.exit_code is ExitCode.OK
    entry = author.manifest("lobster")["files"][0]
    assert (entry["generation"], entry["cost"], entry["label"]) == (
        None,
        None,
        "none: the author's own picture",
    )


def test_an_own_file_that_does_not_open_is_said(author: Author) -> None:
    (author.configs / "notes.png").write_text("no picture")
    spec = author.write(
        lobster={
            "a": "file: notes.png, slots: [wechat.thumb]",
            "b": asks(),
        }
    )

    report = author.run(spec)

    assert states(report) == {"lobster/a": "blocked", "lobster/b": "delivered"}
    assert report.outcomes[0].action.code is Reason.FILE_UNREADABLE


def test_an_own_file_that_goes_away_while_the_run_begins_is_said(author: Author) -> None:
    shot = draw(author.configs / "shot.png")
    spec = author.write(lobster={"cover": "file: shot.png, slots: [wechat.thumb]"})

    with author.studio(spec) as (studio, specs):
        shot.unlink()
        action = plan_only(studio, specs, Wishes()).actions[0]

    assert (action.kind, action.code) == (Kind.BLOCKED, Reason.FILE_UNREADABLE)
    assert str(shot) in action.reason


def test_an_own_file_of_an_older_week_can_be_used(author: Author) -> None:
    draw(author.configs / "shot.png")
    author.run(author.write("week09", robot={"arm": "file: shot.png, slots: [wechat.thumb]"}))

    report = author.run(author.write(lobster={"cover": "use: week09/robot/arm, slots: [wechat.thumb]"}))

    assert states(report) == {"lobster/cover": "delivered"}


def test_drafts_are_planned_and_not_bought(author: Author) -> None:
    spec = author.write(
        lobster={"cover": asks(), "step": asks(CAT, draft="true")}, boat={"cover": asks(BOAT, draft="true")}
    )

    report = author.run(spec)

    assert states(report) == {"lobster/cover": "delivered", "lobster/step": "draft", "boat/cover": "draft"}
    assert (submitted(report), report.exit_code) == (1, ExitCode.OK)
    assert not (author.delivered() / "boat").exists()
