"""One account, one home and the runner's hands on both, for tests. Real SQLite, real HTTP, real pictures."""

import queue
import sqlite3
import tempfile
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.ballast import Ballast
from pipeline.fingerprint import generation_key, request_key
from pipeline.history.database import Database
from pipeline.history.gate import Claimed, Gate, Gatekeeper
from pipeline.history.ledger import Ledger
from pipeline.history.queries import Queries
from pipeline.history.records import Generation, Trouble, Wanted
from pipeline.history.schema import make_ready
from pipeline.history.states import State
from pipeline.providers.jimeng.client import JimengProvider, Timeouts
from pipeline.providers.jimeng.signing import Credentials
from pipeline.runner.executor import Executor
from pipeline.runner.lock import RunLock
from pipeline.runner.model import Buy, Happening, Job, News, Pacing, Patience
from pipeline.runner.signals import Bell
from pipeline.runner.tools import Durations, Tools
from pipeline.storage import BlobStore
from tests.runner.market_bench import KEYS, Market

MODEL = "jimeng_t2i_v40"
SYNC_MODEL = "jimeng_high_aes_general_v21_L"
SIDE = 1024
SYNC_SIDE = 512
QUICK = Patience(silent=5.0, gone_over=0.0, busy=5.0, doubt_most=0.2, doubt_unlearnt=0.1)
MANY = Pacing(concurrency=8)
WIDE_OPEN = Gate(concurrency=1000, qps=None, doubt_seconds=0.1)
TIMEOUTS = Timeouts(connect=2.0, submit=2.0, poll=2.0, download=2.0)
PROMPT = "一只卡通龙虾站在电路板上"


