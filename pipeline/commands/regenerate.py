"""`regenerate`: one more paid picture for one asset."""

import typer

from pipeline.commands import options


def regenerate(
    asset: options.Asset,
    prompt: str | None = typer.Option(
        None, "--prompt", metavar="TEXT", help="Other words than the spec's, this once; no style is added."
    ),
    model: str | None = typer.Option(
        None, "--model", metavar="NAME", help="Another model than the spec's, this once."
    ),
    size: str | None = typer.Option(None, "--size", metavar="WxH", help="Another size, such as 2304x1728."),
    provider: options.Provider = None,
    yes: options.Yes = False,
    max_cost: options.MaxCost = None,
    overwrite: options.Overwrite = False,
    as_json: options.JsonFlag = False,
    spec: options.SpecPath = None,
    home: options.HomeOption = None,
) -> None:
    """Buy one more attempt at an asset and deliver it. The old picture is kept; no other asset moves.

    An interrupted `regenerate` typed again finishes the first instead of buying another.

    Examples:
      pipeline regenerate week12/lobster-board/cover
      pipeline regenerate week12/lobster-board/cover --prompt "一只蓝色的龙虾"
    """
    from pipeline.commands.opening import spec_of_asset
    from pipeline.commands.producing import Request, produce_and_show
    from pipeline.commands.redoing import redo_of
    from pipeline.console.steps import command_line
    from pipeline.console.terminal import Terminal
    from pipeline.plan.model import Wishes

    at, path = spec_of_asset(asset, spec, home, Terminal())
    redo = redo_of(path, asset, prompt=prompt, model=model, size=size, home=at.home.root)
    request = Request(
        command="regenerate",
        paths=(path,),
        wishes=Wishes(only=(asset,), redo={asset: redo}, overwrite=overwrite),
        again=command_line(
            "regenerate",
            asset,
            prompt=prompt,
            model=model,
            size=size,
            provider=provider,
            max_cost=max_cost,
            overwrite=overwrite,
            spec=None if spec is None else str(spec),
        ),
        provider=provider,
        home=at.home.root,
        yes=yes,
        as_json=as_json,
        max_cost=max_cost,
    )
    raise typer.Exit(produce_and_show(request))
