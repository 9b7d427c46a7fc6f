"""`init`: a home with settings, styles and an example."""

from pathlib import Path
from typing import Annotated

import typer


def init(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Where; the working directory without it.", show_default=False),
    ] = Path(),
) -> None:
    """Make a home: settings, styles, an example week, and an empty history. Files that are there stay.

    Example:
      pipeline init my-pictures
    """
    from pipeline.commands.beginning import begin_home

    begin_home(folder)
