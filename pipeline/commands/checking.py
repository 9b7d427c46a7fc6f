"""What `check` reads and prints: every problem of every spec, or that there is none."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.commands.opening import at_specs, history_of, name_problems
from pipeline.console.plans import counted
from pipeline.console.steps import command_line
from pipeline.console.terminal import Terminal
from pipeline.errors import ExitCode, PictureError, Problem, SpecError
from pipeline.history.schema import Standing, check
from pipeline.render.inspect import inspect
from pipeline.spec.model import OwnFile, Spec


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
            if problems := name_problems(database, at.home, found):
                raise SpecError(problems)
    if unreadable := tuple(_unreadable(found, terminal)):
        raise SpecError(unreadable)
    return found


def _unreadable(specs: Sequence[Spec], terminal: Terminal) -> Iterator[Problem]:
    """The author's own files that are no pictures: a run would only find out when it comes to them."""
    for spec in specs:
        for image in spec.images:
            if isinstance(image.source, OwnFile):
                try:
                    if inspect(image.source.path).frames > 1:
                        terminal.warn(f"{image.key}: {image.source.written} moves; its first frame is used")
                except (PictureError, OSError) as error:
                    words = error.message if isinstance(error, PictureError) else str(error.strerror)
                    yield Problem(str(spec.path), image.mark.line, image.mark.column, words)
