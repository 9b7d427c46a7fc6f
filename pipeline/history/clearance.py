"""Which pictures nothing needs any more, and that their files were cleared away. Touches no file."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.orm import Session  # noqa: TID251 - history owns SQLAlchemy

from pipeline.history import rows, trash
from pipeline.history.backup import Picture
from pipeline.history.models import (
    AssetRow,
    BlobRow,
    DeliveredRow,
    GenerationRow,
    OwnFileRow,
    SubjectRow,
)
from pipeline.history.states import Charged


@dataclass(frozen=True, slots=True, kw_only=True)
class Unneeded:
    """Pictures that may go, and all that the history names.

    `trashed`: every generation that came back as one lies in the trash, and nobody shows it. `nameless`: rows
    that nothing names. `owed`: when pictures were sent for that were or may be charged and have not come; a
    file of that time may be theirs.
    """

    trashed: tuple[Picture, ...]
    nameless: tuple[Picture, ...]
    named: tuple[Picture, ...]
    owed: tuple[datetime, ...]


def unneeded(session: Session) -> Unneeded:
    """Look at every picture that the history knows."""
    blobs = tuple(session.scalars(select(BlobRow).order_by(BlobRow.sha256)))
    brought: dict[str, list[tuple[int, str]]] = {}
    query = select(GenerationRow.blob_sha256, GenerationRow.id, GenerationRow.asset_key)
    for sha256, number, asset in session.execute(query.where(GenerationRow.blob_sha256.is_not(None))):
        brought.setdefault(str(sha256), []).append((number, asset))
    own = _own(session)
    written = set(session.scalars(select(DeliveredRow.master)))
    thrown = trash.trashed_ids(session) - trash.shown_by(session).keys()
    trashed, nameless = [], []
    for blob in blobs:
        shown = tuple(brought.get(blob.sha256, ()))
        picture = Picture(sha256=blob.sha256, ending=blob.ending, bytes=blob.bytes, shown=shown)
        if blob.sha256 in own:
            continue
        if shown and all(number in thrown for number, _ in shown):
            trashed.append(picture)
        elif not shown and blob.sha256 not in written:
            nameless.append(picture)
    named = tuple(Picture(sha256=blob.sha256, ending=blob.ending, bytes=blob.bytes) for blob in blobs)
    return Unneeded(trashed=tuple(trashed), nameless=tuple(nameless), named=named, owed=_owed(session))


def clear(session: Session, found: Unneeded, at: datetime) -> None:
    """Write down that these pictures are no longer in the store; those that went before keep their day."""
    for chunk in rows.chunks([picture.sha256 for picture in found.trashed]):
        there = BlobRow.sha256.in_(chunk) & BlobRow.cleared_at.is_(None)
        session.execute(update(BlobRow).where(there).values(cleared_at=at))
    for chunk in rows.chunks([picture.sha256 for picture in found.nameless]):
        session.execute(delete(SubjectRow).where(SubjectRow.master.in_(chunk)))
        session.execute(delete(BlobRow).where(BlobRow.sha256.in_(chunk)))


def _own(session: Session) -> frozenset[str]:
    """The author's own pictures, as a spec or the cache of their files names them."""
    specs = session.scalars(select(AssetRow.own_sha256).where(AssetRow.own_sha256.is_not(None)))
    return frozenset({str(sha256) for sha256 in specs} | set(session.scalars(select(OwnFileRow.blob_sha256))))


def _owed(session: Session) -> tuple[datetime, ...]:
    query = select(GenerationRow.sent_at).where(
        GenerationRow.charged != Charged.NO.value, GenerationRow.blob_sha256.is_(None)
    )
    return tuple(at for at in session.scalars(query) if at is not None)
