"""`collect`: bring in what is already paid for. Free; never submits."""

import typer

from pipeline.commands import options


def collect(
    spec: options.MaybeSpec = None,
    no_wait: bool = typer.Option(
        False, "--no-wait", help="Ask once for each task instead of waiting for it."
    ),
    provider: options.Provider = None,
    as_json: options.JsonFlag = False,
    home: options.HomeOption = None,
) -> None:
    """Fetch finished pictures of tasks that are under way, then render and deliver them. Never buys.

    Examples:
      pipeline collect configs/week12.yaml
      pipeline collect --no-wait
    """
    from pipeline.commands.collecting import Fetch, collect_all, collect_spec

    fetch = Fetch(provider=provider, home=home, as_json=as_json, patient=not no_wait)
    raise typer.Exit(collect_all(fetch) if spec is None else collect_spec(spec, fetch))
