"""`gc`: free the disk of pictures that nothing needs."""

from typing import Annotated

import typer

from pipeline.commands import options


def gc(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Remove them, for good.")] = False,
    home: options.HomeOption = None,
) -> None:
    """List the pictures that nothing needs: thrown away and shown nowhere, or named by nothing.

    Nothing is removed without --yes. What was asked, answered and paid stays in the history for ever.

    Examples:
      pipeline gc
      pipeline gc --yes
    """
    from pipeline.commands.clearing import collect_clutter

    collect_clutter(yes=yes, home=home)
