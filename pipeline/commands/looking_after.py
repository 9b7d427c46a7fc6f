"""The health of a home: what `doctor` and `db` look at."""

import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.commands.keeping_safe import check_files
from pipeline.commands.opening import here, history_of
from pipeline.console.plans import counted, price
from pipeline.console.terminal import Terminal
from pipeline.errors import CredentialsError, ExitCode, HistoryError, worst
from pipeline.history.backup import problems
from pipeline.history.database import Database
from pipeline.history.ledger import Ledger
from pipeline.history.queries import Queries
from pipeline.history.schema import HEAD, Standing, check
from pipeline.history.search import Filters, Search
from pipeline.history.states import State
from pipeline.log import hide
from pipeline.providers.errors import OwnCode, explain
from pipeline.providers.jimeng.credentials import load_credentials
from pipeline.providers.jimeng.signing import Credentials
from pipeline.runner.lock import living
from pipeline.storage import BlobStore
from pipeline.wiring import REAL_CLOCK, Place

_MOST_DOUBTS = 20
_MENDS = {
    Standing.BEHIND: "pipeline db upgrade",
    Standing.UNKNOWN: "install the newer version of this program again",
    Standing.FOREIGN: "choose another home with --home DIR",
}
"""What helps a database that is not at this program's revision."""


def upgrade_database(home: Path | None) -> None:
    """Bring the database to head and say what was done."""
    terminal, at = Terminal(), here(home)
    before = check(at.database).standing
    with history_of(at, terminal, create=True):
        if before is Standing.CURRENT:
            terminal.result(f"{at.database} is at revision {HEAD} already")


def check_database(home: Path | None, *, files: bool = False) -> ExitCode:
    """Integrity, references and revision, with `files` the pictures too; 3 when something was found."""
    terminal, at = Terminal(), here(home)
    path = at.database
    checked = check(path)
    if checked.standing is Standing.ABSENT:
        terminal.result(f"{at.home.root} has no history yet")
        return ExitCode.OK
    found = database_problems(path)
    for problem in found:
        terminal.result(f"{path}: {problem}")
    if checked.standing is not Standing.CURRENT:
        terminal.result(f"{path}: revision {checked.revision}, this program writes {HEAD}")
        terminal.next_step(_MENDS[checked.standing])
        return ExitCode.INCOMPLETE
    if found:
        terminal.next_step("put the newest copy from data/backups/ in its place, or: pipeline restore DIR")
        return ExitCode.INCOMPLETE
    terminal.result(f"{path}: whole, at revision {HEAD}")
    return check_files(terminal, at) if files else ExitCode.OK


def database_problems(path: Path) -> list[str]:
    """What SQLite itself finds wrong in a database file."""
    try:
        return list(problems(path))
    except HistoryError as error:
        step = "put the newest copy from data/backups/ in its place"
        raise HistoryError(error.message, next_step=step) from error


def examine(home: Path | None, *, online: bool) -> ExitCode:
    """Every finding in one line; the worst decides the exit code and what to do first."""
    terminal, at = Terminal(), here(home)
    _settings(terminal, at)
    found = [_history(terminal, at), _credentials(terminal, at, online=online)]
    code = worst(*(finding.code for finding in found))
    steps = [item.next_step for item in sorted(found, key=lambda item: item.code is not code)]
    step = next((step for step in steps if step), None)
    if code is ExitCode.OK:
        terminal.result("all is well" if step is None else "nothing is broken")
    terminal.next_step(step)
    return code


@dataclass(frozen=True, slots=True)
class _Finding:
    """How one part of a home is, and what would mend it."""

    code: ExitCode = ExitCode.OK
    next_step: str | None = None


def _settings(terminal: Terminal, at: Place) -> None:
    settings = at.settings
    terminal.result(f"home        {at.home.root}")
    terminal.result(f"endpoint    {settings.endpoint}")
    limits = f"{settings.concurrency} running tasks, {settings.qps or 'no known limit of'} orders a second"
    terminal.result(f"limits      {limits}")
    priced = ", ".join(sorted(settings.prices)) or "none (budgets of money need them)"
    terminal.result(f"prices      {priced}")


