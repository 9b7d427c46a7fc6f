"""The whole history as columns: read once, then kept up with what was added. Reads only, decides nothing."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, String, or_, select, type_coerce  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.orm import Session  # noqa: TID251 - history owns SQLAlchemy

from pipeline.history import decided, notes, trash
from pipeline.history.columns import Columns, Links, Mask, Words, no_columns, no_links
from pipeline.history.marks import Marks, is_there, marks, only_grew
from pipeline.history.models import DecisionRow, DeliveredRow, EventRow, GenerationRow, TagRow
from pipeline.history.states import Choice, State

STATES = tuple(State)
CHOICES = tuple(Choice)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The words behind the numbers of the columns."""

    specs: Words = field(default_factory=Words)
    articles: Words = field(default_factory=Words)
    assets: Words = field(default_factory=Words)
    models: Words = field(default_factory=Words)
    tags: Words = field(default_factory=Words)
    slots: Words = field(default_factory=Words)
    platforms: Words = field(default_factory=Words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The history at one moment.

    `choices`: the newest word on each generation as a place in `CHOICES`, -1 for none. `shown`: the assets
    that a generation was ever chosen for.
    """

    marks: Marks = field(default_factory=Marks)
    columns: Columns = field(default_factory=no_columns)
    tags: Links = field(default_factory=no_links)
    slots: Links = field(default_factory=no_links)
    platforms: Links = field(default_factory=no_links)
    shown: Links = field(default_factory=no_links)
    words: dict[int, int] = field(default_factory=dict)
    choices: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    noted: Mask = field(default_factory=lambda: np.empty(0, np.bool_))
    trashed: Mask = field(default_factory=lambda: np.empty(0, np.bool_))


class Shelf:
    """Keeps one snapshot and brings it up to date; safe to use from several threads."""

    def __init__(self) -> None:
        self.vocabulary = Vocabulary()
        self._snapshot = Snapshot()
        self._lock = threading.Lock()

    def at(self, session: Session) -> Snapshot:
        """The history as the session's transaction sees it."""
        with self._lock:
            now, old = marks(session), self._snapshot
            if not only_grew(session, old.marks, now):
                old = Snapshot()
            if now != old.marks:
                old = self._snapshot = self._brought_up(session, old, now)
            return old

    def _brought_up(self, session: Session, old: Snapshot, now: Marks) -> Snapshot:
        vocabulary, before = self.vocabulary, old.marks
        columns, words, shown = old.columns, old.words, old.shown
        if any(now.tables[table] != before.tables[table] for table in (GenerationRow, EventRow)):
            columns = columns.with_newer(_generations(session, before, vocabulary))
        if now.tables[DecisionRow] != before.tables[DecisionRow]:
            said, places = _decisions(session, before, vocabulary)
            words = {**words, **said}
            shown = shown.with_more(places)
        slots, platforms = _slots_now(session, old, now, vocabulary), old.platforms
        if slots is not old.slots:
            names = (slot.partition(".")[0] for slot in vocabulary.slots.known)
            platforms = slots.renumbered(vocabulary.platforms.numbers(names))
        return Snapshot(
            marks=now,
            columns=columns,
            tags=_tags_now(session, old, now, vocabulary),
            slots=slots,
            platforms=platforms,
            shown=shown,
            words=words,
            choices=_choices(columns, words),
            noted=columns.flags(notes.noted_ids(session)),
            trashed=columns.flags(trash.trashed_ids(session)),
        )


def _choices(columns: Columns, words: Mapping[int, int]) -> NDArray[np.int64]:
    choices = np.full(len(columns.ids), -1, np.int64)
    spoken = np.fromiter(words, np.int64, len(words))
    there = np.isin(spoken, columns.ids)
    values = np.fromiter(words.values(), np.int64, len(words))
    choices[columns.places(spoken[there])] = values[there]
    return choices


def _tags_now(session: Session, old: Snapshot, now: Marks, vocabulary: Vocabulary) -> Links:
    """Those of new generations more; all anew where older ones have other tags now."""
    if now.tags == old.marks.tags:
        return old.tags
    newer = _tags(session, old.marks.newest(GenerationRow), vocabulary)
    if old.marks.tags + len(newer) == now.tags:
        return old.tags.with_more(newer)
    return no_links().with_more(_tags(session, 0, vocabulary))


def _slots_now(session: Session, old: Snapshot, now: Marks, vocabulary: Vocabulary) -> Links:
    """Those of new files more; all anew where files were removed, as their numbers may be given again."""
    before = old.marks.tables[DeliveredRow]
    if (now.tables[DeliveredRow], now.files) == (before, old.marks.files):
        return old.slots
    newer = _files(session, before.newest, vocabulary)
    if is_there(session, DeliveredRow, before) and old.marks.files + len(newer) == now.files:
        return old.slots.with_more(newer)
    return no_links().with_more(_files(session, 0, vocabulary))


def _generations(session: Session, before: Marks, vocabulary: Vocabulary) -> Columns:
    """What is new, and what has moved since."""
    query = select(
        GenerationRow.id,
        GenerationRow.state,
        GenerationRow.spec,
        GenerationRow.asset_key,
        GenerationRow.model,
        # As SQLite keeps it: to read 100,000 moments one by one would take a second.
        type_coerce(GenerationRow.planned_at, String),
        GenerationRow.cost,
        GenerationRow.blob_sha256.is_not(None),
        GenerationRow.prompt,
    ).order_by(GenerationRow.id)
    if newest := before.newest(GenerationRow):
        moved = select(EventRow.generation_id).where(EventRow.id > before.newest(EventRow))
        query = query.where(or_(GenerationRow.id > newest, GenerationRow.id.in_(moved)))
    found = session.execute(query).all()
    ids, states, specs, assets, models, planned, costs, pictured, prompts = zip(*found, strict=True)
    places = {state.value: place for place, state in enumerate(STATES)}
    stored = places[State.STORED.value]
    numbered = np.array([places[state] for state in states], np.int64)
    return Columns(
        ids=np.array(ids, np.int64),
        states=numbered,
        specs=vocabulary.specs.numbers(specs),
        articles=vocabulary.articles.numbers(asset.split("/")[1] for asset in assets),
        assets=vocabulary.assets.numbers(assets),
        models=vocabulary.models.numbers(models),
        planned=np.array(planned, "datetime64[us]").astype(np.int64),
        costs=np.array([-1 if cost is None else cost for cost in costs], np.int64),
        pictures=np.array(pictured, np.bool_) & (numbered == stored),
        texts=_texts(prompts, assets),
    )


def _texts(prompts: Iterable[str], assets: Iterable[str]) -> NDArray[np.object_]:
    joined = [f"{prompt}\n{asset}".casefold() for prompt, asset in zip(prompts, assets, strict=True)]
    found = np.empty(len(joined), np.object_)
    found[:] = joined
    return found


def _tags(session: Session, beyond: int, vocabulary: Vocabulary) -> list[tuple[int, int]]:
    query = select(TagRow.generation_id, TagRow.name, TagRow.value)
    found = session.execute(query.where(TagRow.generation_id > beyond))
    return [(number, vocabulary.tags.number(f"{name}={value}")) for number, name, value in found]


def _decisions(
    session: Session, before: Marks, vocabulary: Vocabulary
) -> tuple[dict[int, int], list[tuple[int, int]]]:
    """The newest word on each generation of which anything was said since (-1: all was taken back)."""
    query: Select[int, str | None, str] = select(
        DecisionRow.generation_id, DecisionRow.asset_key, DecisionRow.choice
    )
    if newest_read := before.newest(DecisionRow):
        since = select(DecisionRow.generation_id).where(DecisionRow.id > newest_read)
        query = query.where(DecisionRow.generation_id.in_(since))
    said = session.execute(query.order_by(DecisionRow.id)).all()
    places = {choice.value: place for place, choice in enumerate(CHOICES)}
    newest = {number: -1 for number, _, _ in said}
    for _, number, choice in decided.standing_among(
        (asset, number, choice) for number, asset, choice in said
    ):
        newest[number] = places[choice]
    shown = {(number, vocabulary.assets.number(asset)) for number, asset, _ in said if asset is not None}
    return newest, sorted(shown)


def _files(session: Session, beyond: int, vocabulary: Vocabulary) -> list[tuple[int, int]]:
    query = select(DeliveredRow.generation_id, DeliveredRow.slot).where(DeliveredRow.id > beyond)
    # Files of the author's own pictures belong to no generation: 0.
    return [(number or 0, vocabulary.slots.number(slot)) for number, slot in session.execute(query)]
