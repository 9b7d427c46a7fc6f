"""`import`: a bundle of another home, or a folder of pictures that were made elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands import options


def import_(
    source: Annotated[
        Path, typer.Argument(metavar="FILE.zip|FOLDER", help="What `export` wrote, or a folder of pictures.")
    ],
    home: options.HomeOption = None,
) -> None:
    """Take in a bundle of another home, or pictures that were made elsewhere. Free.

    A bundle is merged with what this home knows: both keep all their pictures and decisions, and a second
    time changes nothing. Pictures of a folder are named imported/FOLDER/NAME, for `use:` in a spec; their
    prompts come from files beside them (.txt, .json) or from what their tools wrote into them.

    Examples:
      pipeline import week12.zip

      pipeline import ~/Pictures/sketches
    """
    from pipeline.commands.bundling import take_in_from

    raise typer.Exit(int(take_in_from(source, home)))


import_.__name__ = "import"  # the command's name, which Python keeps for itself
