"""The gallery: pages, counts and assets, against plain readings of the same history."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.history.database import Database
from pipeline.history.gallery import DECISIONS, AssetCard, Facets, Gallery, Look, Sort
from pipeline.history.memory import Memory
from pipeline.history.records import Marked
from pipeline.history.search import Filters, Search
from pipeline.history.states import Choice, State
from tests.history.book import NOW, Book, after, written
from tests.history.seeded import COMMON, RARE, fill

COUNT = 5000
EVERYTHING = Look(limit=COUNT)


@pytest.fixture(scope="module")
def filled(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """5,000 generations, with notes, a rejection, words taken back and a little trash."""
    path = tmp_path_factory.mktemp("gallery") / "history.db"
    shutil.copyfile(template, path)
    fill(path, COUNT, seed=3)
    database = Database.at(path)
    memory = Memory(database)
    pictures = Search(database).generations(Filters(states=(State.STORED,), limit=60))
    for item in pictures[:20]:
        memory.decide(item.asset, item.id, Choice.PINNED, item.request, at=NOW)
    for item in pictures[:10]:
        memory.undo(item.asset, at=after(1))
    for item in pictures[20:25]:
        memory.reject([Marked(item.id)], at=NOW)
        memory.trash([item.id], at=NOW, gone=[file for _, file in _files(database, item.id)])
    for item in pictures[25:30]:
        memory.note(item.id, "独角的笔记", at=NOW)
    yield database
    database.close()


@pytest.fixture(scope="module")
def gallery(filled: Database) -> Gallery:
    """A gallery of it."""
    return Gallery(filled)


def _files(database: Database, number: int) -> list[tuple[str, str]]:
    dossier = Search(database).dossier(number)
    assert dossier is not None
    return [(file.slot, file.path) for file in dossier.files]


def _facets(gallery: Gallery, look: Look) -> Facets:
    page, facets = gallery.pictures(look)
    assert page.total == facets.total
    return facets


def _assets(gallery: Gallery, look: Look) -> tuple[AssetCard, ...]:
    page, _ = gallery.assets(look)
    return page.cards


def _ids(gallery: Gallery, look: Look) -> list[int]:
    """Every page of a look."""
    found: list[int] = []
    cursor: str | None = None
    while True:
        page = gallery.page(replace(look, after=cursor))
        assert page.before is (cursor is not None)
        found += [card.generation.id for card in page.cards]
        cursor = page.after
        if cursor is None:
            return found


def test_a_page_is_the_newest_first_and_says_what_the_search_says(gallery: Gallery, filled: Database) -> None:
    page = gallery.page(EVERYTHING)
    search = Search(filled)

    found = [item for item in search.generations(Filters(limit=COUNT)) if not item.trashed]

    assert [card.generation for card in page.cards] == found
    assert {card.generation.id: card.decision for card in page.cards if card.decision} == search.choices(
        [item.id for item in found]
    )
    assert (page.after, page.before) == (None, False)
    assert sum(card.trashed for card in gallery.page(Look(decisions=("trashed",))).cards) == 5
    assert sum(card.notes for card in page.cards) == 5


@pytest.mark.parametrize("sort", ["newest", "oldest", "dearest", "asset"])
def test_pages_follow_each_other_without_a_gap_or_a_repeat(gallery: Gallery, sort: Sort) -> None:
    orders = {
        "newest": lambda item: (-item.id,),
        "oldest": lambda item: (item.id,),
        "dearest": lambda item: (-1 if item.cost is None else item.cost, item.id),
        "asset": lambda item: (item.asset, item.id),
    }
    everything = [card.generation for card in gallery.page(EVERYTHING).cards]

    walked = _ids(gallery, Look(sort=sort, limit=700))

    wanted = sorted(everything, key=orders[sort], reverse=sort == "dearest")
    assert walked == [item.id for item in wanted]
    assert len(walked) == COUNT - 5, "what lies in the trash is left out"


LOOKS = (
    (Look(text=COMMON), Filters(text=COMMON)),
    (Look(text=RARE[:2]), Filters(text=RARE[:2])),
    (Look(text="独角的笔记"), Filters(text="独角的笔记")),
    (Look(text="WEEK0001/Article"), Filters(text="WEEK0001/Article")),
    (Look(spec="week0007"), Filters(spec="week0007")),
    (Look(spec="week0007", article="article-03"), Filters(spec="week0007", article="article-03")),
    (Look(article="article-03"), Filters(article="article-03")),
    (Look(slot="bilibili.cover"), Filters(slot="bilibili.cover")),
    (
        Look(states=(State.FAILED, State.REFUSED)),
        Filters(states=(State.FAILED, State.REFUSED)),
    ),
    (Look(model="jimeng_t2i_v31"), Filters(model="jimeng_t2i_v31")),
    (
        Look(tags=(("author", "amy"), ("column", "article-03"))),
        Filters(tags=(("author", "amy"), ("column", "article-03"))),
    ),
    (Look(tags=(("author", "nobody"),)), Filters(tags=(("author", "nobody"),))),
    (
        Look(since=datetime(2021, 2, 1, tzinfo=UTC), until=datetime(2021, 3, 1, tzinfo=UTC)),
        Filters(since=datetime(2021, 2, 1, tzinfo=UTC), until=datetime(2021, 3, 1, tzinfo=UTC)),
    ),
    (Look(text=COMMON, model="jimeng_t2i_v40", states=(State.STORED,)), None),
    *((Look(decisions=(word,)), Filters(decisions=(word,))) for word in DECISIONS),
    (Look(decisions=("pinned", "trashed")), Filters(decisions=("pinned", "trashed"))),
)


@pytest.mark.parametrize(("look", "filters"), LOOKS)
def test_every_filter_finds_what_the_search_finds(
    gallery: Gallery, filled: Database, look: Look, filters: Filters | None
) -> None:
    if filters is None:
        filters = Filters(text=look.text, model=look.model, states=look.states)
    searched = Search(filled).generations(replace(filters, limit=COUNT))
    wanted = [item.id for item in searched if not item.trashed or "trashed" in look.decisions]

    found = gallery.page(replace(look, limit=COUNT))

    assert [card.generation.id for card in found.cards] == wanted
    assert _facets(gallery, look).total == len(wanted)


@pytest.mark.parametrize(("look", "filters"), LOOKS)
def test_the_counts_beside_a_filter_are_what_choosing_each_value_leaves(
    gallery: Gallery, look: Look, filters: Filters | None
) -> None:
    del filters
    facets = _facets(gallery, look)

    for word, count in facets.decision:
        assert _facets(gallery, replace(look, decisions=(word,))).total == count, word
    for word, count in facets.state:
        assert _facets(gallery, replace(look, states=(State(word),))).total == count, word
    for word, count in facets.platform:
        assert _facets(gallery, replace(look, platform=word)).total == count, word
    for word, count in facets.model:
        assert _facets(gallery, replace(look, model=word)).total == count, word
    for word, count in facets.article:
        assert _facets(gallery, replace(look, article=word)).total == count, word
    for word, count in facets.spec[:5]:
        assert _facets(gallery, replace(look, spec=word)).total == count, word
    for word, count in facets.tag:
        name, _, value = word.partition("=")
        assert _facets(gallery, replace(look, tags=((name, value),))).total == count, word


def test_counts_stand_the_most_frequent_first_and_specs_the_newest_first(gallery: Gallery) -> None:
    facets = _facets(gallery, Look())

    assert [count for _, count in facets.state] == sorted((count for _, count in facets.state), reverse=True)
    assert [name for name, _ in facets.spec] == sorted((name for name, _ in facets.spec), reverse=True)
    assert sum(count for _, count in facets.spec) == facets.total == COUNT - 5
    assert dict(facets.decision)["trashed"] == 5
    assert dict(facets.decision)["noted"] == 5
    assert dict(facets.decision)["pinned"] == 10


def test_costs_are_kept_within_both_bounds(gallery: Gallery) -> None:
    priced = _facets(gallery, Look(cost_from=1)).total

    assert 0 < priced < COUNT
    assert _facets(gallery, Look(cost_from=2000, cost_to=2000)).total == priced
    assert _facets(gallery, Look(cost_to=1999)).total == 0
    assert _facets(gallery, Look(cost_from=2001)).total == 0


def test_a_cursor_or_a_decision_that_is_none_is_said(gallery: Gallery) -> None:
    for cursor in ("x", "", "-1", "9" * 30, str(COUNT + 1), "week0001/article-00/nowhere"):
        with pytest.raises(UsageError, match="no such place in the history"):
            gallery.page(Look(after=cursor))
    with pytest.raises(UsageError, match="no such place"):
        gallery.assets(Look(after="week0001/article-00/nowhere"))
    with pytest.raises(UsageError, match="lost is no decision: it must be one of unreviewed"):
        _facets(gallery, Look(decisions=("lost",)))


def test_assets_are_walked_page_by_page_in_any_order(gallery: Gallery, filled: Database) -> None:
    cards = gallery.page(EVERYTHING).cards
    newest: dict[str, int] = {}
    for card in cards:
        newest.setdefault(card.generation.asset, card.generation.id)
    counts = Counter(item.asset for item in Search(filled).generations(Filters(limit=COUNT)))

    orders: dict[Sort, list[str]] = {
        "newest": sorted(newest, key=lambda asset: -newest[asset]),
        "asset": sorted(newest),
    }
    orders["oldest"] = orders["newest"][::-1]
    for sort, wanted in orders.items():
        walked: list[AssetCard] = []
        look = Look(sort=sort, limit=900)
        while True:
            page, facets = gallery.assets(look)
            assert (page.first, page.total) == (len(walked) + 1, len(wanted))
            assert facets.total == COUNT - 5
            walked += page.cards
            assert page.last == len(walked)
            if page.after is None:
                break
            look = replace(look, after=page.after)
        assert [card.asset for card in walked] == wanted
        assert {card.asset: card.attempts for card in walked} == {asset: counts[asset] for asset in newest}


def test_an_asset_shows_what_was_decided_last_and_may_still_be_shown(book: Book, database: Database) -> None:
    first, second = book.stored("aa").id, book.stored("bb").id
    gallery = Gallery(database)
    undecided = _assets(gallery, Look())
    book.memory.decide("week12/cats/cover", first, Choice.SELECTED, "q1:cat", at=NOW)
    book.memory.decide("week12/cats/cover", second, Choice.TAKEN, "q1:cat", at=after(1))
    book.memory.decide("week13/cats/again", first, Choice.TAKEN, "q1:cat", at=after(2))
    both = {card.asset: card for card in _assets(gallery, Look())}
    book.memory.reject([Marked(second)], at=after(3))

    (cover,) = _assets(gallery, Look(spec="week12"))

    assert [(card.shown, card.attempts, card.decision) for card in undecided] == [(None, 2, None)]
    assert both["week12/cats/cover"].shown == replace(book.read(second), rejected=False)
    assert both["week13/cats/again"].shown == book.read(first)
    assert both["week13/cats/again"].attempts == 0
    assert cover.shown == book.read(first)
    assert cover.decision is Choice.SELECTED
    assert gallery.version_of("week12/cats/cover") == 4
    assert [card.asset for card in _assets(gallery, Look(spec="week13"))] == ["week13/cats/again"]
    assert _assets(gallery, Look(article="dogs")) == ()


def test_what_happens_meanwhile_is_seen_at_the_next_look(book: Book, database: Database) -> None:
    gallery = Gallery(database)
    empty = (gallery.page(Look()), *gallery.assets(Look()))
    number = book.planned().id
    planned = _facets(gallery, Look())
    later = book.stored("bb", request="q1:dog", asset="week12/dogs/cover", tags={"author": "amy"}).id
    book.memory.will_write(written(generation=later))
    stored = _facets(gallery, Look())
    book.memory.forget_written(written().path)
    book.memory.will_write(written("output/x.jpg", generation=later, slot="bilibili.cover"))
    moved = _facets(gallery, Look())
    assert book.ledger.cancel(number, at=NOW, note="")
    book.memory.decide("week12/dogs/cover", later, Choice.SELECTED, "q1:dog", at=NOW)
    book.memory.note(later, "good", at=NOW)
    decided = _facets(gallery, Look())
    book.memory.undo("week12/dogs/cover", at=after(1))
    book.memory.trash([later], at=after(2), gone=["output/x.jpg"])

    (card,) = gallery.page(Look(decisions=("trashed",))).cards

    assert [look.cards for look in empty[:1]] == [()]
    assert (empty[1].cards, empty[2]) == ((), Facets(total=0))
    assert planned.state == (("planned", 1),)
    assert stored.state == (("planned", 1), ("stored", 1))
    assert (stored.platform, stored.tag) == ((("wechat", 1),), (("author=amy", 1),))
    assert moved.platform == (("bilibili", 1),)
    assert decided.state == (("cancelled", 1), ("stored", 1))
    assert decided.decision == (("noted", 1), ("selected", 1))
    assert (card.generation.id, card.decision, card.notes, card.trashed) == (later, None, 1, True)
    assert [item.generation.id for item in gallery.page(Look()).cards] == [number]


def test_a_page_goes_on_after_a_card_that_was_hidden_meanwhile(book: Book, database: Database) -> None:
    numbers = [book.stored(f"a{place}", request=f"q1:{place}").id for place in range(4)]
    gallery = Gallery(database)
    look = Look(limit=2, decisions=("unreviewed",))
    first = gallery.page(look)
    book.memory.reject([Marked(numbers[2])], at=NOW)

    second = gallery.page(replace(look, after=first.after))

    assert [card.generation.id for card in first.cards] == [numbers[3], numbers[2]]
    assert [card.generation.id for card in second.cards] == [numbers[1], numbers[0]]
    assert second.after is None


def test_a_history_that_was_put_back_is_read_anew(book: Book, database: Database) -> None:
    gallery = Gallery(database)
    book.stored("aa")
    gallery.warm()
    book.sql("DELETE FROM event WHERE id > 2")
    book.sql("UPDATE generation SET prompt = 'another'")

    found = gallery.page(Look(text="another"))

    assert len(found.cards) == 1
