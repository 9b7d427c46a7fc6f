"""What a look asks: its words, the pages before and after, the counts by slot, month and cost."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.history.columns import Words
from pipeline.history.database import Database
from pipeline.history.fitting import Fitting
from pipeline.history.gallery import Gallery, Look, Page, Sort
from pipeline.history.look import words_in
from pipeline.history.records import AssetFact, Marked
from pipeline.history.search import Filters
from pipeline.history.shelf import Shelf
from pipeline.history.sight import assets
from pipeline.history.states import Choice
from tests.history.book import NOW, Book, after, written


@pytest.fixture
def gallery(database: Database) -> Gallery:
    """A gallery of the history of this test."""
    return Gallery(database)


@pytest.fixture
def shanghai(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The author's clock is eight hours ahead of UTC."""
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, ()),
        ("  \u3000 ", ()),
        ("龙虾", ("龙虾",)),
        ("龙虾 电路", ("龙虾", "电路")),
        ("龙虾\u3000电路\t板", ("龙虾", "电路", "板")),
        ('"a calm light" 纸', ("a calm light", "纸")),
        ("“a b” c", ("a b", "c")),
        ('5" wide', ('5"', "wide")),
        ('" " a', ("a",)),
        ("cat cat", ("cat",)),
        ("cafe\u0301", ("caf\u00e9",)),
        ("1 2 3 4 5 6 7 8 9 10", (*"123456789", "10")),
        ("1 2 3 4 5 6 7 8 9 10  11 ", (*"123456789", "10  11")),
    ],
)
def test_a_text_is_words_between_blanks_and_what_stands_in_quotes(
    text: str | None, words: tuple[str, ...]
) -> None:
    assert words_in(text) == words


def test_a_long_text_of_quotes_is_parted_at_once() -> None:
    begun = time.perf_counter()

    words_in('"' + " " * 50_000 + "a" * 50_000 + '"a' * 20_000)

    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("龙虾 电路", ("board",)),
        ("电路\u3000龙虾", ("board",)),
        ('"龙虾 电路"', ()),
        ("龙虾 week12", ("lobster", "board")),
        ("龙虾 头图", ("lobster",)),
        ("电路 头图", ()),
        ("装上 龙虾", ("board",)),
        ("装上 头图", ()),
        ("WEEK12 晨光", ("board",)),
        (" \u3000", ("lobster", "board")),
    ],
)
def test_every_word_is_found_somewhere_in_the_grid_and_in_the_search(
    book: Book, gallery: Gallery, text: str, found: tuple[str, ...]
) -> None:
    lobster = book.stored("aa", request="q1:a", asset="week12/a/cover", prompt="一只红色的龙虾").id
    board = book.stored("bb", request="q1:b", asset="week12/b/cover", prompt="龙虾站在电路板上,晨光").id
    book.memory.note(lobster, "留着做头图", at=NOW)
    facts = [AssetFact(key="week12/b/cover", spec="week12", title="装上板子")]
    book.memory.saw_spec("week12", "week12.yaml", "d1", facts, at=NOW)
    names = {lobster: "lobster", board: "board"}

    cards = gallery.page(Look(text=text, sort="oldest")).cards
    searched = book.search.generations(Filters(text=text))

    assert tuple(names[card.generation.id] for card in cards) == found
    assert tuple(names[item.id] for item in searched)[::-1] == found


def _walked(gallery: Gallery, look: Look, *, forward: bool) -> Iterator[Page[object]]:
    """Page after page, or page before page."""
    while True:
        page: Page[object] = gallery.assets(look)[0] if look.spec else gallery.page(look)  # type: ignore[assignment]  # cards of either kind
        yield page
        if page.after is None if forward else not page.before:
            return
        look = replace(look, after=page.after if forward else page.previous)


@pytest.mark.parametrize("spec", [None, "week12"])
@pytest.mark.parametrize("sort", ["newest", "oldest", "asset"])
@pytest.mark.parametrize(("pictures", "limit"), [(10, 3), (9, 3), (3, 3), (1, 3), (7, 1)])
def test_pages_lead_back_the_way_they_came(
    book: Book, gallery: Gallery, sort: Sort, spec: str | None, pictures: int, limit: int
) -> None:
    for number in range(pictures):
        book.planned(request=f"q1:{number}", asset=f"week12/a/i{number}")
    look = Look(sort=sort, limit=limit, spec=spec)

    forward = list(_walked(gallery, look, forward=True))
    last = replace(look, after=forward[-2].after) if len(forward) > 1 else look
    backward = list(_walked(gallery, last, forward=False))

    assert backward[::-1] == forward
    assert [(page.first, page.last) for page in forward] == [
        (begin + 1, min(begin + limit, pictures)) for begin in range(0, pictures, limit)
    ]
    assert all(page.cards and page.total == pictures for page in forward), "a full last page is the last"


def test_a_page_without_cards_has_no_numbers(gallery: Gallery) -> None:
    page = gallery.page(Look())

    assert (page.first, page.last, page.total, page.before, page.previous) == (0, 0, 0, False, None)


