"""The past as the review page shows it: cards by page, counts beside each filter, assets. Reads only.

Pages are cut by key, not by offset: what is added or hidden meanwhile neither repeats nor drops a card.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.orm import Session  # noqa: TID251 - history owns SQLAlchemy

from pipeline.history import conditions, decided, notes, rows
from pipeline.history.database import Database
from pipeline.history.look import DECISIONS, Counts, Look, Sort
from pipeline.history.models import GenerationRow
from pipeline.history.records import Generation, Note
from pipeline.history.shelf import Shelf
from pipeline.history.sight import Sight
from pipeline.history.states import Choice

__all__ = ["DECISIONS", "AssetCard", "Card", "Counts", "Facets", "Gallery", "Look", "Page", "Sort"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One generation, the newest word on it (None: none), how many notes it has, whether it is trashed.

    `version` is what a decision on it must carry, `asset_version` one on its asset.
    """

    generation: Generation
    decision: Choice | None
    notes: int
    trashed: bool
    version: int
    asset_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Cards in order; `after`: the next page's cursor, None on the last; `before`: one came before."""

    cards: tuple[Card, ...]
    after: str | None
    before: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """How many fit in all, and under each filter how many each of its values would leave.

    A filter's counts hold all other filters, not itself. `tag` values are `name=value`. Most frequent
    first; specs with the newest first.
    """

    total: int
    spec: Counts = ()
    article: Counts = ()
    platform: Counts = ()
    state: Counts = ()
    decision: Counts = ()
    model: Counts = ()
    tag: Counts = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetCard:
    """An asset: what was decided to be shown, how many attempts, the word on that, its version."""

    asset: str
    shown: Generation | None
    attempts: int
    decision: Choice | None
    version: int


class Gallery:
    """Looks at the past. Safe to use from several threads; the first look reads the whole history."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._shelf = Shelf()

    def warm(self) -> None:
        """Read the history now, so that the first look is as fast as the others."""
        with self._database.reading() as session:
            self._shelf.at(session)

    def page(self, look: Look) -> Page:
        """The cards of one page. Raises UsageError for a cursor that is none."""
        with self._database.reading() as session:
            sight = self._sight(session, look)
            ids = sight.page()
            cards = _cards(session, ids[: look.limit])
        after = str(ids[look.limit - 1]) if len(ids) > look.limit else None
        return Page(cards=cards, after=after, before=look.after is not None)

    def facets(self, look: Look) -> Facets:
        """The counts beside the filters of a look; its page and its order do not matter."""
        with self._database.reading() as session:
            sight = self._sight(session, look)
        return Facets(
            total=sight.total(),
            spec=sight.specs(),
            article=sight.articles(),
            platform=sight.platforms(),
            state=sight.states(),
            decision=sight.decisions(),
            model=sight.models(),
            tag=sight.tags(),
        )

    def assets(self, look: Look) -> tuple[AssetCard, ...]:
        """The assets of one page: those that asked for, or were given, a picture that fits the look.

        `spec` and `article` are the asset's own. Ordered by the newest picture, the oldest, or by key; the
        next page's cursor is the last card's `asset`. Raises UsageError for a cursor that is none.
        """
        with self._database.reading() as session:
            found = self._sight(session, look).assets()
            return _asset_cards(session, found)

    def notes(self, on: int | str) -> tuple[Note, ...]:
        """The notes on a generation (its number) or an asset (its key), oldest first."""
        with self._database.reading() as session:
            return notes.on_target(session, on)

    def version_of(self, asset: str) -> int:
        """The number of the newest word that concerns an asset, 0 for none: what `expected` is about."""
        with self._database.reading() as session:
            return decided.version_of(session, asset)

    def versions_of_generations(self, ids: Sequence[int]) -> dict[int, int]:
        """By generation the number of the newest word on it, 0 for none."""
        with self._database.reading() as session:
            return decided.versions_of_generations(session, ids)

    def _sight(self, session: Session, look: Look) -> Sight:
        snapshot = self._shelf.at(session)
        elsewhere = () if look.text is None else _beside(session, look.text)
        return Sight(snapshot, self._shelf.vocabulary, look, elsewhere)


def _beside(session: Session, text: str) -> tuple[int, ...]:
    """Generations that a text is found beside: in the title of their article, in a note."""
    return tuple(session.scalars(select(GenerationRow.id).where(conditions.beside(text))))


def _cards(session: Session, ids: Sequence[int]) -> tuple[Card, ...]:
    found = _by_id(session, ids)
    choices = decided.choices(session, ids)
    noted = notes.on_generations(session, ids)
    versions = decided.versions_of_generations(session, ids)
    assets = decided.versions(session, sorted({item.asset for item in found.values()}))
    return tuple(
        Card(
            generation=found[number],
            decision=choices.get(number),
            notes=len(noted.get(number, ())),
            trashed=found[number].trashed,
            version=versions[number],
            asset_version=assets[found[number].asset],
        )
        for number in ids
    )


def _asset_cards(session: Session, assets: Sequence[str]) -> tuple[AssetCard, ...]:
    words = decided.for_assets(session, assets)
    pictures = _by_id(session, sorted({word.generation for said in words.values() for word in said}))
    versions = decided.versions(session, assets)
    attempts: dict[str, int] = {}
    for chunk in rows.chunks(assets):
        query = select(GenerationRow.asset_key, func.count()).where(GenerationRow.asset_key.in_(chunk))
        counted = session.execute(query.group_by(GenerationRow.asset_key))
        attempts |= {asset: count for asset, count in counted}  # noqa: C416 - typed rows
    cards = []
    for asset in assets:
        # Of what was chosen for it, the newest that may still be shown.
        shown = next(
            (word for word in words.get(asset, ()) if _may_be_shown(pictures[word.generation])), None
        )
        cards.append(
            AssetCard(
                asset=asset,
                shown=None if shown is None else pictures[shown.generation],
                attempts=attempts.get(asset, 0),
                decision=None if shown is None else shown.choice,
                version=versions[asset],
            )
        )
    return tuple(cards)


def _may_be_shown(generation: Generation) -> bool:
    return generation.master is not None and not (generation.rejected or generation.trashed)


def _by_id(session: Session, ids: Sequence[int]) -> dict[int, Generation]:
    return {
        item.id: item
        for chunk in rows.chunks(ids)
        for item in rows.load(session, rows.generations().where(GenerationRow.id.in_(chunk)))
    }
