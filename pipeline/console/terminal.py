"""The two streams. stdout carries the result, stderr the rest; its last line is what to type next."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Literal

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from pipeline.console.steps import read_step
from pipeline.console.widths import one_line_rows
from pipeline.errors import PipelineError, SettingsError, SpecError
from pipeline.fingerprint import Json

_WIDTH_WITHOUT_TERMINAL = 120
_YES = ("y", "yes", "是", "好")


_STEERING = {
    code: chr(code).encode("unicode_escape").decode()
    for code in (*range(0x20), *range(0x7F, 0xA0))
    if chr(code) not in "\n\t"
}
"""Signs that a terminal obeys, each as it is written instead."""


def _plain(text: str) -> str:
    """A text that steers no terminal; cells of a table are written so before they are measured."""
    return text.translate(_STEERING)


class _Stream(Console):
    """A stream whose reader may leave: `| head` is no fault, and what a command does is done all the same.

    Prompts, notes, names of files and the provider's words are others': none of them steers the terminal.
    """

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """See `Console.render`; what this program itself tells a terminal goes as control, apart."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=_plain(segment.text))

    def on_broken_pipe(self) -> None:
        """Say nothing more; the exit code stays the command's own."""
        self.quiet = True
        _read_no_more()


def _read_no_more() -> None:
    """Let what is still buffered for a reader that left go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else _WIDTH_WITHOUT_TERMINAL
    return _Stream(stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=False, width=width)


class Terminal:
    """What a command prints with. Made when a command starts, so that it sees the streams of that moment."""

    def __init__(self) -> None:
        self.out = _console(stderr=False)
        self.err = _console(stderr=True)

    @property
    def interactive(self) -> bool:
        """Whether somebody can be asked: a terminal to read from and one to ask on."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def result(self, text: str | Text) -> None:
        """A line of the result."""
        self.out.print(Text(text) if isinstance(text, str) else text, soft_wrap=True)

    def document(self, value: Json) -> None:
        """The result as one JSON document."""
        try:
            sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            _read_no_more()

    def table(
        self, headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()
    ) -> None:
        """A table of the result; columns in `right` are numbers. Widths count East-Asian cells."""
        self.out.print(make_table(headings, rows, right=right))

    def lines(
        self,
        headings: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        right: Sequence[int] = (),
        give_way: Sequence[str] = (),
    ) -> None:
        """A table of the result with one line a row: the last column is cut to what the others leave.

        Where they leave too little, those of `give_way` are left out, in that order; no other is ever cut.
        """
        plain = [[_plain(cell) for cell in row] for row in rows]
        shown = one_line_rows(headings, plain, self.out.width, give_way)
        numbers = [shown[0].index(headings[place]) for place in right if headings[place] in shown[0]]
        table = make_table(shown[0], shown[1:], right=numbers)
        width = max(self.out.width, self.out.measure(table).maximum)
        self.out.print(table, width=width, crop=False, no_wrap=True)

    def note(self, text: str, *, style: str = "") -> None:
        """A line of progress or explanation."""
        self.err.print(Text(text, style=style), soft_wrap=True)

    def warn(self, text: str) -> None:
        """Something the author should see that stops nothing."""
        self.note(text, style="yellow")

    def next_step(self, step: str | None) -> None:
        """The last line: what to type next, alone on it; words about it come before."""
        if not step:
            return
        read = read_step(step)
        if read.words and read.command:
            self.note(read.words)
        self.note(f"next: {read.command or read.words}", style="bold")

    def error(self, error: PipelineError) -> None:
        """An expected failure: every problem at its place, the sentence, and the next command."""
        problems, message = _problems_of(error)
        for problem in problems:
            self.note(problem)
        self.note(f"error: {message}", style="red")
        self.next_step(error.next_step)

    def ask(self, question: str) -> bool:
        """One question with yes or no; anything but a clear yes is a no."""
        self.err.print(Text(f"{question} [y/N] "), end="")
        return sys.stdin.readline().strip().lower() in _YES


def _problems_of(error: PipelineError) -> tuple[list[str], str]:
    """The problems that an error collects, one a line, and the sentence that sums it up."""
    if isinstance(error, SpecError):
        return [str(problem) for problem in error.problems], error.message
    lines = error.message.splitlines()
    if isinstance(error, SettingsError) and len(lines) > 1:
        return lines, f"{len(lines)} problems in the settings"
    return [], error.message


def make_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> Table:
    """A plain table without lines; long cells of the last column wrap, others hold what is copied."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_edge=False)
    for index, heading in enumerate(headings):
        justify: Literal["left", "right"] = "right" if index in right else "left"
        table.add_column(heading, justify=justify, overflow="fold", no_wrap=index + 1 < len(headings))
    for row in rows:
        table.add_row(*(Text(_plain(cell)) for cell in row))
    return table
