"""`new`: next week's spec from this one's."""

from pathlib import Path
from typing import Annotated

import typer


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The new spec's name, such as week13.")],
    source: Annotated[Path, typer.Option("--from", metavar="SPEC", help="The spec to take after.")],
) -> None:
    """Write NAME.yaml beside SPEC: its defaults, styles and tags, with a draft article to fill in.

    Example:
      pipeline new week13 --from configs/week12.yaml
    """
    from pipeline.commands.beginning import begin_week

    begin_week(name, source)
