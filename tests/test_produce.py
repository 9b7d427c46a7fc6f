"""A spec becomes delivered files, in one process: bought once, kept, and moved only where the author says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image as Picture  # noqa: TID251 - the tests make and look at pictures

from pipeline.errors import ExitCode
from pipeline.history.states import Choice, State
from pipeline.plan.model import Kind, Reason
from tests.stages.stages_bench import (
    BOAT,
    CAT,
    Author,
    OpenAuthor,
    asks,
    authors,
    made,
    states,
    submitted,
)


@pytest.fixture
def author_of(tmp_path: Path) -> Iterator[OpenAuthor]:
    """An author at a market: `author_of({"on": "submit", "fault": "50412"}, latency=0.1)`."""
    yield from authors(tmp_path)


@pytest.fixture
def author(author_of: OpenAuthor) -> Author:
    """An author at a market without faults."""
    return author_of()


@pytest.fixture
def rehearsing(tmp_path: Path) -> Author:
    """An author without credentials: the simulator serves."""
    return Author(tmp_path)


def test_a_spec_is_bought_rendered_and_delivered(author: Author) -> None:
    spec = author.write(lobster={"cover": asks(slots="wechat.thumb, wechat.cover_square"), "step": asks(CAT)})

    report = author.run(spec)

    assert report.exit_code is ExitCode.OK
    assert states(report) == {"lobster/cover": "delivered", "lobster/step": "delivered"}
    assert (submitted(report), made(report), report.bought["week12"].cost) == (2, 3, 4000)
    assert author.pictures() == [
        "lobster/wechat/01-cover.cover_square.jpg",
        "lobster/wechat/01-cover.thumb.jpg",
        "lobster/wechat/02-step.thumb.jpg",
    ]
    with Picture.open(author.delivered() / "lobster/wechat/01-cover.thumb.jpg") as picture:
        assert picture.size == (360, 200)


def test_a_second_run_does_nothing_at_all(author: Author) -> None:
    spec = author.write(lobster={"cover": asks()}, boat={"cover": asks(BOAT)})
    author.run(spec)
    before = author.files()

    report = author.run(spec)

    assert (report.exit_code, submitted(report), made(report)) == (ExitCode.OK, 0, 0)
    assert {action.kind for action in report.plan.actions} == {Kind.KEEP}
    assert author.files() == before
    assert author.shop.sold == 2


def test_a_rehearsal_is_stamped_free_and_apart_and_its_second_run_does_nothing(rehearsing: Author) -> None:
    spec = rehearsing.write(lobster={"cover": asks(), "step": asks(CAT)})

    first, second = rehearsing.run(spec), rehearsing.run(spec)

    assert (submitted(first), made(first), submitted(second), made(second)) == (2, 2, 0, 0)
    assert rehearsing.pictures()
    assert not (rehearsing.root / "output" / "week12").exists()
    assert rehearsing.manifest("lobster")["simulated"] is True
    assert "Simulated pictures" in rehearsing.files()["lobster/images.md"].decode()
    assert len(list((rehearsing.root / "data" / "simulator").glob("*.json"))) == 2


def test_an_edited_prompt_pays_for_one_picture(author: Author) -> None:
    author.run(author.write(lobster={"cover": asks(), "step": asks(CAT)}))

    report = author.run(author.write(lobster={"cover": asks(), "step": asks(BOAT)}))

    assert (submitted(report), made(report)) == (1, 1)
    assert [action.code for action in report.plan.actions] == [Reason.UP_TO_DATE, Reason.PROMPT_CHANGED]


def test_an_added_slot_pays_nothing_and_renders_one_file(author: Author) -> None:
    author.run(author.write(lobster={"cover": asks()}))

    report = author.run(author.write(lobster={"cover": asks(slots="wechat.thumb, wechat.cover_square")}))

    assert (submitted(report), made(report)) == (0, 1)
    assert len(author.pictures()) == 2


def test_equal_prompts_are_bought_once_and_delivered_twice(author: Author) -> None:
    spec = author.write(lobster={"cover": asks(), "again": asks()}, boat={"cover": asks()})

    report = author.run(spec)

    assert (submitted(report), made(report)) == (1, 3)
    assert report.exit_code is ExitCode.OK


def test_a_decision_is_written_for_a_picture_that_was_there_already(author: Author) -> None:
    author.run(author.write(lobster={"cover": asks()}))
    spec = author.write(lobster={"cover": asks(), "again": asks()})

    author.run(spec)

    with author.studio(spec) as (studio, _):
        known = studio.queries.known(requests=[], assets=["week12/lobster/again"], specs=[])
    assert [item.choice for item in known.decisions["week12/lobster/again"]] == [Choice.TAKEN]


def test_a_plan_changes_nothing(author: Author) -> None:
    spec = author.write(lobster={"cover": asks()})

    plan = author.plan(spec)

    assert plan.totals.generate == 1
    assert not author.delivered().exists()
    with author.studio(spec) as (studio, _):
        assert studio.ledger.in_flight(list(State), spec="week12") == ()
