"""The tables of what an author says besides decisions: where crops are centred, notes, the trash.

Appended to, never changed: the newest word counts.
"""

from datetime import datetime

from sqlalchemy import (  # noqa: TID251 - history owns SQLAlchemy
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column  # noqa: TID251 - history owns SQLAlchemy

from pipeline.history.naming import Base


class FocusPointRow(Base):
    """Where the author wants crops centred; appended, the newest word counts. No x and y: taken back.

    `slot` is empty for all slots of the asset; `spec_said` is what the spec said when it was set.
    """

    __tablename__ = "focus_point"
    __table_args__ = (
        CheckConstraint("(x IS NULL) = (y IS NULL)", name="whole"),
        CheckConstraint("x BETWEEN 0 AND 1 AND y BETWEEN 0 AND 1", name="inside"),
        Index("ix_focus_point_asset_key", "asset_key"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    asset_key: Mapped[str] = mapped_column(String(200))
    slot: Mapped[str] = mapped_column(String(80))
    x: Mapped[float | None] = mapped_column(Float)
    y: Mapped[float | None] = mapped_column(Float)
    spec_said: Mapped[str]
    at: Mapped[datetime]


class NoteRow(Base):
    """What the author noted on a picture or on an asset; appended. The newest row of a text counts.

    `removed`: that text is taken back there.
    """

    __tablename__ = "note"
    __table_args__ = (
        CheckConstraint("(asset_key IS NULL) <> (generation_id IS NULL)", name="whose"),
        CheckConstraint("length(text) > 0", name="said"),
        Index("ix_note_asset_key", "asset_key"),
        Index("ix_note_generation_id", "generation_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    asset_key: Mapped[str | None] = mapped_column(String(200))
    generation_id: Mapped[int | None] = mapped_column(ForeignKey("generation.id"))
    text: Mapped[str]
    removed: Mapped[bool]
    at: Mapped[datetime]


class TrashRow(Base):
    """That a picture was thrown away, or taken out of the trash again; appended, the newest word counts."""

    __tablename__ = "trash"
    __table_args__ = (Index("ix_trash_generation_id", "generation_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    generation_id: Mapped[int] = mapped_column(ForeignKey("generation.id"))
    thrown: Mapped[bool]
    at: Mapped[datetime]
