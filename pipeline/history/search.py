"""Looking back: past generations by text and filter, all about one, and what was spent. Reads only.

Text is found with LIKE: full-text trigrams find no two-character Chinese word, and a scan of 100,000
prompts takes some tens of milliseconds.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import (  # noqa: TID251 - history owns SQLAlchemy
    ColumnElement,
    String,
    case,
    cast,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session  # noqa: TID251 - history owns SQLAlchemy

from pipeline.history import conditions, decided, notes, rows
from pipeline.history.database import Database
from pipeline.history.models import DecisionRow, DeliveredRow, EventRow, GenerationRow, TagRow
from pipeline.history.records import UNPAID, Decision, Delivered, Event, Generation, Note, Spending
from pipeline.history.states import Charged, Choice, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What to look for; everything that is set must hold. `tags` are (name, value) pairs.

    `decisions` are words of `pipeline.history.look.DECISIONS`, of which one must hold.
    """

    text: str | None = None
    spec: str | None = None
    article: str | None = None
    asset: str | None = None
    slot: str | None = None
    states: tuple[State, ...] = ()
    decisions: tuple[str, ...] = ()
    model: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All about one generation. `decisions` with those taken back; `notes` also on its asset."""

    generation: Generation
    tags: dict[str, str] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    decisions: tuple[Decision, ...] = ()
    files: tuple[Delivered, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def newest(self) -> Choice | None:
        """The newest word on it that stands."""
        said = decided.standing_among((item.asset, item.generation, item.choice) for item in self.decisions)
        return Choice(said[-1][2]) if said else None


class Search:
    """Questions about the past."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def generations(self, filters: Filters) -> tuple[Generation, ...]:
        """The newest generations that fit, newest first."""
        with self._database.reading() as session:
            query = rows.generations().where(*_conditions(session, filters))
            return rows.load(session, query.order_by(GenerationRow.id.desc()).limit(filters.limit))

    def ids(self, filters: Filters) -> frozenset[int]:
        """The numbers of all that fit, whatever the limit."""
        with self._database.reading() as session:
            query = select(GenerationRow.id).where(*_conditions(session, filters))
            return frozenset(session.scalars(query))

    def count(self, filters: Filters) -> int:
        """How many fit in all."""
        with self._database.reading() as session:
            query = select(func.count()).select_from(GenerationRow).where(*_conditions(session, filters))
            return session.execute(query).scalar_one()

    def choices(self, ids: Sequence[int]) -> dict[int, Choice]:
        """The newest word on each generation."""
        with self._database.reading() as session:
            return decided.choices(session, ids)

    def dossier(self, generation: int) -> Dossier | None:
        """Everything about one generation; None when there is no such number."""
        with self._database.reading() as session:
            found = rows.load(session, rows.generations().where(GenerationRow.id == generation))
            if not found:
                return None
            return Dossier(
                generation=found[0],
                tags=_tags(session, generation),
                events=_events(session, generation),
                decisions=_decisions(session, generation),
                files=_files(session, generation),
                notes=(
                    *notes.on_target(session, found[0].asset),
                    *notes.on_target(session, generation),
                ),
            )

    def of_asset(self, asset: str) -> tuple[Generation, ...]:
        """The generations that an asset asked for or ever showed, oldest first."""
        shown = select(DecisionRow.generation_id).where(DecisionRow.asset_key == asset)
        query = rows.generations().where(or_(GenerationRow.asset_key == asset, GenerationRow.id.in_(shown)))
        with self._database.reading() as session:
            return rows.load(session, query.order_by(GenerationRow.id))

    def spending(self, by: str, *, tag: str | None = None) -> tuple[Spending, ...]:
        """Charged and doubtful purchases, real ones only, grouped by spec, week, month, model or a tag."""
        group = _group(by, tag)
        charged = GenerationRow.charged == Charged.YES.value
        counts = (
            func.sum(case((charged, 1), else_=0)),
            func.sum(case((charged, 0), else_=1)),
            func.coalesce(func.sum(case((charged, GenerationRow.cost))), 0),
            func.coalesce(func.sum(case((~charged, GenerationRow.cost))), 0),
            func.count() - func.count(GenerationRow.cost),
            func.sum(case((~charged & GenerationRow.cost.is_(None), 1), else_=0)),
        )
        query = (
            select(group, *counts)
            .select_from(GenerationRow)
            .where(GenerationRow.charged != Charged.NO.value, GenerationRow.provider.not_in(UNPAID))
            .group_by(group)
            .order_by(group)
        )
        if by == "tag":
            query = query.outerjoin(TagRow, (TagRow.generation_id == GenerationRow.id) & (TagRow.name == tag))
        with self._database.reading() as session:
            spent = [
                Spending(
                    group=str(name) if name is not None else "-",
                    charged=int(yes),
                    doubtful=int(maybe),
                    cost=int(cost),
                    doubtful_cost=int(doubt),
                    unpriced=int(unpriced),
                    doubtful_unpriced=int(unsure),
                )
                for name, yes, maybe, cost, doubt, unpriced, unsure in session.execute(query)
            ]
        return _summed(by, spent)


