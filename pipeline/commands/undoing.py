"""Taking decisions back, as `undo` does it: the newest on an asset, or the rejection of one picture."""

from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from pipeline.commands.deciding import given_to
from pipeline.commands.looking import is_number
from pipeline.commands.opening import Opened, Visit, here, history_of, opened, spec_file, spec_of_asset
from pipeline.commands.producing import Request, produce_and_show
from pipeline.console.past import step_for
from pipeline.console.steps import command_line
from pipeline.console.terminal import Terminal
from pipeline.errors import ExitCode, UsageError
from pipeline.history.memory import Memory
from pipeline.history.queries import Queries
from pipeline.history.records import Decision, Generation, Marked
from pipeline.history.search import Search
from pipeline.plan.model import Wishes
from pipeline.spec.names import is_foreign
from pipeline.stages.deciding import (
    NO_LONGER,
    brought_by,
    dossier_of,
    image_of,
    look_after,
    provider_of,
)
from pipeline.wiring import REAL_CLOCK


def undo(name: str, *, spec: Path | None, home: Path | None) -> int:
    """Take back what `name` stands for, and make an asset's files again; returns the exit code."""
    if is_number(name):
        _allow_again(int(name), home)
        return ExitCode.OK
    if is_foreign(name):
        _undo_on_a_name(name, home)
        return ExitCode.OK
    return _undo_and_render(name, spec, home)


def _allow_again(number: int, home: Path | None) -> None:
    """A rejected generation may be used again; which files could be made of it."""
    terminal, at = Terminal(), here(home)
    with history_of(at, terminal) as database:
        dossier = dossier_of(Search(database), number)
        found = dossier.generation
        if not found.rejected:
            raise UsageError(
                f"generation {number} is not rejected: there is nothing to take back",
                next_step=_instead(found),
            )
        Memory(database).take_rejection_back([Marked(number)], at=REAL_CLOCK.now())
        terminal.result(f"generation {number} is no longer rejected: it may be used again")
        paths = {
            asset: path
            for asset in given_to(database, dossier)
            if (path := spec_file(at.home, Queries(database), asset.partition("/")[0])) is not None
        }
    for asset in paths:
        terminal.note(f"the files of {asset} can be made of it again")
    if found.trashed:
        terminal.next_step(
            f"it lies in the trash; to take it out: {command_line('trash', number, undo=True)}"
        )
    elif paths:
        asset, path = next(iter(paths.items()))
        terminal.next_step(command_line("render", path, only=(asset,), provider=brought_by(found)))
    else:
        terminal.next_step(step_for(replace(found, rejected=False)))


def _instead(found: Generation) -> str:
    if found.trashed:
        return command_line("trash", found.id, undo=True)
    if found.imported:
        return command_line("show", found.id)
    return f"for the newest decision on its asset: {command_line('undo', found.asset)}"


def _undo_on_a_name(name: str, home: Path | None) -> None:
    """A picture that was made elsewhere has no spec: nothing is made."""
    terminal, at = Terminal(), here(home)
    with history_of(at, terminal) as database:
        word = _taken_back(Memory(database), name)
    terminal.result(f"{name}: generation {word.generation} {NO_LONGER[word.choice]}")
    terminal.next_step(f"to show it, write in a spec: use: {name}")


def _undo_and_render(asset: str, spec: Path | None, home: Path | None) -> int:
    terminal = Terminal()
    at, path = spec_of_asset(asset, spec, home, terminal)
    with history_of(at, terminal) as database:
        found = Search(database).of_asset(asset)
    provider = provider_of(found)

    def place(provider: str | None) -> AbstractContextManager[Opened]:
        return opened(
            [path], terminal, home=at.home.root, provider=provider, command="undo", visit=Visit.WORKS
        )

    with place(provider) as before:
        image_of(before.specs[0], asset)
        word = _taken_back(before.studio.memory, asset)
    provider = next((brought_by(item) for item in found if item.id == word.generation), None) or provider
    with place(provider) as now:
        terminal.result(look_after(now.studio, now.specs[0], asset, word).sentence)
    request = Request(
        command="undo",
        paths=(path,),
        wishes=Wishes(only=(asset,), buy=False),
        # Typed once more, `undo` would take the decision before back as well.
        again=command_line("render", path, only=(asset,), provider=provider),
        provider=provider,
        home=at.home.root,
        visit=Visit.WORKS,
    )
    return produce_and_show(request)


def _taken_back(memory: Memory, asset: str) -> Decision:
    word = memory.undo(asset, at=REAL_CLOCK.now())
    if word is None:
        raise UsageError(
            f"{asset}: no decision stands that could be taken back",
            next_step="to see what was decided: pipeline history",
        )
    return word
