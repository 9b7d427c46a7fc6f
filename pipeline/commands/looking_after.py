"""The health of a home: what `doctor` and `db` look at."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from pipeline.commands.opening import here, history_of
from pipeline.console.terminal import Terminal
from pipeline.errors import CredentialsError, ExitCode, HistoryError, PipelineError, worst
from pipeline.history.queries import Queries
from pipeline.history.schema import HEAD, Standing, check
from pipeline.history.search import Filters, Search
from pipeline.history.states import State
from pipeline.providers.errors import explain
from pipeline.providers.jimeng.credentials import load_credentials
from pipeline.storage import BlobStore
from pipeline.wiring import REAL_CLOCK, Place


def upgrade_database(home: Path | None) -> None:
    """Bring the database to head and say what was done."""
    terminal, at = Terminal(), here(home)
    before = check(at.database).standing
    with history_of(at, terminal, create=True):
        if before is Standing.CURRENT:
            terminal.result(f"{at.database} is at revision {HEAD} already")


def check_database(home: Path | None) -> ExitCode:
    """Integrity, references and revision; 3 when something was found."""
    terminal, at = Terminal(), here(home)
    path = at.database
    checked = check(path)
    if checked.standing is Standing.ABSENT:
        terminal.result(f"{at.home.root} has no history yet")
        return ExitCode.OK
    found = database_problems(path)
    if checked.standing is not Standing.CURRENT:
        found.append(f"revision {checked.revision}, this program writes {HEAD}")
    for problem in found:
        terminal.result(f"{path}: {problem}")
    if found:
        terminal.next_step("put the newest copy from data/backups/ in its place")
        return ExitCode.INCOMPLETE
    terminal.result(f"{path}: whole, at revision {HEAD}")
    return ExitCode.OK


def database_problems(path: Path) -> list[str]:
    """What SQLite itself finds wrong in a database file."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=30)) as database:
            words = [str(row[0]) for row in database.execute("PRAGMA integrity_check")]
            orphans = database.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        raise HistoryError(
            f"{path}: {error}", next_step="put the newest copy from data/backups/ in its place"
        ) from error
    found = [word for word in words if word != "ok"]
    if orphans:
        found.append(f"{len(orphans)} rows name a row that is not there")
    return found


def examine(home: Path | None, *, online: bool) -> ExitCode:
    """Every finding in one line; the worst decides the exit code."""
    terminal, at = Terminal(), here(home)
    codes = [_settings(terminal, at), _history(terminal, at), _credentials(terminal, at, online=online)]
    code = worst(*codes)
    if code is ExitCode.OK:
        terminal.result("all is well")
    return code


def _settings(terminal: Terminal, at: Place) -> ExitCode:
    settings = at.settings
    terminal.result(f"home        {at.home.root}")
    terminal.result(f"endpoint    {settings.endpoint}")
    limits = f"{settings.concurrency} running tasks, {settings.qps or 'no known limit of'} orders a second"
    terminal.result(f"limits      {limits}")
    priced = ", ".join(sorted(settings.prices)) or "none (budgets of money need them)"
    terminal.result(f"prices      {priced}")
    return ExitCode.OK


def _history(terminal: Terminal, at: Place) -> ExitCode:
    if check(at.database).standing is Standing.ABSENT:
        terminal.result("history     none yet")
        return ExitCode.OK
    problems = database_problems(at.database)
    with history_of(at, terminal) as database:
        store = BlobStore(at.home.blobs)
        masters = Queries(database).masters()
        lost = [master for master in masters if not store.has(master.sha256, master.ending)]
        search = Search(database)
        waiting = search.count(Filters(states=(State.SUBMITTED,)))
        doubtful = search.generations(Filters(states=(State.UNKNOWN,), limit=100))
        total = search.count(Filters())
    terminal.result(f"history     {total} generations, {len(masters)} pictures, at revision {HEAD}")
    for problem in problems:
        terminal.warn(f"database: {problem}")
    for gone in lost:
        terminal.warn(f"missing from the store: {gone.sha256}.{gone.ending}")
    if waiting:
        terminal.warn(f"{waiting} tasks are paid for and not yet fetched")
        terminal.next_step("pipeline collect")
    for item in doubtful:
        cost = "" if item.cost is None else f", may have cost {item.cost / 10_000:.2f} {at.settings.currency}"
        terminal.warn(f"in doubt: generation {item.id} of {item.asset}{cost}")
    if doubtful:
        terminal.next_step("pipeline resolve --all --abandon   (or --resubmit)")
    return ExitCode.INCOMPLETE if problems or lost else ExitCode.OK


def _credentials(terminal: Terminal, at: Place, *, online: bool) -> ExitCode:
    try:
        credentials = load_credentials(os.environ, Path.home())
    except CredentialsError as error:
        terminal.error(error)
        return ExitCode.CREDENTIALS
    if credentials is None:
        terminal.result("credentials none: the simulator serves")
        return ExitCode.CREDENTIALS if online else ExitCode.OK
    terminal.result("credentials found")
    if not online:
        return ExitCode.OK
    from pipeline.providers.jimeng.client import JimengProvider

    provider = JimengProvider(at.settings.endpoint, credentials, now=REAL_CLOCK.now)
    try:
        fault = provider.probe()
    except PipelineError as error:
        terminal.error(error)
        return error.exit_code
    finally:
        provider.close()
    if fault is None:
        terminal.result("online      the provider accepts signature and rights")
        return ExitCode.OK
    meaning = explain(fault.code)
    terminal.warn(f"online      {fault.code}: {fault.message}")
    terminal.note(f"{meaning.meaning} {meaning.advice}")
    return ExitCode.CREDENTIALS
