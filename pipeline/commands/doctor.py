"""`doctor`: what is set up, and what is missing."""

import typer

from pipeline.commands import options


def doctor(
    online: bool = typer.Option(
        False, "--online", help="Ask the provider for a made-up task: free, shows the rights."
    ),
    home: options.HomeOption = None,
) -> None:
    """Look at home, settings, credentials, database and store, and say what to mend. Nothing is changed.

    Example:
      pipeline doctor --online
    """
    from pipeline.commands.looking_after import examine

    raise typer.Exit(int(examine(home, online=online)))
