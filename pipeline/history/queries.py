"""What a plan needs to know, in a handful of queries however many assets there are. Reads only."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain

from sqlalchemy import select  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.orm import Session  # noqa: TID251 - history owns SQLAlchemy

from pipeline.history import decided, focus, nearby, rows
from pipeline.history.database import Database
from pipeline.history.models import (
    AssetRow,
    BlobRow,
    DecisionRow,
    DeliveredRow,
    GenerationRow,
    OwnFileRow,
    SpecRow,
)
from pipeline.history.records import AssetFact, Decision, Delivered, Generation, Known, Master, OwnPicture
from pipeline.history.spending import spent
from pipeline.history.states import IN_FLIGHT, Purpose, State
from pipeline.subject import Subject


class Queries:
    """Reading for the planner and for the commands that change one asset."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, *, requests: Sequence[str], assets: Sequence[str], specs: Sequence[str]) -> Known:
        """All that a plan over these requests, assets (with those that `use:` names) and specs needs."""
        with self._database.reading() as session:
            decisions = decided.for_assets(session, assets)
            wanted = {decision.generation for found in decisions.values() for decision in found}
            facts = _assets(session, assets)
            # What `use:` names asked for something in its own spec, which may be under way.
            asked = {fact.request for fact in facts.values() if fact.request is not None}
            attempts = _attempts(session, sorted(asked.union(requests)))
            pictures = _by_id(session, sorted(wanted))
            pursuits = _pursuits(session, assets)
            return Known(
                attempts=attempts,
                decisions=decisions,
                decided=pictures,
                last_selected=_last_selected(session, requests),
                pursuits=pursuits,
                assets=facts,
                written=_written(session, specs),
                own_masters=_masters(
                    session, [fact.own_sha256 for fact in facts.values() if fact.own_sha256]
                ),
                same_bytes=_same_bytes(
                    session, [*pictures.values(), *chain.from_iterable(attempts.values())]
                ),
                focus_points=focus.focus_points(session, assets),
            )

    def written_as(self, spec: str, sha256: str) -> tuple[Delivered, ...]:
        """The files of a spec that were written with just these bytes."""
        query = select(DeliveredRow).where(DeliveredRow.spec == spec, DeliveredRow.sha256 == sha256)
        with self._database.reading() as session:
            return tuple(rows.delivered(row) for row in session.scalars(query.order_by(DeliveredRow.id)))

    def own_pictures(self, paths: Sequence[str]) -> dict[str, OwnPicture]:
        """The cached readings of the author's own files, by path."""
        found: dict[str, OwnPicture] = {}
        with self._database.reading() as session:
            for chunk in rows.chunks(paths):
                query = (
                    select(OwnFileRow, BlobRow)
                    .join(BlobRow, OwnFileRow.blob_sha256 == BlobRow.sha256)
                    .where(OwnFileRow.path.in_(chunk))
                )
                for row, blob in session.execute(query):
                    found[row.path] = OwnPicture(
                        path=row.path, size=row.size, mtime_ns=row.mtime_ns, master=rows.master(blob)
                    )
        return found

    def subjects(self, masters: Sequence[str], *, method: str | None = None) -> Mapping[str, Subject]:
        """The subject of each master by hash, where one was found: as `method` did, else the last."""
        with self._database.reading() as session:
            return focus.subjects(session, masters, method)

    def past(self, provider: str) -> tuple[nearby.Past, ...]:
        """The newest stored pictures, by which hints are found."""
        with self._database.reading() as session:
            return nearby.past(session, provider)

    def shown(self, assets: Sequence[str]) -> Mapping[str, int]:
        """The generation that was decided last for each asset that has one."""
        with self._database.reading() as session:
            return decided.shown(session, assets)

    def undoable(self, asset: str) -> Decision | None:
        """What an undo would take back now; a rejection's asset is empty."""
        with self._database.reading() as session:
            return decided.undoable(session, asset)

    def spec_path(self, name: str) -> str | None:
        """Where a spec of that name was last seen."""
        with self._database.reading() as session:
            return session.execute(select(SpecRow.path).where(SpecRow.name == name)).scalar_one_or_none()

    def spent(self, since: datetime) -> tuple[int, int, int]:
        """Real pictures paid for or in doubt since a moment: count, cost, and how many have no price."""
        with self._database.reading() as session:
            return spent(session, since)

    def durations(
        self, provider: str, model: str, width: int, height: int, *, newest: int = 20
    ) -> tuple[float, ...]:
        """How long the newest pictures of this model and size took to be ready, in seconds, newest first."""
        query = (
            select(GenerationRow.submitted_at, GenerationRow.done_at)
            .where(
                GenerationRow.model == model,
                GenerationRow.width == width,
                GenerationRow.height == height,
                GenerationRow.provider == provider,
                GenerationRow.state.in_((State.SUBMITTED.value, State.STORED.value)),
                GenerationRow.done_at.is_not(None),
                GenerationRow.submitted_at.is_not(None),
            )
            .order_by(GenerationRow.done_at.desc())
            .limit(newest)
        )
        with self._database.reading() as session:
            return tuple(
                max(0.0, (done - submitted).total_seconds())
                for submitted, done in session.execute(query)
                if done and submitted
            )

    def has_real_work(self, specs: Sequence[str]) -> bool:
        """Whether specs have real pictures or tasks: a simulated run of them must be asked for."""
        query = (
            select(GenerationRow.id)
            .where(
                GenerationRow.spec.in_(specs),
                GenerationRow.provider != "simulator",
                GenerationRow.state.in_([State.STORED.value, State.SUBMITTED.value, State.UNKNOWN.value]),
            )
            .limit(1)
        )
        with self._database.reading() as session:
            return session.execute(query).first() is not None

    def wrote(self, path: str, sha256: str) -> bool:
        """Whether a file with this content was ever written by us at this path (relative to the home)."""
        query = select(DeliveredRow.id).where(DeliveredRow.path == path, DeliveredRow.sha256 == sha256)
        with self._database.reading() as session:
            return session.execute(query).first() is not None

    def masters(self) -> tuple[Master, ...]:
        """Every master that must be in the store, for a check of it."""
        query = select(BlobRow).where(BlobRow.cleared_at.is_(None)).order_by(BlobRow.sha256)
        with self._database.reading() as session:
            return tuple(rows.master(row) for row in session.scalars(query))


