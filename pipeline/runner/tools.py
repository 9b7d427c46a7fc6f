"""What every step works with, and the durations that running tasks teach each other."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.ballast import Ballast
from pipeline.history.gate import Ceiling, Gatekeeper
from pipeline.history.ledger import Ledger
from pipeline.history.queries import Queries
from pipeline.history.records import Generation
from pipeline.providers.contract import Provider
from pipeline.runner.model import Clock, Happening, News, Pacing, Patience
from pipeline.runner.outgoing import Outgoing
from pipeline.runner.pace import Pace, with_newest
from pipeline.runner.signals import Bell
from pipeline.runner.turnstile import Turnstile
from pipeline.storage import BlobStore

_Kind = tuple[str, str, int, int]


def _kind(generation: Generation) -> _Kind:
    """Pictures that take about as long: provider, model, width, height."""
    return generation.provider, generation.model, generation.width, generation.height


@dataclass(slots=True)
class Durations:
    """Known durations by model and size; the history's first, then what this run sees."""

    queries: Queries
    _known: dict[_Kind, tuple[float, ...]] = field(default_factory=dict)
    _running: dict[_Kind, float] = field(default_factory=dict)
    _phases: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def usual(self, generation: Generation) -> tuple[float, ...]:
        """How long pictures like this one took, newest first."""
        key = _kind(generation)
        with self._lock:
            if key not in self._known:
                self._known[key] = self.queries.durations(*key)
            return self._known[key]

    def learn(self, generation: Generation, seconds: float) -> None:
        """One more picture like this one was ready after so long."""
        key = _kind(generation)
        with self._lock:
            self._known[key] = with_newest(self._known.get(key, ()), seconds)

    def saw_running(self, generation: Generation, age: float) -> None:
        """A picture like this one was still being made at this age."""
        key = _kind(generation)
        with self._lock:
            self._running[key] = max(age, self._running.get(key, 0.0))

    def running_before(self, generation: Generation, found_at: float) -> float | None:
        """The latest age below `found_at` at which this run saw such a picture being made.

        Siblings ask at staggered ages, so together they know better when one was ready.
        """
        with self._lock:
            seen = self._running.get(_kind(generation))
        return seen if seen is not None and seen < found_at else None

    def phase(self) -> int:
        """A turn among the tasks of this run."""
        with self._lock:
            self._phases += 1
            return self._phases - 1

    def pace(self, generation: Generation, phase: int) -> Pace:
        """How a task is asked for, with what is known by now."""
        return Pace(usual=self.usual(generation), phase=phase)


@dataclass(slots=True, kw_only=True)
class Tools:
    """The runner's hands: the ledger, the provider, the store, the clock, the bell."""

    ledger: Ledger
    gatekeeper: Gatekeeper
    provider: Provider
    store: BlobStore
    inbox: Path
    locks: Path
    ballast: Ballast
    durations: Durations
    pacing: Pacing
    patience: Patience
    clock: Clock
    bell: Bell
    tell: Callable[[Happening], None]
    ceiling: Ceiling | None = None
    turnstile: Turnstile = field(default_factory=Turnstile)
    outgoing: Outgoing = field(default_factory=Outgoing)
    shut_models: dict[str, str] = field(default_factory=dict)
    succeeded: bool = False
    crowded: bool = False
    over: str | None = None
    """The month's budget that another run used up meanwhile."""

    def doubt_seconds(self, generation: Generation) -> float:
        """How long an unknown one holds a place: three times the usual duration, within bounds."""
        usual = self.durations.usual(generation)
        if not usual:
            return self.patience.doubt_unlearnt
        return min(self.patience.doubt_most, 3 * sorted(usual)[len(usual) // 2])

    def say(self, news: News, generation: Generation, note: str = "") -> None:
        """Tell what happened to a generation, as it stands in the ledger now."""
        current = self.ledger.generation(generation.id)
        self.tell(Happening(news=news, request=current.request, generation=current, note=note))

    def body_path(self, generation: Generation) -> Path:
        """Where the body of a synchronous answer is kept until its row is written."""
        return self.inbox / f"{generation.id}.body"

    def note_path(self, generation: Generation) -> Path:
        """Where a task id is kept when the database would not take it."""
        return self.inbox / f"{generation.id}.task"
