"""All about some generations, in a few queries however many there are. For a transaction that is open."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_, select  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.orm import Session  # noqa: TID251 - history owns SQLAlchemy

from pipeline.history import decided, notes, rows
from pipeline.history.models import DecisionRow, DeliveredRow, EventRow, GenerationRow, TagRow
from pipeline.history.parts import chunks
from pipeline.history.records import Decision, Delivered, Event, Generation, Note
from pipeline.history.states import Choice, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All about one generation. `decisions` with those taken back; `notes` also on its asset.

    `version` is what a decision on it must carry. `standing`: it is what some asset was given last, so that
    a choice of it is no earlier one.
    """

    generation: Generation
    tags: dict[str, str] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    decisions: tuple[Decision, ...] = ()
    files: tuple[Delivered, ...] = ()
    notes: tuple[Note, ...] = ()
    version: int = 0
    standing: bool = False

    @property
    def newest(self) -> Choice | None:
        """The newest word on it that stands."""
        said = decided.standing_among((item.asset, item.generation, item.choice) for item in self.decisions)
        return Choice(said[-1][2]) if said else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetStory:
    """All about one asset at one moment: what it asked for or ever showed, oldest first, and notes on it.

    `version` is what a decision about the asset must carry.
    """

    dossiers: tuple[Dossier, ...]
    notes: tuple[Note, ...]
    version: int


def dossiers(session: Session, ids: Sequence[int]) -> tuple[Dossier, ...]:
    """The dossiers of generations in the order of `ids`; a number that is none is left out."""
    return tuple(dossier for chunk in chunks(ids) for dossier in _dossiers(session, chunk))


def of_asset(session: Session, asset: str) -> tuple[Generation, ...]:
    """The generations that an asset asked for or ever showed, oldest first."""
    shown = select(DecisionRow.generation_id).where(DecisionRow.asset_key == asset)
    query = rows.generations().where(or_(GenerationRow.asset_key == asset, GenerationRow.id.in_(shown)))
    return rows.load(session, query.order_by(GenerationRow.id))


def story(session: Session, asset: str) -> AssetStory:
    """All about an asset; without dossiers where the history knows nothing of it."""
    return AssetStory(
        dossiers=dossiers(session, [item.id for item in of_asset(session, asset)]),
        notes=notes.on_target(session, asset),
        version=decided.version_of(session, asset),
    )


def given_last(session: Session, ids: Sequence[int]) -> frozenset[int]:
    """Those of `ids` that some asset was given last."""
    assets: set[str] = set()
    for chunk in chunks(ids):
        query = select(DecisionRow.asset_key).where(DecisionRow.generation_id.in_(chunk)).distinct()
        assets.update(asset for asset in session.scalars(query) if asset is not None)
    return frozenset(decided.shown(session, sorted(assets)).values()).intersection(ids)


def _dossiers(session: Session, ids: Sequence[int]) -> list[Dossier]:
    found = {
        item.id: item for item in rows.load(session, rows.generations().where(GenerationRow.id.in_(ids)))
    }
    tags, events = _tags(session, ids), _events(session, ids)
    decisions, files = _decisions(session, ids), _files(session, ids)
    on_pictures = notes.on_generations(session, ids)
    on_assets = notes.on_assets(session, sorted({item.asset for item in found.values()}))
    versions, standing = decided.versions_of_generations(session, ids), given_last(session, ids)
    return [
        Dossier(
            generation=found[number],
            tags=tags[number],
            events=tuple(events[number]),
            decisions=tuple(decisions[number]),
            files=tuple(files[number]),
            notes=(*on_assets.get(found[number].asset, ()), *on_pictures.get(number, ())),
            version=versions[number],
            standing=number in standing,
        )
        for number in ids
        if number in found
    ]


def _tags(session: Session, ids: Sequence[int]) -> dict[int, dict[str, str]]:
    query = select(TagRow).where(TagRow.generation_id.in_(ids)).order_by(TagRow.name)
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for row in session.scalars(query):
        found[row.generation_id][row.name] = row.value
    return found


def _events(session: Session, ids: Sequence[int]) -> dict[int, list[Event]]:
    query = select(EventRow).where(EventRow.generation_id.in_(ids)).order_by(EventRow.id)
    found: dict[int, list[Event]] = defaultdict(list)
    for row in session.scalars(query):
        event = Event(
            generation=row.generation_id,
            at=row.at,
            source=State(row.source) if row.source else None,
            target=State(row.target),
            run=row.run,
            note=row.note,
        )
        found[row.generation_id].append(event)
    return found


def _decisions(session: Session, ids: Sequence[int]) -> dict[int, list[Decision]]:
    query = select(DecisionRow).where(DecisionRow.generation_id.in_(ids)).order_by(DecisionRow.id)
    found: dict[int, list[Decision]] = defaultdict(list)
    for row in session.scalars(query):
        found[row.generation_id].append(decided.record(row))
    return found


def _files(session: Session, ids: Sequence[int]) -> dict[int, list[Delivered]]:
    query = select(DeliveredRow).where(DeliveredRow.generation_id.in_(ids)).order_by(DeliveredRow.path)
    found: dict[int, list[Delivered]] = defaultdict(list)
    for row in session.scalars(query):
        assert row.generation_id is not None
        found[row.generation_id].append(rows.delivered(row))
    return found
