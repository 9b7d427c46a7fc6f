"""`check`: the problems of specs, all in one run."""

import typer

from pipeline.commands import options
from pipeline.errors import ExitCode, SpecError


def check(specs: options.Specs, home: options.HomeOption = None) -> None:
    """Read the specs and say everything that is wrong, each at its line and column. Nothing is done.

    Example:
      pipeline check configs/week12.yaml
    """
    from pipeline.commands.opening import at_specs
    from pipeline.console.terminal import Terminal

    terminal = Terminal()
    try:
        _, found = at_specs(specs, home)
    except SpecError as error:
        for problem in error.problems:
            terminal.result(str(problem))
        terminal.note(f"error: {error.message}", style="red")
        raise typer.Exit(int(ExitCode.INCOMPLETE)) from None
    for spec in found:
        articles, images = len(spec.articles), len(spec.images)
        files = sum(len(image.slots) for image in spec.images)
        terminal.result(f"{spec.shown}: no problem ({articles} articles, {images} images, {files} files)")
    terminal.next_step(f"pipeline plan {' '.join(spec.shown for spec in found)}")
