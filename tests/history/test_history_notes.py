"""Notes on pictures and assets."""

import pytest

from pipeline.errors import UsageError
from pipeline.history.records import AssetFact, Note
from pipeline.history.search import Filters
from tests.history.book import NOW, Book, after

COVER = "week12/cats/cover"


def _found(book: Book, text: str) -> list[int]:
    return [item.id for item in book.search.generations(Filters(text=text))]


def test_a_note_is_kept_with_its_picture_and_with_its_asset(book: Book) -> None:
    number = book.stored().id
    book.memory.note(number, "  留着做头图 ", at=NOW)
    book.memory.note(COVER, "换个暖一点的", at=after(1))

    dossier = book.search.dossier(number)

    assert dossier is not None
    assert dossier.notes == (
        Note(asset=COVER, text="换个暖一点的", at=after(1)),
        Note(generation=number, text="留着做头图", at=NOW),
    )
    assert book.search.story(COVER).notes == (Note(asset=COVER, text="换个暖一点的", at=after(1)),)


def test_two_characters_of_a_note_or_a_title_find_the_picture(book: Book) -> None:
    noted, on_asset = book.stored("aa").id, book.stored("bb", asset="week12/cats/step", request="q1:b").id
    titled = book.stored("cc", asset="week12/cats/last", request="q1:c").id
    book.memory.note(noted, "封面候选", at=NOW)
    book.memory.note("week12/cats/step", "候选之二", at=NOW)
    book.memory.saw_spec(
        "week12",
        "week12.yaml",
        "d1",
        [AssetFact(key="week12/cats/last", spec="week12", title="给龙虾装上电路板")],
        at=NOW,
    )

    assert _found(book, "候选") == [on_asset, noted]
    assert _found(book, "龙虾") == [titled]
    assert _found(book, "青花") == []


def test_a_note_is_taken_back_by_its_words_or_as_the_newest(book: Book) -> None:
    number = book.stored().id
    for second, words in enumerate(("first", "second", "third")):
        book.memory.note(number, words, at=after(second))

    by_words = book.memory.remove_note(number, "first", at=after(4))
    newest = book.memory.remove_note(number, at=after(5))
    missing = book.memory.remove_note(number, "first", at=after(6))

    assert by_words is not None
    assert newest is not None
    assert (by_words.text, newest.text, missing) == ("first", "third", None)
    dossier = book.search.dossier(number)
    assert dossier is not None
    assert [note.text for note in dossier.notes] == ["second"]
    assert _found(book, "third") == []


def test_the_same_words_are_noted_once_and_again_after_they_were_removed(book: Book) -> None:
    number = book.stored().id
    for second in range(2):
        book.memory.note(number, "again", at=after(second))
    once = len(book.sql("SELECT id FROM note"))
    book.memory.remove_note(number, at=after(3))
    book.memory.note(number, "again", at=after(4))

    dossier = book.search.dossier(number)

    assert once == 1
    assert dossier is not None
    assert [(note.text, note.at) for note in dossier.notes] == [("again", after(4))]


@pytest.mark.parametrize(
    ("on", "text", "sentence"),
    [
        (COVER, " \n ", "a note needs words"),
        (99, "words", "the history has no generation 99"),
        ("week12/cats/covr", "words", "the history has no asset week12/cats/covr"),
    ],
)
def test_a_note_needs_words_and_something_to_be_on(
    book: Book, on: int | str, text: str, sentence: str
) -> None:
    book.stored()

    with pytest.raises(UsageError, match=sentence):
        book.memory.note(on, text, at=NOW)

    assert book.sql("SELECT id FROM note") == []


def test_an_asset_without_a_picture_of_its_own_can_be_noted(book: Book) -> None:
    facts = [AssetFact(key="week12/cats/wiring", spec="week12")]
    book.memory.saw_spec("week12", "week12.yaml", "d1", facts, at=NOW)

    book.memory.note("week12/cats/wiring", "photograph it again", at=NOW)

    assert book.sql("SELECT asset_key FROM note") == [("week12/cats/wiring",)]


def test_a_note_is_kept_without_signs_that_are_no_text(book: Book) -> None:
    number = book.stored().id
    book.memory.note(number, "a\x00b\x1b[31m c\ud800\nd", at=NOW)

    dossier = book.search.dossier(number)
    removed = book.memory.remove_note(number, "a\x00b\x1b[31m c\nd", at=after(1))

    assert dossier is not None
    assert [note.text for note in dossier.notes] == ["ab[31m c\nd"]
    assert removed is not None


def test_a_note_has_an_end(book: Book) -> None:
    number = book.stored().id

    with pytest.raises(UsageError, match="a note has at most 2000 characters, this one has 2001"):
        book.memory.note(number, "长" * 2001, at=NOW)
