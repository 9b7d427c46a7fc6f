"""The past on the terminal: lists, one generation with its whole life, money."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pipeline.console.plans import price
from pipeline.console.terminal import Terminal
from pipeline.fingerprint import Json
from pipeline.history.records import Generation, Spending
from pipeline.history.search import Dossier
from pipeline.history.states import Choice, State
from pipeline.providers.errors import explain

DOUBT = (State.UNKNOWN,)
_PROMPT_SHOWN = 48


def show_list(
    terminal: Terminal, found: Sequence[Generation], choices: Mapping[int, Choice], currency: str
) -> None:
    """One row a generation."""
    rows = [
        (
            str(item.id),
            item.asset,
            item.state.value + (" (simulated)" if item.simulated else ""),
            choices[item.id].value if item.id in choices else "",
            f"{item.width}x{item.height}",
            price(item.cost, currency),
            day(item.planned_at),
            _short(item.prompt),
        )
        for item in found
    ]
    if rows:
        headings = ("id", "asset", "state", "decision", "size", "cost", "when", "prompt")
        terminal.table(headings, rows, right=(0,))


def show_dossier(terminal: Terminal, dossier: Dossier, blob: str | None, currency: str) -> None:
    """Everything about one generation, as labelled lines."""
    item = dossier.generation
    lines: list[tuple[str, str]] = [
        (f"generation {item.id}", f"{item.asset}, attempt {item.attempt}, {item.purpose.value}"),
        ("state", f"{item.state.value}, charged: {item.charged.value}"),
        ("provider", f"{item.provider} at {item.endpoint}, account {item.account}"),
        ("model", f"{item.model}, {item.width}x{item.height}"),
        ("prompt", item.prompt),
    ]
    if item.seed is not None or item.params:
        asked = {**({"seed": item.seed} if item.seed is not None else {}), **item.params}
        lines.append(("parameters", ", ".join(f"{name}={value}" for name, value in asked.items())))
    lines += [
        ("cost", price(item.cost, currency)),
        ("task id", item.task_id or "-"),
        ("request id", item.request_id or "-"),
    ]
    if item.trouble is not None:
        meaning = explain(item.trouble.code)
        lines.append(("trouble", f"{item.trouble.code}: {item.trouble.message}"))
        lines.append(("meaning", f"{meaning.meaning} {meaning.advice}"))
    if item.master is not None:
        master = item.master
        lines.append(("picture", f"{blob} ({master.width}x{master.height}, {master.bytes:,} bytes)"))
    if dossier.tags:
        lines.append(("tags", ", ".join(f"{name}={value}" for name, value in dossier.tags.items())))
    for event in dossier.events:
        source = event.source.value if event.source else "-"
        note = f"  {event.note}" if event.note else ""
        lines.append(("event", f"{moment(event.at)}  {source} -> {event.target.value}{note}"))
    for decision in dossier.decisions:
        whose = f" for {decision.asset}" if decision.asset else ""
        lines.append(("decision", f"{moment(decision.at)}  {decision.choice.value}{whose}"))
    lines += [("file", file.path) for file in dossier.files]
    for name, value in lines:
        terminal.result(f"{name:<14}{value}")
    terminal.result("")


def step_for(item: Generation) -> str:
    """What to do next with a generation."""
    if item.state is State.UNKNOWN:
        return f"pipeline resolve {item.id} --abandon   (or --resubmit)"
    if item.state is State.SUBMITTED:
        return f"pipeline collect   (brings in generation {item.id})"
    return f"pipeline select {item.asset} {item.id}" if item.master else f"pipeline regenerate {item.asset}"


def show_costs(terminal: Terminal, by: str, spent: Sequence[Spending], currency: str) -> None:
    """Sums by group; what is in doubt stands apart."""
    if not spent:
        terminal.result("nothing was bought yet (simulated pictures cost nothing)")
        return
    rows = [
        (
            item.group,
            str(item.charged),
            price(item.cost, currency) if item.charged else "",
            str(item.doubtful) if item.doubtful else "",
            price(item.doubtful_cost, currency) if item.doubtful else "",
            str(item.unpriced) if item.unpriced else "",
        )
        for item in spent
    ]
    headings = (by, "bought", "cost", "in doubt", "may have cost", "without a price")
    terminal.table(headings, rows, right=(1, 2, 3, 4, 5))


def costs_document(by: str, spent: Sequence[Spending]) -> Json:
    """`costs --json`: a list of groups; money in 0.0001 units."""
    return [
        {
            by: item.group,
            "charged": item.charged,
            "cost": item.cost,
            "doubtful": item.doubtful,
            "doubtful_cost": item.doubtful_cost,
            "unpriced": item.unpriced,
        }
        for item in spent
    ]


def day(at: datetime) -> str:
    """A moment's local day and minute."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def moment(at: datetime) -> str:
    """A moment in local time, to the second."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _short(text: str) -> str:
    return text if len(text) <= _PROMPT_SHOWN else text[: _PROMPT_SHOWN - 1] + "…"