def _attempts(session: Session, requests: Sequence[str]) -> dict[str, tuple[Generation, ...]]:
    grouped: dict[str, list[Generation]] = {}
    for chunk in rows.chunks(requests):
        query = rows.generations().where(GenerationRow.request_key.in_(chunk)).order_by(GenerationRow.attempt)
        for found in rows.load(session, query):
            grouped.setdefault(found.request, []).append(found)
    return {request: tuple(found) for request, found in grouped.items()}


def _pursuits(session: Session, assets: Sequence[str]) -> dict[str, tuple[Generation, ...]]:
    """What is under way, or in doubt, because an author asked for one more picture of an asset."""
    grouped: dict[str, list[Generation]] = {}
    states = [state.value for state in (*IN_FLIGHT, State.UNKNOWN)]
    for chunk in rows.chunks(assets):
        query = rows.generations().where(
            GenerationRow.asset_key.in_(chunk),
            GenerationRow.state.in_(states),
            GenerationRow.purpose != Purpose.RUN.value,
        )
        for found in rows.load(session, query.order_by(GenerationRow.id)):
            grouped.setdefault(found.asset, []).append(found)
    return {asset: tuple(found) for asset, found in grouped.items()}


def _by_id(session: Session, ids: Sequence[int]) -> dict[int, Generation]:
    return {
        found.id: found
        for chunk in rows.chunks(ids)
        for found in rows.load(session, rows.generations().where(GenerationRow.id.in_(chunk)))
    }


def _last_selected(session: Session, requests: Sequence[str]) -> dict[str, int]:
    """The generation of each request that an author selected last, for whichever asset."""
    found: dict[str, int] = {}
    for chunk in rows.chunks(requests):
        query = (
            select(DecisionRow, GenerationRow.request_key)
            .join(GenerationRow, GenerationRow.id == DecisionRow.generation_id)
            .where(GenerationRow.request_key.in_(chunk))
            .order_by(DecisionRow.id)
        )
        said = session.execute(query).all()
        request_of = {word.generation_id: request for word, request in said}
        for word in decided.standing(word for word, _ in said):
            if word.choice in decided.CHOOSING:
                found[request_of[word.generation_id]] = word.generation_id
    return found


def _assets(session: Session, keys: Sequence[str]) -> dict[str, AssetFact]:
    return {
        row.key: AssetFact(
            key=row.key,
            spec=row.spec,
            request=row.request_key,
            model=row.model,
            prompt=row.prompt,
            own_sha256=row.own_sha256,
            ai=row.ai,
            title=row.title,
        )
        for chunk in rows.chunks(keys)
        for row in session.scalars(select(AssetRow).where(AssetRow.key.in_(chunk)))
    }


def _written(session: Session, specs: Sequence[str]) -> dict[str, tuple[Delivered, ...]]:
    grouped: dict[str, list[Delivered]] = {}
    query = select(DeliveredRow).where(DeliveredRow.spec.in_(specs)).order_by(DeliveredRow.id.desc())
    for row in session.scalars(query):
        grouped.setdefault(row.path, []).append(rows.delivered(row))
    return {path: tuple(found) for path, found in grouped.items()}


def _masters(session: Session, hashes: Sequence[str]) -> dict[str, Master]:
    return {
        row.sha256: rows.master(row)
        for chunk in rows.chunks(hashes)
        for row in session.scalars(select(BlobRow).where(BlobRow.sha256.in_(chunk)))
    }


def _same_bytes(session: Session, generations: Sequence[Generation]) -> dict[str, tuple[int, ...]]:
    """Of these generations' masters, those that answered different prompts, with all that brought them."""
    hashes = sorted({item.master.sha256 for item in generations if item.master is not None})
    brought: dict[str, dict[int, str]] = {}
    for chunk in rows.chunks(hashes):
        query = select(GenerationRow.blob_sha256, GenerationRow.id, GenerationRow.prompt)
        for sha256, number, prompt in session.execute(query.where(GenerationRow.blob_sha256.in_(chunk))):
            brought.setdefault(str(sha256), {})[number] = prompt
    return {
        sha256: tuple(sorted(prompts))
        for sha256, prompts in brought.items()
        if len(set(prompts.values())) > 1
    }
