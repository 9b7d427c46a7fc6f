"""Which characters a title may have is read from the font file itself."""

import pytest

from pipeline.typeface import character_in_words, missing_character, typeface_path


def test_the_typeface_is_a_font_file_that_lies_there() -> None:
    with typeface_path().open("rb") as file:
        assert file.read(4) == b"OTTO"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "给龙虾装上电路板",
        "AI 生成，3.5 倍！",
        "“慢”——《工作法》…（一）",
        "\u3000全角\t空\n白",
        "café ½ ℃ ㎡ ★ ①",
    ],
)
def test_what_authors_type_can_be_drawn(text: str) -> None:
    assert missing_character(text) is None


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("龙虾🦞和🐟", "🦞"),
        ("❤\ufe0f", "❤"),
        ("a\ufe0f", "\ufe0f"),
        ("\x07", "\x07"),
        ("\U0010ffff", "\U0010ffff"),
    ],
)
def test_the_first_character_that_cannot_be_drawn_is_found(text: str, missing: str) -> None:
    assert missing_character(text) == missing


@pytest.mark.parametrize(
    ("character", "words"), [("🦞", "'🦞'"), ("\ufe0f", "U+FE0F"), ("\u200d", "U+200D"), ("\x07", "U+0007")]
)
def test_a_character_is_named_so_that_its_author_finds_it(character: str, words: str) -> None:
    assert character_in_words(character) == words
