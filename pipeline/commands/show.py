"""`show`: all about one generation or asset."""

import typer

from pipeline.commands import options


def show(
    name: str = typer.Argument(metavar="GENERATION|ASSET", help="A number, or an asset's key."),
    as_json: options.JsonFlag = False,
    home: options.HomeOption = None,
) -> None:
    """Tell everything: prompt, parameters, ids, every event, decisions, files.

    Examples:
      pipeline show 17
      pipeline show week12/lobster-board/cover
    """
    from pipeline.commands.looking import show_one

    show_one(name, as_json=as_json, home=home)
