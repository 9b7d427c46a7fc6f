"""Which pictures were thrown away, and which must not be. Appended; the newest word counts. Moves no file."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, or_, select  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.orm import Session  # noqa: TID251 - history owns SQLAlchemy

from pipeline.errors import UsageError
from pipeline.history import decided
from pipeline.history.models import BlobRow, DecisionRow, DeliveredRow, GenerationRow
from pipeline.history.parts import chunks
from pipeline.history.records import IMPORTED
from pipeline.history.said import TrashRow
from pipeline.history.states import Choice, State

_NUMBERS = "to see the numbers: pipeline history"
_AT_REST = {State.STORED.value, State.REFUSED.value, State.FAILED.value, State.CANCELLED.value}


@dataclass(frozen=True, slots=True)
class _Reason:
    """Why a generation must not be thrown away, and what to do about it."""

    words: str
    step: str


def trashed() -> ColumnElement[bool]:
    """The condition that a generation lies in the trash."""
    newest = select(func.max(TrashRow.id)).group_by(TrashRow.generation_id)
    return GenerationRow.id.in_(
        select(TrashRow.generation_id).where(TrashRow.id.in_(newest), TrashRow.thrown)
    )


def trashed_ids(session: Session, among: Sequence[int] | None = None) -> frozenset[int]:
    """The generations in the trash: all, or those `among` some."""
    query = select(TrashRow.generation_id, TrashRow.thrown).order_by(TrashRow.id)
    if among is None:
        return _lying(session, query)
    return frozenset().union(
        *(_lying(session, query.where(TrashRow.generation_id.in_(chunk))) for chunk in chunks(among))
    )


def throw_away(session: Session, ids: Sequence[int], at: datetime, *, gone: Collection[str]) -> None:
    """Put generations into the trash; those that lie there stay.

    `gone`: paths of delivered files that lie no longer where they were written. Raises UsageError with every
    reason when one must not be thrown away, and what to do about the first; then none is.
    """
    reasons = [reason for number in ids for reason in _reasons(session, number, gone)]
    if reasons:
        raise UsageError("\n".join(reason.words for reason in reasons), next_step=reasons[0].step)
    lying = trashed_ids(session, ids)
    session.add_all(
        TrashRow(generation_id=number, thrown=True, at=at)
        for number in dict.fromkeys(ids)
        if number not in lying
    )


def take_out(session: Session, ids: Sequence[int], at: datetime, *, present: Collection[int]) -> None:
    """Take generations out of the trash; all of them, or none with the reasons in a UsageError.

    `present`: those whose file lies in the store, whatever was cleared away.
    """
    lying = trashed_ids(session, ids)
    reasons = [_why_not_back(session, number, lying, present) for number in ids]
    if any(reasons):
        raise UsageError(
            "\n".join(reason for reason in reasons if reason), next_step="pipeline history --decision trashed"
        )
    for number in dict.fromkeys(ids):
        _bring_back(session, number, at)


def take_out_if_in(session: Session, generation: int, at: datetime) -> None:
    """A picture that is chosen again is no longer thrown away; who chooses it has seen its file."""
    if trashed_ids(session, [generation]):
        _bring_back(session, generation, at)


def shown_by(session: Session, among: Sequence[int] | None = None) -> dict[int, dict[str, DecisionRow]]:
    """By generation that assets were given last those assets, each with the word that gives it.

    All, or those `among` some. A rejection ends whatever was decided before it: a rejected one is not here.
    """
    given: dict[int, dict[str, DecisionRow]] = {}
    for asset, word in sorted(_given(session, among).items()):
        if among is None or word.generation_id in among:
            given.setdefault(word.generation_id, {})[asset] = word
    rejected = decided.rejected_ids(session, sorted(given))
    return {number: assets for number, assets in given.items() if number not in rejected}


def _given(session: Session, ids: Collection[int] | None = None) -> dict[str, DecisionRow]:
    """By asset the newest word that stands for it; with `ids` only of assets that ever had one of them.

    Without the keys that pictures made elsewhere have from the start: those are names, and show nothing.
    """
    query = select(DecisionRow).where(DecisionRow.asset_key.is_not(None), ~_is_own_name())
    if ids is not None:
        ever = select(DecisionRow.asset_key).where(DecisionRow.generation_id.in_(ids))
        query = query.where(DecisionRow.asset_key.in_(ever))
    words = decided.standing(session.scalars(query.order_by(DecisionRow.id)))
    return {word.asset_key: word for word in words if word.asset_key is not None}


def _is_own_name() -> ColumnElement[bool]:
    return exists().where(
        GenerationRow.id == DecisionRow.generation_id,
        GenerationRow.asset_key == DecisionRow.asset_key,
        GenerationRow.provider == IMPORTED,
    )


def _lying(session: Session, query: Select[int, bool]) -> frozenset[int]:
    words = session.execute(query)
    newest = {generation: thrown for generation, thrown in words}  # noqa: C416 - typed rows
    return frozenset(generation for generation, thrown in newest.items() if thrown)


def _reasons(session: Session, number: int, gone: Collection[str]) -> list[_Reason]:
    row = session.get(GenerationRow, number)
    if row is None:
        return [_Reason(f"there is no generation {number}", _NUMBERS)]
    if row.state not in _AT_REST:
        return [_Reason(f"generation {number} is {row.state}: it is not settled yet", _settling(row))]
    assets = shown_by(session, [number]).get(number, {})
    reasons = [
        _Reason(
            f"generation {number} is {_word(word)} for {asset}",
            _replacing(session, row, asset, f"pipeline reject {number}"),
        )
        for asset, word in assets.items()
    ]
    reasons += [
        _Reason(f"generation {number} is shown by {path}", _replacing(session, row, asset, "delete the file"))
        for path, asset in _delivered(session, number)
        if path not in gone
    ]
    return reasons


def _settling(row: GenerationRow) -> str:
    if row.state == State.UNKNOWN.value:
        return f"pipeline resolve {row.id} --abandon   (or --resubmit, to let the next run buy it again)"
    return "to bring it to its end: pipeline collect"


def _replacing(session: Session, row: GenerationRow, asset: str, otherwise: str) -> str:
    """How an asset comes to show another picture: one that it has, else a new one."""
    shown_once = select(DecisionRow.generation_id).where(DecisionRow.asset_key == asset)
    query = select(GenerationRow.id).where(
        or_(GenerationRow.asset_key == asset, GenerationRow.id.in_(shown_once)),
        GenerationRow.id != row.id,
        GenerationRow.state == State.STORED.value,
        GenerationRow.provider.in_((row.provider, IMPORTED)),
    )
    others = list(session.scalars(query.order_by(GenerationRow.id.desc())))
    out = decided.rejected_ids(session, others) | trashed_ids(session, others)
    other = next((number for number in others if number not in out), None)
    if other is not None:
        return f"pipeline select {asset} {other}   (so that it shows that one; or {otherwise})"
    if otherwise.startswith("pipeline "):
        return f"{otherwise}   (or buy it another picture: pipeline regenerate {asset})"
    return f"{otherwise}, or buy it another picture: pipeline regenerate {asset}"


def _word(word: DecisionRow) -> str:
    return "shown" if word.choice == Choice.TAKEN.value else word.choice


def _delivered(session: Session, number: int) -> list[tuple[str, str]]:
    """The paths whose last written file shows a generation, each with the asset that it is for."""
    its = select(DeliveredRow.path).where(DeliveredRow.generation_id == number)
    newest = select(func.max(DeliveredRow.id)).where(DeliveredRow.path.in_(its)).group_by(DeliveredRow.path)
    query = select(DeliveredRow.path, DeliveredRow.asset_key).where(
        DeliveredRow.id.in_(newest), DeliveredRow.generation_id == number
    )
    return [(path, asset) for path, asset in session.execute(query.order_by(DeliveredRow.path))]


def _why_not_back(
    session: Session, number: int, lying: frozenset[int], present: Collection[int]
) -> str | None:
    if number not in lying:
        return f"generation {number} is not in the trash"
    blob = _blob(session, number)
    if blob is not None and blob.cleared_at is not None and number not in present:
        day = f"{blob.cleared_at.astimezone():%Y-%m-%d}"
        return f"the picture of generation {number} was cleared away on {day}: a backup may still have it"
    return None


def _bring_back(session: Session, number: int, at: datetime) -> None:
    session.add(TrashRow(generation_id=number, thrown=False, at=at))
    blob = _blob(session, number)
    if blob is not None:
        blob.cleared_at = None


def _blob(session: Session, number: int) -> BlobRow | None:
    sha256 = session.get_one(GenerationRow, number).blob_sha256
    return None if sha256 is None else session.get(BlobRow, sha256)
