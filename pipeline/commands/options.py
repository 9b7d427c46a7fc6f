"""Arguments and options that several commands share, with their help in one place."""

from pathlib import Path
from typing import Annotated

import typer

Specs = Annotated[list[Path], typer.Argument(metavar="SPEC", help="YAML specs, such as configs/week12.yaml.")]
OneSpec = Annotated[Path, typer.Argument(metavar="SPEC", help="A YAML spec, such as configs/week12.yaml.")]
MaybeSpec = Annotated[Path | None, typer.Argument(metavar="SPEC", help="Only this spec's; all without it.")]
Asset = Annotated[
    str, typer.Argument(metavar="ASSET", help="An asset's key, such as week12/lobster-board/cover.")
]
Generation = Annotated[
    int,
    typer.Argument(metavar="GENERATION", min=1, max=2**63 - 1, help="A generation's number, from `history`."),
]
HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home", metavar="DIR", help="The folder with data/ and output/ (else PIPELINE_HOME, else found)."
    ),
]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
Provider = Annotated[
    str | None,
    typer.Option(
        "--provider", metavar="NAME", help="auto, jimeng or simulator; instead of what the spec says."
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="SELECTOR",
        help="An article, article/image, a glob, or the words failed or rejected. May be repeated.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before paying.")]
MaxCost = Annotated[
    float | None,
    typer.Option("--max-cost", metavar="AMOUNT", min=0, help="Buy for at most this much in this run."),
]
MaxImages = Annotated[
    int | None,
    typer.Option("--max-images", metavar="N", min=0, help="Buy at most so many pictures in this run."),
]
Overwrite = Annotated[
    bool,
    typer.Option("--overwrite", help="Replace files that were changed by hand or made by another provider."),
]
SpecPath = Annotated[
    Path | None,
    typer.Option("--spec", metavar="PATH", help="Where the asset's spec lies now, if it was moved."),
]
