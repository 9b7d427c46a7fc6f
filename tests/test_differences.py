"""What differs between two prompts."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.differences import Change, Part, differences


def test_a_changed_sign_is_marked_where_it_stands() -> None:
    assert differences("一只红色的龙虾", "一只蓝色的龙虾") == (
        Part(Change.SAME, "一只"),
        Part(Change.GONE, "红"),
        Part(Change.NEW, "蓝"),
        Part(Change.SAME, "色的龙虾"),
    )


def test_latin_words_are_marked_whole() -> None:
    parts = differences("a red lobster on a board", "a blue lobster on a board")

    assert Part(Change.GONE, "red") in parts
    assert Part(Change.NEW, "blue") in parts


def test_prompts_with_little_in_common_stand_one_after_the_other() -> None:
    assert differences("龙虾", "a server") == (Part(Change.GONE, "龙虾"), Part(Change.NEW, "a server"))


@given(st.text(), st.text())
def test_each_prompt_can_be_read_off_its_parts(before: str, after: str) -> None:
    parts = differences(before, after)

    assert "".join(part.text for part in parts if part.change is not Change.GONE) == after
    assert "".join(part.text for part in parts if part.change is not Change.NEW) == before
