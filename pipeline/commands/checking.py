"""What `check` reads and prints: every problem of every spec, or that there is none."""

from collections.abc import Sequence
from pathlib import Path

from pipeline.commands.opening import at_specs, history_of, name_problems
from pipeline.console.plans import counted
from pipeline.console.steps import command_line
from pipeline.console.terminal import Terminal
from pipeline.errors import ExitCode, SpecError
from pipeline.history.schema import Standing, check
from pipeline.spec.model import Spec


def check_specs(paths: Sequence[Path], home: Path | None) -> ExitCode:
    """Say every problem on stdout, one a line; 3 when there is one."""
    terminal = Terminal()
    try:
        found = _read(paths, home, terminal)
    except SpecError as error:
        for problem in error.problems:
            terminal.result(str(problem))
        terminal.note(f"error: {error.message}", style="red")
        terminal.next_step(f"when it is mended: {command_line('check', *paths)}")
        return ExitCode.INCOMPLETE
    for spec in found:
        parts = (
            counted(len(spec.articles), "article"),
            counted(len(spec.images), "image"),
            counted(sum(len(image.slots) for image in spec.images), "file"),
        )
        terminal.result(f"{spec.shown}: no problem ({', '.join(parts)})")
    terminal.next_step(command_line("plan", *paths))
    return ExitCode.OK


def _read(paths: Sequence[Path], home: Path | None, terminal: Terminal) -> tuple[Spec, ...]:
    """The specs; where there is a history, also held against the names that it knows."""
    at, found = at_specs(paths, home)
    if check(at.database).standing is Standing.CURRENT:
        with history_of(at, terminal) as database:
            if problems := name_problems(database, found):
                raise SpecError(problems)
    return found
