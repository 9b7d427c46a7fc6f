"""Pictures that were made elsewhere, as the history keeps them: generations that nobody was paid for.

Their provider is `imported`, so none ever stands in for a picture that a prompt asks for; `charged` says
yes, as for a simulated one (the order was carried out), the cost is 0, and no sum of money counts them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, select  # noqa: TID251 - history owns SQLAlchemy

from pipeline.fingerprint import Json, generation_key, request_key
from pipeline.history import rows, trash
from pipeline.history.database import Database
from pipeline.history.models import AssetRow, DecisionRow, GenerationRow
from pipeline.history.moves import add_event
from pipeline.history.records import IMPORTED, Master
from pipeline.history.states import Charged, Choice, Purpose, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A picture made elsewhere; its file is in the store. `asset` is the key under which `use:` finds it."""

    asset: str
    master: Master
    prompt: str = ""
    model: str = "unknown"
    seed: int | None = None
    params: Mapping[str, Json] = field(default_factory=dict)
    note: str = ""

    @property
    def request(self) -> str:
        """A request of its own: the picture is part of it, so two of one prompt stay two."""
        return request_key(
            provider=IMPORTED,
            model=self.model,
            prompt=self.prompt,
            seed=self.seed,
            references=(self.master.sha256,),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A generation that has a picture already, the asset it was made for, whether it lies in the trash."""

    generation: int
    asset: str
    trashed: bool


class Imports:
    """What is known of pictures made elsewhere, and how one more is kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, sha256: str) -> Known | None:
        """The generation that has this picture: the oldest outside the trash, else the oldest."""
        with self._database.reading() as session:
            found = list(session.scalars(_having(sha256)))
            thrown = trash.trashed_ids(session, [row.id for row in found])
            row = min(found, key=lambda row: row.id in thrown, default=None)
            if row is None:
                return None
            return Known(generation=row.id, asset=row.asset_key, trashed=row.id in thrown)

    def asset_keys(self) -> frozenset[str]:
        """The keys of all pictures made elsewhere."""
        query = select(GenerationRow.asset_key).where(GenerationRow.spec == IMPORTED)
        with self._database.reading() as session:
            return frozenset(session.scalars(query))

    def keep(self, picture: Foreign, *, at: datetime) -> int | None:
        """Write one picture down, with the asset that shows it; returns its number, None if it is known."""
        master, request = picture.master, picture.request
        with self._database.writing() as session:
            if session.scalars(_having(master.sha256)).first() is not None:
                return None
            rows.remember_blob(session, master, at)
            row = GenerationRow(
                request_key=request,
                generation_key=generation_key(request, master.width, master.height),
                attempt=1,
                asset_key=picture.asset,
                spec=IMPORTED,
                provider=IMPORTED,
                endpoint=IMPORTED,
                account=IMPORTED,
                model=picture.model,
                prompt=picture.prompt,
                width=master.width,
                height=master.height,
                seed=picture.seed,
                params=dict(picture.params),
                state=State.STORED.value,
                charged=Charged.YES.value,
                purpose=Purpose.RUN.value,
                for_request=request,
                cost=0,
                planned_at=at,
                sent_at=at,
                done_at=at,
                stored_at=at,
                blob_sha256=master.sha256,
            )
            session.add(row)
            session.flush()
            add_event(session, row.id, None, State.STORED, at=at, run=None, note=picture.note)
            session.add(
                DecisionRow(
                    asset_key=picture.asset,
                    generation_id=row.id,
                    choice=Choice.TAKEN.value,
                    request_key=request,
                    at=at,
                )
            )
            session.merge(
                AssetRow(
                    key=picture.asset,
                    spec=IMPORTED,
                    request_key=request,
                    model=picture.model,
                    prompt=picture.prompt,
                    ai=True,
                    seen_at=at,
                )
            )
            return row.id


def _having(sha256: str) -> Select[GenerationRow]:
    """Generations that show this picture, oldest first."""
    return (
        select(GenerationRow)
        .where(GenerationRow.blob_sha256 == sha256, GenerationRow.state == State.STORED.value)
        .order_by(GenerationRow.id)
    )
