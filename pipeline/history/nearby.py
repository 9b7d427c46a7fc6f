"""Stored pictures as the planner compares their words: little of each row, only the newest. Reads only."""

from dataclasses import dataclass

from sqlalchemy import select  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.orm import Session  # noqa: TID251 - history owns SQLAlchemy

from pipeline.history import decided, trash
from pipeline.history.models import BlobRow, DecisionRow, GenerationRow
from pipeline.history.records import IMPORTED
from pipeline.history.states import Choice, State

NEWEST = 2000
"""Pictures that are looked at: more than a year of weeks with thirty pictures each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A stored picture that might do: its number, its asset, its final prompt, and its file in the store."""

    generation: int
    asset: str
    prompt: str
    sha256: str = ""
    ending: str = "png"


def past(session: Session, provider: str) -> tuple[Past, ...]:
    """The newest pictures of a provider and of those made elsewhere, less what was rejected; newest first."""
    query = (
        select(
            GenerationRow.id, GenerationRow.asset_key, GenerationRow.prompt, BlobRow.sha256, BlobRow.ending
        )
        .join(BlobRow, GenerationRow.blob_sha256 == BlobRow.sha256)
        .where(
            GenerationRow.state == State.STORED.value,
            GenerationRow.provider.in_((provider, IMPORTED)),
            GenerationRow.prompt != "",
        )
        .order_by(GenerationRow.id.desc())
        .limit(NEWEST)
    )
    found = [
        Past(generation=number, asset=asset, prompt=prompt, sha256=sha256, ending=ending)
        for number, asset, prompt, sha256, ending in session.execute(query)
    ]
    out = _rejected(session, found[-1].generation if found else 0) | trash.trashed_ids(session)
    return tuple(one for one in found if one.generation not in out)


def _rejected(session: Session, oldest: int) -> frozenset[int]:
    query = select(DecisionRow.generation_id).where(
        DecisionRow.generation_id >= oldest, DecisionRow.choice == Choice.REJECTED.value
    )
    return decided.rejected_ids(session, sorted(set(session.scalars(query))))
