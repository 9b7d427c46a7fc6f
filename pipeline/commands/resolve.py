"""`resolve`: settle orders whose fate nobody knows."""

import typer

from pipeline.commands import options
from pipeline.errors import UsageError


def resolve(
    name: str | None = typer.Argument(
        None, metavar="GENERATION|ASSET|SPEC", help="Which; a spec with --all."
    ),
    everything: bool = typer.Option(
        False, "--all", help="All that are unknown (of one spec, where one is named)."
    ),
    resubmit: bool = typer.Option(
        False, "--resubmit", help="Let the next run buy it again: it may cost twice."
    ),
    abandon: bool = typer.Option(False, "--abandon", help="Give it up; it stays counted as spent."),
    home: options.HomeOption = None,
) -> None:
    """Say what becomes of orders that were sent and never answered. Nothing is bought here.

    Look at the bill in the vendor's console first: most such orders were charged.

    Examples:
      pipeline resolve week12/lobster-board/cover --resubmit
      pipeline resolve --all configs/week12.yaml --abandon
    """
    from pipeline.commands.settling import settle

    if resubmit == abandon:
        raise UsageError(
            "say one of --resubmit and --abandon",
            next_step="to see what is in doubt: pipeline history --state unknown",
        )
    if not everything and name is None:
        raise UsageError(
            "name a generation or an asset, or give --all",
            next_step="to see what is in doubt: pipeline history --state unknown",
        )
    settle(name, everything=everything, resubmit=resubmit, home=home)
