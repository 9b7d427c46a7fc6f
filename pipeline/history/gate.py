"""What an account may do now: places among the running tasks, slots in time, limits that were learnt.

The claim is one transaction over all runs and processes: it looks for a picture that serves already,
counts what is running, takes its slot in time, and only then moves the row to `submitting`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import and_, func, or_, select  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.orm import Session  # noqa: TID251 - history owns SQLAlchemy

from pipeline.history import rows
from pipeline.history.database import Database
from pipeline.history.models import GenerationRow, LimitRow
from pipeline.history.moves import move
from pipeline.history.records import Generation, Limits
from pipeline.history.spending import spent
from pipeline.history.states import State

Number = TypeVar("Number", int, float)
LEARNT_LASTS = timedelta(minutes=15)
"""How long a limit learnt from a refusal holds: long enough to calm a storm, short enough to forget it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """What all runs together may buy since a moment; doubts count. Cost in 0.0001 units, None: no limit."""

    since: datetime
    images: int | None
    cost: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What a claim must respect: running tasks and submits a second of one account, the month's budget."""

    concurrency: int
    qps: float | None
    doubt_seconds: float
    """How long an unknown generation holds a place among the running ones."""
    ceiling: Ceiling | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """The row is ours and says `submitting`: the POST may leave now."""


@dataclass(frozen=True, slots=True)
class Full:
    """Not yet: no place or no slot in time. Ask again in so many seconds."""

    seconds: float
    running: int


@dataclass(frozen=True, slots=True)
class Served:
    """Nothing to buy: another run has stored a picture that serves this request."""

    generation: Generation


@dataclass(frozen=True, slots=True)
class Over:
    """Another run has spent meanwhile what the plan still saw: `name` is the budget this one would break."""

    name: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The row is no longer planned by us."""


Claim = Claimed | Full | Served | Over | Lost


class Gatekeeper:
    """Claims in the name of one run."""

    def __init__(self, database: Database, run: str) -> None:
        self._database = database
        self._run = run

    def claim(
        self, generation: Generation, gate: Gate, *, forced: bool, exact: bool, now: Callable[[], datetime]
    ) -> Claim:
        """Move a planned row of ours to `submitting`, if nothing serves it already and the account has room.

        `forced`: the author asked for one more picture, so one that is there does not serve. `exact`: only
        the same pixels serve. The clock is read inside the transaction: waiting for the database must not
        bring two orders closer together than the account allows.
        """
        with self._database.writing() as session:
            at = now()
            if not forced and (server := _serving(session, generation, exact=exact)) is not None:
                return Served(server)
            if gate.ceiling is not None and (over := _broken(session, gate.ceiling, generation)) is not None:
                return Over(over)
            limit = session.get(LimitRow, (generation.endpoint, generation.account))
            running = _running(session, generation, (at - timedelta(seconds=gate.doubt_seconds), at))
            learnt = _fresh(limit, at)
            if running >= min(gate.concurrency, learnt.concurrency or gate.concurrency):
                return Full(0.25, running)
            rates = [rate for rate in (gate.qps, learnt.qps) if rate is not None]
            gap = timedelta(seconds=1 / min(rates)) if rates else timedelta(0)
            if limit is not None and limit.next_submit_at is not None:
                # Further off than one gap: the clock was put back, and the slot is of another time.
                left = limit.next_submit_at - at
                if timedelta(0) < left <= gap:
                    return Full(left.total_seconds(), running)
            if not move(
                session,
                generation.id,
                State.PLANNED,
                State.SUBMITTING,
                at=at,
                run=self._run,
                owner=self._run,
                changes={"sent_at": at, "owner": self._run},
            ):
                return Lost()
            if rates:
                limit = limit or _new_limit(session, generation)
                limit.next_submit_at = at + gap
            return Claimed()

    def learn(
        self,
        generation: Generation,
        *,
        concurrency: int | None = None,
        qps: float | None = None,
        at: datetime,
    ) -> None:
        """Keep a limit that the provider taught us, for all runs of this account; only ever downwards."""
        with self._database.writing() as session:
            limit = session.get(LimitRow, (generation.endpoint, generation.account)) or _new_limit(
                session, generation
            )
            known = _fresh(limit, at)
            limit.concurrency = min(_given(known.concurrency, concurrency), default=None)
            limit.qps = min(_given(known.qps, qps), default=None)
            limit.learnt_at = at

    def running(self, generation: Generation, *, at: datetime) -> int:
        """How many tasks of the generation's account are out now, doubts apart."""
        with self._database.reading() as session:
            return _running(session, generation, (at, at))

    def limits(self, endpoint: str, account: str, *, at: datetime) -> Limits:
        """What is known of an account's limits now."""
        with self._database.reading() as session:
            return _fresh(session.get(LimitRow, (endpoint, account)), at)


def _serving(session: Session, generation: Generation, *, exact: bool) -> Generation | None:
    column = GenerationRow.generation_key if exact else GenerationRow.request_key
    value = generation.generation_key if exact else generation.request
    found = rows.load(
        session,
        rows.generations()
        .where(column == value, GenerationRow.state == State.STORED.value)
        .order_by(GenerationRow.id),
    )
    return next((item for item in reversed(found) if not (item.rejected or item.trashed)), None)


def _broken(session: Session, ceiling: Ceiling, generation: Generation) -> str | None:
    """The budget that one more picture would break, if any."""
    images, cost, _ = spent(session, ceiling.since)
    if ceiling.images is not None and images + 1 > ceiling.images:
        return "month_images"
    if ceiling.cost is not None and cost + (generation.cost or 0) > ceiling.cost:
        return "month_cost"
    return None


def _running(session: Session, generation: Generation, doubts: tuple[datetime, datetime]) -> int:
    """Tasks that hold a place: sent, running, or in doubt not long ago, not in a future by a wrong clock."""
    since, until = doubts
    state = GenerationRow.state
    holds = or_(
        state == State.SUBMITTING.value,
        and_(state == State.SUBMITTED.value, GenerationRow.done_at.is_(None)),
        and_(state == State.UNKNOWN.value, GenerationRow.sent_at > since, GenerationRow.sent_at <= until),
    )
    return session.execute(
        select(func.count())
        .select_from(GenerationRow)
        .where(
            GenerationRow.endpoint == generation.endpoint, GenerationRow.account == generation.account, holds
        )
    ).scalar_one()


def _fresh(limit: LimitRow | None, at: datetime) -> Limits:
    if limit is None or limit.learnt_at is None or abs(at - limit.learnt_at) > LEARNT_LASTS:
        return Limits()
    return Limits(concurrency=limit.concurrency, qps=limit.qps)


def _given(*values: Number | None) -> list[Number]:
    return [value for value in values if value is not None]


def _new_limit(session: Session, generation: Generation) -> LimitRow:
    limit = LimitRow(endpoint=generation.endpoint, account=generation.account)
    session.add(limit)
    return limit
