"""The tables. Types are portable (PostgreSQL later); every constraint has a name, every enum a CHECK.

No CASCADE anywhere: a batch rebuild with cascades on would delete the children without a word.
"""

from datetime import datetime
from typing import Any

# The fence of this module: SQLAlchemy is allowed in pipeline.history.
from sqlalchemy import (  # noqa: TID251 - history owns SQLAlchemy
    JSON,
    BigInteger,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column  # noqa: TID251 - history owns SQLAlchemy

from pipeline.history import said  # noqa: F401 - METADATA holds every table
from pipeline.history.naming import Base, one_of
from pipeline.history.states import Charged, Choice, Purpose, Resolution, State

METADATA = Base.metadata
"""Every table, for migrations."""


class RunRow(Base):
    """One run of the program that may pay; its lock file says whether it lives."""

    __tablename__ = "run"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    command: Mapped[str]
    host: Mapped[str]
    pid: Mapped[int]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SpecRow(Base):
    """Where a spec lives, so that commands that take an asset find it again."""

    __tablename__ = "spec"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    path: Mapped[str]
    digest: Mapped[str] = mapped_column(String(64))
    seen_at: Mapped[datetime]


class BlobRow(Base):
    """A master in the store, by its hash. The file is there before the row is.

    `cleared_at`: the author let its file be removed; the row stays, as generations name it.
    """

    __tablename__ = "blob"
    __table_args__ = (CheckConstraint("width > 0 AND height > 0 AND bytes > 0", name="sizes"),)

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    ending: Mapped[str] = mapped_column(String(8))
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]


