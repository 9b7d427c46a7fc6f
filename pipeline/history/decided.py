"""Decisions: appended, read as they stand, taken back. Knows nothing of what a plan makes of them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, union  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.orm import Session  # noqa: TID251 - history owns SQLAlchemy

from pipeline.errors import StaleError
from pipeline.history.models import DecisionRow, GenerationRow
from pipeline.history.parts import chunks
from pipeline.history.records import Decision, Marked
from pipeline.history.states import Choice

CHOOSING = (Choice.SELECTED.value, Choice.PINNED.value)


Said = tuple[str | None, int, str]
"""Of one word: for which asset, on which generation, what."""


def standing(words: Iterable[DecisionRow]) -> list[DecisionRow]:
    """Of words in the order they were said, those that were not taken back; what takes back is none.

    Give all words of each (asset, generation), or one that was taken back seems to stand.
    """
    rows = list(words)
    return [
        rows[place] for place in _standing([(row.asset_key, row.generation_id, row.choice) for row in rows])
    ]


def standing_among(words: Iterable[Said]) -> list[Said]:
    """The same for words without their rows."""
    said = list(words)
    return [said[place] for place in _standing(said)]


def _standing(said: Sequence[Said]) -> list[int]:
    undone = Choice.UNDONE.value
    dead: set[int] = set()
    living: dict[tuple[str | None, int], list[int]] = {}
    touched = {(asset, generation) for asset, generation, choice in said if choice == undone}
    for place, (asset, generation, choice) in enumerate(said):
        if (asset, generation) not in touched:
            continue
        before = living.setdefault((asset, generation), [])
        if choice != undone:
            before.append(place)
            continue
        dead.add(place)
        if before:
            dead.add(before.pop())
    return [place for place in range(len(said)) if place not in dead]


def rejected_ids(session: Session, ids: Sequence[int]) -> frozenset[int]:
    """Those of `ids` whose newest word is a rejection (selecting one again takes the rejection back)."""
    rejected: set[int] = set()
    for word in _words_on(session, ids):
        if word.choice == Choice.REJECTED.value:
            rejected.add(word.generation_id)
        elif word.choice in CHOOSING:
            rejected.discard(word.generation_id)
    return frozenset(rejected)


def choices(session: Session, ids: Sequence[int]) -> dict[int, Choice]:
    """The newest word on each generation that has one."""
    return {word.generation_id: Choice(word.choice) for word in _words_on(session, ids)}


def for_assets(session: Session, assets: Sequence[str]) -> dict[str, tuple[Decision, ...]]:
    """By asset what was decided for it and stands, newest first."""
    grouped: dict[str, list[Decision]] = {}
    for chunk in chunks(assets):
        query = select(DecisionRow).where(DecisionRow.asset_key.in_(chunk)).order_by(DecisionRow.id)
        for row in reversed(standing(session.scalars(query))):
            word = record(row)
            grouped.setdefault(word.asset, []).append(word)
    return {asset: tuple(found) for asset, found in grouped.items()}


def shown(session: Session, assets: Sequence[str]) -> dict[str, int]:
    """The generation that was decided for each asset last: what `use:` takes."""
    return {asset: words[0].generation for asset, words in for_assets(session, assets).items()}


def newest_is(session: Session, *wanted: Choice) -> ColumnElement[bool]:
    """The condition that the newest word on a generation, of those that stand, is one of these."""
    undone = select(DecisionRow.generation_id).where(DecisionRow.choice == Choice.UNDONE.value)
    touched = list(
        session.scalars(
            select(DecisionRow).where(DecisionRow.generation_id.in_(undone)).order_by(DecisionRow.id)
        )
    )
    gone = {word.id for word in touched} - {word.id for word in standing(touched)}
    newest = select(func.max(DecisionRow.id)).where(DecisionRow.id.not_in(gone))
    chosen = DecisionRow.choice.in_([choice.value for choice in wanted])
    return GenerationRow.id.in_(
        select(DecisionRow.generation_id).where(
            DecisionRow.id.in_(newest.group_by(DecisionRow.generation_id)), chosen
        )
    )


def versions(session: Session, assets: Sequence[str]) -> dict[str, int]:
    """By asset the number of the newest word that concerns it, 0 while there is none."""
    newest = dict.fromkeys(assets, 0)
    pictures: dict[int, set[str]] = {}
    for chunk in chunks(assets):
        words = select(DecisionRow.asset_key, DecisionRow.generation_id, func.max(DecisionRow.id))
        words = words.where(DecisionRow.asset_key.in_(chunk))
        for asset, generation, number in session.execute(
            words.group_by(DecisionRow.asset_key, DecisionRow.generation_id)
        ):
            assert asset is not None
            newest[asset] = max(newest[asset], number)
            pictures.setdefault(generation, set()).add(asset)
        asked = select(GenerationRow.asset_key, GenerationRow.id).where(GenerationRow.asset_key.in_(chunk))
        for asset, generation in session.execute(asked):
            pictures.setdefault(generation, set()).add(asset)
    for numbers in chunks(sorted(pictures)):
        query = select(DecisionRow.generation_id, func.max(DecisionRow.id)).where(
            DecisionRow.asset_key.is_(None), DecisionRow.generation_id.in_(numbers)
        )
        for generation, number in session.execute(query.group_by(DecisionRow.generation_id)):
            for asset in pictures[generation]:
                newest[asset] = max(newest[asset], number)
    return newest


def version_of(session: Session, asset: str) -> int:
    """The number of the newest word that concerns an asset; 0 while there is none."""
    return versions(session, [asset])[asset]


def versions_of_generations(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """By generation the number of the newest word on it, 0 while there is none."""
    newest = dict.fromkeys(ids, 0)
    for chunk in chunks(ids):
        query = select(DecisionRow.generation_id, func.max(DecisionRow.id))
        query = query.where(DecisionRow.generation_id.in_(chunk)).group_by(DecisionRow.generation_id)
        newest |= {generation: number for generation, number in session.execute(query)}  # noqa: C416 - typed rows
    return newest


def decide(session: Session, decision: Decision, *, expected: int | None) -> None:
    """Append a decision for one asset. Raises StaleError when the asset's version is not `expected`."""
    if expected is not None and version_of(session, decision.asset) != expected:
        raise StaleError(decision.asset, decision.asset)
    _append(session, decision, decision.asset)


