"""Decisions of the author, as `select` and `reject` make them."""

from pathlib import Path

from pipeline.commands.opening import here, history_of, opened, spec_of_asset
from pipeline.commands.producing import Request, produce_and_show
from pipeline.console.terminal import Terminal
from pipeline.errors import UsageError
from pipeline.history.memory import Memory
from pipeline.history.queries import Queries
from pipeline.history.records import Generation
from pipeline.history.search import Search
from pipeline.history.states import Choice, State
from pipeline.plan.model import Wishes
from pipeline.produce import plan_only
from pipeline.wiring import REAL_CLOCK


def select_and_render(asset: str, generation: int, *, pin: bool, spec: Path | None, home: Path | None) -> int:
    """Record the selection for what the spec asks now, then render and deliver."""
    terminal = Terminal()
    path = spec_of_asset(here(home), asset, spec, terminal)
    at = here(home)
    with history_of(at, terminal) as database:
        found = _generation(Search(database), generation)
    if found.state is not State.STORED:
        raise UsageError(
            f"generation {generation} has no picture: it is {found.state.value}",
            next_step=f"pipeline show {generation}",
        )
    provider = "simulator" if found.simulated else "jimeng"
    with opened([path], terminal, home=home, provider=provider, command="select", asks=False) as place:
        plan = plan_only(place.studio, place.specs, Wishes(only=(asset,), buy=False))
        if not plan.actions:
            raise UsageError(
                f"{asset}: {path} has no such asset", next_step="pipeline history, to see the keys"
            )
        choice = Choice.PINNED if pin else Choice.SELECTED
        asked = plan.actions[0].asked
        place.studio.memory.decide(asset, generation, choice, asked, at=REAL_CLOCK.now())
    terminal.result(f"{asset} shows generation {generation}" + (", pinned" if pin else ""))
    request = Request(
        command="select",
        paths=(path,),
        wishes=Wishes(only=(asset,), buy=False),
        provider=provider,
        home=home,
        asks=False,
    )
    return produce_and_show(request)


def reject(generation: int, *, home: Path | None) -> None:
    """Record a rejection, and say which files still show the picture."""
    terminal = Terminal()
    with history_of(here(home), terminal) as database:
        found = _generation(Search(database), generation)
        Memory(database).reject(generation, found.request, at=REAL_CLOCK.now())
        terminal.result(f"generation {generation} is rejected: it is not used again")
        for path in Queries(database).using(generation):
            terminal.warn(f"{path} still shows it, until another picture takes its place")
    terminal.next_step(f"pipeline regenerate {found.asset}")


def _generation(search: Search, number: int) -> Generation:
    dossier = search.dossier(number)
    if dossier is None:
        raise UsageError(f"there is no generation {number}", next_step="pipeline history, to see the numbers")
    return dossier.generation