def _history(terminal: Terminal, at: Place) -> _Finding:
    try:
        checked = check(at.database)
        if checked.standing is Standing.ABSENT:
            terminal.result("history     none yet")
            return _Finding(next_step="to begin one: pipeline init")
        problems = database_problems(at.database)
    except HistoryError as error:
        terminal.warn(f"database: {error.message}")
        return _Finding(ExitCode.INCOMPLETE, error.next_step)
    for problem in problems:
        terminal.warn(f"database: {problem}")
    if checked.standing is not Standing.CURRENT:
        terminal.result(f"history     at revision {checked.revision}, this program writes {HEAD}")
        return _Finding(ExitCode.INCOMPLETE, _MENDS[checked.standing])
    with history_of(at, terminal) as database:
        finding = _orders(terminal, at, database)
    return _Finding(ExitCode.INCOMPLETE, "pipeline db check") if problems else finding


def _orders(terminal: Terminal, at: Place, database: Database) -> _Finding:
    """The pictures that are missing, the tasks that wait, the orders in doubt."""
    store, search = BlobStore(at.home.blobs), Search(database)
    masters = Queries(database).masters()
    lost = [master for master in masters if not store.has(master.sha256, master.ending)]
    ledger = Ledger(database, run="doctor")
    sending = ledger.in_flight([State.SUBMITTING])
    alive = living(at.home.runs, [item.owner for item in sending])
    half_sent = [item for item in sending if item.owner not in alive]
    waiting = [*ledger.in_flight([State.SUBMITTED]), *(item for item in sending if item.owner in alive)]
    doubtful = [*half_sent, *ledger.in_flight([State.UNKNOWN])]
    total = search.count(Filters())
    counts = f"{counted(total, 'generation')}, {counted(len(masters), 'picture')}"
    terminal.result(f"history     {counts}, at revision {HEAD}")
    step = None
    for gone in lost:
        terminal.warn(f"missing from the store: {gone.sha256}.{gone.ending}")
    for item in doubtful[:_MOST_DOUBTS]:
        cost = "its price" if item.cost is None else price(item.cost, at.settings.currency)
        terminal.warn(f"in doubt: generation {item.id} of {item.asset}, may have cost {cost}")
    if len(doubtful) > _MOST_DOUBTS:
        terminal.warn(f"in doubt: {len(doubtful) - _MOST_DOUBTS} more (pipeline history --state unknown)")
    if doubtful:
        step = "pipeline resolve --all --abandon   (or --resubmit, to let the next run buy them again)"
    if waiting:
        oldest = min(item.submitted_at or item.planned_at for item in waiting).astimezone()
        since = f"the oldest since {oldest:%Y-%m-%d %H:%M}; a task is gone after 12 hours"
        terminal.warn(f"{counted(len(waiting), 'task')} under way: paid for, not yet fetched ({since})")
        step = "pipeline collect"
    return _Finding(ExitCode.INCOMPLETE if lost else ExitCode.OK, step)


def _credentials(terminal: Terminal, at: Place, *, online: bool) -> _Finding:
    try:
        credentials = load_credentials(os.environ, Path.home())
    except CredentialsError as error:
        terminal.warn(f"credentials {error.message}")
        return _Finding(ExitCode.CREDENTIALS, error.next_step)
    if credentials is None:
        terminal.result("credentials none: the simulator serves")
        if not online:
            return _Finding()
        return _Finding(ExitCode.CREDENTIALS, "set VOLC_ACCESSKEY and VOLC_SECRETKEY, then ask again")
    hide(credentials.secret_key, credentials.session_token, credentials.access_key)
    terminal.result("credentials found")
    return _online(terminal, at, credentials) if online else _Finding()


def _online(terminal: Terminal, at: Place, credentials: Credentials) -> _Finding:
    """Ask for a made-up task, which is free: a network that fails is no fault of the credentials."""
    from pipeline.providers.jimeng.client import JimengProvider

    provider = JimengProvider(at.settings.endpoint, credentials, now=REAL_CLOCK.now)
    try:
        fault = provider.probe()
    finally:
        provider.close()
    if fault is None:
        terminal.result("online      the provider accepts signature and rights")
        return _Finding()
    meaning = explain(fault.code)
    terminal.warn(f"online      {fault.code}: {fault.message}")
    terminal.note(f"{meaning.meaning} {meaning.advice}")
    unreached = fault.code in tuple(OwnCode) or (fault.http_status or 0) >= 500
    return _Finding(ExitCode.INCOMPLETE if unreached else ExitCode.CREDENTIALS, "pipeline doctor --online")