def _conditions(session: Session, filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.text:
        text = unicodedata.normalize("NFC", filters.text)  # as prompts and keys are kept
        found.append(
            or_(
                GenerationRow.prompt.contains(text, autoescape=True),
                GenerationRow.asset_key.contains(text, autoescape=True),
                conditions.beside(text),
            )
        )
    if filters.spec:
        found.append(GenerationRow.spec == filters.spec)
    if filters.article:
        found.append(GenerationRow.asset_key.like(f"%/{_literal(filters.article)}/%", escape="\\"))
    if filters.asset:
        found.append(GenerationRow.asset_key == filters.asset)
    if filters.slot:
        shown = (DeliveredRow.generation_id == GenerationRow.id) & (DeliveredRow.slot == filters.slot)
        found.append(exists().where(shown))
    if filters.states:
        found.append(GenerationRow.state.in_([state.value for state in filters.states]))
    if filters.decisions:
        found.append(or_(*(conditions.is_decided(session, word) for word in filters.decisions)))
    if filters.model:
        found.append(GenerationRow.model == filters.model)
    for name, value in filters.tags:
        tagged = (TagRow.generation_id == GenerationRow.id) & (TagRow.name == name) & (TagRow.value == value)
        found.append(exists().where(tagged))
    if filters.since:
        found.append(GenerationRow.planned_at >= filters.since)
    if filters.until:
        found.append(GenerationRow.planned_at < filters.until)
    return found


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _group(by: str, tag: str | None) -> ColumnElement[str]:
    match by:
        case "spec":
            return GenerationRow.spec.expression
        case "model":
            return GenerationRow.model.expression
        case "tag":
            assert tag is not None
            return TagRow.value.expression
        case _:
            # Minutes here, weeks and months in Python: the author's week begins at the author's midnight.
            return func.substr(cast(GenerationRow.sent_at, String), 1, len("2026-01-05 10:30"))


def _period(by: str, minute: str) -> str:
    """The ISO week or the month that a minute (UTC) falls in where the author is."""
    found = datetime.fromisoformat(minute).replace(tzinfo=UTC).astimezone()
    if by == "week":
        year, week, _ = found.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{found:%Y-%m}"


def _summed(by: str, spent: Sequence[Spending]) -> tuple[Spending, ...]:
    """Minutes added up to weeks or months; other groups as they are."""
    if by not in ("week", "month"):
        return tuple(spent)
    sums: dict[str, Spending] = {}
    for one in spent:
        name = _period(by, one.group)
        before = sums.get(name)
        sums[name] = Spending(
            group=name,
            charged=one.charged + (before.charged if before else 0),
            doubtful=one.doubtful + (before.doubtful if before else 0),
            cost=one.cost + (before.cost if before else 0),
            doubtful_cost=one.doubtful_cost + (before.doubtful_cost if before else 0),
            unpriced=one.unpriced + (before.unpriced if before else 0),
            doubtful_unpriced=one.doubtful_unpriced + (before.doubtful_unpriced if before else 0),
        )
    return tuple(sums.values())


def _tags(session: Session, generation: int) -> dict[str, str]:
    query = select(TagRow).where(TagRow.generation_id == generation).order_by(TagRow.name)
    return {row.name: row.value for row in session.scalars(query)}


def _events(session: Session, generation: int) -> tuple[Event, ...]:
    query = select(EventRow).where(EventRow.generation_id == generation).order_by(EventRow.id)
    return tuple(
        Event(
            generation=generation,
            at=row.at,
            source=State(row.source) if row.source else None,
            target=State(row.target),
            run=row.run,
            note=row.note,
        )
        for row in session.scalars(query)
    )


def _decisions(session: Session, generation: int) -> tuple[Decision, ...]:
    query = select(DecisionRow).where(DecisionRow.generation_id == generation).order_by(DecisionRow.id)
    return tuple(decided.record(row) for row in session.scalars(query))


def _files(session: Session, generation: int) -> tuple[Delivered, ...]:
    query = select(DeliveredRow).where(DeliveredRow.generation_id == generation).order_by(DeliveredRow.path)
    return tuple(rows.delivered(row) for row in session.scalars(query))