class GenerationRow(Base):
    """One attempt to buy a picture. Never deleted, never overwritten but for its state and answers."""

    __tablename__ = "generation"
    __table_args__ = (
        UniqueConstraint("request_key", "attempt"),
        CheckConstraint(one_of("state", State), name="state"),
        CheckConstraint(one_of("charged", Charged), name="charged"),
        CheckConstraint(one_of("purpose", Purpose), name="purpose"),
        CheckConstraint(
            f"resolution IS NULL OR ({one_of('resolution', Resolution)} AND state = 'cancelled')",
            name="resolution",
        ),
        CheckConstraint("state <> 'stored' OR (blob_sha256 IS NOT NULL AND charged = 'yes')", name="stored"),
        CheckConstraint(
            "state <> 'submitted' OR (task_id IS NOT NULL AND charged = 'yes')", name="submitted"
        ),
        CheckConstraint("state NOT IN ('submitting', 'unknown') OR charged = 'maybe'", name="doubt"),
        CheckConstraint("state <> 'planned' OR (task_id IS NULL AND charged = 'no')", name="planned"),
        CheckConstraint("charged = 'no' OR sent_at IS NOT NULL", name="sent"),
        CheckConstraint("attempt > 0 AND width > 0 AND height > 0", name="positive"),
        Index("ix_generation_generation_key", "generation_key"),
        Index("ix_generation_spec", "spec"),
        Index("ix_generation_asset_key", "asset_key"),
        Index("ix_generation_blob_sha256", "blob_sha256"),
        Index("ix_generation_account_state", "endpoint", "account", "state"),
        # Not unique: a task id that a server gives out twice must still be written down.
        Index("ix_generation_task_id", "task_id"),
        Index("ix_generation_sent_at", "sent_at"),
        Index("ix_generation_model_width_height_done_at", "model", "width", "height", "done_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    request_key: Mapped[str] = mapped_column(String(80))
    generation_key: Mapped[str] = mapped_column(String(80))
    attempt: Mapped[int]
    asset_key: Mapped[str] = mapped_column(String(200))
    spec: Mapped[str] = mapped_column(String(64))
    provider: Mapped[str] = mapped_column(String(200))
    endpoint: Mapped[str] = mapped_column(String(200))
    account: Mapped[str] = mapped_column(String(40))
    model: Mapped[str] = mapped_column(String(80))
    prompt: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    seed: Mapped[int | None] = mapped_column(BigInteger)
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(16))
    charged: Mapped[str] = mapped_column(String(8))
    resolution: Mapped[str | None] = mapped_column(String(16))
    purpose: Mapped[str] = mapped_column(String(16))
    for_request: Mapped[str] = mapped_column(String(80))
    task_id: Mapped[str | None] = mapped_column(String(80))
    request_id: Mapped[str | None] = mapped_column(String(120))
    cost: Mapped[int | None] = mapped_column(BigInteger)
    owner: Mapped[str | None] = mapped_column(String(40))
    error_code: Mapped[str | None] = mapped_column(String(80))
    error_message: Mapped[str | None]
    http_status: Mapped[int | None]
    planned_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    stored_at: Mapped[datetime | None]
    blob_sha256: Mapped[str | None] = mapped_column(String(64), ForeignKey("blob.sha256"))


class TagRow(Base):
    """A free word of the spec at the time a generation was asked for."""

    __tablename__ = "generation_tag"
    __table_args__ = (Index("ix_generation_tag_name_value", "name", "value"),)

    generation_id: Mapped[int] = mapped_column(ForeignKey("generation.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))


class EventRow(Base):
    """One move of one generation; appended in the same transaction as the move."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint(one_of("source", State), name="source"),
        CheckConstraint(one_of("target", State), name="target"),
        Index("ix_event_generation_id", "generation_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    generation_id: Mapped[int] = mapped_column(ForeignKey("generation.id"))
    at: Mapped[datetime]
    source: Mapped[str | None] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(16))
    run: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[str]


class DecisionRow(Base):
    """What was decided; appended, the newest word counts. `asset_key` is NULL for a rejection.

    A row with choice `undone` takes back the newest word before it that still stands and has the same
    `asset_key` (NULL too) and `generation_id`.
    """

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint(one_of("choice", Choice), name="choice"),
        CheckConstraint("choice = 'undone' OR (choice = 'rejected') = (asset_key IS NULL)", name="whose"),
        Index("ix_decision_asset_key", "asset_key"),
        Index("ix_decision_generation_id", "generation_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    asset_key: Mapped[str | None] = mapped_column(String(200))
    generation_id: Mapped[int] = mapped_column(ForeignKey("generation.id"))
    choice: Mapped[str] = mapped_column(String(16))
    request_key: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]


class AssetRow(Base):
    """An asset as the last run saw it: tells what changed since, and what `use:` can take."""

    __tablename__ = "asset"
    __table_args__ = (Index("ix_asset_spec", "spec"),)

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    spec: Mapped[str] = mapped_column(String(64))
    request_key: Mapped[str | None] = mapped_column(String(80))
    model: Mapped[str | None] = mapped_column(String(80))
    prompt: Mapped[str | None]
    own_sha256: Mapped[str | None] = mapped_column(String(64), ForeignKey("blob.sha256"))
    ai: Mapped[bool]
    seen_at: Mapped[datetime]
    title: Mapped[str | None]


class DeliveredRow(Base):
    """A file that was written. The row comes before the rename, so a file of ours is always known as ours."""

    __tablename__ = "delivered"
    __table_args__ = (
        UniqueConstraint("path", "sha256"),
        Index("ix_delivered_spec", "spec"),
        Index("ix_delivered_generation_id_slot", "generation_id", "slot"),
        Index("ix_delivered_asset_key", "asset_key"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    path: Mapped[str] = mapped_column(String(400))
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    spec: Mapped[str] = mapped_column(String(64))
    asset_key: Mapped[str] = mapped_column(String(200))
    slot: Mapped[str] = mapped_column(String(80))
    rendition_key: Mapped[str] = mapped_column(String(80))
    generation_id: Mapped[int | None] = mapped_column(ForeignKey("generation.id"))
    provider: Mapped[str] = mapped_column(String(200))
    master: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]
    format: Mapped[str] = mapped_column(String(8))
    crop: Mapped[list[int]] = mapped_column(JSON)
    scale: Mapped[float] = mapped_column(Float)
    label: Mapped[str]
    at: Mapped[datetime]


class OwnFileRow(Base):
    """A cache: the author's own file as it was last read."""

    __tablename__ = "own_file"

    path: Mapped[str] = mapped_column(String(1000), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    blob_sha256: Mapped[str] = mapped_column(String(64), ForeignKey("blob.sha256"))


class LimitRow(Base):
    """What was learnt of an account, and its next free moment to submit; shared by all runs."""

    __tablename__ = "account_limit"

    endpoint: Mapped[str] = mapped_column(String(200), primary_key=True)
    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    concurrency: Mapped[int | None]
    qps: Mapped[float | None] = mapped_column(Float)
    learnt_at: Mapped[datetime | None]
    next_submit_at: Mapped[datetime | None]


class SubjectRow(Base):
    """Where the subject of a master lies, as one method found it: a cache, the same for whoever looks."""

    __tablename__ = "subject"
    __table_args__ = (
        CheckConstraint("length(columns) = 64 AND length(rows) = 64 AND length(grid) = 256", name="sizes"),
    )

    master: Mapped[str] = mapped_column(String(64), ForeignKey("blob.sha256"), primary_key=True)
    method: Mapped[str] = mapped_column(String(40), primary_key=True)
    columns: Mapped[bytes] = mapped_column(LargeBinary)
    rows: Mapped[bytes] = mapped_column(LargeBinary)
    grid: Mapped[bytes] = mapped_column(LargeBinary)
    found_at: Mapped[datetime]
