"""What a run says of each asset when it ends, and its exit code."""

from typing import Any

import pytest

from pipeline.errors import CredentialsError, ExitCode, StoppedError
from pipeline.history.records import Marked
from pipeline.plan.model import Reason
from pipeline.plan.price import Budget
from pipeline.runner.model import Happening, News
from pipeline.stages.studio import Studio
from tests.stages.stages_bench import BOAT, CAT, TOWER, Author, OpenAuthor, asks, states, submitted


def test_a_rejected_picture_is_not_bought_again_by_itself(author: Author) -> None:
    spec = author.write(lobster={"cover": asks()})
    report = author.run(spec)
    generation = report.outcomes[0].generation
    assert generation is not None
    with author.studio(spec) as (studio, _):
        studio.memory.reject([Marked(generation.id)], at=studio.clock.now())

    rejected = author.run(spec)
    again = author.run(spec, only=("rejected",))

    assert (states(rejected), rejected.exit_code) == ({"lobster/cover": "blocked"}, ExitCode.INCOMPLETE)
    assert rejected.outcomes[0].action.code is Reason.REJECTED
    assert (submitted(rejected), submitted(again)) == (0, 1)
    assert states(again) == {"lobster/cover": "delivered"}


def test_one_that_fails_leaves_the_others_delivered(author_of: OpenAuthor) -> None:
    rules = [
        {"on": "submit", "fault": "50412", "prompt": CAT},
        {"on": "submit", "fault": "lost_reply", "prompt": BOAT},
        {"on": "submit", "fault": "50215", "prompt": TOWER},
        {"on": "poll", "fault": "not_found", "prompt": "章鱼"},
    ]
    author = author_of(*rules)
    spec = author.write(
        lobster={
            "ok": asks(),
            "cat": asks(CAT),
            "boat": asks(BOAT),
            "tower": asks(TOWER),
            "lost": asks("章鱼"),
        }
    )

    report = author.run(spec)
    again = author.run(spec, buy=False)

    assert states(report) == {
        "lobster/ok": "delivered",
        "lobster/cat": "refused",
        "lobster/boat": "unknown",
        "lobster/tower": "failed",
        "lobster/lost": "failed",
    }
    assert report.exit_code is ExitCode.INCOMPLETE
    assert report.bought["week12"].pictures == 3
    steps = {o.action.image.id: o.problem.next_step for o in report.outcomes if o.problem}
    assert steps["boat"] is not None
    assert "resolve" in steps["boat"]
    assert "regenerate" in (steps["lost"] or "")
    assert "pipeline run" in (steps["tower"] or "")
    assert states(again) == states(report)
    assert {item["state"] for item in author.manifest("lobster")["missing"]} == {
        "refused",
        "unknown",
        "failed",
    }


def test_a_failure_that_cost_nothing_is_bought_by_the_next_run(author_of: OpenAuthor) -> None:
    author = author_of({"on": "submit", "fault": "50215", "at": [1]})
    spec = author.write(lobster={"cover": asks()})

    first, second = author.run(spec), author.run(spec)

    assert (states(first)["lobster/cover"], states(second)["lobster/cover"]) == ("failed", "delivered")
    assert author.shop.sold == 1


def test_a_refusal_that_may_pass_is_bought_again_only_when_asked(author_of: OpenAuthor) -> None:
    author = author_of({"on": "poll", "fault": "50511", "at": [1]}, latency=0)
    spec = author.write(lobster={"cover": asks()})

    first, plain, asked = author.run(spec), author.run(spec), author.run(spec, only=("failed",))

    assert [states(item)["lobster/cover"] for item in (first, plain, asked)] == [
        "refused",
        "refused",
        "delivered",
    ]
    assert author.shop.sold == 2


