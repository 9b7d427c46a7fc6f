"""`check`: the problems of specs, all in one run."""

import typer

from pipeline.commands import options


def check(specs: options.Specs, home: options.HomeOption = None) -> None:
    """Read the specs and say everything that is wrong, each at its line and column. Nothing is done.

    Example:
      pipeline check configs/week12.yaml
    """
    from pipeline.commands.checking import check_specs

    raise typer.Exit(int(check_specs(specs, home)))
