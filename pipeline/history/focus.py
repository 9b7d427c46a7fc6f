"""Where crops are centred, as the history keeps it: subjects found in masters, points set by hand.

Whose word counts is not decided here, see `pipeline.spec.aim`.
"""

from collections.abc import Sequence
from dataclasses import replace
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
    _check_version(session, point.asset, expected)
    _append(session, point)


def point_back(
    session: Session, asset: str, slot: str, *, at: datetime, expected: int | None
) -> FocusPoint | None:
    """Say again what counted before the newest word about a slot; `slot` empty: before the newest of all.

    Returns the word that was said again, None where there is none to take back. One without x and y: nothing
    was said before. Raises StaleError as `point_at` does.
    """
    _check_version(session, asset, expected)
    words = focus_points(session, [asset]).get(asset, ())
    place = next((place for place, word in enumerate(words) if _speaks_of(word, slot)), None)
    if place is None:
        return None
    newest, before = words[place], words[place + 1 :]
    about = slot or newest.slot
    same = [word for word in reversed(words) if (_speaks_of(word, about) if about else not word.slot)]
    stack = _stack(same)
    if not stack:
        return None
    last = stack[-2] if len(stack) > 1 else None
    restored = replace(last or replace(newest, x=None, y=None), slot=about, at=at)
    _append(session, restored)
    if about:
        return restored
    # A word about all slots had put an end to what was said of single ones since the one before it.
    since = before if last is None else before[: before.index(last)]
    for word in {word.slot: word for word in reversed(since) if word.slot}.values():
        _append(session, replace(word, at=at))
    return restored


def _stack(words: Sequence[FocusPoint]) -> list[FocusPoint]:
    """What an undo after another goes through, the newest last; of `words`, oldest first.

    An undo appends the point before once more: such a word takes the top away instead of adding to it. One
    without x and y says nothing, as before the first.
    """
    stack: list[FocusPoint] = []
    for word in words:
        below = stack[-2] if len(stack) > 1 else None
        if stack and _point(word) == _point(below):
            stack.pop()
        elif _point(word) != _point(stack[-1] if stack else None):
            stack.append(word)
    return stack


def _point(word: FocusPoint | None) -> tuple[float, float] | None:
    return None if word is None or word.x is None or word.y is None else (word.x, word.y)


def _speaks_of(word: FocusPoint, slot: str) -> bool:
    return not slot or word.slot in ("", slot)


def _check_version(session: Session, asset: str, expected: int | None) -> None:
    if expected is not None and _words_on(session, asset) != expected:
        raise StaleError(f"the focus of {asset}", asset)


def _append(session: Session, point: FocusPoint) -> None:
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
