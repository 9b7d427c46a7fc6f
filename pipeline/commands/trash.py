"""`trash`: pictures that nobody wants to see again."""

from typing import Annotated

import typer

from pipeline.commands import options


def trash(
    generations: Annotated[
        list[int],
        typer.Argument(metavar="GENERATION", min=1, max=2**63 - 1, help="Numbers, from `history`."),
    ],
    undo: Annotated[bool, typer.Option("--undo", help="Take them out of the trash again.")] = False,
    home: options.HomeOption = None,
) -> None:
    """Throw pictures away: they are not used again, and galleries do not show them.

    One that an asset or a file still shows is refused. The files stay until `pipeline gc --yes`.

    Examples:
      pipeline trash 17 18
      pipeline trash 17 --undo
    """
    from pipeline.commands.clearing import move_trash

    move_trash(generations, undo=undo, home=home)
