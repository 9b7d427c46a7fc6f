"""`select`: this generation for this asset."""

import typer

from pipeline.commands import options


def select(
    asset: options.Asset,
    generation: options.Generation,
    pin: bool = typer.Option(False, "--pin", help="Hold it even when the spec asks for something else."),
    spec: options.SpecPath = None,
    home: options.HomeOption = None,
) -> None:
    """Show this past picture for this asset from now on, and make its files. Free.

    Without --pin it holds until the spec asks for something else. Selecting a rejected picture takes the
    rejection back.

    Example:
      pipeline select week12/lobster-board/cover 17
    """
    from pipeline.commands.deciding import select_and_render

    raise typer.Exit(select_and_render(asset, generation, pin=pin, spec=spec, home=home))
