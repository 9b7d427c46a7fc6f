"""What was spent since a moment, as every ceiling counts it. For a transaction that is open already."""

from datetime import datetime

from sqlalchemy import func, select  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.orm import Session  # noqa: TID251 - history owns SQLAlchemy

from pipeline.history.models import GenerationRow
from pipeline.history.records import UNPAID
from pipeline.history.states import Charged


def spent(session: Session, since: datetime) -> tuple[int, int, int]:
    """Real pictures paid for or in doubt: their count, their cost in 0.0001 units, how many had no price."""
    query = select(
        func.count(),
        func.coalesce(func.sum(GenerationRow.cost), 0),
        func.count() - func.count(GenerationRow.cost),
    ).where(
        GenerationRow.charged != Charged.NO.value,
        GenerationRow.sent_at >= since,
        GenerationRow.provider.not_in(UNPAID),
    )
    count, cost, unpriced = session.execute(query).one()
    return int(count), int(cost or 0), int(unpriced)
