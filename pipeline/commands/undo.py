"""`undo`: what was decided last, taken back."""

from typing import Annotated

import typer

from pipeline.commands import options


def undo(
    name: Annotated[
        str, typer.Argument(metavar="ASSET|GENERATION", help="An asset's key, or a rejected one's number.")
    ],
    spec: options.SpecPath = None,
    home: options.HomeOption = None,
) -> None:
    """Take the newest decision back, and make the asset's files as the one before has it. Free.

    Of an asset: select, pin, reject, or what a run took; again, the one before. Of a generation: its
    rejection. The history keeps both, the decision and that it was taken back.

    Examples:
      pipeline undo week12/lobster-board/cover
      pipeline undo 17
    """
    from pipeline.commands.undoing import undo as take_back

    raise typer.Exit(take_back(name, spec=spec, home=home))
