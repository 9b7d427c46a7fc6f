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
    from pathlib import Path

    from pipeline.commands.opening import here, history_of
    from pipeline.commands.producing import Request, produce_and_show
    from pipeline.console.terminal import Terminal
    from pipeline.history.queries import Queries
    from pipeline.plan.model import Wishes

    paths = [spec] if spec else []
    if spec is None:
        terminal = Terminal()
        at = here(home)
        with history_of(at, terminal) as database:
            waiting = Queries(database).specs_under_way()
        paths = [Path(path) for path in waiting if Path(path).is_file()]
        if not paths:
            if as_json:
                terminal.document([])
            else:
                terminal.result("nothing is under way")
            return
    request = Request(
        command="collect",
        paths=tuple(paths),
        wishes=Wishes(buy=False),
        provider=provider,
        home=home,
        as_json=as_json,
        patient=not no_wait,
    )
    raise typer.Exit(produce_and_show(request))