@cache
def empty_history() -> bytes:
    """The bytes of an empty history at head; the migrations run once a process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.db"
        make_ready(path, now=datetime(2026, 11, 24, tzinfo=UTC))
        return path.read_bytes()


def begin_history(root: Path) -> Path:
    """An empty history in a home, unless it has one; returns its path."""
    path = root / "data" / "history.db"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(empty_history())
    return path


class Shop:
    """One run on a home: its hands, and what it told."""

    def __init__(
        self,
        root: Path,
        market: Market,
        stack: ExitStack,
        *,
        run: str = "run-1",
        pacing: Pacing = MANY,
        patience: Patience = QUICK,
        keys: Credentials = KEYS,
        endpoint: str | None = None,
        learnt: bool = True,
    ) -> None:
        self.root = root
        self.path = begin_history(root)
        self.market = market
        self.database = Database.at(self.path)
        stack.callback(self.database.close)
        clock = market.hours.clock()
        provider = JimengProvider(endpoint or market.endpoint, keys, timeouts=TIMEOUTS, now=clock.now)
        stack.callback(provider.close)
        inbox = root / "data" / "inbox"
        inbox.mkdir(exist_ok=True)
        self.lock = RunLock(root / "data" / "runs", run)
        stack.enter_context(self.lock)
        self.told: list[Happening] = []
        self.bell = Bell()
        self.news: queue.Queue[Happening | None] = queue.Queue()
        self.tools = Tools(
            ledger=Ledger(self.database, run),
            gatekeeper=Gatekeeper(self.database, run),
            provider=provider,
            store=BlobStore(root / "data" / "blobs"),
            inbox=inbox,
            locks=root / "data" / "runs",
            ballast=Ballast(root / "data" / "ballast"),
            durations=Durations(Queries(self.database)),
            pacing=pacing,
            patience=patience,
            clock=clock,
            bell=self.bell,
            tell=self._tell,
        )
        if learnt:
            for model, side in ((MODEL, SIDE), (SYNC_MODEL, SYNC_SIDE)):
                known = self.tools.durations._known
                known[provider.name, model, side, side] = (market.world.latency,)
        self.executor = Executor(self.tools, self.news)

    def _tell(self, happening: Happening) -> None:
        self.told.append(happening)
        self.news.put(happening)

    @property
    def ledger(self) -> Ledger:
        """The money's book, in the name of this run."""
        return self.tools.ledger

    def now(self) -> datetime:
        """The time of this run."""
        return self.tools.clock.now()

    def wanted(self, prompt: str = PROMPT, **changes: Any) -> Wanted:
        """A picture before it is bought: attempt 1 of a prompt."""
        model = changes.pop("model", MODEL)
        side = changes.pop("side", SYNC_SIDE if model == SYNC_MODEL else SIDE)
        provider = self.tools.provider
        request = request_key(provider=provider.name, model=model, prompt=prompt, seed=None, params={})
        wanted = Wanted(
            request=request,
            generation_key=generation_key(request, side, side),
            attempt=1,
            asset="week12/lobster/cover",
            spec="week12",
            provider=provider.name,
            endpoint=provider.endpoint,
            account=provider.account,
            model=model,
            prompt=prompt,
            width=side,
            height=side,
            cost=2000,
        )
        return replace(wanted, **changes)

    def buy(self, prompt: str = PROMPT, *, forced: bool = False, exact: bool = False, **changes: Any) -> Buy:
        """A purchase of a plan."""
        return Buy(wanted=self.wanted(prompt, **changes), forced=forced, exact=exact)

    def run(self, *jobs: Job) -> list[Happening]:
        """Carry jobs out to their end; returns the news. An expected failure is left in `executor`."""
        return list(self.executor.run(jobs))

    def bought(self, prompt: str = PROMPT, **changes: Any) -> Generation:
        """Buy one picture, whatever comes of it; its row as it stands then."""
        job = self.buy(prompt, **changes)
        self.run(job)
        return self.row(job)

    def row(self, job: Buy) -> Generation:
        """The row of a purchase as it stands."""
        attempts = self.ledger.same_request(job.wanted.request)
        return next(item for item in attempts if item.attempt == job.wanted.attempt)

    def planned(self, prompt: str = PROMPT, **changes: Any) -> Generation:
        """A planned row of this run."""
        found = self.ledger.intend(self.wanted(prompt, **changes), at=self.now())
        assert found is not None
        return found

    def submitting(self, prompt: str = PROMPT, **changes: Any) -> Generation:
        """A row whose POST may be out."""
        found = self.planned(prompt, **changes)
        claim = self.tools.gatekeeper.claim(found, WIDE_OPEN, forced=True, exact=False, now=self.now)
        assert claim == Claimed()
        return self.ledger.generation(found.id)

    def submitted(self, prompt: str = PROMPT, *, task_id: str = "1", **changes: Any) -> Generation:
        """A row with a task."""
        found = self.submitting(prompt, **changes)
        self.ledger.accepted(found.id, task_id, "r-1", at=self.now())
        return self.ledger.generation(found.id)

    def ended(self, found: Generation, source: State, target: State) -> Generation:
        """End a row as a provider's no would."""
        trouble = Trouble(code="50511", message="Post Img Risk Not Pass")
        assert self.ledger.ended(found.id, source, target, trouble, at=self.now())
        return self.ledger.generation(found.id)

    def events(self, generation: Generation) -> list[str]:
        """The states that a generation went through."""
        rows = self.sql("SELECT target FROM event WHERE generation_id = ? ORDER BY id", generation.id)
        return [str(row[0]) for row in rows]

    def notes(self, generation: Generation) -> str:
        """What its events say, in one text."""
        rows = self.sql("SELECT note FROM event WHERE generation_id = ? ORDER BY id", generation.id)
        return "\n".join(str(row[0]) for row in rows)

    def sql(self, statement: str, *values: object) -> list[Any]:
        """Rows by plain SQL, past everything of ours."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as database:
            return database.execute(statement, values).fetchall()

    def news_of(self, generation: Generation | None = None) -> list[News]:
        """What was told, in order, of one generation or of all."""
        return [
            item.news
            for item in self.told
            if generation is None or (item.generation and item.generation.id == generation.id)
        ]

    def note_of(self, news: News) -> str:
        """What was said with the first news of a kind."""
        return next(item.note for item in self.told if item.news is news)
