"""Looking back: what `history`, `show` and `costs` read and print."""

from pathlib import Path

from pipeline.commands.opening import here, history_of
from pipeline.console import past
from pipeline.console.steps import command_line
from pipeline.console.terminal import Terminal
from pipeline.documents import dossier_document, generation_document
from pipeline.errors import UsageError
from pipeline.history.records import LARGEST_NUMBER, Generation
from pipeline.history.search import Dossier, Filters, Search
from pipeline.safekeeping.inplace import files_in_place
from pipeline.storage import BlobStore
from pipeline.wiring import Place


def list_history(filters: Filters, *, as_json: bool, home: Path | None) -> None:
    """Print the generations that fit."""
    terminal, at = Terminal(), here(home)
    with history_of(at, terminal) as database:
        search = Search(database)
        found = search.generations(filters)
        choices = search.choices([item.id for item in found])
        # Counting reads everything once more: only a full page may hide some.
        fit = search.count(filters) if len(found) == filters.limit else len(found)
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
    elif found:
        past.show_list(terminal, found, choices, at.settings.currency)
    if fit > len(found):
        terminal.note(f"{fit} fit; --limit shows more")
    if found:
        terminal.next_step(command_line("show", found[0].id))
    else:
        terminal.note("nothing fits")


def show_one(name: str, *, as_json: bool, home: Path | None) -> None:
    """Print all about one generation, or about every generation of an asset."""
    terminal, at = Terminal(), here(home)
    with history_of(at, terminal) as database:
        dossiers = dossiers_of(Search(database), name)
    if as_json:
        documents = [
            dossier_document(item, blob=_blob(at, item.generation), present=files_in_place(at.home, item))
            for item in dossiers
        ]
        terminal.document(documents[0] if is_number(name) else documents)
    else:
        for dossier in dossiers:
            blob, present = _blob(at, dossier.generation), files_in_place(at.home, dossier)
            past.show_dossier(terminal, dossier, blob, present, at.settings.currency)
    terminal.next_step(past.step_for(dossiers[-1].generation))


def show_costs(by: str, tag: str | None, *, as_json: bool, home: Path | None) -> None:
    """Print what was spent and what is in doubt."""
    terminal, at = Terminal(), here(home)
    with history_of(at, terminal) as database:
        search = Search(database)
        spent = search.spending(by, tag=tag)
        doubtful = search.doubtful()
    if as_json:
        terminal.document(past.costs_document(by if tag is None else tag, spent))
    else:
        past.show_costs(terminal, by if tag is None else tag, spent, at.settings.currency)
    for item in doubtful:
        terminal.warn(f"in doubt: generation {item.id} of {item.asset}")
    terminal.next_step(past.step_for(doubtful[0]) if doubtful else "pipeline history")


def dossiers_of(search: Search, name: str) -> tuple[Dossier, ...]:
    """All about a generation's number, or about every generation of an asset's key; UsageError for none."""
    numbers = [int(name)] if is_number(name) else [item.id for item in search.of_asset(name)]
    found = tuple(
        dossier
        for number in numbers
        if number <= LARGEST_NUMBER and (dossier := search.dossier(number)) is not None
    )
    if not found:
        what = f"generation {name}" if is_number(name) else f"picture of {name}"
        raise UsageError(f"the history has no {what}", next_step="to see what there is: pipeline history")
    return found


def is_number(name: str) -> bool:
    """Whether a name is a generation's number rather than an asset's key."""
    return name.isascii() and name.isdecimal()


def _blob(at: Place, generation: Generation) -> str | None:
    master = generation.master
    if master is None:
        return None
    return at.home.relative(BlobStore(at.home.blobs).path(master.sha256, master.ending))
