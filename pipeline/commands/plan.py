"""`plan`: what `run` would do, why, and what it would cost."""

from collections.abc import Sequence
from pathlib import Path

import typer

from pipeline.commands import options
from pipeline.errors import ExitCode
from pipeline.plan.model import Wishes


def plan(
    specs: options.Specs,
    only: options.Only = None,
    provider: options.Provider = None,
    remaster: bool = typer.Option(
        False, "--remaster", help="Plan better sizes too, as `run --remaster` would."
    ),
    prompts: bool = typer.Option(False, "--prompts", help="Show the final prompts, and what changed."),
    max_cost: options.MaxCost = None,
    max_images: options.MaxImages = None,
    detailed_exitcode: bool = typer.Option(
        False, "--detailed-exitcode", help="End with 10 when there is work to do."
    ),
    as_json: options.JsonFlag = False,
    home: options.HomeOption = None,
) -> None:
    """Show the plan: an action, its reason and its cost for every asset. Nothing is done.

    Examples:
      pipeline plan configs/week12.yaml

      pipeline plan configs/week12.yaml --prompts --json
    """
    wishes = Wishes(only=tuple(only or ()), remaster=remaster)
    raise typer.Exit(
        show(
            specs,
            wishes,
            provider=provider,
            home=home,
            as_json=as_json,
            prompts=prompts,
            detailed=detailed_exitcode,
            max_cost=max_cost,
            max_images=max_images,
        )
    )


def show(
    specs: Sequence[Path],
    wishes: Wishes,
    *,
    provider: str | None,
    home: Path | None,
    as_json: bool,
    prompts: bool,
    detailed: bool = False,
    max_cost: float | None = None,
    max_images: int | None = None,
) -> int:
    """Plan and print; returns the exit code."""
    from dataclasses import replace

    from pipeline.commands.opening import opened
    from pipeline.commands.paying import budget_for, check_prices
    from pipeline.console.plans import show_plan
    from pipeline.console.terminal import Terminal
    from pipeline.documents import plan_document
    from pipeline.produce import plan_only

    terminal = Terminal()
    with opened(specs, terminal, home=home, provider=provider, command="plan", asks=False) as place:
        settings = place.place.settings
        budget = budget_for(place.studio, settings, max_images=max_images, max_cost=max_cost)
        made = plan_only(place.studio, place.specs, replace(wishes, budget=budget))
        check_prices(made, budget)
        if as_json:
            terminal.document(plan_document(made))
        else:
            show_plan(terminal, made, settings.currency, prompts=prompts)
        if made.has_work:
            flag = f" --provider {provider}" if provider else ""
            terminal.next_step(f"pipeline run {' '.join(str(path) for path in specs)}{flag}")
        return int(ExitCode.WORK_TO_DO if detailed and made.has_work else ExitCode.OK)
