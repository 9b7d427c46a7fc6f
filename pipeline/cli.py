"""The command line: which commands there are, and the one place where errors become exit codes."""

import inspect
import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from pipeline import __version__
from pipeline.commands import db
from pipeline.commands.backup import backup
from pipeline.commands.check import check
from pipeline.commands.collect import collect
from pipeline.commands.costs import costs
from pipeline.commands.doctor import doctor
from pipeline.commands.export import export
from pipeline.commands.focus import focus
from pipeline.commands.gc import gc
from pipeline.commands.history import history
from pipeline.commands.import_ import import_
from pipeline.commands.init import init
from pipeline.commands.new import new
from pipeline.commands.note import note
from pipeline.commands.plan import plan
from pipeline.commands.platforms import platforms
from pipeline.commands.regenerate import regenerate
from pipeline.commands.reject import reject
from pipeline.commands.render import render
from pipeline.commands.resolve import resolve
from pipeline.commands.restore import restore
from pipeline.commands.review import review
from pipeline.commands.run import run as run_command
from pipeline.commands.schema import schema
from pipeline.commands.select import select
from pipeline.commands.show import show
from pipeline.commands.simulate import simulate
from pipeline.commands.trash import trash
from pipeline.commands.undo import undo
from pipeline.commands.verify import verify
from pipeline.errors import ExitCode, PipelineError

GROUPS: dict[str, tuple[Callable[..., None], ...]] = {
    "Every week": (run_command, plan, check, collect, render),
    "Beginning": (init, new),
    "One picture": (regenerate, select, reject, undo, focus, note, trash, resolve),
    "Looking back": (review, history, show, costs),
    "Keeping it": (export, import_, backup, restore, gc),
    "Around it": (verify, platforms, schema, doctor, simulate),
}
"""Every command but those of `db`, by what an author is about."""


def _register(onto: typer.Typer, command: Callable[..., None]) -> None:
    """Add a command with its docstring as help: a sentence for the list, examples with a line each."""
    words = inspect.getdoc(command) or ""
    sentence = words.split("\n\n")[0].replace("\n", " ").partition(". ")[0]
    # A paragraph that begins with this sign is not wrapped.
    onto.command(
        name=command.__name__,
        help=words.replace("\n\nExample", "\n\n\b\nExample"),
        short_help=sentence.rstrip("."),
    )(command)


app = typer.Typer(
    name="pipeline",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
db_app = typer.Typer(help="Look after the history database.", no_args_is_help=True)
for _commands in GROUPS.values():
    for _command in _commands:
        _register(app, _command)
for _command in (db.upgrade, db.check):
    _register(db_app, _command)
app.add_typer(db_app, name="db")


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
    """Weekly pictures for self-media: one YAML spec in, every platform's files out, all remembered.

    Begin with `pipeline init`, then `pipeline run configs/week12.yaml --provider simulator`: free.
    """
    del version


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code that the process should end with."""
    said = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app(args=said, prog_name="pipeline")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(ExitCode.INTERNAL)
        if code == ExitCode.USAGE and said not in ([], ["db"]):  # those two print their help already
            _next(said)
        return code
    except PipelineError as error:
        from pipeline.console.terminal import Terminal

        Terminal().error(error)
        if error.next_step is None:
            _next(said)
        return int(error.exit_code)
    except Exception as error:  # noqa: BLE001 - whatever is left is a fault of ours, and must say so
        from pipeline.commands.failing import confess

        return int(confess(error, said))
    raise AssertionError("a command line ends with SystemExit")


def _next(said: Sequence[str]) -> None:
    """What helps with a command that was mistyped: its own help."""
    from pipeline.console.terminal import Terminal

    known = {command.__name__ for commands in GROUPS.values() for command in commands}
    Terminal().next_step(" ".join(["pipeline", *(word for word in said[:1] if word in known), "--help"]))
