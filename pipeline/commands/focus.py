"""`focus`: where the crops of one asset are centred, by hand."""

from typing import Annotated

import typer

from pipeline.commands import options

Point = Annotated[
    list[str],
    typer.Argument(
        metavar="X,Y",
        help="In 0..1 or percent from the left top; or a side, a corner, center; auto takes it back.",
    ),
]


def focus(
    asset: options.Asset,
    point: Point,
    slot: str | None = typer.Option(
        None, "--slot", metavar="SLOT", help="Only this slot's crop, such as wechat.cover; else all."
    ),
    provider: options.Provider = None,
    as_json: options.JsonFlag = False,
    spec: options.SpecPath = None,
    home: options.HomeOption = None,
) -> None:
    """Centre the crops of an asset on a point, and make its files again. Free.

    It holds until the spec says something else about the focus: the newest word counts. `auto` takes it
    back, so that the spec counts again.

    Examples:
      pipeline focus week12/lobster-board/cover 0.5,0.4
      pipeline focus week12/lobster-board/cover top left --slot wechat.cover
    """
    from pipeline.commands.focusing import Wanted, focus_and_render

    wanted = Wanted(asset=asset, point=" ".join(point), slot=slot, spec=spec)
    raise typer.Exit(focus_and_render(wanted, provider=provider, as_json=as_json, home=home))
