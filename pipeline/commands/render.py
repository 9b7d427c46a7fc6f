"""`render`: files again from stored masters. Free; never calls the provider."""

import typer

from pipeline.commands import options


def render(
    spec: options.OneSpec,
    force: bool = typer.Option(False, "--force", help="Make every file again, not only what changed."),
    only: options.Only = None,
    provider: options.Provider = None,
    overwrite: options.Overwrite = False,
    as_json: options.JsonFlag = False,
    home: options.HomeOption = None,
) -> None:
    """Make and deliver files from the pictures that are in the store. Never buys, never calls the provider.

    Example:
      pipeline render configs/week12.yaml --force
    """
    from pipeline.commands.opening import Visit
    from pipeline.commands.producing import Request, produce_and_show
    from pipeline.console.steps import command_line
    from pipeline.plan.model import Wishes

    chosen = tuple(only or ())
    request = Request(
        command="render",
        paths=(spec,),
        wishes=Wishes(only=chosen, force=force, overwrite=overwrite, buy=False),
        again=command_line("render", spec, force=force, only=chosen, provider=provider, overwrite=overwrite),
        provider=provider,
        home=home,
        as_json=as_json,
        visit=Visit.WORKS,
    )
    raise typer.Exit(produce_and_show(request))
