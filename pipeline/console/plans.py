"""A plan as a table: what is done for each asset, why, and what it costs."""

from collections.abc import Sequence

from rich.text import Text

from pipeline.console.changes import changes
from pipeline.console.terminal import Terminal, make_table
from pipeline.plan.model import Action, Kind, Plan
from pipeline.plan.price import UNIT
from pipeline.spec.aim import Whose, spelt

_WHOSE = {Whose.SPEC: "the spec", Whose.COMMAND: "pipeline focus"}
_HEADINGS = ("asset", "action", "size", "cost", "files", "why")


def price(cost: int | None, currency: str) -> str:
    """A cost in words; 0 is free, None has no known price."""
    if cost is None:
        return "price unknown"
    return "free" if cost == 0 else f"{cost / UNIT:.2f} {currency}"


def sum_price(cost: int, unpriced: int, currency: str) -> str:
    """A sum in words, some of whose pictures may have no known price: never "free" for those."""
    if not unpriced:
        return price(cost, currency)
    known = f"{price(cost, currency)} and " if cost else ""
    return f"{known}price unknown for {counted(unpriced, 'picture')}"


def counted(number: int, noun: str) -> str:
    """A number with its noun, in the singular for one."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


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
                terminal.result(_prompt(action, action.prompt))
    for line in crop_lines(plan.actions):
        say(line)
    say("")
    say(summary(plan, currency))
    for line in advice_lines(plan.actions):
        terminal.warn(line)


def _prompt(action: Action, prompt: str) -> Text:
    """The final prompt, and how it differs from the one that the last run saw."""
    shown = Text(f"\n{action.asset}  ({action.model})\n  {prompt}")
    if action.earlier_prompt is not None:
        shown.append("\n  changed: ").append_text(changes(action.earlier_prompt, prompt))
    return shown


def crop_lines(actions: Sequence[Action]) -> list[str]:
    """Whose word the crops follow, for each asset where somebody said one; the others keep the subject."""
    lines = []
    for action in actions:
        said = [
            f"{plan.slot.id} on {spelt(plan.aim.focus)} ({_WHOSE[plan.aim.whose]})"
            for plan in action.slots
            if plan.aim.focus is not None and plan.slot.height is not None
        ]
        if said:
            lines.append(f"{action.asset} is centred by hand: {', '.join(said)}")
    return lines


def advice_lines(actions: Sequence[Action]) -> list[str]:
    """Warnings, each with its asset."""
    return [f"{action.asset}: {line}" for action in actions for line in action.advice]


def summary(plan: Plan, currency: str) -> str:
    """The plan in one line."""
    totals = plan.totals
    parts = [counted(totals.assets, "asset")]
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
    parts.append(f"{counted(totals.files, 'file')} to make")
    return ", ".join(parts)


def _total_price(plan: Plan, currency: str) -> str:
    if plan.buyer.simulated:
        return "simulated, free"
    return sum_price(plan.totals.cost, plan.totals.unpriced, currency)