def test_wrong_credentials_end_the_run_with_their_own_code(author_of: OpenAuthor) -> None:
    author = author_of({"on": "submit", "fault": "InvalidAccessKey"})

    report = author.run(author.write(lobster={"cover": asks(), "cat": asks(CAT), "boat": asks(BOAT)}))

    assert report.exit_code is ExitCode.CREDENTIALS
    assert isinstance(report.stopped_by, CredentialsError)
    assert "InvalidAccessKey" in report.stopped_by.message
    assert set(states(report).values()) <= {"failed", "blocked"}


def test_an_authors_no_leaves_everything_as_it_was(author: Author) -> None:
    spec = author.write(lobster={"cover": asks()})

    def refuse(_: Any) -> None:
        raise StoppedError("no")

    with pytest.raises(StoppedError):
        author.run(spec, accept=refuse)

    assert author.shop.sold == 0
    assert not author.delivered().exists()


def test_a_budget_holds_back_what_is_over_it(author: Author) -> None:
    spec = author.write(lobster={"cover": asks(), "cat": asks(CAT)})

    report = author.run(spec, budget=Budget(run_images=1))

    assert states(report) == {"lobster/cover": "delivered", "lobster/cat": "blocked"}
    assert (submitted(report), report.exit_code) == (1, ExitCode.STOPPED)
    problem = report.outcomes[1].problem
    assert problem is not None
    assert problem.code == "budget"


def test_only_what_was_selected_is_made_and_counts_for_the_exit_code(author: Author) -> None:
    spec = author.write(lobster={"cover": asks(), "cat": asks(CAT)}, boat={"cover": asks(BOAT)})

    report = author.run(spec, only=("lobster/cat",))

    assert (submitted(report), report.exit_code) == (1, ExitCode.OK)
    assert states(report) == {"lobster/cover": "blocked", "lobster/cat": "delivered", "boat/cover": "blocked"}


def test_what_was_put_back_and_never_sent_again_says_what_the_provider_answered(
    author_of: OpenAuthor,
) -> None:
    author = author_of({"on": "submit", "fault": "50430"})
    spec = author.write(lobster={"cover": asks()})

    def stop(studio: Studio, happening: Happening) -> None:
        if happening.news is News.BACK:
            studio.bell.stop()

    report = author.run(spec, listen=stop)

    problem = report.outcomes[0].problem
    assert (states(report), report.exit_code) == ({"lobster/cover": "blocked"}, ExitCode.INTERRUPTED)
    assert problem is not None
    assert problem.message.startswith("not bought in this run (50430: ")


def test_files_that_are_still_to_be_made_are_said(author: Author) -> None:
    spec = author.write(lobster={"cover": asks(), "cat": asks(CAT)})
    author.run(spec)
    (author.delivered() / "lobster/wechat/01-cover.thumb.jpg").unlink()

    report = author.run(spec, only=("lobster/cat",))

    problem = report.outcomes[0].problem
    assert states(report) == {"lobster/cover": "failed", "lobster/cat": "delivered"}
    assert report.exit_code is ExitCode.OK
    assert problem is not None
    assert (problem.code, author.manifest("lobster")["missing"][0]["state"]) == ("not_rendered", "failed")


def test_the_same_file_for_different_prompts_raises_an_alarm_once(author_of: OpenAuthor) -> None:
    author = author_of({"on": "poll", "fault": "same_bytes"})
    spec = author.write(lobster={"cover": asks(), "cat": asks(CAT)})

    first, second = author.run(spec), author.run(spec)

    said = [line for outcome in first.outcomes for line in outcome.warnings]
    assert sum("is the very file" in line for line in said) == 2
    assert first.exit_code is ExitCode.OK
    assert all(not outcome.warnings for outcome in second.outcomes)


def test_a_picture_of_other_pixels_is_used_and_said(author_of: OpenAuthor) -> None:
    author = author_of({"on": "poll", "fault": "other_pixels"})

    report = author.run(author.write(lobster={"cover": asks()}))

    assert states(report) == {"lobster/cover": "delivered"}
    assert any("were asked for" in line for line in report.outcomes[0].warnings)
