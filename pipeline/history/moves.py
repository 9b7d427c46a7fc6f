"""The guarded UPDATE and its event: the only way a generation changes state.

Order of effects everywhere: the intent is committed, then the act happens, then its result is recorded.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, insert, update  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.orm import Session  # noqa: TID251 - history owns SQLAlchemy

from pipeline.history.models import EventRow, GenerationRow
from pipeline.history.states import MOVES, State


def move(
    session: Session,
    generation: int,
    source: State,
    target: State,
    *,
    at: datetime,
    run: str | None,
    note: str = "",
    owner: str | None = None,
    changes: Mapping[str, Any] | None = None,
) -> bool:
    """Move one generation if it still stands at `source` (and at `owner`, where one is named).

    Appends the event in the same transaction. False: somebody else moved it; nothing was changed.
    Raises KeyError for a move that is not in the table: that is a fault of ours.
    """
    charged = MOVES[source, target].charged
    guarded = update(GenerationRow).where(GenerationRow.id == generation, GenerationRow.state == source.value)
    if owner is not None:
        guarded = guarded.where(GenerationRow.owner == owner)
    result = session.execute(
        guarded.values(state=target.value, charged=charged.value, **(changes or {})),
        execution_options={"synchronize_session": False},
    )
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        return False
    add_event(session, generation, source, target, at=at, run=run, note=note)
    return True


def add_event(
    session: Session,
    generation: int,
    source: State | None,
    target: State,
    *,
    at: datetime,
    run: str | None,
    note: str = "",
) -> None:
    """Append one line to a generation's life."""
    session.execute(
        insert(EventRow).values(
            generation_id=generation,
            at=at,
            source=source.value if source else None,
            target=target.value,
            run=run,
            note=note,
        )
    )
