"""Conditions on generations that are more than a column's value: words beside them, decisions on them."""

from sqlalchemy import ColumnElement, and_, or_, select  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.orm import Session  # noqa: TID251 - history owns SQLAlchemy

from pipeline.history import decided, notes, trash
from pipeline.history.models import AssetRow, GenerationRow
from pipeline.history.states import Choice, State


def says(word: str) -> ColumnElement[bool]:
    """A word of a search is found in a generation's prompt or asset key, or beside it."""
    return or_(
        GenerationRow.prompt.contains(word, autoescape=True),
        GenerationRow.asset_key.contains(word, autoescape=True),
        beside(word),
    )


def beside(word: str) -> ColumnElement[bool]:
    """A word is found beside a generation: in its article's title, or in a note on it or on its asset."""
    titled = select(AssetRow.key).where(AssetRow.title.contains(word, autoescape=True))
    return or_(GenerationRow.asset_key.in_(titled), notes.saying(word))


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
