"""A history that a test writes as a run would: through ledger and gate, move by move."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.history.database import Database
from pipeline.history.gate import Claimed, Gate, Gatekeeper
from pipeline.history.ledger import Ledger
from pipeline.history.memory import Memory
from pipeline.history.queries import Queries
from pipeline.history.records import Delivered, Generation, Master, Trouble, Wanted
from pipeline.history.search import Search
from pipeline.history.states import Resolution, State

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
WIDE_OPEN = Gate(concurrency=1000, qps=None, doubt_seconds=30)
TROUBLE = Trouble(code="50511", message="Post Img Risk Not Pass", http_status=200, request_id="r-9")
WANTED = Wanted(
    request="q1:cat",
    generation_key="g1:cat",
    attempt=1,
    asset="week12/cats/cover",
    spec="week12",
    provider="jimeng",
    endpoint="visual.volcengineapi.com:443",
    account="0123456789ab",
    model="jimeng_t2i_v40",
    prompt="一只橘猫趴在窗台上晒太阳",
    width=2048,
    height=2048,
    cost=2000,
)


def after(seconds: float) -> datetime:
    """A moment of the test's story."""
    return NOW + timedelta(seconds=seconds)


def picture(name: str = "ab") -> Master:
    """A master; a name of two hex digits makes it its own."""
    return Master(sha256=name * 32, ending="png", width=2048, height=2048, bytes=4_000_000)


def written(path: str = "output/week12/cats/wechat/01-cover.cover.jpg", **changes: Any) -> Delivered:
    """A delivered file of `WANTED`'s asset."""
    file = Delivered(
        path=path,
        sha256="cd" * 32,
        bytes=51_291,
        mtime_ns=1_700_000_000_000_000_000,
        spec="week12",
        asset="week12/cats/cover",
        slot="wechat.cover",
        rendition="r1:cat",
        generation=None,
        provider="jimeng",
        master="ab" * 32,
        width=900,
        height=383,
        format="jpeg",
        crop=(0, 588, 2048, 1460),
        scale=0.439453125,
        label="AI生成",
        at=NOW,
    )
    return replace(file, **changes)


class Book:
    """One run's hands on a history, and short ways to bring a generation to a state."""

    def __init__(self, database: Database, path: Path, run: str = "run-1") -> None:
        self.database = database
        self.path = path
        self.ledger = Ledger(database, run)
        self.gatekeeper = Gatekeeper(database, run)
        self.memory = Memory(database)
        self.queries = Queries(database)
        self.search = Search(database)

    def of(self, run: str) -> "Book":
        """The same history in the hands of another run."""
        return Book(self.database, self.path, run)

    def sql(self, statement: str, *values: object) -> list[Any]:
        """Rows by plain SQL, past everything of ours; foreign keys are on."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as database:
            database.execute("PRAGMA foreign_keys=ON")
            return database.execute(statement, values).fetchall()

    def events(self, generation: int) -> list[Any]:
        """(source, target, run, note) of each event, oldest first."""
        return self.sql(
            "SELECT source, target, run, note FROM event WHERE generation_id = ? ORDER BY id", generation
        )

    def read(self, generation: Generation | int) -> Generation:
        """A generation as it stands."""
        return self.ledger.generation(generation if isinstance(generation, int) else generation.id)

    def planned(self, *, at: datetime = NOW, **changes: Any) -> Generation:
        """The next attempt at a request, planned."""
        wanted = replace(WANTED, **changes)
        if "attempt" not in changes:
            wanted = replace(wanted, attempt=len(self.ledger.same_request(wanted.request)) + 1)
        found = self.ledger.intend(wanted, at=at)
        assert found is not None
        return found

    def submitting(self, *, at: datetime = NOW, **changes: Any) -> Generation:
        """Claimed: its POST may be out."""
        found = self.planned(at=at, **changes)
        assert self.gatekeeper.claim(found, WIDE_OPEN, forced=True, exact=False, now=lambda: at) == Claimed()
        return self.read(found)

    def submitted(self, task_id: str = "7392616336519610409", **changes: Any) -> Generation:
        """Taken by the provider, a second after it was sent."""
        at = changes.get("at", NOW)
        found = self.submitting(**changes)
        self.ledger.accepted(found.id, task_id, "r-1", at=at + timedelta(seconds=1))
        return self.read(found)

    def stored(self, name: str = "ab", **changes: Any) -> Generation:
        """Its picture came, 21 seconds after it was sent."""
        found = self.submitted(**changes)
        at = changes.get("at", NOW)
        assert self.ledger.stored(found.id, picture(name), at=at + timedelta(seconds=21))
        return self.read(found)

    def unknown(self, **changes: Any) -> Generation:
        """In doubt."""
        return self._ended(self.submitting(**changes), State.SUBMITTING, State.UNKNOWN)

    def refused(self, **changes: Any) -> Generation:
        """The audit refused the picture."""
        return self._ended(self.submitted(**changes), State.SUBMITTED, State.REFUSED)

    def failed(self, **changes: Any) -> Generation:
        """Not taken, nothing charged."""
        return self._ended(self.submitting(**changes), State.SUBMITTING, State.FAILED)

    def cancelled(self, **changes: Any) -> Generation:
        """Never sent."""
        found = self.planned(**changes)
        assert self.ledger.cancel(found.id, at=NOW, note="the run ended before it was sent")
        return self.read(found)

    def settled(self, resolution: Resolution = Resolution.ABANDONED, **changes: Any) -> Generation:
        """Sent, in doubt, and settled by the author: cancelled."""
        found = self.unknown(**changes)
        assert self.ledger.resolve(found.id, resolution, at=NOW)
        return self.read(found)

    def at(self, state: State, **changes: Any) -> Generation:
        """A generation in any state; a cancelled one was sent."""
        ways: dict[State, Any] = {
            State.PLANNED: self.planned,
            State.SUBMITTING: self.submitting,
            State.SUBMITTED: self.submitted,
            State.STORED: self.stored,
            State.REFUSED: self.refused,
            State.FAILED: self.failed,
            State.UNKNOWN: self.unknown,
            State.CANCELLED: self.settled,
        }
        found = ways[state](**changes)
        assert isinstance(found, Generation)
        return found

    def _ended(self, found: Generation, source: State, target: State) -> Generation:
        assert self.ledger.ended(found.id, source, target, TROUBLE, at=NOW)
        return self.read(found)
