"""`run`: make the specs true."""

import typer

from pipeline.commands import options


def run(
    specs: options.Specs,
    only: options.Only = None,
    provider: options.Provider = None,
    remaster: bool = typer.Option(
        False, "--remaster", help="Also buy better sizes for pictures that serve their slots badly."
    ),
    max_cost: options.MaxCost = None,
    max_images: options.MaxImages = None,
    deadline: str | None = typer.Option(
        None, "--deadline", metavar="SPAN", help="Begin nothing after this long, such as 90s, 30m or 2h."
    ),
    yes: options.Yes = False,
    dry_run: bool = typer.Option(False, "--dry-run", help="Show the plan and stop: the same as `plan`."),
    overwrite: options.Overwrite = False,
    as_json: options.JsonFlag = False,
    home: options.HomeOption = None,
) -> None:
    """Collect what is paid for, plan, ask, generate, render, deliver.

    What is in place is not touched, what was bought before is not bought again. Ctrl-C stops it safely; the
    same command goes on where it stopped.

    Examples:
      pipeline run configs/week12.yaml --provider simulator
      pipeline run configs/week12.yaml --only lobster-board/cover
      pipeline run configs/week12.yaml --yes --max-images 5 --deadline 30m
    """
    from pipeline.commands.deadline import seconds_of
    from pipeline.commands.planning import Look, run_command, show_plans
    from pipeline.commands.producing import Request, produce_and_show
    from pipeline.plan.model import Wishes

    look = Look(
        paths=tuple(specs),
        wishes=Wishes(only=tuple(only or ()), remaster=remaster, overwrite=overwrite),
        provider=provider,
        home=home,
        max_cost=max_cost,
        max_images=max_images,
        as_json=as_json,
    )
    if dry_run:
        raise typer.Exit(show_plans(look))
    request = Request(
        command="run",
        paths=look.paths,
        wishes=look.wishes,
        again=run_command(look),
        provider=provider,
        home=home,
        yes=yes,
        as_json=as_json,
        max_cost=max_cost,
        max_images=max_images,
        deadline=seconds_of(deadline) if deadline is not None else None,
    )
    raise typer.Exit(produce_and_show(request))
