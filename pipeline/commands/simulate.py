"""`simulate`: the simulator as a server of its own."""

from pathlib import Path
from typing import Annotated

import typer


def simulate(
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="0 takes a free one.")
    ] = 8091,
    faults: Annotated[
        Path | None,
        typer.Option("--faults", metavar="FILE", help="A JSON script of faults (see docs/simulator.md)."),
    ] = None,
    latency: Annotated[
        float, typer.Option("--latency", metavar="SECONDS", min=0, help="How long a picture takes.")
    ] = 2.0,
    concurrency: Annotated[
        int,
        typer.Option(
            "--concurrency", metavar="N", min=1, help="Tasks that run at once; more are refused (50430)."
        ),
    ] = 2,
    qps: Annotated[
        float | None,
        typer.Option("--qps", metavar="N", min=0.01, help="Orders a second; more are refused (50429)."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="Keep tasks here, so that they outlive the server."),
    ] = None,
) -> None:
    """Speak Jimeng's wire on this machine: rehearse a week, or its faults, without spending anything.

    It takes the key pair of VOLC_ACCESSKEY and VOLC_SECRETKEY, else a made-up one that it prints.
    GET /billing on the same port tells what would have been billed. Ctrl-C ends it.

    Example:
      pipeline simulate --port 8091 --latency 2 --concurrency 4
    """
    from pipeline.commands.serving import serve

    serve(port=port, faults=faults, latency=latency, concurrency=concurrency, qps=qps, data=data)
