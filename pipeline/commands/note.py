"""`note`: a word of the author's on a picture or an asset."""

from typing import Annotated

import typer

from pipeline.commands import options


def note(
    name: Annotated[str, typer.Argument(metavar="GENERATION|ASSET", help="A number, or an asset's key.")],
    text: Annotated[
        str | None, typer.Argument(metavar="TEXT", help="What to note; with --remove, which one.")
    ] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Take the note with this text back; without one, the newest.")
    ] = False,
    home: options.HomeOption = None,
) -> None:
    """Note something on a picture or an asset. `show` tells it, `history --search` finds it.

    Examples:
      pipeline note 17 留着做头图
      pipeline note week12/lobster-board/cover "too dark on phones"
      pipeline note 17 --remove
    """
    from pipeline.commands.noting import keep_note

    keep_note(name, text, remove=remove, home=home)