def test_numbers_of_a_page_leave_out_the_card_that_was_hidden_meanwhile(book: Book, gallery: Gallery) -> None:
    numbers = [book.stored(f"a{place}", request=f"q1:{place}").id for place in range(6)]
    look = Look(limit=2, decisions=("unreviewed",))
    second = gallery.page(replace(look, after=gallery.page(look).after))
    assert second.after is not None
    book.memory.reject([Marked(int(second.after))], at=NOW)

    third = gallery.page(replace(look, after=second.after))

    assert [card.generation.id for card in third.cards] == numbers[1::-1]
    assert (third.first, third.last, third.total, third.before) == (4, 5, 5, True)
    assert third.previous == str(numbers[5]), "the two cards before it are the second and the third"


def test_months_are_those_of_the_authors_clock_the_newest_first(
    shanghai: None, book: Book, gallery: Gallery
) -> None:
    moments = ("2025-12-31T15:59:59", "2025-12-31T16:00:00", "2026-01-31T15:59:59", "2026-11-24T09:30:00")
    for moment in moments:
        at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        book.planned(request=f"q1:{moment}", at=at)

    _, facets = gallery.pictures(Look(since=datetime(2026, 1, 1).astimezone()))

    assert facets.month == (("2026-11", 1), ("2026-01", 2), ("2025-12", 1))
    for month, count in facets.month:
        year, number = (int(part) for part in month.split("-"))
        since = datetime(year, number, 1).astimezone()
        until = datetime(year + number // 12, number % 12 + 1, 1).astimezone()
        look = Look(since=since, until=until)
        assert gallery.page(look).total == count


def test_costs_are_the_amounts_that_are_known_the_dearest_first(book: Book, gallery: Gallery) -> None:
    for number, cost in enumerate((2000, None, 300, 2000, 0)):
        book.planned(request=f"q1:{number}", cost=cost)

    _, facets = gallery.pictures(Look(cost_from=1000, since=after(-1)))
    _, none = gallery.pictures(Look(since=after(1)))

    assert facets.cost == (("2000", 2), ("300", 1), ("0", 1))
    assert facets.total == 2
    assert (none.cost, none.month) == ((), (("2026-11", 5),))
    for amount, count in facets.cost:
        assert gallery.page(Look(cost_from=int(amount), cost_to=int(amount))).total == count


def test_slots_are_counted_as_choosing_each_leaves(book: Book, gallery: Gallery) -> None:
    for number, slots in enumerate(
        (("wechat.cover", "bilibili.cover"), ("wechat.cover",), ("wechat.inline",))
    ):
        made = book.stored(f"a{number}", request=f"q1:{number}")
        for slot in slots:
            book.memory.will_write(written(f"output/{number}/{slot}.jpg", generation=made.id, slot=slot))

    _, facets = gallery.pictures(Look(platform="wechat", slot="wechat.cover"))

    assert facets.slot == (("wechat.cover", 2), ("bilibili.cover", 1), ("wechat.inline", 1))
    for slot, count in facets.slot:
        assert gallery.page(Look(platform="wechat", slot=slot)).total == count


def test_a_choice_is_an_earlier_one_once_the_asset_was_given_another_picture(
    book: Book, gallery: Gallery
) -> None:
    first, second, third = (book.stored(name, request=f"q1:{name}").id for name in ("aa", "bb", "cc"))
    asset = "week12/cats/cover"
    book.memory.decide(asset, first, Choice.SELECTED, "q1:aa", at=NOW)
    book.memory.decide(asset, second, Choice.SELECTED, "q1:aa", at=after(1))
    before = {card.generation.id: card.standing for card in gallery.page(Look()).cards}
    book.memory.undo(asset, at=after(2))
    undone = {card.generation.id: card.standing for card in gallery.page(Look()).cards}
    book.memory.decide(asset, third, Choice.TAKEN, "q1:cc", at=after(3))
    book.memory.decide("week13/cats/lent", first, Choice.TAKEN, "q1:aa", at=after(4))

    story = book.search.story(asset)

    assert before == {first: False, second: True, third: False}
    assert undone == {first: True, second: False, third: False}
    assert [(one.generation.id, one.newest, one.standing) for one in story.dossiers] == [
        (first, Choice.TAKEN, True),
        (second, None, False),
        (third, Choice.TAKEN, True),
    ]


class _Busy(list[str]):
    """The known words while another look always adds one more."""

    def __len__(self) -> int:
        self.append("week99/new/asset")
        return super().__len__()


@pytest.mark.parametrize("sort", ["newest", "oldest", "asset"])
def test_words_that_another_look_adds_meanwhile_disturb_nothing(
    book: Book, database: Database, sort: Sort
) -> None:
    book.planned()
    shelf = Shelf()
    with database.reading() as session:
        snapshot = shelf.at(session)
    busy = Words()
    busy.number("week12/cats/cover")
    busy.known = _Busy(busy.known)
    fitting = Fitting(snapshot, replace(shelf.vocabulary, assets=busy), Look(sort=sort, spec="week12"), {})

    assert assets(fitting).names == ("week12/cats/cover",)


def test_looks_of_several_threads_agree_while_the_history_grows(book: Book, gallery: Gallery) -> None:
    failures: list[BaseException] = []
    done = threading.Event()

    def look() -> None:
        try:
            while not done.is_set():
                page, facets = gallery.assets(Look(sort="asset"))
                assert page.total == facets.total
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(20):
        book.planned(request=f"q1:{number}", asset=f"week12/a/i{number}")
    done.set()
    for thread in threads:
        thread.join()

    assert failures == []
