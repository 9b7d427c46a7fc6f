"""`plan`: what `run` would do, why, and what it would cost."""

import typer

from pipeline.commands import options


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
    overwrite: options.Overwrite = False,
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
    from pipeline.commands.planning import Look, show_plans
    from pipeline.plan.model import Wishes

    look = Look(
        paths=tuple(specs),
        wishes=Wishes(only=tuple(only or ()), remaster=remaster, overwrite=overwrite),
        provider=provider,
        home=home,
        max_cost=max_cost,
        max_images=max_images,
        prompts=prompts,
        detailed=detailed_exitcode,
        as_json=as_json,
    )
    raise typer.Exit(show_plans(look))
