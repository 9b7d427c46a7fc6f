"""The command line: which commands there are, and the one place where errors become exit codes."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from pipeline import __version__
from pipeline.commands.check import check
from pipeline.commands.collect import collect
from pipeline.commands.costs import costs
from pipeline.commands.db import db
from pipeline.commands.doctor import doctor
from pipeline.commands.history import history
from pipeline.commands.init import init
from pipeline.commands.new import new
from pipeline.commands.plan import plan
from pipeline.commands.platforms import platforms
from pipeline.commands.regenerate import regenerate
from pipeline.commands.reject import reject
from pipeline.commands.render import render
from pipeline.commands.resolve import resolve
from pipeline.commands.run import run as run_command
from pipeline.commands.schema import schema
from pipeline.commands.select import select
from pipeline.commands.show import show
from pipeline.commands.simulate import simulate
from pipeline.errors import ExitCode, PipelineError

app = typer.Typer(
    name="pipeline",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Weekly pictures for self-media: one YAML spec in, every platform's files out, all remembered.",
)
_GROUPS = {
    "Every week": (run_command, plan, check, collect, render),
    "Beginning": (init, new),
    "One picture": (regenerate, select, reject, resolve),
    "Looking back": (history, show, costs),
    "Around it": (platforms, schema, doctor, simulate),
}
for _panel, _commands in _GROUPS.items():
    for _command in _commands:
        app.command(name=_command.__name__, rich_help_panel=_panel)(_command)
app.add_typer(db, name="db", rich_help_panel="Around it")


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"pipeline {__version__}\n")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Make weekly pictures from YAML specs: planned, paid for once, remembered, delivered."""
    del version


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code that the process should end with."""
    try:
        app(args=arguments, prog_name="pipeline")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(ExitCode.INTERNAL)
    except PipelineError as error:
        from pipeline.console.terminal import Terminal

        Terminal().error(error)
        return int(error.exit_code)
    except KeyboardInterrupt:
        return int(ExitCode.INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - whatever is left is a fault of ours, and must say so
        from pipeline.commands.failing import confess

        return int(confess(error))
    return int(ExitCode.OK)
