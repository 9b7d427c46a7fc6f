"""Settling orders whose fate nobody knows, as `resolve` asks."""

from pathlib import Path

from pipeline.commands.looking import dossiers_of
from pipeline.commands.opening import at_specs, here, history_of, near_spec
from pipeline.console.past import DOUBT
from pipeline.console.steps import command_line
from pipeline.console.terminal import Terminal
from pipeline.failpoint import reach
from pipeline.history.database import Database
from pipeline.history.ledger import Ledger
from pipeline.history.queries import Queries
from pipeline.history.records import Generation
from pipeline.history.search import Filters, Search
from pipeline.history.states import Resolution, State
from pipeline.runner.lock import living
from pipeline.wiring import REAL_CLOCK, Place

_EVERY = 100_000


def settle(name: str | None, *, everything: bool, resubmit: bool, home: Path | None) -> None:
    """Settle unknown generations: one, an asset's, a spec's, or all. Says each one."""
    terminal = Terminal()
    spec = Path(name) if everything and name is not None else None
    at = near_spec(spec, home) if spec is not None and spec.is_file() else here(home)
    with history_of(at, terminal) as database:
        search = Search(database)
        if everything:
            filters = Filters(states=(*DOUBT, State.SUBMITTING), spec=_spec_name(spec, home), limit=_EVERY)
            found = search.generations(filters)
        else:
            found = tuple(item.generation for item in dossiers_of(search, name or ""))
        settled = _settle(terminal, database, found, resubmit=resubmit)
        halfway = _halfway(at, found)
        kept = [Queries(database).spec_path(item.spec) for item in (*halfway, *settled)]
    for item in halfway:
        terminal.warn(
            f"generation {item.id} of {item.asset}: a run died while sending it; its answer may be on disk"
        )
    if not settled and not halfway:
        terminal.result("nothing is in doubt")
    path = next((at.home.found(path) for path in kept if path is not None), None)
    if halfway:
        terminal.next_step(command_line("collect", *([path] if path else [])))
    elif resubmit and settled and path is not None:
        terminal.next_step(command_line("run", path))


def _settle(
    terminal: Terminal, database: Database, found: tuple[Generation, ...], *, resubmit: bool
) -> list[Generation]:
    resolution = Resolution.RESUBMIT if resubmit else Resolution.ABANDONED
    words = "the next run buys it again" if resubmit else "given up, counted as spent"
    ledger = Ledger(database, run="resolve")
    settled = []
    for item in found:
        if item.state in DOUBT and ledger.resolve(item.id, resolution, at=REAL_CLOCK.now()):
            reach("resolved")
            terminal.result(f"generation {item.id} of {item.asset}: {words}")
            settled.append(item)
    return settled


def _halfway(at: Place, found: tuple[Generation, ...]) -> list[Generation]:
    """Orders that a dead run left half sent: to be recovered first, since an answer may have been kept."""
    sending = [item for item in found if item.state is State.SUBMITTING]
    alive = living(at.home.runs, [item.owner for item in sending])
    return [item for item in sending if item.owner not in alive]


def _spec_name(spec: Path | None, home: Path | None) -> str | None:
    """The name of the spec in a file; a word that is no file is a name itself."""
    if spec is None:
        return None
    return at_specs([spec], home)[1][0].name if spec.is_file() else str(spec)