def reject(session: Session, marked: Sequence[Marked], *, at: datetime) -> None:
    """Reject generations, all or none; one that is rejected already stays as it is.

    Raises StaleError where something else was said on one of them since its version.
    """
    _check_versions(session, marked)
    ids = [one.generation for one in marked]
    rejected = rejected_ids(session, ids)
    for number in dict.fromkeys(ids):
        if number not in rejected:
            _append_on(session, number, Choice.REJECTED, at)


def take_rejection_back(session: Session, marked: Sequence[Marked], *, at: datetime) -> None:
    """Make rejected generations ones that may be used again, all or none; others stay as they are.

    Raises StaleError as `reject` does.
    """
    _check_versions(session, marked)
    ids = tuple(dict.fromkeys(one.generation for one in marked))
    while rejected := rejected_ids(session, ids):  # one word takes one back, and homes that met may have two
        for number in sorted(rejected):
            _append_on(session, number, Choice.UNDONE, at)
        session.flush()


def undo(session: Session, asset: str, *, at: datetime, expected: int | None) -> Decision | None:
    """Take back the newest word that concerns an asset and still stands; returns it, None for nothing.

    Again: the one before. A picture that the planner took is only taken back where the asset showed another
    before; where it took one because the other was rejected, the rejection goes with it, and is returned.
    Raises StaleError when the asset's version is not `expected`.
    """
    if expected is not None and version_of(session, asset) != expected:
        raise StaleError(asset, asset)
    words = _undoable(session, asset)
    for word in words:
        back = replace(record(word), asset=asset, choice=Choice.UNDONE, at=at)
        _append(session, back, word.asset_key)
    return record(words[-1]) if words else None


def undoable(session: Session, asset: str) -> Decision | None:
    """What `undo` would take back now."""
    words = _undoable(session, asset)
    return record(words[-1]) if words else None


def _undoable(session: Session, asset: str) -> tuple[DecisionRow, ...]:
    """The words that one undo takes back, newest first; the last of them is what the author said."""
    words = standing(session.scalars(select(DecisionRow).where(_concerns(asset)).order_by(DecisionRow.id)))
    said = _own(session, asset, words)
    if not said:
        return ()
    *before, newest = said
    if newest.choice != Choice.TAKEN.value:
        return (newest,)
    if not any(word.generation_id != newest.generation_id and word.asset_key == asset for word in before):
        return ()
    cause = _cause(before)
    return (newest,) if cause is None else (newest, cause)


def _own(session: Session, asset: str, words: Sequence[DecisionRow]) -> list[DecisionRow]:
    """Without rejections of pictures that the asset only had by a word which was taken back."""
    asked = set(session.scalars(select(GenerationRow.id).where(GenerationRow.asset_key == asset)))
    had = asked | {word.generation_id for word in words if word.asset_key == asset}
    return [word for word in words if word.generation_id in had]


def _cause(before: Sequence[DecisionRow]) -> DecisionRow | None:
    """The rejection of a shown picture after which another was taken, if that is what was said last."""
    last = before[-1]
    shown = {word.generation_id for word in before if word.asset_key is not None}
    return last if last.choice == Choice.REJECTED.value and last.generation_id in shown else None


def record(word: DecisionRow) -> Decision:
    """A word as a record; the asset of a rejection is empty."""
    return Decision(
        asset=word.asset_key or "",
        generation=word.generation_id,
        choice=Choice(word.choice),
        request=word.request_key,
        at=word.at,
    )


def _words_on(session: Session, ids: Sequence[int]) -> list[DecisionRow]:
    found: list[DecisionRow] = []
    for chunk in chunks(ids):
        about = DecisionRow.generation_id.in_(chunk)
        found += standing(session.scalars(select(DecisionRow).where(about).order_by(DecisionRow.id)))
    return found


def _concerns(asset: str) -> ColumnElement[bool]:
    """The words for an asset, and the rejections of what it asked for or ever showed."""
    shown = select(DecisionRow.generation_id).where(DecisionRow.asset_key == asset)
    asked = select(GenerationRow.id).where(GenerationRow.asset_key == asset)
    everything = union(shown, asked).subquery()
    return or_(
        DecisionRow.asset_key == asset,
        and_(DecisionRow.asset_key.is_(None), DecisionRow.generation_id.in_(select(everything.c[0]))),
    )


def _check_versions(session: Session, marked: Sequence[Marked]) -> None:
    newest = versions_of_generations(session, [one.generation for one in marked])
    for one in marked:
        if one.version not in (None, newest[one.generation]):
            raise StaleError(f"generation {one.generation}", str(one.generation))


def _append_on(session: Session, generation: int, choice: Choice, at: datetime) -> None:
    """A word on a picture, wherever it is shown."""
    request = session.get_one(GenerationRow, generation).request_key
    word = Decision(asset="", generation=generation, choice=choice, request=request, at=at)
    _append(session, word, None)


def _append(session: Session, decision: Decision, asset: str | None) -> None:
    session.add(
        DecisionRow(
            asset_key=asset,
            generation_id=decision.generation,
            choice=decision.choice.value,
            request_key=decision.request,
            at=decision.at,
        )
    )
