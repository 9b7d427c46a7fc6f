"""`reject`: this generation never again."""

import typer

from pipeline.commands import options


def reject(
    generation: int = typer.Argument(metavar="GENERATION", help="A generation's number, from `history`."),
    home: options.HomeOption = None,
) -> None:
    """Take a picture out of reuse, everywhere. Files that show it stay until another takes their place.

    Example:
      pipeline reject 17
    """
    from pipeline.commands import deciding

    deciding.reject(generation, home=home)
