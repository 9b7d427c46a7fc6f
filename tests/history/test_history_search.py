"""Looking back: text, filters, and all about one."""

from typing import Any

import pytest

from pipeline.history.records import Decision, Event, Marked
from pipeline.history.search import Dossier, Filters
from pipeline.history.states import Choice, State
from tests.history.book import NOW, WANTED, Book, after, written

LONG = "一张铺满便签的白板,柔和的晨光从左侧照进来,地上睡着两只橘猫和一只水獭,低饱和度的蓝绿配色,扁平插画风格"


def _found(book: Book, **filters: Any) -> list[int]:
    asked = Filters(**filters)
    found = [generation.id for generation in book.search.generations(asked)]
    assert book.search.count(asked) == len(found)
    return found


@pytest.fixture
def three(book: Book) -> tuple[int, int, int]:
    """Three generations that differ in everything that can be asked for."""
    first = book.stored(
        "aa", request="q1:one", prompt=LONG, asset="week12/cats/cover", tags={"author": "amy", "column": "猫"}
    )
    second = book.unknown(
        request="q1:two",
        prompt="A Calm lighthouse, 100% paper",
        asset="week12/sea/step_1",
        model="jimeng_t2i_v31",
        tags={"author": "bo"},
        at=after(3600),
    )
    third = book.planned(
        request="q1:three",
        prompt="一只狗",
        spec="week13",
        asset="week13/cats-and-dogs/cover",
        tags={"author": "amy"},
        at=after(7200),
    )
    book.memory.will_write(written(generation=first.id))
    return first.id, second.id, third.id


def test_without_a_filter_everything_comes_newest_first(book: Book, three: tuple[int, int, int]) -> None:
    assert _found(book) == [*reversed(three)]


@pytest.mark.parametrize("text", ["橘猫", "白板", "水獭", "只橘", LONG, "一"])
def test_chinese_words_of_any_length_are_found_inside_long_prompts(
    book: Book, three: tuple[int, int, int], text: str
) -> None:
    assert three[0] in _found(book, text=text)


@pytest.mark.parametrize("text", ["橘狗", "猫橘", '"白 板"'])
def test_characters_that_are_not_together_are_not_found(
    book: Book, three: tuple[int, int, int], text: str
) -> None:
    assert _found(book, text=text) == []


def test_text_is_found_in_keys_and_in_any_case_of_latin_letters(
    book: Book, three: tuple[int, int, int]
) -> None:
    assert _found(book, text="a calm LIGHT") == [three[1]]
    assert _found(book, text="cats/") == [three[0]]


def test_text_is_compared_as_prompts_are_kept(book: Book) -> None:
    composed = book.planned(prompt="caf\u00e9")

    assert _found(book, text="cafe\u0301") == [composed.id]


@pytest.mark.parametrize(
    ("text", "hits"), [("100%", 1), ("0% p", 1), ("p_1", 1), ("%", 1), ("_", 1), ("\\", 0)]
)
def test_wildcards_in_the_text_are_letters_like_others(
    book: Book, three: tuple[int, int, int], text: str, hits: int
) -> None:
    assert _found(book, text=text) == [three[1]] * hits


@pytest.mark.parametrize(
    ("filters", "which"),
    [
        ({"spec": "week12"}, (1, 0)),
        ({"article": "cats"}, (0,)),
        ({"article": "c_ts"}, ()),
        ({"article": "%"}, ()),
        ({"asset": "week12/sea/step_1"}, (1,)),
        ({"slot": "wechat.cover"}, (0,)),
        ({"slot": "wechat.inline"}, ()),
        ({"states": (State.UNKNOWN, State.PLANNED)}, (2, 1)),
        ({"model": "jimeng_t2i_v31"}, (1,)),
        ({"tags": (("author", "amy"),)}, (2, 0)),
        ({"tags": (("author", "amy"), ("column", "猫"))}, (0,)),
        ({"tags": (("column", "amy"),)}, ()),
        ({"since": after(3600)}, (2, 1)),
        ({"until": after(3600)}, (0,)),
        ({"since": after(3600), "until": after(7200)}, (1,)),
        ({"text": "cover", "spec": "week12", "states": (State.STORED,), "slot": "wechat.cover"}, (0,)),
        ({"text": "cover", "spec": "week12", "states": (State.PLANNED,)}, ()),
    ],
)
def test_every_filter_that_is_set_must_hold(
    book: Book, three: tuple[int, int, int], filters: dict[str, Any], which: tuple[int, ...]
) -> None:
    assert _found(book, **filters) == [three[index] for index in which]


def test_the_limit_cuts_the_list_and_not_the_count(book: Book, three: tuple[int, int, int]) -> None:
    filters = Filters(limit=2)

    assert [found.id for found in book.search.generations(filters)] == [three[2], three[1]]
    assert book.search.count(filters) == 3


def test_the_newest_word_on_each_generation_is_told(book: Book) -> None:
    first, second, third = book.stored("aa"), book.stored("bb"), book.stored("cc")
    book.memory.decide(first.asset, first.id, Choice.TAKEN, "q1:cat", at=NOW)
    book.memory.decide(first.asset, second.id, Choice.SELECTED, "q1:cat", at=NOW)
    book.memory.reject([Marked(first.id)], at=after(1))

    assert book.search.choices([first.id, second.id, third.id]) == {
        first.id: Choice.REJECTED,
        second.id: Choice.SELECTED,
    }
    assert book.search.choices([]) == {}


def test_a_dossier_tells_everything_about_one(book: Book) -> None:
    book.stored("ee", request="q1:other")
    generation = book.stored(tags={"column": "猫", "author": "amy"})
    book.memory.decide(generation.asset, generation.id, Choice.SELECTED, "q1:cat", at=after(30))
    book.memory.reject([Marked(generation.id)], at=after(40))
    files = (written("output/a.jpg", generation=generation.id), written(generation=generation.id))
    for file in reversed(files):
        book.memory.will_write(file)

    dossier = book.search.dossier(generation.id)

    states = (State.PLANNED, State.SUBMITTING, State.SUBMITTED, State.STORED)
    moments = (NOW, NOW, after(1), after(21))
    assert dossier == Dossier(
        generation=book.read(generation),
        tags={"author": "amy", "column": "猫"},
        events=tuple(
            Event(generation=generation.id, at=at, source=source, target=target, run="run-1", note="")
            for at, source, target in zip(moments, (None, *states), states, strict=False)
        ),
        decisions=(
            Decision(
                asset=WANTED.asset,
                generation=generation.id,
                choice=Choice.SELECTED,
                request="q1:cat",
                at=after(30),
            ),
            Decision(
                asset="", generation=generation.id, choice=Choice.REJECTED, request="q1:cat", at=after(40)
            ),
        ),
        files=files,
        version=2,
        standing=True,
    )
    assert dossier.generation.rejected


def test_there_is_no_dossier_of_what_is_not_there(book: Book) -> None:
    assert book.search.dossier(4711) is None


def test_an_assets_past_is_what_it_asked_for_and_what_it_ever_showed(book: Book) -> None:
    own = book.stored("aa")
    lent = book.stored("bb", request="q1:other", asset="week09/robot/step")
    book.stored("cc", request="q1:third", asset="week09/robot/cover")
    book.memory.decide(WANTED.asset, lent.id, Choice.TAKEN, "q1:other", at=NOW)

    assert book.search.of_asset(WANTED.asset) == (own, lent)
