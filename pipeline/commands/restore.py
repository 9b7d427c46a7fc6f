"""`restore`: a backup back into a home."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands import options


def restore(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that `backup` wrote.")],
    force: bool = typer.Option(
        False, "--force", help="Into a history that stands; what only it knows is brought over."
    ),
    home: options.HomeOption = None,
) -> None:
    """Bring back the history and the pictures of a backup. Nothing that was paid for is forgotten.

    Where a history stands, only --force does it: generations that the backup lacks are brought over into
    the restored history, so that nothing is bought again, and the old database is kept in data/. Pictures
    that are missing or damaged in the store are mended from the backup. No run may be going on.

    Examples:
      pipeline restore /mnt/disk/pictures

      pipeline restore /mnt/disk/pictures --force
    """
    from pipeline.commands.keeping_safe import restore_backup

    raise typer.Exit(int(restore_backup(folder, home, force=force)))
