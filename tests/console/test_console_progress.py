"""How a run shows what it is doing: the live table as it is drawn, and lines where there is no terminal."""

import io
from dataclasses import replace
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from pipeline.console.progress import LineProgress, LiveProgress, progress_for
from pipeline.console.terminal import Terminal
from pipeline.history.states import State
from pipeline.plan.model import Plan
from pipeline.runner.model import Happening, News
from tests.builders import BUYER, facts, generation, image, plan_of, prompted, spec

KEYS = ("week12/龙虾/封面", "week12/lobster/wiring", "week12/lobster/bench")


class Steady:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def plan() -> Plan:
    images = [image(key, prompted(f"picture {number}")) for number, key in enumerate(KEYS)]
    return plan_of(facts(), spec(*images))


def heard(news: News, key: str = KEYS[0], note: str = "", **changes: Any) -> Happening:
    made = replace(generation(State.SUBMITTED), asset=key, **changes)
    return Happening(news=news, request=made.request, generation=made, note=note)


def drawn(progress: LiveProgress, width: int = 72) -> str:
    """What the live table looks like now."""
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    console.print(progress.render())
    file = console.file
    assert isinstance(file, io.StringIO)
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines())


def test_the_live_table_shows_what_moves_first_and_lines_up() -> None:
    steady = Steady()
    progress = LiveProgress(Terminal(), "CNY", steady)
    progress._board.begin(plan())

    progress.news(heard(News.SUBMITTED, KEYS[0]))
    progress.news(heard(News.SUBMITTED, KEYS[1]))
    progress.news(heard(News.STORED, KEYS[0], note="1024x1024 came instead of 2048x2048"))
    steady.seconds += 12.4

    assert drawn(progress) == (
        "picture                state\n"
        "week12/lobster/wiring  being made\n"
        "week12/lobster/bench   waiting for its turn\n"
        "week12/龙虾/封面       stored (1024x1024 came instead of 2048x2048)\n"
        "1 of 3 pictures, 12 s, 0.40 CNY so far"
    )
    columns = [line[: line.rindex("  ") + 2] for line in drawn(progress).splitlines()[1:4]]
    assert {cell_len(column) for column in columns[:2]} == {23}


def test_every_piece_of_news_has_its_words() -> None:
    progress = LiveProgress(Terminal(), "CNY", Steady())
    progress._board.begin(plan())

    seen = set()
    for news in News:
        progress.news(heard(news, KEYS[1], note="why"))
        seen.add(progress._board.lines[KEYS[1]][1])

    assert len(seen) == len(News)
    assert all("why" in words for words in seen)


def test_news_of_nobody_changes_nothing() -> None:
    progress = LiveProgress(Terminal(), "CNY", Steady())
    progress._board.begin(plan())
    before = drawn(progress)

    progress.news(Happening(news=News.HALTED, request="", note="no"))

    assert drawn(progress) == before


def test_an_unpriced_picture_is_never_called_free() -> None:
    progress = LiveProgress(Terminal(), "CNY", Steady())
    progress._board.begin(plan())

    progress.news(heard(News.SUBMITTED, KEYS[0], cost=None))
    unpriced = drawn(progress)
    progress.news(heard(News.UNKNOWN, KEYS[1]))
    both = drawn(progress)

    assert unpriced.endswith("0 of 3 pictures, 0 s, price unknown for 1 picture so far")
    assert both.endswith("0.20 CNY and price unknown for 1 picture so far")


def test_a_synchronous_picture_counts_when_it_is_stored() -> None:
    progress = LiveProgress(Terminal(), "CNY", Steady())
    progress._board.begin(plan())

    progress.news(heard(News.STORED, KEYS[0], task_id=None))

    assert drawn(progress).endswith("1 of 3 pictures, 0 s, 0.20 CNY so far")


def test_lines_say_what_an_author_wants_to_know(capsys: pytest.CaptureFixture[str]) -> None:
    steady = Steady()
    with LineProgress(Terminal(), "CNY", steady) as progress:
        progress.begin(plan())
        progress.news(heard(News.PLANNED))
        progress.news(heard(News.SUBMITTED))
        progress.news(Happening(news=News.HALTED, request=""))
        steady.seconds += 3
        progress.news(heard(News.STORED))
        progress.news(heard(News.REFUSED, KEYS[1], note="50412: no"))

    assert capsys.readouterr().err == (
        "week12/龙虾/封面: being made (task 7392616336519600001)\n"
        "week12/龙虾/封面: stored  [1 of 3 pictures, 3 s, 0.20 CNY so far]\n"
        "week12/lobster/wiring: refused: 50412: no\n"
    )


def test_without_a_terminal_there_are_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(progress_for(Terminal(), "CNY"), LineProgress)


def test_a_plan_with_nothing_to_wait_for_draws_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    empty = replace(plan(), actions=(), buyer=BUYER)

    with LiveProgress(Terminal(), "CNY", Steady()) as progress:
        progress.begin(empty)

    assert capsys.readouterr().err == ""
