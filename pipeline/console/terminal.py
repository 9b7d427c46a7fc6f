"""The two streams. stdout carries the result, stderr the rest; its last line is what to type next."""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.errors import PipelineError, SpecError
from pipeline.fingerprint import Json

_WIDTH_WITHOUT_TERMINAL = 120


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _WIDTH_WITHOUT_TERMINAL
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=False, width=width)


class Terminal:
    """What a command prints with. Made when a command starts, so that it sees the streams of that moment."""

    def __init__(self) -> None:
        self.out = _console(stderr=False)
        self.err = _console(stderr=True)

    @property
    def interactive(self) -> bool:
        """Whether somebody can be asked: a terminal to read from and one to ask on."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def result(self, text: str) -> None:
        """A line of the result."""
        self.out.print(Text(text), soft_wrap=True)

    def document(self, value: Json) -> None:
        """The result as one JSON document."""
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")

    def table(
        self, headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()
    ) -> None:
        """A table of the result; columns in `right` are numbers. Widths count East-Asian cells."""
        self.out.print(make_table(headings, rows, right=right))

    def note(self, text: str, *, style: str = "") -> None:
        """A line of progress or explanation."""
        self.err.print(Text(text, style=style), soft_wrap=True)

    def warn(self, text: str) -> None:
        """Something the author should see that stops nothing."""
        self.note(text, style="yellow")

    def next_step(self, command: str | None) -> None:
        """The last line: what to type next."""
        if command:
            self.note(f"next: {typed(command)}", style="bold")

    def error(self, error: PipelineError) -> None:
        """An expected failure: every problem at its place, the sentence, and the next command."""
        if isinstance(error, SpecError):
            for problem in error.problems:
                self.note(str(problem))
        self.note(f"error: {error.message}", style="red")
        self.next_step(error.next_step)

    def ask(self, question: str) -> bool:
        """One question with yes or no; anything but a clear yes is a no."""
        self.err.print(Text(f"{question} [y/N] "), end="")
        return sys.stdin.readline().strip().lower() in ("y", "yes", "是")


def typed(command: str) -> str:
    """A command of ours as it can be typed here: `pipeline ...` the way this process was started."""
    if not command.startswith("pipeline ") or not sys.argv[0].endswith("__main__.py"):
        return command
    python = Path(sys.executable)
    if python.is_relative_to(Path.cwd()):
        python = python.relative_to(Path.cwd())
    elif shutil.which(python.name) == sys.executable:
        python = Path(python.name)
    return f"{python} -m {command}"


def make_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> Table:
    """A plain table: no lines but one under the headings; long cells wrap."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_edge=False)
    for index, heading in enumerate(headings):
        table.add_column(heading, justify="right" if index in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
