"""What things may be called."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.spec.names import MAX_BYTES, RESERVED, folded, name_problem, normal_name


@pytest.mark.parametrize(
    "name", ["cover", "第12周", "étape_2", "a-b", "2026", "हिन्दी", "カバー", "x" * MAX_BYTES, "-"]
)
def test_letters_of_any_script_digits_hyphen_and_underscore_make_a_name(name: str) -> None:
    assert name_problem(name) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("a b", "has ' ' in it"),
        ("a/b", "has '/' in it"),
        ("a.b", "has '.' in it"),
        ("..", "has '.' in it"),
        ("龙虾！", "has '！' in it"),
        ("a\u200bb", "has '\\u200b' in it"),
        ("😀", "has '😀' in it"),
        ("x" * 65, "takes 65 bytes; a name has at most 64"),
        ("龙" * 22, "takes 66 bytes"),
        ("Failed", "'Failed' is taken by the program"),
    ],
)
def test_anything_else_is_refused_with_its_reason(text: str, said: str) -> None:
    assert said in str(name_problem(text))


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_words_of_the_program_are_taken_in_any_case(word: str) -> None:
    assert "is taken by the program" in str(name_problem(word.upper()))


def test_names_that_differ_in_case_or_composition_only_are_the_same() -> None:
    assert folded("Straße") == folded("STRASSE")
    assert folded("e\u0301te") == folded("\u00c9TE")


@given(st.text(max_size=30))
def test_a_name_is_nfc_fits_a_folder_and_stays_a_name(text: str) -> None:
    if name_problem(text) is not None:
        return

    name = normal_name(text)

    assert unicodedata.is_normalized("NFC", name)
    assert len(name.encode()) <= MAX_BYTES
    assert not set(name) & set('/\\.:*?"<>| \0')
    assert name_problem(name) is None
