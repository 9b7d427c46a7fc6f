"""Decisions of the author, as `select` and `reject` make them."""

from pathlib import Path

from pipeline.commands.opening import Opened, Visit, here, history_of, opened, spec_of_asset
from pipeline.commands.producing import Request, produce_and_show
from pipeline.console.steps import command_line
from pipeline.console.terminal import Terminal
from pipeline.errors import UsageError
from pipeline.history.ledger import Ledger
from pipeline.history.memory import Memory
from pipeline.history.queries import Queries
from pipeline.history.records import Generation, Marked
from pipeline.history.search import Dossier, Search
from pipeline.history.states import Choice, State
from pipeline.plan.model import Wishes
from pipeline.produce import plan_only
from pipeline.safekeeping.inplace import files_in_place
from pipeline.spec.model import OwnFile
from pipeline.wiring import REAL_CLOCK


def select_and_render(asset: str, generation: int, *, pin: bool, spec: Path | None, home: Path | None) -> int:
    """Record the selection for what the spec asks now, then render and deliver."""
    terminal = Terminal()
    at, path = spec_of_asset(asset, spec, home, terminal)
    with history_of(at, terminal) as database:
        found = _dossier(Search(database), generation).generation
    # One that was made elsewhere is shown by whichever provider serves the spec.
    provider = None if found.imported else "simulator" if found.simulated else "jimeng"
    with opened(
        [path], terminal, home=at.home.root, provider=provider, command="select", visit=Visit.WORKS
    ) as place:
        _check_picture(found, place)
        asked = _asked_by(asset, path, place)
        choice = Choice.PINNED if pin else Choice.SELECTED
        place.studio.memory.decide(asset, generation, choice, asked, at=REAL_CLOCK.now())
    terminal.result(f"{asset} shows generation {generation}" + (", pinned" if pin else ""))
    request = Request(
        command="select",
        paths=(path,),
        wishes=Wishes(only=(asset,), buy=False),
        again=command_line("select", asset, generation, pin=pin, spec=None if spec is None else str(spec)),
        provider=provider,
        home=at.home.root,
        visit=Visit.WORKS,
    )
    return produce_and_show(request)


def reject(generation: int, *, home: Path | None) -> None:
    """Record a rejection, and say which files still show the picture."""
    terminal, at = Terminal(), here(home)
    with history_of(at, terminal) as database:
        dossier = _dossier(Search(database), generation)
        Memory(database).reject([Marked(generation)], at=REAL_CLOCK.now())
        others = Ledger(database, run="reject").same_request(dossier.generation.request)
        kept = Queries(database).spec_path(dossier.generation.spec)
    terminal.result(f"generation {generation} is rejected: it is not used again")
    for file in files_in_place(at.home, dossier):
        terminal.warn(f"{file.path} still shows it, until another picture takes its place")
    other = next(
        (
            item
            for item in reversed(others)
            if item.state is State.STORED and not (item.rejected or item.trashed)
        ),
        None,
    )
    if other is not None and kept is not None:
        terminal.note(f"generation {other.id} answers the same prompt: the next run takes it, for nothing")
        terminal.next_step(command_line("run", at.home.found(kept)))
    else:
        terminal.next_step(command_line("regenerate", dossier.generation.asset))


def _check_picture(found: Generation, place: Opened) -> None:
    if found.state is not State.STORED or found.master is None:
        raise UsageError(
            f"generation {found.id} has no picture: it is {found.state.value}",
            next_step=command_line("show", found.id),
        )
    if not place.studio.store.has(found.master.sha256, found.master.ending):
        again = command_line("regenerate", found.asset)
        raise UsageError(
            f"the picture of generation {found.id} is missing from the store",
            next_step=f"pipeline restore DIR --force   (from a backup; or {again}, which pays)",
        )


def _asked_by(asset: str, path: Path, place: Opened) -> str:
    """What the spec asks for the asset now, which the selection will be bound to."""
    plan = plan_only(place.studio, place.specs, Wishes(only=(asset,), buy=False))
    if not plan.actions:
        raise UsageError(f"{asset}: {path} has no such asset", next_step="to see the keys: pipeline history")
    action = plan.actions[0]
    if isinstance(action.image.source, OwnFile):
        raise UsageError(
            f"{asset}: shows your own file, whatever is selected",
            next_step="write `prompt:` or `use:` instead of `file:` in the spec",
        )
    return action.asked


def _dossier(search: Search, number: int) -> Dossier:
    dossier = search.dossier(number)
    if dossier is None:
        raise UsageError(f"there is no generation {number}", next_step="to see the numbers: pipeline history")
    return dossier
