"""Where crops are centred, as the history keeps it: subjects found in masters, points set by hand.

Whose word counts is not decided here, see `pipeline.spec.aim`.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.orm import Session  # noqa: TID251 - history owns SQLAlchemy

from pipeline.errors import StaleError
from pipeline.history import rows
from pipeline.history.models import BlobRow, SubjectRow
from pipeline.history.records import FocusPoint
from pipeline.history.said import FocusPointRow
from pipeline.subject import Subject


def keep_subject(session: Session, master: str, subject: Subject, at: datetime) -> bool:
    """Write down a subject once for each master and method; whether it is kept now.

    One that a method finds again is the last found from then on, as it was found first. False while the
    history knows no such master: the author's own file before it was first delivered.
    """
    known = session.get(SubjectRow, (master, subject.method))
    if known is not None:
        known.found_at = max(known.found_at, at)
        return True
    if session.get(BlobRow, master) is None:
        return False
    session.add(
        SubjectRow(
            master=master,
            method=subject.method,
            columns=subject.columns,
            rows=subject.rows,
            grid=subject.grid,
            found_at=at,
        )
    )
    return True


def subjects(session: Session, masters: Sequence[str], method: str | None) -> dict[str, Subject]:
    """The subject of each master by hash: as `method` found it, else as it was found last."""
    found: dict[str, Subject] = {}
    for chunk in rows.chunks(masters):
        query = select(SubjectRow).where(SubjectRow.master.in_(chunk))
        for row in session.scalars(query.order_by(SubjectRow.found_at, SubjectRow.method)):
            if row.master not in found or found[row.master].method != method:
                found[row.master] = Subject(
                    method=row.method, columns=row.columns, rows=row.rows, grid=row.grid
                )
    return found


def point_at(session: Session, point: FocusPoint, *, expected: int | None) -> None:
    """Append the author's word. Raises StaleError when the asset has not `expected` words on its focus."""
    if expected is not None and _words_on(session, point.asset) != expected:
        raise StaleError(f"the focus of {point.asset}", point.asset)
    session.add(
        FocusPointRow(
            asset_key=point.asset,
            slot=point.slot,
            x=point.x,
            y=point.y,
            spec_said=point.spec_said,
            at=point.at,
        )
    )


def focus_points(session: Session, assets: Sequence[str]) -> dict[str, tuple[FocusPoint, ...]]:
    """Every word about each asset's focus, newest first."""
    grouped: dict[str, list[FocusPoint]] = {}
    for chunk in rows.chunks(assets):
        query = select(FocusPointRow).where(FocusPointRow.asset_key.in_(chunk))
        for row in session.scalars(query.order_by(FocusPointRow.id.desc())):
            grouped.setdefault(row.asset_key, []).append(
                FocusPoint(
                    asset=row.asset_key, slot=row.slot, x=row.x, y=row.y, spec_said=row.spec_said, at=row.at
                )
            )
    return {asset: tuple(found) for asset, found in grouped.items()}


def _words_on(session: Session, asset: str) -> int:
    query = select(func.count()).select_from(FocusPointRow).where(FocusPointRow.asset_key == asset)
    return session.execute(query).scalar_one()
