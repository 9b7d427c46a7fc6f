"""`review`: everything that was made, in a browser."""

from typing import Annotated

import typer

from pipeline.commands import options


def review(
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="0 takes a free one.")
    ] = 0,
    no_browser: bool = typer.Option(False, "--no-browser", help="Only print the address."),
    home: options.HomeOption = None,
) -> None:
    """Open a page on this machine: search, compare, decide, redo one. Ctrl-C ends it.

    Its address holds the key of this start: who has no key sees nothing. Nothing leaves this machine but
    what you buy.

    Examples:
      pipeline review
      pipeline review --port 8092 --no-browser
    """
    from pipeline.commands.reviewing import review_home

    review_home(port=port, browser=not no_browser, home=home)
