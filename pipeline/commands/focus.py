"""`focus`: where the crops of one asset are centred, by hand."""

from typing import Annotated

import typer

from pipeline.commands import options
from pipeline.errors import UsageError

Point = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="X,Y",
        help="In 0..1 or percent from the left top; or a side, a corner, center; auto takes it back.",
    ),
]


def focus(
    asset: options.Asset,
    point: Point = None,
    slot: str | None = typer.Option(
        None, "--slot", metavar="SLOT", help="Only this slot's crop, such as wechat.cover; else all."
    ),
    undo: bool = typer.Option(False, "--undo", help="Take the newest point back: the one before it again."),
    provider: options.Provider = None,
    as_json: options.JsonFlag = False,
    spec: options.SpecPath = None,
    home: options.HomeOption = None,
) -> None:
    """Centre the crops of an asset on a point, and make its files again. Free.

    It holds until the spec says something else about the focus: the newest word counts. `auto` makes the
    spec count again, `--undo` what counted before. A slot that takes the whole picture has no crop.

    Examples:
      pipeline focus week12/lobster-board/cover 0.5,0.4
      pipeline focus week12/lobster-board/cover top left --slot wechat.cover
      pipeline focus week12/lobster-board/cover --undo
    """
    from pipeline.commands.focusing import Wanted, focus_and_render

    if bool(point) == undo:
        raise UsageError(
            "say where the crops are centred, or --undo: one of the two",
            next_step="to see how a point is written: pipeline focus --help",
        )
    wanted = Wanted(asset=asset, point=" ".join(point or ()), slot=slot, spec=spec, undo=undo)
    raise typer.Exit(focus_and_render(wanted, provider=provider, as_json=as_json, home=home))
