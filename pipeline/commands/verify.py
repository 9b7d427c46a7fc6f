"""`verify`: whether files are what their platforms take, and what their manifest says."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands import options


def verify(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH", help="Pictures, manifests or folders, such as output/week12."),
    ],
    slot: Annotated[
        str | None,
        typer.Option(
            "--slot", metavar="SLOT", help="Hold every file against this slot, such as wechat.cover."
        ),
    ] = None,
    as_json: options.JsonFlag = False,
    home: options.HomeOption = None,
) -> None:
    """Check delivered files: pixels, format, bytes, both AI labels, and that nobody changed them.

    Ends with 3 when a fault is found. Folders are searched for manifests, the files that they name, and
    pictures that none names. The slot of other pictures is read from names such as wechat/01-cover.thumb.jpg;
    where nothing says it, the slots that they fit are listed. Needs no history: a folder can be checked on
    any machine.

    Examples:
      pipeline verify output/week12
      pipeline verify cover.jpg --slot wechat.cover
    """
    from pipeline.commands.verifying import verify_paths

    raise typer.Exit(int(verify_paths(paths, slot, as_json=as_json, home=home)))
