"""`db`: the history database."""

import typer

from pipeline.commands import options

db = typer.Typer(help="Look after the history database.", no_args_is_help=True)


@db.command()
def upgrade(home: options.HomeOption = None) -> None:
    """Bring the database to this version's form, after keeping a copy. Commands do it by themselves too.

    Example:
      pipeline db upgrade
    """
    from pipeline.commands.looking_after import upgrade_database

    upgrade_database(home)


@db.command()
def check(home: options.HomeOption = None) -> None:
    """Check that the database is whole: its pages, its references, its revision.

    Example:
      pipeline db check
    """
    from pipeline.commands.looking_after import check_database

    raise typer.Exit(int(check_database(home)))
