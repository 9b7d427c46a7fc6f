"""The past on the terminal: lists, one generation with its whole life, money."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pipeline.console.plans import price, sum_price
from pipeline.console.steps import command_line
from pipeline.console.terminal import Terminal
from pipeline.fingerprint import Json
from pipeline.history.records import Delivered, Generation, Spending
from pipeline.history.search import Dossier
from pipeline.history.states import Charged, Choice, State
from pipeline.providers.errors import explain

DOUBT = (State.UNKNOWN,)


def show_list(
    terminal: Terminal, found: Sequence[Generation], choices: Mapping[int, Choice], currency: str
) -> None:
    """One row a generation, one line a row: columns give way to the prompt, and the prompt to the width."""
    rows = [
        (
            str(item.id),
            item.asset,
            item.state.value,
            _decision(item, choices),
            f"{item.width}x{item.height}",
            _cost(item, currency),
            day(item.planned_at),
            " ".join(item.prompt.split()),
        )
        for item in found
    ]
    headings = ("id", "asset", "state", "decision", "size", "cost", "when", "prompt")
    terminal.lines(headings, rows, right=(0,), give_way=("size", "decision", "when", "cost"))


def _decision(item: Generation, choices: Mapping[int, Choice]) -> str:
    if item.trashed:
        return "trashed"
    return choices[item.id].value if item.id in choices else ""


def _cost(item: Generation, currency: str) -> str:
    """What a generation cost, as far as it was charged."""
    if item.simulated:
        return "simulated"
    if item.charged is Charged.NO:
        return "-"
    return price(item.cost, currency) + (" ?" if item.charged is Charged.MAYBE else "")


def show_dossier(
    terminal: Terminal, dossier: Dossier, blob: str | None, present: Sequence[Delivered], currency: str
) -> None:
    """Everything about one generation, as labelled lines; `present` are the files that still show it."""
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
        ("cost", _cost(item, currency)),
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
    if item.trashed:
        lines.append(("trash", "thrown away: it is not used again"))
    for word in dossier.notes:
        whose = f"  (on {word.asset})" if word.asset else ""
        lines.append(("note", f"{moment(word.at)}  {' '.join(word.text.split())}{whose}"))
    for file in dossier.files:
        lines.append(
            ("file", file.path + ("" if file in present else "  (no longer there, or another picture)"))
        )
    for name, value in lines:
        terminal.result(f"{name:<14}{value}")
    terminal.result("")


def step_for(item: Generation) -> str:
    """What to do next with a generation."""
    if item.state is State.UNKNOWN:
        return f"pipeline resolve {item.id} --abandon   (or --resubmit, to let the next run buy it again)"
    if item.state is State.SUBMITTED:
        return "to bring it in: pipeline collect"
    if item.imported:
        return _step_for_imported(item)
    if item.master is not None:
        return command_line("select", item.asset, item.id)
    return command_line("regenerate", item.asset)


def _step_for_imported(item: Generation) -> str:
    """Its key is a name, no asset: nothing is selected for it, and nothing bought."""
    if item.trashed:
        return f"to take it out of the trash: {command_line('trash', item.id, undo=True)}"
    if item.rejected:
        return f"to use it again: {command_line('undo', item.id)}"
    return f"to show it, write in a spec: use: {item.asset}   (to put it away: pipeline trash {item.id})"


def show_costs(terminal: Terminal, by: str, spent: Sequence[Spending], currency: str) -> None:
    """Sums by group; what is in doubt stands apart."""
    if not spent:
        terminal.result("nothing was bought yet (simulated pictures cost nothing)")
        return
    rows = [
        (
            item.group,
            str(item.charged),
            sum_price(item.cost, item.unpriced - item.doubtful_unpriced, currency) if item.charged else "",
            str(item.doubtful) if item.doubtful else "",
            sum_price(item.doubtful_cost, item.doubtful_unpriced, currency) if item.doubtful else "",
        )
        for item in spent
    ]
    terminal.table((by, "bought", "cost", "in doubt", "may have cost"), rows, right=(1, 2, 3, 4))


def costs_document(by: str, spent: Sequence[Spending]) -> Json:
    """`costs --json`: a list of groups; money in 0.0001 units, null where a picture has no known price."""
    return [
        {
            "by": by,
            "group": item.group,
            "charged": item.charged,
            "cost": None if item.unpriced > item.doubtful_unpriced else item.cost,
            "doubtful": item.doubtful,
            "doubtful_cost": None if item.doubtful_unpriced else item.doubtful_cost,
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
