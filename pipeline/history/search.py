"""Looking back: past generations by text and filter, all about one, and what was spent. Reads only.

Text is found with LIKE: full-text trigrams find no two-character Chinese word, and a scan of 100,000
prompts takes some tens of milliseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
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

from pipeline.history import conditions, decided, dossiers, rows
from pipeline.history.database import Database
from pipeline.history.dossiers import AssetStory, Dossier
from pipeline.history.look import words_in
from pipeline.history.models import DeliveredRow, GenerationRow, TagRow
from pipeline.history.records import UNPAID, Generation, Spending
from pipeline.history.states import Charged, Choice, State

__all__ = ["AssetStory", "Dossier", "Filters", "Search"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What to look for; everything that is set must hold. `tags` are (name, value) pairs.

    Each word of `text` must be found, in prompt, asset key, title or note.
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
        return next(iter(self.dossiers([generation])), None)

    def dossiers(self, ids: Sequence[int]) -> tuple[Dossier, ...]:
        """Everything about some generations at one moment, in their order; without numbers that are none."""
        with self._database.reading() as session:
            return dossiers.dossiers(session, ids)

    def of_asset(self, asset: str) -> tuple[Generation, ...]:
        """The generations that an asset asked for or ever showed, oldest first."""
        with self._database.reading() as session:
            return dossiers.of_asset(session, asset)

    def story(self, asset: str) -> AssetStory:
        """Everything about an asset at one moment, with the versions that decisions on it must carry."""
        with self._database.reading() as session:
            return dossiers.story(session, asset)

    def doubtful(self) -> tuple[Generation, ...]:
        """Every real order that may have been charged, newest first: what `spending` counts as doubtful."""
        query = rows.generations().where(
            GenerationRow.charged == Charged.MAYBE.value, GenerationRow.provider.not_in(UNPAID)
        )
        with self._database.reading() as session:
            return rows.load(session, query.order_by(GenerationRow.id.desc()))

    def tag_names(self) -> tuple[str, ...]:
        """The name of every tag that any generation has."""
        with self._database.reading() as session:
            return tuple(session.scalars(select(TagRow.name).distinct().order_by(TagRow.name)))

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
    found: list[ColumnElement[bool]] = [conditions.says(word) for word in words_in(filters.text)]
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
