"""What the author noted on pictures and on assets. Appended; a text that was removed stands no longer."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.orm import Session  # noqa: TID251 - history owns SQLAlchemy

from pipeline.errors import UsageError
from pipeline.history.models import AssetRow, DecisionRow, GenerationRow
from pipeline.history.parts import chunks
from pipeline.history.records import Note
from pipeline.history.said import NoteRow

MOST = 2000
"""Characters of a note."""
Target = int | str
"""What a note is on: a generation's number, or an asset's key."""


def add(session: Session, on: Target, text: str, at: datetime) -> bool:
    """Append a note; False where the same words stand there already.

    Raises UsageError for one without words, one longer than `MOST`, and for a target that nobody knows.
    """
    words = _words(text)
    if not words:
        raise UsageError("a note needs words")
    if len(words) > MOST:
        raise UsageError(f"a note has at most {MOST} characters, this one has {len(words)}")
    if not _is_known(session, on):
        what = f"generation {on}" if isinstance(on, int) else f"asset {on}"
        raise UsageError(f"the history has no {what}", next_step="to see what there is: pipeline history")
    if any(note.text == words for note in on_target(session, on)):
        return False
    _append(session, on, words, removed=False, at=at)
    return True


def remove(session: Session, on: Target, text: str | None, at: datetime) -> Note | None:
    """Take back the note with that text, or the newest one; returns it, None when there is no such note."""
    wanted = None if text is None else _words(text)
    found = [note for note in on_target(session, on) if wanted is None or note.text == wanted]
    if not found:
        return None
    _append(session, on, found[-1].text, removed=True, at=at)
    return found[-1]


def _words(text: str) -> str:
    """A note as it is kept: NFC, without signs that are no text (a NUL, an escape, half a surrogate)."""
    kept = "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", kept).strip()


def on_target(session: Session, on: Target) -> tuple[Note, ...]:
    """The notes on one picture or asset, oldest first."""
    return _notes(session, NoteRow.generation_id == on if isinstance(on, int) else NoteRow.asset_key == on)


def on_generations(session: Session, ids: Sequence[int]) -> dict[int, tuple[Note, ...]]:
    """The notes on each generation that has any, oldest first."""
    found: dict[int, tuple[Note, ...]] = {}
    for chunk in chunks(ids):
        for note in _notes(session, NoteRow.generation_id.in_(chunk)):
            assert note.generation is not None
            found[note.generation] = (*found.get(note.generation, ()), note)
    return found


def on_assets(session: Session, assets: Sequence[str]) -> dict[str, tuple[Note, ...]]:
    """The notes on each asset that has any, oldest first."""
    found: dict[str, tuple[Note, ...]] = {}
    for chunk in chunks(assets):
        for note in _notes(session, NoteRow.asset_key.in_(chunk)):
            assert note.asset is not None
            found[note.asset] = (*found.get(note.asset, ()), note)
    return found


def saying(text: str) -> ColumnElement[bool]:
    """The condition that a generation has a note with this text, or that its asset has."""
    said = _standing(NoteRow.text.contains(text, autoescape=True))
    return or_(
        GenerationRow.id.in_(select(NoteRow.generation_id).where(*said, NoteRow.generation_id.is_not(None))),
        GenerationRow.asset_key.in_(select(NoteRow.asset_key).where(*said, NoteRow.asset_key.is_not(None))),
    )


def noted() -> ColumnElement[bool]:
    """The condition that a generation has a note of its own."""
    said = _standing(NoteRow.generation_id.is_not(None))
    return GenerationRow.id.in_(select(NoteRow.generation_id).where(*said))


def noted_ids(session: Session) -> tuple[int, ...]:
    """Every generation that has a note of its own."""
    return tuple(session.scalars(select(GenerationRow.id).where(noted()).order_by(GenerationRow.id)))


def _standing(about: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    """The conditions of notes that stand. `about` must say the same of all rows of one target and text."""
    # Inside the subquery too, or it would group every note there is for each question.
    newest = select(func.max(NoteRow.id)).where(about)
    newest = newest.group_by(NoteRow.asset_key, NoteRow.generation_id, NoteRow.text)
    return about, NoteRow.id.in_(newest), ~NoteRow.removed


def _notes(session: Session, about: ColumnElement[bool]) -> tuple[Note, ...]:
    query = select(NoteRow).where(*_standing(about))
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
