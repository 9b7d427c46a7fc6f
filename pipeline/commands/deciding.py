"""Decisions of the author, as `select` and `reject` make them."""

from pathlib import Path

from pipeline.commands.opening import Visit, here, history_of, opened, spec_file, spec_of_asset
from pipeline.commands.producing import Request, produce_and_show
from pipeline.console.steps import command_line
from pipeline.console.terminal import Terminal
from pipeline.history.database import Database
from pipeline.history.ledger import Ledger
from pipeline.history.memory import Memory
from pipeline.history.queries import Queries
from pipeline.history.records import Generation, Marked
from pipeline.history.search import Dossier, Search
from pipeline.history.states import State
from pipeline.plan.model import Wishes
from pipeline.safekeeping.inplace import files_in_place
from pipeline.spec.names import is_foreign
from pipeline.stages.deciding import assets_showing, brought_by, check_key, choose, dossier_of, provider_of
from pipeline.wiring import REAL_CLOCK, Place


def select_and_render(asset: str, generation: int, *, pin: bool, spec: Path | None, home: Path | None) -> int:
    """Record the selection for what the spec asks now, then render and deliver."""
    terminal = Terminal()
    check_key(asset)
    at, path = spec_of_asset(asset, spec, home, terminal)
    with history_of(at, terminal) as database:
        search = Search(database)
        found = dossier_of(search, generation).generation
        provider = brought_by(found) or provider_of(search.of_asset(asset))
    with opened(
        [path], terminal, home=at.home.root, provider=provider, command="select", visit=Visit.WORKS
    ) as place:
        choose(place.studio, place.specs[0], asset, found, pin=pin, at=REAL_CLOCK.now())
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
    """Record a rejection; say which files still show the picture, and what can be done now."""
    terminal, at = Terminal(), here(home)
    with history_of(at, terminal) as database:
        dossier = dossier_of(Search(database), generation)
        Memory(database).reject([Marked(generation)], at=REAL_CLOCK.now())
        terminal.result(f"generation {generation} is rejected: it is not used again")
        for file in files_in_place(at.home, dossier):
            terminal.warn(f"{file.path} still shows it, until another picture takes its place")
        if dossier.generation.imported:
            step = _after_an_imported(terminal, database, dossier)
        else:
            step = _after_a_bought(terminal, at, database, dossier.generation)
    terminal.next_step(step)


def given_to(database: Database, dossier: Dossier) -> tuple[str, ...]:
    """The assets that were given a picture last; not the name under which it was taken in."""
    found = assets_showing(Queries(database), [dossier]).get(dossier.generation.id, ())
    return tuple(asset for asset in found if not is_foreign(asset))


def _after_an_imported(terminal: Terminal, database: Database, dossier: Dossier) -> str:
    number = dossier.generation.id
    if assets := given_to(database, dossier):
        terminal.note(f"it was given to {', '.join(assets)}: name another picture there with `use:`")
    return f"to take it back: {command_line('undo', number)}   (or pipeline trash {number}, to put it away)"


def _after_a_bought(terminal: Terminal, at: Place, database: Database, found: Generation) -> str:
    path = spec_file(at.home, Queries(database), found.spec)
    if path is None:
        terminal.note(f"the spec of {found.asset} is not there any more: nothing is made in its place")
        return f"to take it back: {command_line('undo', found.id)}"
    same = Ledger(database, run="reject").same_request(found.request)
    usable = [item for item in same if item.state is State.STORED and not (item.rejected or item.trashed)]
    if usable:
        terminal.note(
            f"generation {usable[-1].id} answers the same prompt: the next run takes it, for nothing"
        )
        return command_line("run", path)
    return command_line("regenerate", found.asset)
