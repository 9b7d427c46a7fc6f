"""How far the history's tables had grown when they were read, and whether they only grew since. Reads only.

Rows are appended, and only those of files ever removed. But a history can be put back from a backup, and a
merge numbers words anew and gives generations free lower numbers: then what was read is worth nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.orm import InstrumentedAttribute, Session  # noqa: TID251 - history owns SQLAlchemy

from pipeline.history.engine import FILE
from pipeline.history.models import DecisionRow, DeliveredRow, EventRow, GenerationRow, TagRow
from pipeline.history.said import NoteRow, TrashRow

Table = type[GenerationRow | EventRow | DecisionRow | NoteRow | TrashRow | DeliveredRow]
_CONTENT: Mapping[Table, tuple[InstrumentedAttribute[Any], ...]] = {
    GenerationRow: (
        GenerationRow.request_key,
        GenerationRow.endpoint,
        GenerationRow.account,
        GenerationRow.planned_at,
    ),
    EventRow: (EventRow.generation_id, EventRow.target, EventRow.at),
    DecisionRow: (DecisionRow.generation_id, DecisionRow.asset_key, DecisionRow.choice, DecisionRow.at),
    NoteRow: (NoteRow.generation_id, NoteRow.asset_key, NoteRow.text, NoteRow.removed, NoteRow.at),
    TrashRow: (TrashRow.generation_id, TrashRow.thrown, TrashRow.at),
    DeliveredRow: (DeliveredRow.path, DeliveredRow.sha256),
}
"""By table the columns that tell one row from all others, whatever its number, and never change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far one table had grown: its first and its newest number, and what the newest row says."""

    first: int = 0
    newest: int = 0
    content: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The same for all tables that were read. `file` tells the database's file from all others.

    Counted are rows that can come, or go, in the middle: generations, tags and delivered files.
    """

    file: object = None
    generations: int = 0
    tags: int = 0
    files: int = 0
    tables: Mapping[Table, Mark] = field(default_factory=lambda: dict.fromkeys(_CONTENT, Mark()))

    def newest(self, table: Table) -> int:
        """The newest number of a table, 0 while it has no row."""
        return self.tables[table].newest


def marks(session: Session) -> Marks:
    """How far the tables have grown, as the session's transaction sees them."""
    # One subquery for each: SQLite reads only an end of the table for it, and all of it for two in one.
    ends = [end for table in _CONTENT for end in (func.min(table.id), func.max(table.id))]
    counts = [select(func.count()).select_from(table) for table in (GenerationRow, TagRow, DeliveredRow)]
    asked = [*(select(end).scalar_subquery() for end in ends), *(count.scalar_subquery() for count in counts)]
    found = session.execute(select(*asked)).one()
    *numbers, generations, tags, files = (int(number or 0) for number in found)
    tables = {
        table: Mark(first=first, newest=newest, content=_content(session, table, newest))
        for table, first, newest in zip(_CONTENT, numbers[::2], numbers[1::2], strict=True)
    }
    file = session.connection().info.get(FILE)
    return Marks(file=file, generations=generations, tags=tags, files=files, tables=tables)


def only_grew(session: Session, before: Marks, now: Marks) -> bool:
    """Whether all that was read at `before`, but files, is as it was, and what came since lies after it."""
    if before.file != now.file:
        return False
    if before.generations != now.generations:
        newer = select(func.count()).where(GenerationRow.id > before.newest(GenerationRow))
        if before.generations + session.execute(newer).scalar_one() != now.generations:
            return False
    return all(
        mark == now.tables[table]
        or not mark.newest
        or (mark.first == now.tables[table].first and is_there(session, table, mark))
        for table, mark in before.tables.items()
        if table is not DeliveredRow
    )


def is_there(session: Session, table: Table, before: Mark) -> bool:
    """Whether the row that was a table's newest is the same row still."""
    return _content(session, table, before.newest) == before.content


def _content(session: Session, table: Table, number: int) -> tuple[Any, ...]:
    found = session.execute(select(*_CONTENT[table]).where(table.id == number)).first()
    return () if found is None else tuple(found)
