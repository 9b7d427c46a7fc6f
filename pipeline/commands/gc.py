"""`gc`: free the disk of pictures that nothing needs."""

from typing import Annotated

import typer

from pipeline.commands import options


def gc(
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Remove the pictures of the trash, for good.")
    ] = False,
    unnamed: Annotated[
        bool, typer.Option("--unnamed", help="Only files that no row names; --yes moves them aside.")
    ] = False,
    home: options.HomeOption = None,
) -> None:
    """List the pictures that nothing needs: thrown away and shown nowhere; apart, files that no row names.

    Nothing is changed without --yes. It removes what lies in the trash. Files that no row names are only ever
    moved to data/set-aside, with --unnamed. What was asked, answered and paid stays in the history for ever.

    Examples:
      pipeline gc
      pipeline gc --yes
      pipeline gc --unnamed
      pipeline gc --unnamed --yes
    """
    from pipeline.commands.clearing import collect_clutter

    collect_clutter(yes=yes, unnamed=unnamed, home=home)
