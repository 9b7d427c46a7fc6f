"""`costs`: what was spent, and what is in doubt."""

import typer

from pipeline.commands import options
from pipeline.errors import UsageError

_GROUPS = ("spec", "week", "month", "model", "tag")


def costs(
    by: str = typer.Option("month", "--by", metavar="GROUP", help="spec, week, month, model or tag."),
    tag: str | None = typer.Option(
        None, "--tag", metavar="NAME", help="The tag to group by (with --by tag)."
    ),
    as_json: options.JsonFlag = False,
    home: options.HomeOption = None,
) -> None:
    """Sum up what was bought. Orders in doubt stand apart; simulated pictures do not count.

    Examples:
      pipeline costs --by spec
      pipeline costs --by tag --tag author
    """
    from pipeline.commands.looking import show_costs

    if tag is not None:
        by = "tag"
    if by not in _GROUPS:
        raise UsageError(f"--by {by}: must be one of {', '.join(_GROUPS)}")
    if by == "tag" and tag is None:
        raise UsageError("--by tag needs --tag NAME, such as --tag author")
    show_costs(by, tag, as_json=as_json, home=home)
