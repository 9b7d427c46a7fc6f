"""`history`: past generations, by text and filter."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands import options
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.history.states import State

_DAYS = ["%Y-%m-%d"]


_Search = Annotated[
    str | None,
    typer.Option(
        "--search", metavar="TEXT", help="Words in the prompt, the title, a note or the asset's key."
    ),
]
_Spec = Annotated[str | None, typer.Option("--spec", metavar="NAME", help="Of this spec, such as week12.")]
_Article = Annotated[str | None, typer.Option("--article", metavar="SLUG", help="Of this article.")]
_Slot = Annotated[
    str | None, typer.Option("--slot", metavar="SLOT", help="Delivered to this slot, such as wechat.cover.")
]
_State = Annotated[
    list[str] | None,
    typer.Option(
        "--state", metavar="STATE", help="In this state, such as stored or unknown. May be repeated."
    ),
]
_Decision = Annotated[
    list[str] | None,
    typer.Option(
        "--decision",
        metavar="WORD",
        help="unreviewed, selected, pinned, taken, rejected, noted or trashed. May be repeated.",
    ),
]
_Model = Annotated[str | None, typer.Option("--model", metavar="NAME", help="Asked of this model.")]
_Tag = Annotated[
    list[str] | None, typer.Option("--tag", metavar="NAME=VALUE", help="With this tag. May be repeated.")
]
_Since = Annotated[
    datetime | None,
    typer.Option("--since", metavar="DATE", formats=_DAYS, help="From this day on (local)."),
]
_Until = Annotated[
    datetime | None, typer.Option("--until", metavar="DATE", formats=_DAYS, help="Up to and with this day.")
]
_Limit = Annotated[int, typer.Option("--limit", metavar="N", min=1, max=100_000, help="At most so many.")]


def history(
    search: _Search = None,
    spec: _Spec = None,
    article: _Article = None,
    slot: _Slot = None,
    state: _State = None,
    decision: _Decision = None,
    model: _Model = None,
    tag: _Tag = None,
    since: _Since = None,
    until: _Until = None,
    limit: _Limit = 20,
    as_json: options.JsonFlag = False,
    home: options.HomeOption = None,
) -> None:
    """List past generations, the newest first.

    Examples:
      pipeline history --search 橘猫
      pipeline history --spec week12 --state refused --state unknown
      pipeline history --decision unreviewed
      pipeline history --tag author=amy --since 2026-11-01 --json
    """
    from pipeline.commands.looking import list_history
    from pipeline.history.search import Filters

    filters = Filters(
        text=search,
        spec=spec,
        article=article,
        slot=slot,
        states=_states(state),
        decisions=_decisions(decision),
        model=model,
        tags=tuple(_tag(word) for word in tag or ()),
        since=_day(since),
        until=_day(until, days=1),
        limit=limit,
    )
    list_history(filters, as_json=as_json, home=home)


def _states(words: list[str] | None) -> "tuple[State, ...]":
    from pipeline.history.states import State
    from pipeline.nearest import suggestion

    known = {state.value: state for state in State}
    wrong = [word for word in words or () if word not in known]
    if wrong:
        raise UsageError(
            f"--state {wrong[0]}: must be one of {', '.join(known)}{suggestion(wrong[0], known)}"
        )
    return tuple(known[word] for word in words or ())


def _decisions(words: list[str] | None) -> tuple[str, ...]:
    from pipeline.history.look import DECISIONS
    from pipeline.nearest import suggestion

    for word in words or ():
        if word not in DECISIONS:
            raise UsageError(
                f"--decision {word}: must be one of {', '.join(DECISIONS)}{suggestion(word, DECISIONS)}"
            )
    return tuple(words or ())


def _tag(word: str) -> tuple[str, str]:
    name, found, value = word.partition("=")
    if not found:
        raise UsageError(f"--tag {word}: must be NAME=VALUE, such as author=amy")
    return name, value


def _day(day: datetime | None, *, days: int = 0) -> datetime | None:
    """Midnight of a local day, in UTC."""
    if day is None:
        return None
    try:
        return (day + timedelta(days=days)).astimezone(UTC)
    except (OverflowError, ValueError, OSError):
        raise UsageError(f"{day:%Y-%m-%d}: no day that a history has") from None
