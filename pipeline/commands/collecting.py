"""What is paid for and not yet here: by spec and provider, so that one `collect` brings in all of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.commands.fetching import fetch_tasks
from pipeline.commands.opening import here, history_of, near_spec
from pipeline.commands.producing import Request, carry_out
from pipeline.console.plans import counted
from pipeline.console.steps import command_line
from pipeline.console.terminal import Terminal
from pipeline.errors import ExitCode, PipelineError, worst
from pipeline.fingerprint import Json
from pipeline.history.ledger import Ledger
from pipeline.history.queries import Queries
from pipeline.history.schema import Standing, check
from pipeline.plan.model import Wishes
from pipeline.stages.underway import under_way
from pipeline.wiring import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """A wish to bring in what is under way. `provider` None: whoever has it."""

    provider: str | None
    home: Path | None
    as_json: bool
    patient: bool


@dataclass(frozen=True, slots=True, order=True)
class _UnderWay:
    """Tasks of one spec at one provider; `path` empty where the history has lost its file."""

    spec: str
    path: str
    provider: str


def collect_spec(path: Path, fetch: Fetch) -> int:
    """Bring in one spec's tasks: the real ones where there are any, else the simulated."""
    terminal = Terminal()
    at = near_spec(path, fetch.home)
    found = [item for item in _under_way(at, terminal) if item.path == str(path.resolve())]
    if len(found) > 1 and fetch.provider is None:
        terminal.warn("a rehearsal's tasks are under way too: add --provider simulator for them")
    provider = fetch.provider or (found[0].provider if found else None)
    return carry_out(_request(path, provider, fetch), terminal, terminal.document)


def collect_all(fetch: Fetch) -> int:
    """Bring in every spec's tasks, one spec after the other; what fails for one does not stop the next."""
    terminal = Terminal()
    at = here(fetch.home)
    found = [item for item in _under_way(at, terminal) if fetch.provider in (None, item.provider)]
    documents: list[Json] = []
    codes = [_collect(item, at, fetch, terminal, documents) for item in found]
    if fetch.as_json:
        terminal.document(documents)
    elif not found:
        terminal.result("nothing is under way")
    return int(worst(*codes))


def _collect(item: _UnderWay, at: Place, fetch: Fetch, terminal: Terminal, documents: list[Json]) -> ExitCode:
    path = Path(item.path)
    if not item.path or not path.is_file():
        return _without_spec(item, at, fetch, terminal)
    request = _request(
        path,
        item.provider,
        Fetch(provider=item.provider, home=at.home.root, as_json=fetch.as_json, patient=fetch.patient),
    )
    try:
        return ExitCode(carry_out(request, terminal, documents.append))
    except PipelineError as error:
        terminal.error(error)
        return error.exit_code


def _without_spec(item: _UnderWay, at: Place, fetch: Fetch, terminal: Terminal) -> ExitCode:
    """A spec that is not there keeps no paid picture out of the store; only its files can not be made."""
    terminal.warn(
        f"{item.spec}: its spec is not in {item.path or 'the history'}; its tasks are fetched all the same"
    )
    stored = fetch_tasks(at, item.provider, terminal, patient=fetch.patient)
    terminal.note(f"{item.spec}: {counted(stored, 'picture')} brought into the store")
    terminal.next_step("put the spec back, or name the moved one, for its files: pipeline collect SPEC")
    return ExitCode.INCOMPLETE


def _request(path: Path, provider: str | None, fetch: Fetch) -> Request:
    return Request(
        command="collect",
        paths=(path,),
        wishes=Wishes(buy=False),
        again=command_line("collect", path, no_wait=not fetch.patient, provider=fetch.provider),
        provider=provider,
        home=fetch.home,
        as_json=fetch.as_json,
        patient=fetch.patient,
    )


def _under_way(at: Place, terminal: Terminal) -> Sequence[_UnderWay]:
    """Real tasks before simulated ones of the same spec."""
    if check(at.database).standing is Standing.ABSENT:
        return ()
    with history_of(at, terminal) as database:
        queries = Queries(database)
        orders = under_way(Ledger(database, run="collect"), at.home.inbox)
        found = {(item.spec, item.simulated) for item in orders}
        return sorted(
            _UnderWay(spec, _whole(at, queries.spec_path(spec)), "simulator" if simulated else "jimeng")
            for spec, simulated in found
        )


def _whole(at: Place, kept: str | None) -> str:
    return "" if kept is None else str(at.home.found(kept))
