"""Conditions on generations that are more than a column's value: words beside them, decisions on them."""

import unicodedata

from sqlalchemy import ColumnElement, and_, or_, select  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.orm import Session  # noqa: TID251 - history owns SQLAlchemy

from pipeline.history import decided, notes, trash
from pipeline.history.models import AssetRow, GenerationRow
from pipeline.history.states import Choice, State


def beside(text: str) -> ColumnElement[bool]:
    """A text is found beside a generation: in its article's title, or in a note on it or on its asset."""
    said = unicodedata.normalize("NFC", text)
    titled = select(AssetRow.key).where(AssetRow.title.contains(said, autoescape=True))
    return or_(GenerationRow.asset_key.in_(titled), notes.saying(said))


def is_decided(session: Session, word: str) -> ColumnElement[bool]:
    """One word of `pipeline.history.look.DECISIONS` holds; what lies in the trash has that word alone."""
    match word:
        case "trashed":
            return trash.trashed()
        case "noted":
            found = notes.noted()
        case "unreviewed":
            said = decided.newest_is(session, Choice.SELECTED, Choice.PINNED, Choice.REJECTED)
            found = and_(GenerationRow.state == State.STORED.value, ~said)
        case _:
            found = decided.newest_is(session, Choice(word))
    return and_(found, ~trash.trashed())
