"""How a run ended: one line an asset, what is wrong in plain words, where the files lie."""

from pipeline.console.plans import counted, sum_price
from pipeline.console.steps import read_step
from pipeline.console.terminal import Terminal
from pipeline.home import Home
from pipeline.plan.model import Kind
from pipeline.produce import Report
from pipeline.stages.outcome import AssetState, Outcome


def show_report(
    terminal: Terminal, report: Report, home: Home, currency: str, *, again: str, table: bool
) -> None:
    """The result on stdout (unless JSON is), problems and the next command on stderr.

    `again` is the command that was typed: what goes on where an interrupt stopped it.
    """
    selected = {action.asset for action in report.plan.actions}
    shown = [outcome for outcome in report.outcomes if outcome.action.asset in selected]
    if table:
        for spec in report.plan.specs:
            terminal.result(_summary(report, spec.name, currency))
            sheet = home.output(simulated=report.plan.buyer.simulated) / spec.name / "index.html"
            if sheet.is_file():
                terminal.result(f"  contact sheet: {home.relative(sheet)}")
    for outcome in shown:
        for line in outcome.warnings:
            terminal.warn(f"{outcome.action.asset}: {line}")
    for outcome in shown:
        if outcome.problem is not None:
            _problem(terminal, outcome)
    for left in report.left_over:
        for path in left.kept:
            terminal.warn(f"{path}: no longer wanted, but changed by hand: kept")
    _why_it_ended(terminal, report)
    terminal.next_step(_next_step(report, shown, again))


def _why_it_ended(terminal: Terminal, report: Report) -> None:
    if report.stopped_by is not None:
        terminal.note(f"error: {report.stopped_by.message}", style="red")
    if report.interrupted:
        terminal.note("interrupted: what was paid for is kept, and nothing is half-written", style="yellow")
    if report.expired:
        terminal.note("the deadline came: what was not begun is left for the next run", style="yellow")


def _summary(report: Report, spec: str, currency: str) -> str:
    found = [outcome for outcome in report.outcomes if outcome.action.spec == spec]
    selected = {action.asset for action in report.plan.of(spec)}
    found = [outcome for outcome in found if outcome.action.asset in selected]
    files = sum(item.file is not None and item.file.spec == spec for item in report.made)
    bought = report.bought.get(spec)
    if bought is None and files == 0 and all(o.state is AssetState.DELIVERED for o in found):
        return f"{spec}: nothing to do, {counted(len(found), 'asset')} in place"
    parts = [f"{spec}:"]
    for state in AssetState:
        number = sum(outcome.state is state for outcome in found)
        if number:
            parts.append(f"{number} {state.value},")
    reused = sum(action.kind is Kind.REUSE for action in report.plan.of(spec))
    paid = "nothing bought"
    if bought is not None:
        simulated = report.plan.buyer.simulated
        cost = "simulated" if simulated else sum_price(bought.cost, bought.unpriced, currency)
        paid = f"{bought.pictures} bought ({cost})"
    parts.append(f"{paid}, {reused} reused, {counted(files, 'file')} made")
    return " ".join(parts)


def _problem(terminal: Terminal, outcome: Outcome) -> None:
    problem = outcome.problem
    assert problem is not None
    style = "yellow" if outcome.state in (AssetState.WAITING, AssetState.UNKNOWN) else "red"
    line = f"{outcome.action.asset}: {outcome.state.value} ({problem.code}): {problem.message}"
    if problem.request_id:
        line += f" [request {problem.request_id}]"
    terminal.note(line, style=style)
    if problem.next_step:
        step = read_step(problem.next_step)
        remark = bool(step.command and step.words) and not step.words.endswith(":")
        line = f"{step.command}   ({step.words})" if remark else f"{step.words} {step.command}".strip()
        terminal.note(f"    {line}")


def _next_step(report: Report, shown: list[Outcome], again: str) -> str | None:
    if report.stopped_by is not None:
        return report.stopped_by.next_step
    if report.ended_early:
        return f"to go on where it stopped: {again}"
    step = next((o.problem.next_step for o in shown if o.problem and o.problem.next_step), None)
    return step or f"open the contact sheet, or: pipeline history --spec {report.plan.specs[0].name}"
