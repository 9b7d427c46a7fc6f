"""The money's book: intents, claims, answers. Every method is one transaction; facts stay."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.exc import IntegrityError  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.orm import Session  # noqa: TID251 - history owns SQLAlchemy

from pipeline.history import rows
from pipeline.history.database import Database
from pipeline.history.models import DecisionRow, GenerationRow, TagRow
from pipeline.history.moves import add_event, move
from pipeline.history.records import Generation, Master, Trouble, Wanted
from pipeline.history.states import Charged, Choice, Purpose, Resolution, State, sources_of

_NO_TROUBLE = {"error_code": None, "error_message": None, "http_status": None}
"""What went wrong before a generation came right stays in its events."""


class Ledger:
    """All writes about generations. `run` is the id of the run in whose name rows are moved."""

    def __init__(self, database: Database, run: str) -> None:
        self._database = database
        self.run = run

    def intend(self, wanted: Wanted, *, at: datetime) -> Generation | None:
        """Plan one purchase under the attempt number that its plan saw. None: another run was quicker."""
        row = GenerationRow(
            request_key=wanted.request,
            generation_key=wanted.generation_key,
            attempt=wanted.attempt,
            asset_key=wanted.asset,
            spec=wanted.spec,
            provider=wanted.provider,
            endpoint=wanted.endpoint,
            account=wanted.account,
            model=wanted.model,
            prompt=wanted.prompt,
            width=wanted.width,
            height=wanted.height,
            seed=wanted.seed,
            params=dict(wanted.params),
            state=State.PLANNED.value,
            charged=Charged.NO.value,
            purpose=wanted.purpose.value,
            for_request=wanted.for_request or wanted.request,
            cost=wanted.cost,
            owner=self.run,
            planned_at=at,
        )
        with self._database.writing() as session:
            try:
                with session.begin_nested():
                    session.add(row)
            except IntegrityError:
                if not _is_taken(session, wanted):
                    raise
                return None
            _add_tags(session, row.id, wanted)
            add_event(session, row.id, None, State.PLANNED, at=at, run=self.run)
            return rows.generation(row, None)

    def take_over(self, left: Generation, wanted: Wanted, *, at: datetime) -> Generation | None:
        """Make a planned row of a dead run ours, for the asset that wants it. None: somebody else has it.

        It was never sent, so nothing is lost by naming its new asset, tags and price; the event keeps the
        old ones.
        """
        owner = GenerationRow.owner == left.owner if left.owner else GenerationRow.owner.is_(None)
        ours = {
            "owner": self.run,
            "asset_key": wanted.asset,
            "spec": wanted.spec,
            "cost": wanted.cost,
            "for_request": wanted.for_request or wanted.request,
        }
        with self._database.writing() as session:
            changed = session.execute(
                update(GenerationRow)
                .where(GenerationRow.id == left.id, GenerationRow.state == State.PLANNED.value, owner)
                .values(ours)
                .returning(GenerationRow.id)
            ).all()
            if len(changed) != 1:
                return None
            session.execute(delete(TagRow).where(TagRow.generation_id == left.id))
            _add_tags(session, left.id, wanted)
            note = f"taken over from {left.asset}, which {left.owner or 'nobody'} left"
            add_event(session, left.id, State.PLANNED, State.PLANNED, at=at, run=self.run, note=note)
            return rows.generation(session.get_one(GenerationRow, left.id), None)

    def accepted(self, generation: int, task_id: str, request_id: str | None, *, at: datetime) -> State:
        """Write a task id, whoever holds the row and whatever became of it. Returns its state now."""
        facts = {
            "task_id": task_id,
            "request_id": request_id,
            "submitted_at": at,
            "sent_at": func.coalesce(GenerationRow.sent_at, at),
            "resolution": None,
            **_NO_TROUBLE,
        }
        with self._database.writing() as session:
            for source in sources_of(State.SUBMITTED):
                if move(session, generation, source, State.SUBMITTED, at=at, run=self.run, changes=facts):
                    return State.SUBMITTED
            row = session.get_one(GenerationRow, generation)
            state = State(row.state)
            if row.task_id == task_id:
                return state
            if row.task_id is None and state is not State.PLANNED:
                row.task_id, row.request_id, row.charged = task_id, request_id, Charged.YES.value
                row.sent_at = row.sent_at or at
            # A second task of one row has no column of its own; the event keeps its id.
            add_event(session, generation, state, state, at=at, run=self.run, note=f"also task {task_id}")
            return state

    def finished(self, generation: int, *, at: datetime) -> None:
        """The provider is done with the task: its place is free, its pictures are still to be fetched."""
        with self._database.writing() as session:
            session.execute(
                update(GenerationRow)
                .where(GenerationRow.id == generation, GenerationRow.done_at.is_(None))
                .values(done_at=at)
            )

    def stored(self, generation: int, picture: Master, *, at: datetime, note: str = "") -> bool:
        """The picture is in the store: record it and, where the author asked for it, select it."""
        with self._database.writing() as session:
            rows.remember_blob(session, picture, at)
            row = session.get_one(GenerationRow, generation)
            sent = row.sent_at or at
            facts = {
                "blob_sha256": picture.sha256,
                "sent_at": sent,
                # A synchronous call has no answer in between: it was taken when it was sent.
                "submitted_at": row.submitted_at or sent,
                "done_at": row.done_at or at,
                "stored_at": at,
                "resolution": None,
                **_NO_TROUBLE,
            }
            source = State(row.state)
            if source not in sources_of(State.STORED) or not move(
                session, generation, source, State.STORED, at=at, run=self.run, note=note, changes=facts
            ):
                return False
            if row.purpose != Purpose.RUN.value:
                session.add(
                    DecisionRow(
                        asset_key=row.asset_key,
                        generation_id=generation,
                        choice=Choice.SELECTED.value,
                        request_key=row.for_request,
                        at=at,
                    )
                )
            return True

    def ended(
        self,
        generation: int,
        source: State,
        target: State,
        trouble: Trouble,
        *,
        at: datetime,
        owner: str | None = None,
    ) -> bool:
        """End or put back a generation with what the provider said (refused, failed, unknown, planned).

        `owner`: only while that run holds it, for whoever speaks of another's order.
        """
        changes: dict[str, object] = {
            "error_code": trouble.code,
            "error_message": trouble.message,
            "http_status": trouble.http_status,
        }
        if trouble.request_id is not None:
            changes["request_id"] = trouble.request_id
        if target is State.PLANNED:
            changes["sent_at"] = None
        note = f"{trouble.code}: {trouble.message}"
        with self._database.writing() as session:
            return move(
                session,
                generation,
                source,
                target,
                at=at,
                run=self.run,
                note=note,
                owner=owner,
                changes=changes,
            )

    def cancel(self, generation: int, *, at: datetime, note: str) -> bool:
        """Cancel a planned row of ours that this run ends without sending."""
        with self._database.writing() as session:
            return move(
                session,
                generation,
                State.PLANNED,
                State.CANCELLED,
                at=at,
                run=self.run,
                note=note,
                owner=self.run,
            )

    def resolve(self, generation: int, resolution: Resolution, *, at: datetime) -> bool:
        """Settle an unknown one as the author says. It stays counted as spent."""
        with self._database.writing() as session:
            return move(
                session,
                generation,
                State.UNKNOWN,
                State.CANCELLED,
                at=at,
                run=self.run,
                note=resolution.value,
                changes={"resolution": resolution.value},
            )

    def generation(self, generation: int) -> Generation:
        """One generation as it stands."""
        with self._database.reading() as session:
            return rows.load(session, rows.generations().where(GenerationRow.id == generation))[0]

    def same_bytes(self, generation: Generation, picture: Master) -> int | None:
        """A generation of another prompt that came back as this very file, if there is one."""
        query = select(func.min(GenerationRow.id)).where(
            GenerationRow.blob_sha256 == picture.sha256, GenerationRow.prompt != generation.prompt
        )
        with self._database.reading() as session:
            return session.execute(query).scalar_one_or_none()

    def in_flight(self, states: Sequence[State], *, spec: str | None = None) -> tuple[Generation, ...]:
        """Generations in the given states, oldest first, of one spec or of all."""
        query = rows.generations().where(GenerationRow.state.in_([state.value for state in states]))
        if spec is not None:
            query = query.where(GenerationRow.spec == spec)
        with self._database.reading() as session:
            return rows.load(session, query.order_by(GenerationRow.id))

    def among(self, ids: Sequence[int], states: Sequence[State]) -> tuple[Generation, ...]:
        """Those of some generations that are in one of the states."""
        wanted = GenerationRow.state.in_([state.value for state in states])
        with self._database.reading() as session:
            return tuple(
                found
                for chunk in rows.chunks(ids)
                for found in rows.load(session, rows.generations().where(GenerationRow.id.in_(chunk), wanted))
            )

    def same_request(self, request: str) -> tuple[Generation, ...]:
        """All attempts at a request, by number."""
        query = rows.generations().where(GenerationRow.request_key == request).order_by(GenerationRow.attempt)
        with self._database.reading() as session:
            return rows.load(session, query)


def _add_tags(session: Session, generation: int, wanted: Wanted) -> None:
    session.add_all(
        TagRow(generation_id=generation, name=name, value=value)
        for name, value in sorted(wanted.tags.items())
    )


def _is_taken(session: Session, wanted: Wanted) -> bool:
    same = (GenerationRow.request_key == wanted.request, GenerationRow.attempt == wanted.attempt)
    return session.execute(select(GenerationRow.id).where(*same)).first() is not None
