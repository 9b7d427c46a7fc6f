"""What the runner is given and what it tells, as typed values."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.history.gate import Ceiling, Gate
from pipeline.history.records import Generation, Wanted

_ON_THE_WAY = 0.9
"""The share of a rate that is used, so that orders which are delayed unevenly do not crowd at the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Buy:
    """A purchase that the plan holds. `place` is its turn among the run's orders, from 0."""

    wanted: Wanted
    forced: bool
    exact: bool
    takes_over: Generation | None = None
    place: int = 0


@dataclass(frozen=True, slots=True)
class Collect:
    """A submitted task of ours to bring in."""

    generation: Generation


@dataclass(frozen=True, slots=True)
class Watch:
    """A picture that another run is buying: wait for it, take over its task if that run dies."""

    generation: Generation


Job = Buy | Collect | Watch


class News(StrEnum):
    """What happened to a generation."""

    PLANNED = "planned"
    QUEUED = "queued"
    SENT = "sent"
    SUBMITTED = "submitted"
    READY = "ready"
    STORED = "stored"
    SERVED = "served"
    BACK = "back"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    LEFT = "left"
    HALTED = "halted"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One piece of news. `request` says whose; `note` is for the author's eyes."""

    news: News
    request: str
    generation: Generation | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the runner waits, in seconds."""

    submit: float = 60.0
    silent: float = 600.0
    task_life: float = 12 * 3600.0
    gone_over: float = 60.0
    gone_times: int = 3
    busy: float = 600.0
    doubt_most: float = 600.0
    doubt_unlearnt: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Time as arguments: the moment for rows, a steady count for waiting, randomness for jitter."""

    now: Callable[[], datetime]
    steady: Callable[[], float]
    random: Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacing:
    """The account's limits as configured."""

    concurrency: int
    qps: float | None = None

    def gate(self, doubt_seconds: float, ceiling: Ceiling | None = None) -> Gate:
        """What a claim must respect, with how long a doubt holds a place and what the month allows.

        Claims are spaced, orders arrive: what is sent at the full rate may arrive a little above it.
        """
        qps = None if self.qps is None else self.qps * _ON_THE_WAY
        return Gate(concurrency=self.concurrency, qps=qps, doubt_seconds=doubt_seconds, ceiling=ceiling)
