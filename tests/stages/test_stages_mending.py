"""Masters that are damaged or gone: fetched again while the provider has them, else said plainly."""

from pathlib import Path

import pytest

from pipeline.errors import ExitCode
from pipeline.history.records import Marked
from pipeline.history.states import State
from tests.stages.stages_bench import Author, OpenAuthor, asks, draw, made, states, submitted

_HOURS = 3600.0


def _master(author: Author) -> Path:
    (path,) = (author.root / "data" / "blobs").rglob("*.png")
    return path


def _flip(path: Path) -> bytes:
    """Damage one byte in the middle; returns what lay there before."""
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    return whole


@pytest.fixture
def week(author: Author) -> Path:
    """A week with one bought picture, whose file is to be made again."""
    spec = author.write(lobster={"cover": asks()})
    assert author.run(spec).exit_code is ExitCode.OK
    (author.delivered() / "lobster/wechat/01-cover.thumb.jpg").unlink()
    return spec


def test_a_missing_master_is_fetched_again_for_nothing(author: Author, week: Path) -> None:
    path = _master(author)
    whole = path.read_bytes()
    path.unlink()

    report = author.run(week)

    assert (submitted(report), made(report), report.exit_code) == (0, 1, ExitCode.OK)
    assert (path.read_bytes(), author.shop.sold) == (whole, 1)


def test_a_damaged_master_is_found_on_reading_and_fetched_again(author: Author, week: Path) -> None:
    path = _master(author)
    whole = _flip(path)
    damaged = path.read_bytes()

    report = author.run(week)

    assert (submitted(report), made(report), report.exit_code) == (0, 1, ExitCode.OK)
    assert path.read_bytes() == whole
    assert (author.root / "data" / "damaged" / f"{path.parent.name}{path.name}").read_bytes() == damaged
    assert author.shop.sold == 1


def test_a_master_that_the_provider_no_longer_has_is_said_and_nothing_is_bought(
    author: Author, week: Path
) -> None:
    _flip(_master(author))
    author.ahead = 13 * _HOURS

    report = author.run(week)

    problem = report.outcomes[0].problem
    assert (states(report), report.exit_code) == ({"lobster/cover": "failed"}, ExitCode.INCOMPLETE)
    assert problem is not None
    assert "is damaged, and could not be fetched again" in problem.message
    assert (problem.next_step or "").startswith("pipeline regenerate week12/lobster/cover")
    assert author.shop.sold == 1


def test_a_task_that_is_gone_brings_nothing_back(author: Author, week: Path) -> None:
    _master(author).unlink()
    (task,) = author.shop.world.tasks()
    author.shop.world.forget(task.id)

    report = author.run(week)

    assert states(report) == {"lobster/cover": "blocked"}
    assert report.exit_code is ExitCode.INCOMPLETE


def test_render_calls_nobody_and_says_what_is_damaged(author: Author, week: Path) -> None:
    _flip(_master(author))

    report = author.run(week, asks=False, buy=False)

    assert states(report) == {"lobster/cover": "failed"}


def test_a_damaged_copy_of_the_authors_own_picture_is_copied_again(author: Author) -> None:
    spec = author.write(lobster={"own": "file: own.png, slots: [wechat.thumb]"})
    draw(author.configs / "own.png")
    author.run(spec)
    path = _master(author)
    path.unlink()
    (author.delivered() / "lobster/wechat/01-own.thumb.jpg").unlink()

    report = author.run(spec)

    assert (made(report), report.exit_code) == (1, ExitCode.OK)
    assert path.is_file()


def test_a_rejected_picture_is_not_fetched_again(author: Author, week: Path) -> None:
    path = _master(author)
    path.unlink()
    with author.studio(week) as (studio, _):
        (generation,) = studio.ledger.in_flight([State.STORED])
        studio.memory.reject([Marked(generation.id)], at=author.now())

    author.run(week)

    assert not path.exists()


def test_other_bytes_than_those_that_were_bought_are_not_taken(author_of: OpenAuthor) -> None:
    author = author_of({"on": "fetch", "fault": "jpeg_picture", "at": [1]}, latency=0)
    spec = author.write(lobster={"cover": asks()})
    author.run(spec)
    (author.delivered() / "lobster/wechat/01-cover.thumb.jpg").unlink()
    blobs = [path for path in (author.root / "data" / "blobs").rglob("*") if path.is_file()]
    for path in blobs:
        path.unlink()

    report = author.run(spec)

    assert states(report) == {"lobster/cover": "blocked"}
