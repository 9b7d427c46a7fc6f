"""`db`: the history database."""

import typer

from pipeline.commands import options


def upgrade(home: options.HomeOption = None) -> None:
    """Bring the database to this version's form, after keeping a copy. Commands do it by themselves too.

    Example:
      pipeline db upgrade
    """
    from pipeline.commands.looking_after import upgrade_database

    upgrade_database(home)


def check(
    files: bool = typer.Option(
        False, "--files", help="Read every picture in the store too, and compare it with its hash."
    ),
    home: options.HomeOption = None,
) -> None:
    """Check that the database is whole: its pages, its references, its revision.

    With --files also that every picture is there and unchanged, and which files no row names. Each line
    says the file and what to type. Nothing is changed.

    Examples:
      pipeline db check

      pipeline db check --files
    """
    from pipeline.commands.looking_after import check_database

    raise typer.Exit(int(check_database(home, files=files)))
