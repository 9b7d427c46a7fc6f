"""How a run shows what it is doing: a live table on a terminal, plain lines where there is none."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from pipeline.console.plans import sum_price
from pipeline.console.terminal import Terminal, make_table
from pipeline.plan.model import Kind, Plan
from pipeline.runner.model import Happening, News

_WORDS = {
    News.PLANNED: "waiting for its turn",
    News.QUEUED: "waiting for a free place",
    News.SENT: "sending the order",
    News.SUBMITTED: "being made",
    News.READY: "ready, fetching it",
    News.STORED: "stored",
    News.SERVED: "another run bought it, reused",
    News.BACK: "not taken, trying again",
    News.REFUSED: "refused",
    News.FAILED: "failed",
    News.UNKNOWN: "in doubt",
    News.CANCELLED: "not sent",
    News.LEFT: "left for later",
    News.HALTED: "stopped: the account is not accepted",
    News.STOPPING: "stopping",
}
_STYLES = {
    News.STORED: "green",
    News.SERVED: "green",
    News.REFUSED: "red",
    News.FAILED: "red",
    News.UNKNOWN: "yellow",
    News.HALTED: "red",
}
_COUNTS_AS_BOUGHT = (News.SUBMITTED, News.UNKNOWN)
_SHOWN_IN_LINES = frozenset(News) - {News.PLANNED, News.SENT, News.READY}


class _Board:
    """What is known while a run goes on: a line for each picture, the cost so far, the time."""

    def __init__(self, currency: str, steady: Callable[[], float]) -> None:
        self.currency = currency
        self.lines: dict[str, tuple[News | None, str]] = {}
        self.wanted = 0
        self.stored = 0
        self.cost = 0
        self.unpriced = 0
        self._steady = steady
        self._begun = steady()

    def begin(self, plan: Plan) -> None:
        waiting = [action for action in plan.actions if action.kind in (Kind.GENERATE, Kind.WAIT)]
        self.wanted = len(waiting)
        self.lines = {action.asset: (None, "waiting for its turn") for action in waiting}

    def take(self, happening: Happening) -> str | None:
        generation = happening.generation
        if generation is None:
            return None
        words = _WORDS[happening.news]
        if happening.note and happening.news not in (News.STORED, News.SERVED):
            words += f": {happening.note}"
        elif happening.note:
            words += f" ({happening.note})"
        planned = generation.asset in self.lines
        self.lines[generation.asset] = (happening.news, words)
        if planned and happening.news in (News.STORED, News.SERVED):
            self.stored += 1
        if happening.news in _COUNTS_AS_BOUGHT or (
            happening.news is News.STORED and generation.task_id is None
        ):
            self.cost += generation.cost or 0
            self.unpriced += generation.cost is None
        return words

    @property
    def seconds(self) -> float:
        return self._steady() - self._begun

    def sum(self) -> str:
        bought = self.cost or self.unpriced
        spent = f", {sum_price(self.cost, self.unpriced, self.currency)} so far" if bought else ""
        return f"{self.stored} of {self.wanted} pictures, {self.seconds:.0f} s{spent}"


class LineProgress:
    """Plain lines on stderr."""

    def __init__(
        self, terminal: Terminal, currency: str, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._terminal = terminal
        self._board = _Board(currency, steady)

    def begin(self, plan: Plan) -> None:
        """Say how many pictures are to come."""
        self._board.begin(plan)

    def news(self, happening: Happening) -> None:
        """A line for what an author wants to know."""
        if happening.news is News.STOPPING:
            self._terminal.note(_waiting(happening), style="yellow")
        words = self._board.take(happening)
        if words is None or happening.generation is None or happening.news not in _SHOWN_IN_LINES:
            return
        task = happening.generation.task_id
        suffix = f" (task {task})" if happening.news is News.SUBMITTED and task else ""
        tally = f"  [{self._board.sum()}]" if happening.news in (News.STORED, News.SERVED) else ""
        self._terminal.note(f"{happening.generation.asset}: {words}{suffix}{tally}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


def _waiting(happening: Happening) -> str:
    """What a stop waits for, and how not to."""
    return f"stopping: {happening.note}; Ctrl-C again gives up"


class LiveProgress:
    """A table that is redrawn on stderr."""

    def __init__(
        self, terminal: Terminal, currency: str, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._terminal = terminal
        self._board = _Board(currency, steady)
        self._live = Live(
            console=terminal.err, get_renderable=self.render, refresh_per_second=8, transient=True
        )

    def begin(self, plan: Plan) -> None:
        """Draw one line for each picture to come."""
        self._board.begin(plan)
        if self._board.wanted:
            self._live.start()

    def news(self, happening: Happening) -> None:
        """Change the line of one picture."""
        if happening.news is News.STOPPING:
            self._terminal.note(_waiting(happening), style="yellow")
        self._board.take(happening)

    def render(self) -> RenderableType:
        """What is drawn: unfinished pictures first, so that a small terminal shows what moves."""
        lines = sorted(self._board.lines.items(), key=lambda line: line[1][0] in (News.STORED, News.SERVED))
        table = make_table(("picture", "state"), [])
        for asset, (news, words) in lines:
            table.add_row(Text(asset), Text(words, style=_STYLES.get(news, "") if news else "dim"))
        return Group(table, Text(self._board.sum(), style="bold"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()


def progress_for(terminal: Terminal, currency: str) -> LineProgress | LiveProgress:
    """The live table where stderr is a terminal, else plain lines."""
    kind = LiveProgress if terminal.err.is_terminal else LineProgress
    return kind(terminal, currency)
