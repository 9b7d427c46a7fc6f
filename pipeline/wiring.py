"""The composition root: opens a home for one command and builds the studio. Decides no money."""

import logging
import os
import random
import shlex
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from pipeline.errors import CredentialsError, PictureError, PipelineError, SettingsError, UsageError
from pipeline.fingerprint import account_name
from pipeline.history.database import Database
from pipeline.history.memory import Memory, RunStart
from pipeline.history.queries import Queries
from pipeline.history.schema import Standing, Upgraded, check, make_ready
from pipeline.home import Home, find_home
from pipeline.log import DayFile, event, hide
from pipeline.nearest import suggestion
from pipeline.plan.model import Buyer
from pipeline.platforms.catalog import load_catalog
from pipeline.platforms.model import Catalog
from pipeline.providers.contract import Provider
from pipeline.providers.jimeng.credentials import load_credentials
from pipeline.providers.jimeng.signing import Credentials
from pipeline.providers.models import MODELS
from pipeline.render.marking import Brand, Corner
from pipeline.render.recipe import LabelSpec, QualityPolicy
from pipeline.runner.lock import RunLock
from pipeline.runner.model import Clock, Pacing, Patience
from pipeline.runner.signals import Bell
from pipeline.settings import Settings, load_settings
from pipeline.spec.model import Spec
from pipeline.spec.parse import load_specs
from pipeline.spec.scope import Known
from pipeline.spec.styles import load_styles
from pipeline.stages.studio import Studio
from pipeline.storage import BlobStore

_SIMULATED_KEYS = Credentials(access_key="AKLTSIMULATOR", secret_key="simulator")  # noqa: S106 - made up, loopback only
REAL_CLOCK = Clock(now=lambda: datetime.now(UTC), steady=time.monotonic, random=random.random)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A home with what its files say; nothing is opened yet."""

    home: Home
    settings: Settings
    catalog: Catalog
    environ: Mapping[str, str]

    @property
    def database(self) -> Path:
        """Where the history lies."""
        return _database(self.home, self.settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which provider serves a command. `loudly`: the simulator stepped in for missing credentials."""

    simulated: bool
    credentials: Credentials | None
    loudly: bool = False


def place(start: Path, *, home: Path | None, environ: Mapping[str, str]) -> Place:
    """Find the home for a command that starts at `start`, and read its settings and slots."""
    named = home or (Path(environ["PIPELINE_HOME"]) if environ.get("PIPELINE_HOME") else None)
    found = find_home(start, named=named, fallback=Path.cwd())
    overrides = found.configs / "platforms.yaml"
    settings = load_settings(found, environ)
    for model in settings.prices:
        if model not in MODELS:
            raise SettingsError(
                f"{found.configs / 'settings.yaml'}: prices: there is no model {model}"
                f"{suggestion(model, MODELS)}"
            )
    beside = _database(found, settings).parent
    return Place(
        home=found if beside == found.data else replace(found, beside=beside),
        settings=settings,
        catalog=load_catalog(overrides if overrides.is_file() else None),
        environ=environ,
    )


def read_specs(at: Place, paths: Sequence[Path]) -> tuple[Spec, ...]:
    """Parse specs against what the home knows. Raises SpecError with every problem of every file."""
    styles = load_styles(at.home.configs / "styles.yaml")
    specs = load_specs(paths, Known(catalog=at.catalog, models=MODELS, styles=styles))
    return tuple(replace(spec, shown=shlex.quote(str(path))) for spec, path in zip(specs, paths, strict=True))


def choose(at: Place, flag: str | None, specs: Sequence[Spec]) -> Choice:
    """The provider: the flag, else what the specs say; `auto` is Jimeng where there are credentials.

    Raises UsageError when specs of one command disagree.
    """
    words = {spec.provider for spec in specs} if flag is None else {flag}
    if len(words) > 1:
        raise UsageError(
            f"these specs name different providers ({', '.join(sorted(words))})",
            next_step="run them one by one, or give --provider",
        )
    word = next(iter(words), "auto")
    if word not in ("auto", "jimeng", "simulator"):
        raise UsageError(f"--provider {word}: must be auto, jimeng or simulator")
    if word == "simulator":
        return Choice(simulated=True, credentials=None)
    credentials = load_credentials(at.environ, Path.home())
    if credentials is not None:
        hide(credentials.secret_key, credentials.session_token, credentials.access_key)
    if credentials is None and word == "auto":
        return Choice(simulated=True, credentials=None, loudly=True)
    return Choice(simulated=False, credentials=credentials)


def _database(home: Home, settings: Settings) -> Path:
    url = settings.database_url
    if url is None:
        return home.database
    if not url.startswith("sqlite:///"):
        raise SettingsError(
            "PIPELINE_DATABASE_URL: only sqlite:///FILE is supported",
            next_step="unset it, or name a file",
        )
    # Below the home, not the working directory: the same history from whichever folder.
    return (home.root / url.removeprefix("sqlite:///")).resolve()


@contextmanager
def open_history(at: Place, *, create: bool) -> Iterator[tuple[Database, Upgraded | None]]:
    """The history, brought to head. `create` False: a home without one is a UsageError."""
    path = at.database
    if not create and check(path).standing is Standing.ABSENT:
        raise UsageError(f"{at.home.root} has no history yet", next_step="to begin one: pipeline init")
    upgraded = make_ready(path, now=REAL_CLOCK.now())
    database = Database.at(path)
    try:
        yield database, upgraded
    finally:
        database.close()


