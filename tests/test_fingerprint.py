"""The three keys: what changes them, what does not, and that their form is written down for ever."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fingerprint import (
    Json,
    account_name,
    canonical_json,
    file_sha256,
    generation_key,
    normal_prompt,
    rendition_key,
    request_key,
)

ASKED: dict[str, Any] = {"provider": "jimeng", "model": "jimeng_t2i_v40", "prompt": "一只猫"}

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3)
    ),
    max_leaves=10,
)


def test_the_canonical_form_has_sorted_keys_no_spaces_and_real_characters() -> None:
    assert canonical_json({"b": [1, 2.5, None, True], "a": "猫 \n"}) == (
        '{"a":"猫 \\n","b":[1,2.5,null,true]}'.encode()
    )


def test_the_order_of_keys_does_not_matter_and_the_order_of_lists_does() -> None:
    assert canonical_json({"a": 1, "b": 2}) == canonical_json({"b": 2, "a": 1})
    assert canonical_json([1, 2]) != canonical_json([2, 1])


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("-inf")]])
def test_what_is_no_number_has_no_canonical_form(value: Json) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        canonical_json(value)


@given(_JSON)
def test_the_canonical_form_is_nfc_and_reading_it_back_gives_the_same_form(value: Any) -> None:
    form = canonical_json(value)

    assert unicodedata.is_normalized("NFC", form.decode())
    assert canonical_json(json.loads(form)) == form


def test_the_keys_of_today_are_the_keys_of_every_history() -> None:
    """Written out: a change of the form would make every picture be paid for again."""
    request = request_key(**ASKED)

    assert request == "q1:3e2a4e699089908100354e5f466d64eaa97769cc4c49dc42ef6e730ea946bf3d"
    assert (
        generation_key(request, 2048, 1024)
        == "g1:1c9ed3163b5e1f9230955b0b07ddf44e354733db74622612c281f549722a6553"
    )
    assert (
        rendition_key({"master": "ab", "box": [0, 0, 1, 1]})
        == "r1:29af1bbe54c7fe3d1c365a175647eb755f77bce617676dd857b3ab560ad8fddf"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"provider": "simulator"},
        {"provider": "jimeng@127.0.0.1:8080"},
        {"model": "jimeng_t2i_v31"},
        {"prompt": "一只狗"},
        {"seed": 0},
        {"params": {"scale": 0.5}},
        {"references": ("ab",)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_everything_that_is_asked_is_in_the_request_key(change: dict[str, Any]) -> None:
    assert request_key(**{**ASKED, **change}) != request_key(**ASKED)


@pytest.mark.parametrize("absent", [{"seed": None}, {"params": {}}, {"params": None}, {"references": ()}])
def test_what_is_absent_leaves_no_trace(absent: dict[str, Any]) -> None:
    assert request_key(**ASKED, **absent) == request_key(**ASKED)


def test_the_order_of_parameters_does_not_matter_and_that_of_references_does() -> None:
    def with_params(params: dict[str, Json]) -> str:
        return request_key(**ASKED, params=params)

    assert with_params({"a": 1, "b": 2}) == with_params({"b": 2, "a": 1})
    assert request_key(**ASKED, references=("a", "b")) != request_key(**ASKED, references=("b", "a"))


@pytest.mark.parametrize("typed", ["  一只猫\n", "一只猫", "\u3000一只猫\t"])
def test_outer_white_space_of_a_prompt_does_not_count(typed: str) -> None:
    assert request_key(**{**ASKED, "prompt": typed}) == request_key(**ASKED)


def test_inner_white_space_of_a_prompt_counts() -> None:
    assert normal_prompt("一只 猫") != normal_prompt("一只猫")


@given(st.text())
def test_a_prompt_is_the_same_in_every_unicode_form(text: str) -> None:
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)

    assert request_key(**{**ASKED, "prompt": composed}) == request_key(**{**ASKED, "prompt": decomposed})
    assert normal_prompt(normal_prompt(text)) == normal_prompt(text)


def test_a_generation_key_holds_the_request_and_both_pixels() -> None:
    keys = {
        generation_key(request, width, height)
        for request in ("q1:a", "q1:b")
        for width in (1024, 2048)
        for height in (1024, 2048)
    }

    assert len(keys) == 8
    assert all(key.startswith("g1:") and len(key) == 67 for key in keys)


@given(_JSON, _JSON)
def test_two_recipes_have_one_key_exactly_when_they_have_one_form(left: Any, right: Any) -> None:
    same = canonical_json({"recipe": left}) == canonical_json({"recipe": right})

    assert (rendition_key({"recipe": left}) == rendition_key({"recipe": right})) is same


def test_a_file_is_named_by_the_sha256_of_its_bytes() -> None:
    assert file_sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_an_accounts_name_is_short_steady_and_does_not_hold_the_key_id() -> None:
    name = account_name("AKLTexample")

    assert name == account_name("AKLTexample") != account_name("AKLTexamplf")
    assert len(name) == 12
    assert set(name) <= set("0123456789abcdef")
    assert name != file_sha256(b"AKLTexample")[:12]
