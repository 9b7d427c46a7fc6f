"""From rows to records, and the one query that every reading of generations starts from."""

from datetime import datetime

from sqlalchemy import Select, select  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.orm import Session  # noqa: TID251 - history owns SQLAlchemy

from pipeline.history import decided, records, trash
from pipeline.history.models import BlobRow, DeliveredRow, GenerationRow
from pipeline.history.parts import chunks as chunks  # noqa: PLC0414 - rows are often asked for in parts
from pipeline.history.states import Charged, Purpose, Resolution, State

GenerationSelect = Select[GenerationRow, BlobRow]


def generations() -> GenerationSelect:
    """Generations, each with its master where it has one."""
    return select(GenerationRow, BlobRow).outerjoin(BlobRow, GenerationRow.blob_sha256 == BlobRow.sha256)


def master(row: BlobRow) -> records.Master:
    """A blob's row as a master."""
    return records.Master(
        sha256=row.sha256, ending=row.ending, width=row.width, height=row.height, bytes=row.bytes
    )


def generation(
    row: GenerationRow, blob: BlobRow | None, *, rejected: bool = False, trashed: bool = False
) -> records.Generation:
    """One generation's row as a record."""
    trouble = None
    if row.error_code is not None:
        trouble = records.Trouble(
            code=row.error_code,
            message=row.error_message or "",
            http_status=row.http_status,
            request_id=row.request_id,
        )
    return records.Generation(
        id=row.id,
        request=row.request_key,
        generation_key=row.generation_key,
        attempt=row.attempt,
        asset=row.asset_key,
        spec=row.spec,
        provider=row.provider,
        endpoint=row.endpoint,
        account=row.account,
        model=row.model,
        prompt=row.prompt,
        width=row.width,
        height=row.height,
        seed=row.seed,
        params=row.params,
        state=State(row.state),
        charged=Charged(row.charged),
        resolution=Resolution(row.resolution) if row.resolution else None,
        purpose=Purpose(row.purpose),
        task_id=row.task_id,
        request_id=row.request_id,
        cost=row.cost,
        owner=row.owner,
        trouble=trouble,
        planned_at=row.planned_at,
        sent_at=row.sent_at,
        submitted_at=row.submitted_at,
        done_at=row.done_at,
        stored_at=row.stored_at,
        master=master(blob) if blob is not None else None,
        rejected=rejected,
        trashed=trashed,
    )


def load(session: Session, query: GenerationSelect) -> tuple[records.Generation, ...]:
    """Run a query made from `generations()`."""
    rows = session.execute(query).all()
    ids = [row.id for row, _ in rows]
    rejected, trashed = decided.rejected_ids(session, ids), trash.trashed_ids(session, ids)
    return tuple(
        generation(row, blob, rejected=row.id in rejected, trashed=row.id in trashed) for row, blob in rows
    )


def delivered(row: DeliveredRow) -> records.Delivered:
    """A written file's row as a record."""
    left, top, right, bottom = row.crop
    return records.Delivered(
        path=row.path,
        sha256=row.sha256,
        bytes=row.bytes,
        mtime_ns=row.mtime_ns,
        spec=row.spec,
        asset=row.asset_key,
        slot=row.slot,
        rendition=row.rendition_key,
        generation=row.generation_id,
        provider=row.provider,
        master=row.master,
        width=row.width,
        height=row.height,
        format=row.format,
        crop=(left, top, right, bottom),
        scale=row.scale,
        label=row.label,
        at=row.at,
    )


def remember_blob(session: Session, picture: records.Master, at: datetime) -> None:
    """Write down a master whose file is in the store, once; one that was cleared away is back then."""
    known = session.get(BlobRow, picture.sha256)
    if known is not None:
        known.cleared_at = None
    else:
        session.add(
            BlobRow(
                sha256=picture.sha256,
                ending=picture.ending,
                width=picture.width,
                height=picture.height,
                bytes=picture.bytes,
                created_at=at,
            )
        )
        session.flush()
