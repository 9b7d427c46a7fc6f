"""A picture that the author asked for although one is there: bought once, and said when it does not come."""

from typing import Any

import pytest

from pipeline.errors import ExitCode
from pipeline.plan.model import Redo, Wishes
from pipeline.plan.price import Budget
from pipeline.produce import Watcher, produce
from tests.stages.stages_bench import (
    TOWER,
    Author,
    OpenAuthor,
    asks,
    made,
    states,
    stop_when_submitted,
    submitted,
)


def test_regenerate_keeps_the_old_picture_moves_only_its_asset_and_holds(author: Author) -> None:
    spec = author.write(lobster={"cover": asks(), "again": asks()})
    author.run(spec)
    first = author.shown("week12/lobster/cover", spec)
    before = author.files()

    report = author.run(
        spec, only=("week12/lobster/cover",), redo={"week12/lobster/cover": Redo(prompt=TOWER)}
    )
    later = author.run(spec)

    after = author.files()
    assert (submitted(report), states(report)["lobster/cover"]) == (1, "delivered")
    assert after["lobster/wechat/01-cover.thumb.jpg"] != before["lobster/wechat/01-cover.thumb.jpg"]
    assert after["lobster/wechat/02-again.thumb.jpg"] == before["lobster/wechat/02-again.thumb.jpg"]
    assert (submitted(later), made(later)) == (0, 0)
    assert author.shown("week12/lobster/again", spec) == first
    assert author.shop.sold_for(TOWER) == 1


@pytest.mark.parametrize(
    ("rule", "state", "code"),
    [
        ({"on": "submit", "fault": "50412"}, "refused", ExitCode.INCOMPLETE),
        ({"on": "submit", "fault": "50215"}, "failed", ExitCode.INCOMPLETE),
        ({"on": "submit", "fault": "lost_reply"}, "unknown", ExitCode.INCOMPLETE),
        ({"on": "poll", "fault": "50511"}, "refused", ExitCode.INCOMPLETE),
        ({"on": "submit", "fault": "SignatureDoesNotMatch"}, "failed", ExitCode.CREDENTIALS),
    ],
)
def test_a_regenerate_that_brings_nothing_says_so_although_the_old_picture_lies_there(
    author_of: OpenAuthor, rule: dict[str, Any], state: str, code: ExitCode
) -> None:
    author = author_of(rule | {"prompt": TOWER})
    spec = author.write(lobster={"cover": asks()})
    author.run(spec)
    before = author.files()

    report = author.run(
        spec, only=("week12/lobster/cover",), redo={"week12/lobster/cover": Redo(prompt=TOWER)}
    )

    problem = report.outcomes[0].problem
    assert (states(report), report.exit_code) == ({"lobster/cover": state}, code)
    assert problem is not None
    assert "generation" in problem.message
    assert problem.next_step
    assert author.pictures() == ["lobster/wechat/01-cover.thumb.jpg"]
    assert author.files()["lobster/wechat/01-cover.thumb.jpg"] == before["lobster/wechat/01-cover.thumb.jpg"]


def test_a_regenerate_over_the_budget_is_stopped_by_it(author: Author) -> None:
    spec = author.write(lobster={"cover": asks()})
    author.run(spec)

    report = author.run(
        spec,
        redo={"week12/lobster/cover": Redo()},
        budget=Budget(run_images=0),
        only=("week12/lobster/cover",),
    )

    assert (report.exit_code, submitted(report)) == (ExitCode.STOPPED, 0)


def test_a_stopped_regenerate_typed_again_finishes_the_first(author_of: OpenAuthor) -> None:
    author = author_of(latency=0.3)
    spec = author.write(lobster={"cover": asks()})
    author.run(spec)
    key = "week12/lobster/cover"

    stopped = author.run(spec, only=(key,), redo={key: Redo()}, listen=stop_when_submitted)
    again = author.run(spec, only=(key,), redo={key: Redo()})

    assert (states(stopped)["lobster/cover"], stopped.exit_code) == ("waiting", ExitCode.INTERRUPTED)
    assert (states(again)["lobster/cover"], again.exit_code) == ("delivered", ExitCode.OK)
    assert (submitted(stopped), submitted(again), author.shop.sold) == (1, 0, 2)


def test_a_regenerate_that_was_stopped_before_it_was_sent_says_so(author: Author) -> None:
    spec = author.write(lobster={"cover": asks()})
    author.run(spec)
    key = "week12/lobster/cover"

    with author.studio(spec) as (studio, specs):
        studio.bell.stop()
        watcher = Watcher(accept=lambda _: None, news=lambda _: None)
        report = produce(studio, specs, Wishes(only=(key,), redo={key: Redo()}), watcher)

    assert (states(report)["lobster/cover"], report.exit_code) == ("blocked", ExitCode.INTERRUPTED)
    assert author.shop.sold == 1


def test_a_better_size_is_bought_only_when_it_is_asked_for(author: Author) -> None:
    small = author.write(lobster={"cover": asks(size="", model="jimeng_t2i_v30")})
    author.run(small)
    wide = author.write(
        lobster={"cover": asks(size="", model="jimeng_t2i_v30", slots="wechat.inline, bilibili.cover_wide")}
    )

    plain = author.run(wide)
    better = author.run(wide, remaster=True)
    again = author.run(wide, remaster=True)

    assert (submitted(plain), submitted(better), submitted(again)) == (0, 1, 0)
    assert any("--remaster" in line for line in plain.outcomes[0].warnings)
    assert states(better) == {"lobster/cover": "delivered"}
    assert again.exit_code is ExitCode.OK
