"""`export`: pictures, and all that is known of them, into one file for another home."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands import options


def _day(text: str) -> datetime:
    """A day's first moment, without a zone; in plain digits, though Python reads those of any script."""
    try:
        if text.isascii():
            return datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - local, as the help says
    except ValueError:
        pass
    raise typer.BadParameter(f"{text!r} is no day, such as 2026-11-01")


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="The new file.")],
    since: Annotated[
        datetime | None,
        typer.Option("--since", metavar="DATE", parser=_day, help="Only from this day on (local)."),
    ] = None,
    spec: Annotated[
        str | None, typer.Option("--spec", metavar="NAME", help="Only of this spec, such as week12.")
    ] = None,
    search: Annotated[
        str | None, typer.Option("--search", metavar="TEXT", help="Only what `history --search` finds.")
    ] = None,
    home: options.HomeOption = None,
) -> None:
    """Write pictures, prompts, generations and decisions into one file, for `import` in another home.

    That home then remembers the same, and does not pay for these pictures again. Consistent while a run goes
    on; what was never sent, delivered files, settings and credentials are not in it.

    Examples:
      pipeline export everything.zip

      pipeline export --since 2026-11-01 --spec week12 week12.zip
    """
    from pipeline.commands.bundling import make_bundle

    raise typer.Exit(int(make_bundle(file, since=since, spec=spec, search=search, home=home)))
