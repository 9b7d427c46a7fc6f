"""What the author noted on pictures and on assets. Appended; a text that was removed stands no longer."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.orm import Session  # noqa: TID251 - history owns SQLAlchemy

from pipeline.errors import UsageError
from pipeline.history.models import AssetRow, DecisionRow, GenerationRow
from pipeline.history.records import Note
from pipeline.history.said import NoteRow

Target = int | str
"""What a note is on: a generation's number, or an asset's key."""


def add(session: Session, on: Target, text: str, at: datetime) -> None:
    """Append a note. Raises UsageError for one without words, and for a target that nobody knows."""
    words = unicodedata.normalize("NFC", text).strip()
    if not words:
        raise UsageError("a note needs words")
    if not _is_known(session, on):
        what = f"generation {on}" if isinstance(on, int) else f"asset {on}"
        raise UsageError(f"the history has no {what}", next_step="to see what there is: pipeline history")
    if not any(note.text == words for note in on_target(session, on)):
        _append(session, on, words, removed=False, at=at)


def remove(session: Session, on: Target, text: str | None, at: datetime) -> Note | None:
    """Take back the note with that text, or the newest one; returns it, None when there is no such note."""
    wanted = None if text is None else unicodedata.normalize("NFC", text).strip()
    found = [note for note in on_target(session, on) if wanted is None or note.text == wanted]
    if not found:
        return None
    _append(session, on, found[-1].text, removed=True, at=at)
    return found[-1]


def on_target(session: Session, on: Target) -> tuple[Note, ...]:
    """The notes on one picture or asset, oldest first."""
    target = NoteRow.generation_id == on if isinstance(on, int) else NoteRow.asset_key == on
    return _notes(session, target)


def on_generations(session: Session, ids: Sequence[int]) -> dict[int, tuple[Note, ...]]:
    """The notes on each generation that has any, oldest first."""
    found: dict[int, tuple[Note, ...]] = {}
    for start in range(0, len(ids), 500):
        for note in _notes(session, NoteRow.generation_id.in_(ids[start : start + 500])):
            assert note.generation is not None
            found[note.generation] = (*found.get(note.generation, ()), note)
    return found


def saying(text: str) -> ColumnElement[bool]:
    """The condition that a generation has a note with this text, or that its asset has."""
    said = (NoteRow.id.in_(_newest()), ~NoteRow.removed, NoteRow.text.contains(text, autoescape=True))
    return or_(
        GenerationRow.id.in_(select(NoteRow.generation_id).where(*said, NoteRow.generation_id.is_not(None))),
        GenerationRow.asset_key.in_(select(NoteRow.asset_key).where(*said, NoteRow.asset_key.is_not(None))),
    )


def noted() -> ColumnElement[bool]:
    """The condition that a generation has a note of its own."""
    said = (NoteRow.id.in_(_newest()), ~NoteRow.removed, NoteRow.generation_id.is_not(None))
    return GenerationRow.id.in_(select(NoteRow.generation_id).where(*said))


def noted_ids(session: Session) -> tuple[int, ...]:
    """Every generation that has a note of its own."""
    return tuple(session.scalars(select(GenerationRow.id).where(noted()).order_by(GenerationRow.id)))


def _newest() -> Select[int]:
    return select(func.max(NoteRow.id)).group_by(NoteRow.asset_key, NoteRow.generation_id, NoteRow.text)


def _notes(session: Session, target: ColumnElement[bool]) -> tuple[Note, ...]:
    query = select(NoteRow).where(target, NoteRow.id.in_(_newest()), ~NoteRow.removed)
    return tuple(
        Note(asset=row.asset_key, generation=row.generation_id, text=row.text, at=row.at)
        for row in session.scalars(query.order_by(NoteRow.id))
    )


def _is_known(session: Session, on: Target) -> bool:
    if isinstance(on, int):
        return session.get(GenerationRow, on) is not None
    places = (
        select(GenerationRow.id).where(GenerationRow.asset_key == on),
        select(AssetRow.key).where(AssetRow.key == on),
        select(DecisionRow.id).where(DecisionRow.asset_key == on),
    )
    return any(session.execute(place.limit(1)).first() is not None for place in places)


def _append(session: Session, on: Target, text: str, *, removed: bool, at: datetime) -> None:
    generation, asset = (on, None) if isinstance(on, int) else (None, on)
    session.add(NoteRow(generation_id=generation, asset_key=asset, text=text, removed=removed, at=at))
