"""What `plan` and `run --dry-run` share: the plan that `run` would carry out, printed, and nothing done."""

from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.commands.opening import Opened, Visit, opened
from pipeline.commands.paying import budget_for, check_prices
from pipeline.commands.producing import check_selectors
from pipeline.console.plans import show_plan
from pipeline.console.steps import command_line
from pipeline.console.terminal import Terminal
from pipeline.documents import plan_document
from pipeline.errors import CredentialsError, ExitCode
from pipeline.plan.model import Plan, Wishes
from pipeline.produce import plan_only
from pipeline.wiring import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A wish to see a plan; the first seven fields mean what they mean for `run`."""

    paths: tuple[Path, ...]
    wishes: Wishes
    provider: str | None = None
    home: Path | None = None
    max_cost: float | None = None
    max_images: int | None = None
    as_json: bool = False
    prompts: bool = False
    detailed: bool = False


def show_plans(look: Look) -> int:
    """Plan and print; returns the exit code."""
    terminal = Terminal()
    try:
        made = _show(look, terminal, None)
    except CredentialsError:
        if look.as_json:
            _show(look, terminal, Choice(simulated=False, credentials=None))
        raise
    helps = next((action.next_step for action in made.actions if action.next_step), None)
    terminal.next_step(run_command(look) if made.has_work else helps)
    return int(ExitCode.WORK_TO_DO if look.detailed and made.has_work else ExitCode.OK)


def _show(look: Look, terminal: Terminal, choice: Choice | None) -> Plan:
    with opened(
        look.paths,
        terminal,
        home=look.home,
        provider=look.provider,
        command="plan",
        visit=Visit.LOOKS,
        choice=choice,
    ) as place:
        made = _plan(look, place, terminal)
        if look.as_json:
            terminal.document(plan_document(made))
        else:
            show_plan(terminal, made, place.place.settings.currency, prompts=look.prompts)
    return made


def _plan(look: Look, place: Opened, terminal: Terminal) -> Plan:
    check_selectors(look.wishes, place)
    settings = place.place.settings
    budget = budget_for(place.studio, settings, terminal, max_images=look.max_images, max_cost=look.max_cost)
    made = plan_only(place.studio, place.specs, replace(look.wishes, budget=budget))
    check_prices(made, budget)
    return made


def run_command(look: Look) -> str:
    """The command that carries just this plan out."""
    return command_line(
        "run",
        *look.paths,
        only=look.wishes.only,
        provider=look.provider,
        remaster=look.wishes.remaster,
        max_cost=look.max_cost,
        max_images=look.max_images,
        overwrite=look.wishes.overwrite,
    )
