"""Hints at earlier pictures with much the same words: what is close, what is not, and what is said."""

from dataclasses import replace

import pytest

from pipeline.history.nearby import Past
from pipeline.plan.decide import decide
from pipeline.plan.model import Action, Facts, Kind, Wishes
from pipeline.plan.near import Near, Nearby, pairs_of
from pipeline.spec.model import Prompted
from tests.builders import ASSET, facts, image, prompted, spec

LOBSTER = "一只卡通龙虾站在电路板上,主体居中,四周留白"
STYLE = ",科技感,扁平插画风格,柔和的晨光从左侧照进来,低饱和度的蓝绿配色,线条干净"


def _past(*prompts: str) -> tuple[Past, ...]:
    """Earlier pictures, the newest first; their numbers count down."""
    count = len(prompts)
    return tuple(
        Past(generation=count - place, asset=f"week09/a/{count - place}", prompt=prompt)
        for place, prompt in enumerate(prompts)
    )


def _styled(words: str) -> Prompted:
    return prompted(words + STYLE, words=words, style="flat-tech")


def _near(asked: Prompted, *prompts: str) -> list[int]:
    return [hint.past.generation for hint in Nearby(_past(*prompts)).near(asked)]


@pytest.mark.parametrize(
    "earlier",
    [
        "一只卡通龙虾坐在电路板上,主体居中,四周留白",
        "一只卡通龙虾站在电路板上，主体居中，四周留白。",
        "卡通龙虾站在电路板上, 主体居中",
        LOBSTER,
        "一只红色的卡通龙虾站在电路板上,主体居中,四周留白,画面中不要文字",
    ],
)
def test_words_that_differ_little_are_close(earlier: str) -> None:
    assert _near(prompted(LOBSTER), earlier) == [1]


@pytest.mark.parametrize(
    "earlier",
    ["一只橘猫趴在窗台上晒太阳", "一只卡通橘猫趴在窗台上,主体居中,有阳光照进来", "龙虾", ""],
)
def test_other_words_are_no_hint(earlier: str) -> None:
    assert _near(prompted(LOBSTER), earlier) == []


def test_a_style_in_common_makes_nothing_close() -> None:
    assert _near(_styled("一只橘猫趴在窗台上"), "一艘纸船漂在河上" + STYLE) == []
    assert _near(_styled("一只橘猫趴在窗台上"), "一只橘猫坐在窗台上" + STYLE) == [1]


def test_the_same_words_in_another_style_are_close() -> None:
    assert _near(_styled(LOBSTER), LOBSTER + ",水彩") == [1]


def test_the_closest_two_are_named_of_equals_the_newest() -> None:
    close, closer = LOBSTER + ",画面中不要文字", LOBSTER + "!!"

    assert _near(prompted(LOBSTER), close, "一只橘猫", closer, close, LOBSTER + "?") == [3, 1]


def test_of_pictures_with_one_prompt_the_newest_counts() -> None:
    close = LOBSTER + ",画面中不要文字"

    assert _near(prompted(LOBSTER), close, close, close) == [3]


@pytest.mark.parametrize("words", ["猫", "橘猫", "橘猫!"])
def test_words_too_few_to_compare_have_no_hints(words: str) -> None:
    assert _near(prompted(words), words + "。", words + "猫") == []


def test_case_width_and_punctuation_do_not_count() -> None:
    assert pairs_of("A Cat, 猫咪!") == pairs_of("ＡＣＡＴ猫咪") == {"ac", "ca", "at", "t猫", "猫咪"}


def _hinted(*hints: Near, **changes: object) -> Action:
    known: Facts = replace(facts(), near={ASSET: hints})
    (action,) = decide((spec(image()),), known, Wishes()).actions
    assert action.kind is Kind.GENERATE
    return action


def test_the_plan_says_what_to_write_to_take_the_picture_that_another_asset_shows() -> None:
    (past,) = _past(LOBSTER)

    action = _hinted(Near(past=past, likeness=0.914, shown=True))

    assert action.near == (1,)
    assert action.advice == (
        (
            f"generation 1 was asked with much the same words (91% alike: {LOBSTER}); "
            "to take it instead, free, write in place of the prompt:\n    use: week09/a/1"
        ),
    )


def test_the_plan_says_what_to_type_where_no_asset_shows_it() -> None:
    (past,) = _past("一只橘猫\n" * 20)

    (line,) = _hinted(Near(past=past, likeness=0.7)).advice

    assert line.endswith(f"…); to take it instead, free: pipeline select {ASSET} 1")
    assert "\n" not in line


def test_a_picture_of_the_asset_itself_is_selected_not_used() -> None:
    (past,) = _past(LOBSTER)

    (line,) = _hinted(Near(past=replace(past, asset=ASSET), likeness=0.9, shown=True)).advice

    assert f"pipeline select {ASSET} 1" in line


def test_assets_that_share_a_purchase_have_its_hint_once() -> None:
    (past,) = _past(LOBSTER)
    other = "week12/lobster/again"
    hint = (Near(past=past, likeness=0.9, shown=True),)
    known = replace(facts(), near={ASSET: hint, other: hint})

    actions = decide((spec(image(), image(other)),), known, Wishes()).actions

    assert [action.near for action in actions] == [(1,), ()]
