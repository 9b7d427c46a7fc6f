"""A plan as a table: what is done for each asset, why, and what it costs."""

from collections.abc import Sequence

from pipeline.console.terminal import Terminal, make_table
from pipeline.plan.model import Action, Kind, Plan
from pipeline.plan.price import UNIT

_HEADINGS = ("asset", "action", "size", "cost", "files", "why")


def price(cost: int | None, currency: str) -> str:
    """A cost in words; 0 is free, None has no known price."""
    if cost is None:
        return "price unknown"
    return "free" if cost == 0 else f"{cost / UNIT:.2f} {currency}"


def plan_rows(actions: Sequence[Action], currency: str) -> list[tuple[str, ...]]:
    """One row an asset."""
    return [
        (
            action.asset,
            action.kind.value,
            f"{action.width}x{action.height}" if action.width else "",
            price(action.cost, currency) if action.kind in (Kind.GENERATE, Kind.DRAFT) else "",
            _files(action),
            action.reason,
        )
        for action in actions
    ]


def _files(action: Action) -> str:
    if action.kind in (Kind.GENERATE, Kind.WAIT):
        return str(len(action.slots))
    return str(len(action.to_render)) if action.to_render else ""


def show_plan(
    terminal: Terminal, plan: Plan, currency: str, *, prompts: bool, on_stderr: bool = False
) -> None:
    """The whole plan: the result of `plan`, or on stderr what `run` asks about."""
    say = terminal.note if on_stderr else terminal.result
    stream = terminal.err if on_stderr else terminal.out
    stream.print(make_table(_HEADINGS, plan_rows(plan.actions, currency), right=(2, 3, 4)))
    if prompts:
        for action in plan.actions:
            if action.prompt:
                say(f"\n{action.asset}  ({action.model})\n  {action.prompt}")
    say("")
    say(summary(plan, currency))
    for line in advice_lines(plan.actions):
        terminal.warn(line)


def advice_lines(actions: Sequence[Action]) -> list[str]:
    """Warnings, each with its asset."""
    return [f"{action.asset}: {line}" for action in actions for line in action.advice]


def summary(plan: Plan, currency: str) -> str:
    """The plan in one line."""
    totals = plan.totals
    parts = [_count(totals.assets, "asset")]
    parts.append(f"{totals.generate} to generate ({_total_price(plan, currency)})")
    for number, words in (
        (totals.reuse, "reused"),
        (totals.render, "to render"),
        (totals.keep, "in place"),
        (totals.wait, "under way"),
        (totals.blocked, "blocked"),
        (totals.draft, "draft"),
    ):
        if number:
            parts.append(f"{number} {words}")
    parts.append(f"{_count(totals.files, 'file')} to make")
    return ", ".join(parts)


def _total_price(plan: Plan, currency: str) -> str:
    totals = plan.totals
    if plan.buyer.simulated:
        return "simulated, free"
    if totals.unpriced:
        known = f"{price(totals.cost, currency)} and " if totals.cost else ""
        return f"{known}{_count(totals.unpriced, 'picture')} without a known price"
    return price(totals.cost, currency)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
