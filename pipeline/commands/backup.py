"""`backup`: database and pictures, kept safe in another folder."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands import options


def backup(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Where; a new folder, or one that has a backup of this home."),
    ],
    home: options.HomeOption = None,
) -> None:
    """Copy the history and every picture into DIR, consistent even while a run goes on.

    The same DIR again copies only what is new, and checks what is there. Specs, settings and delivered
    files are not in it: a run makes the files again, free, from what is.

    Examples:
      pipeline backup /mnt/disk/pictures

      pipeline backup ../pictures-backup --home my-pictures
    """
    from pipeline.commands.keeping_safe import make_backup

    raise typer.Exit(int(make_backup(folder, home)))