@contextmanager
def open_studio(
    at: Place, choice: Choice, database: Database, *, command: str, asks: bool, only_looks: bool = False
) -> Iterator[Studio]:
    """A studio for one command. `asks` False: no provider is built, only what is there is used.

    `only_looks`: nothing is written at all, so it is no run that others should know of.

    Raises CredentialsError when Jimeng is to be asked and there are no credentials.
    """
    from pipeline.history.gate import Gatekeeper
    from pipeline.history.ledger import Ledger

    run = f"{REAL_CLOCK.now():%Y%m%dT%H%M%S}-{uuid4().hex[:8]}"
    settings, memory = at.settings, Memory(database)
    with ExitStack() as stack:
        provider = _provider(at, choice, stack) if asks else None
        if not only_looks:
            stack.enter_context(RunLock(at.home.runs, run))
        start = RunStart(
            id=run, command=command, host=socket.gethostname(), pid=os.getpid(), at=REAL_CLOCK.now()
        )
        if asks:
            log = DayFile(at.home.logs, settings.log_level, REAL_CLOCK.now())
            stack.callback(log.close)
            memory.begin_run(start)
            event("run_begins", run=run, command=command, simulated=choice.simulated)
            stack.callback(lambda: _end(memory, run))
        yield Studio(
            home=at.home,
            catalog=at.catalog,
            prices=settings.prices,
            currency=settings.currency,
            label=LabelSpec(
                text=settings.label.text,
                opacity=settings.label.opacity,
                corner=Corner(settings.label.corner) if settings.label.corner else None,
                producer="simulator" if choice.simulated else settings.label.producer,
            ),
            quality=QualityPolicy(quality=settings.jpeg.quality, floor=settings.jpeg.floor),
            brand=_brand(at),
            render_threads=settings.render_threads or os.cpu_count() or 1,
            ledger=Ledger(database, run),
            gatekeeper=Gatekeeper(database, run),
            memory=memory,
            queries=Queries(database),
            store=BlobStore(at.home.blobs),
            buyer=_buyer(at, choice, provider),
            provider=provider,
            pacing=_pacing(settings, choice),
            patience=Patience(submit=settings.submit_timeout),
            clock=REAL_CLOCK,
            bell=Bell(),
        )


def _end(memory: Memory, run: str) -> None:
    """Write a run's end down. Where that cannot be, its free lock says it, and what went before counts."""
    try:
        memory.end_run(run, at=REAL_CLOCK.now())
    except PipelineError as error:
        event("end_not_written", level=logging.WARNING, run=run, reason=error.message)


def _brand(at: Place) -> Brand | None:
    """The home's logo. Raises SettingsError for one that is no picture."""
    said = at.settings.brand
    if not said.logo:
        return None
    from pipeline.render.brand import read_brand

    try:
        return read_brand(at.home.configs / said.logo, at=Corner(said.at), height=said.height)
    except PictureError as error:
        raise SettingsError(f"brand: {error.message}", next_step=error.next_step) from error


def _pacing(settings: Settings, choice: Choice) -> Pacing:
    """What the account allows: Jimeng's as configured, the simulator's as it is set up."""
    if choice.simulated:
        return Pacing(concurrency=max(settings.simulator.concurrency, settings.concurrency))
    return Pacing(concurrency=settings.concurrency, qps=settings.qps)


def _buyer(at: Place, choice: Choice, provider: Provider | None) -> Buyer:
    if choice.simulated:
        return Buyer(name="simulator", endpoint="simulator", account="simulator", simulated=True)
    if provider is not None:
        return Buyer(
            name=provider.name, endpoint=provider.endpoint, account=provider.account, simulated=False
        )
    from pipeline.providers.jimeng.client import JimengProvider

    keys = choice.credentials or Credentials(access_key="", secret_key="")
    asked = JimengProvider(at.settings.endpoint, keys, now=REAL_CLOCK.now)
    asked.close()  # only its name is wanted
    account = account_name(keys.access_key) if choice.credentials else ""
    return Buyer(name=asked.name, endpoint=asked.endpoint, account=account, simulated=False)


def _provider(at: Place, choice: Choice, stack: ExitStack) -> Provider:
    from pipeline.providers.jimeng.client import JimengProvider, Timeouts

    settings = at.settings
    timeouts = Timeouts(connect=settings.connect_timeout, submit=settings.submit_timeout)
    if not choice.simulated:
        if choice.credentials is None:
            raise CredentialsError(
                "Jimeng is to be asked, but there are no credentials",
                next_step="set VOLC_ACCESSKEY and VOLC_SECRETKEY, or rehearse with --provider simulator",
            )
        provider = JimengProvider(
            settings.endpoint, choice.credentials, timeouts=timeouts, now=REAL_CLOCK.now
        )
        stack.callback(provider.close)
        return provider
    from pipeline.providers.rehearsal import Rehearsal

    rehearsal = Rehearsal(
        at.home.simulator,
        _SIMULATED_KEYS,
        latency=settings.simulator.latency,
        concurrency=_pacing(settings, choice).concurrency,
        timeouts=timeouts,
        now=REAL_CLOCK.now,
    )
    stack.callback(rehearsal.close)
    return rehearsal
