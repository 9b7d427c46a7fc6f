"""The past as the review page shows it: cards by page, counts beside each filter, assets. Reads only.

Pages are cut by key, not by offset: what is added or hidden meanwhile neither repeats nor drops a card.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import func, select  # noqa: TID251 - history owns SQLAlchemy
from sqlalchemy.orm import Session  # noqa: TID251 - history owns SQLAlchemy

from pipeline.history import conditions, decided, dossiers, notes, rows, sight
from pipeline.history.database import Database
from pipeline.history.facets import Facets, facets_of
from pipeline.history.fitting import Fitting
from pipeline.history.look import DECISIONS, Counts, Look, Sort, words_in
from pipeline.history.models import GenerationRow
from pipeline.history.parts import chunks
from pipeline.history.records import Generation
from pipeline.history.shelf import Shelf
from pipeline.history.states import Choice

__all__ = ["DECISIONS", "AssetCard", "Card", "Counts", "Facets", "Gallery", "Look", "Page", "Sort"]

Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One generation, the newest word on it (None: none), how many notes it has, whether it is trashed.

    `standing`: some asset was given it last, so that a choice of it is no earlier one. `version` is what a
    decision on it must carry, `asset_version` one on its asset.
    """

    generation: Generation
    decision: Choice | None
    standing: bool
    notes: int
    trashed: bool
    version: int
    asset_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetCard:
    """An asset: what was decided to be shown, how many attempts, the word on that."""

    asset: str
    shown: Generation | None
    attempts: int
    decision: Choice | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Shown]):
    """Cards in order, of `total` that fit; the first is number `first` of them (0: there is no card).

    `after`: the next page's cursor, None on the last. `before`: cards came before; then `previous` is the
    cursor of the page before, None where that is the first.
    """

    cards: tuple[Shown, ...]
    total: int
    first: int
    after: str | None
    before: bool
    previous: str | None

    @property
    def last(self) -> int:
        """The number of the last card among all that fit, 0 where there is no card."""
        return self.first + len(self.cards) - 1 if self.cards else 0


class Gallery:
    """Looks at the past. Safe to use from several threads; the first look reads the whole history."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._shelf = Shelf()

    def warm(self) -> None:
        """Read the history now, so that the first look is as fast as the others."""
        with self._database.reading() as session:
            self._shelf.at(session)

    def page(self, look: Look) -> Page[Card]:
        """The cards of one page. Raises UsageError for a cursor that is none."""
        with self._database.reading() as session:
            return _pictures(session, self._fitting(session, look))

    def pictures(self, look: Look) -> tuple[Page[Card], Facets]:
        """One page and the counts beside its filters, of the same moment. Raises UsageError as `page`."""
        with self._database.reading() as session:
            fitting = self._fitting(session, look)
            return _pictures(session, fitting), facets_of(fitting)

    def assets(self, look: Look) -> tuple[Page[AssetCard], Facets]:
        """One page of assets that asked for, or were given, a picture that fits; the counts are of pictures.

        `spec` and `article` are the asset's own. By the newest picture, the oldest, or by key. Raises
        UsageError as `page` does.
        """
        with self._database.reading() as session:
            fitting = self._fitting(session, look)
            stretch = sight.assets(fitting)
            return _page(stretch, _asset_cards(session, stretch.names)), facets_of(fitting)

    def version_of(self, asset: str) -> int:
        """The number of the newest word that concerns an asset, 0 for none: what `expected` is about."""
        with self._database.reading() as session:
            return decided.version_of(session, asset)

    def versions_of_generations(self, ids: Sequence[int]) -> dict[int, int]:
        """By generation the number of the newest word on it, 0 for none."""
        with self._database.reading() as session:
            return decided.versions_of_generations(session, ids)

    def _fitting(self, session: Session, look: Look) -> Fitting:
        snapshot = self._shelf.at(session)
        beside = {word: _beside(session, word) for word in words_in(look.text)}
        return Fitting(snapshot, self._shelf.vocabulary, look, beside)


def _beside(session: Session, word: str) -> tuple[int, ...]:
    """Generations that a word is found beside: in the title of their article, in a note."""
    return tuple(session.scalars(select(GenerationRow.id).where(conditions.beside(word))))


def _pictures(session: Session, fitting: Fitting) -> Page[Card]:
    stretch = sight.pictures(fitting)
    return _page(stretch, _cards(session, [int(name) for name in stretch.names]))


def _page(stretch: sight.Stretch, cards: tuple[Shown, ...]) -> Page[Shown]:
    return Page(
        cards=cards,
        total=stretch.total,
        first=stretch.begin + 1 if cards else 0,
        after=stretch.after,
        before=stretch.begin > 0,
        previous=stretch.previous,
    )


def _cards(session: Session, ids: Sequence[int]) -> tuple[Card, ...]:
    found = _by_id(session, ids)
    choices, standing = decided.choices(session, ids), dossiers.given_last(session, ids)
    noted = notes.on_generations(session, ids)
    versions = decided.versions_of_generations(session, ids)
    assets = decided.versions(session, sorted({item.asset for item in found.values()}))
    return tuple(
        Card(
            generation=found[number],
            decision=choices.get(number),
            standing=number in standing,
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
    attempts: dict[str, int] = {}
    for chunk in chunks(assets):
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
            )
        )
    return tuple(cards)


def _may_be_shown(generation: Generation) -> bool:
    return generation.master is not None and not (generation.rejected or generation.trashed)


def _by_id(session: Session, ids: Sequence[int]) -> dict[int, Generation]:
    return {
        item.id: item
        for chunk in chunks(ids)
        for item in rows.load(session, rows.generations().where(GenerationRow.id.in_(chunk)))
    }
