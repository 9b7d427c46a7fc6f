"""Looking back: what `history`, `show` and `costs` read and print."""

from pathlib import Path

from pipeline.commands.opening import here, history_of
from pipeline.console import past
from pipeline.console.terminal import Terminal
from pipeline.documents import dossier_document, generation_document
from pipeline.errors import UsageError
from pipeline.history.ledger import Ledger
from pipeline.history.queries import Queries
from pipeline.history.records import Generation
from pipeline.history.search import Dossier, Filters, Search
from pipeline.history.states import Resolution
from pipeline.storage import BlobStore
from pipeline.wiring import REAL_CLOCK, Place


def list_history(filters: Filters, *, as_json: bool, home: Path | None) -> None:
    """Print the generations that fit."""
    terminal, at = Terminal(), here(home)
    with history_of(at, terminal) as database:
        search = Search(database)
        found = search.generations(filters)
        choices = search.choices([item.id for item in found])
        if as_json:
            terminal.document(
                [
                    generation_document(
                        item,
                        blob=_blob(at, item),
                        decision=choices[item.id].value if item.id in choices else None,
                    )
                    for item in found
                ]
            )
            return
        past.show_list(terminal, found, choices, at.settings.currency)
        if len(found) == filters.limit:
            terminal.note(f"{search.count(filters)} fit; --limit shows more")
    if found:
        terminal.next_step(f"pipeline show {found[0].id}")
    else:
        terminal.note("nothing fits")


def show_one(name: str, *, as_json: bool, home: Path | None) -> None:
    """Print all about one generation, or about every generation of an asset."""
    terminal, at = Terminal(), here(home)
    with history_of(at, terminal) as database:
        search = Search(database)
        dossiers = _dossiers(search, name)
        if as_json:
            documents = [dossier_document(item, blob=_blob(at, item.generation)) for item in dossiers]
            terminal.document(documents[0] if name.isdigit() else documents)
            return
        for dossier in dossiers:
            past.show_dossier(terminal, dossier, _blob(at, dossier.generation), at.settings.currency)
        terminal.next_step(past.step_for(dossiers[-1].generation))


def show_costs(by: str, tag: str | None, *, as_json: bool, home: Path | None) -> None:
    """Print what was spent and what is in doubt."""
    terminal, at = Terminal(), here(home)
    with history_of(at, terminal) as database:
        search = Search(database)
        spent = search.spending(by, tag=tag)
        doubtful = search.generations(Filters(states=past.DOUBT, limit=100))
    if as_json:
        terminal.document(past.costs_document(by, spent))
        return
    past.show_costs(terminal, by if tag is None else tag, spent, at.settings.currency)
    real = [item for item in doubtful if not item.simulated]
    for item in real:
        terminal.warn(f"in doubt: generation {item.id} of {item.asset}")
    if real:
        terminal.next_step(f"pipeline resolve {real[0].asset} --abandon   (or --resubmit)")


def settle(name: str | None, spec: str | None, *, resubmit: bool, home: Path | None) -> None:
    """Settle unknown generations: one, an asset's, a spec's, or all. Says each one."""
    terminal, at = Terminal(), here(home)
    resolution = Resolution.RESUBMIT if resubmit else Resolution.ABANDONED
    with history_of(at, terminal) as database:
        search, ledger = Search(database), Ledger(database, run="resolve")
        if name is None:
            found = search.generations(Filters(states=past.DOUBT, spec=spec, limit=100_000))
        else:
            found = tuple(item.generation for item in _dossiers(search, name))
        doubtful = [item for item in found if item.state in past.DOUBT]
        if not doubtful:
            terminal.result("nothing is in doubt")
            return
        for item in doubtful:
            if ledger.resolve(item.id, resolution, at=REAL_CLOCK.now()):
                words = "the next run buys it again" if resubmit else "given up, counted as spent"
                terminal.result(f"generation {item.id} of {item.asset}: {words}")
        path = Queries(database).spec_path(doubtful[0].spec)
    if resubmit and path is not None:
        terminal.next_step(f"pipeline run {path}")


def _dossiers(search: Search, name: str) -> tuple[Dossier, ...]:
    numbers = [int(name)] if name.isdigit() else [item.id for item in search.of_asset(name)]
    found = tuple(dossier for number in numbers if (dossier := search.dossier(number)) is not None)
    if not found:
        what = f"generation {name}" if name.isdigit() else f"picture of {name}"
        raise UsageError(f"the history has no {what}", next_step="pipeline history --search TEXT")
    return found


def _blob(at: Place, generation: Generation) -> str | None:
    master = generation.master
    if master is None:
        return None
    return at.home.relative(BlobStore(at.home.blobs).path(master.sha256, master.ending))
