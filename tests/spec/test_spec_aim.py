"""Whose word on where a crop is centred counts."""

from dataclasses import dataclass, replace

import pytest

from pipeline.spec.aim import EVERY_SLOT, Aim, Whose, aim_of, said, spelt, standing
from pipeline.spec.model import Focus, Image
from pipeline.spec.terms import FOCUS_WORDS
from pipeline.subject import Subject
from tests.builders import image

COVER, SQUARE = "wechat.cover", "wechat.cover_square"
TOP = FOCUS_WORDS["top"]
AUTO = image("week12/lobster/cover", None, COVER, SQUARE)
SUBJECT = Subject(method="saliency/1", columns=bytes([1] * 64), rows=bytes([1] * 64), grid=bytes([1] * 256))
NOTHING = replace(SUBJECT, columns=bytes(64), rows=bytes(64), grid=bytes(256))


@dataclass(frozen=True)
class Said:
    """A word by command, when the spec said `spec_said`."""

    x: float | None
    y: float | None
    slot: str = EVERY_SLOT
    spec_said: str = "auto"


POINT = Said(0.5, 0.4)
BY_COMMAND = Aim(focus=Focus(0.5, 0.4, said=True), whose=Whose.COMMAND)
BY_SPEC = Aim(focus=TOP, whose=Whose.SPEC)
BY_SUBJECT = Aim(focus=None, whose=Whose.SUBJECT)


def _aim(shown: Image, *words: Said, slot: str = COVER) -> Aim:
    """`words` newest first."""
    return aim_of(shown, slot, words, SUBJECT)


def test_without_any_word_the_subject_says_where_else_the_centre() -> None:
    assert aim_of(AUTO, COVER, (), SUBJECT) == BY_SUBJECT
    assert aim_of(AUTO, COVER, (), None) == Aim(focus=None, whose=Whose.CENTRE)
    assert aim_of(AUTO, COVER, (), NOTHING) == Aim(focus=None, whose=Whose.CENTRE)


def test_the_specs_word_stands_above_the_subject_also_where_it_says_center() -> None:
    assert _aim(replace(AUTO, focus=TOP)) == BY_SPEC
    center = FOCUS_WORDS["center"]
    assert _aim(replace(AUTO, focus=center)) == Aim(focus=center, whose=Whose.SPEC)
    assert _aim(replace(AUTO, crops={COVER: TOP})) == BY_SPEC
    assert _aim(replace(AUTO, crops={COVER: TOP}), slot=SQUARE) == BY_SUBJECT


def test_a_point_set_by_hand_stands_above_what_the_spec_said_then() -> None:
    assert _aim(AUTO, POINT) == BY_COMMAND
    assert _aim(replace(AUTO, focus=TOP), replace(POINT, spec_said="top")) == BY_COMMAND
    assert aim_of(AUTO, COVER, (POINT,), None) == BY_COMMAND


def test_a_spec_that_says_something_else_since_is_the_newer_word() -> None:
    assert _aim(replace(AUTO, focus=TOP), POINT) == BY_SPEC
    assert _aim(AUTO, replace(POINT, spec_said="top")) == BY_SUBJECT


def test_a_spec_that_is_edited_back_brings_the_point_back() -> None:
    edited = replace(AUTO, focus=TOP)

    assert [_aim(shown, POINT) for shown in (AUTO, edited, AUTO)] == [BY_COMMAND, BY_SPEC, BY_COMMAND]


def test_the_newest_of_a_slots_own_point_and_that_of_all_slots_counts() -> None:
    own, every = Said(0.1, 0.2, COVER), POINT

    assert _aim(AUTO, own, every).focus == Focus(0.1, 0.2, said=True)
    assert _aim(AUTO, every, own) == BY_COMMAND
    assert _aim(AUTO, own, every, slot=SQUARE) == BY_COMMAND
    assert _aim(AUTO, own, slot=SQUARE) == BY_SUBJECT


def test_a_point_that_was_taken_back_leaves_the_specs_word_for_its_slots_only() -> None:
    back = Said(None, None)

    assert _aim(AUTO, back, POINT) == BY_SUBJECT
    assert _aim(replace(AUTO, focus=TOP), back, POINT) == BY_SPEC
    assert _aim(AUTO, POINT, back) == BY_COMMAND
    assert _aim(AUTO, replace(back, slot=COVER), POINT) == BY_SUBJECT
    assert _aim(AUTO, replace(back, slot=COVER), POINT, slot=SQUARE) == BY_COMMAND


def test_an_older_point_does_not_come_back_when_the_spec_overtook_the_newest() -> None:
    newest = replace(POINT, spec_said="top")

    assert _aim(AUTO, newest, POINT) == BY_SUBJECT


def test_a_point_for_all_slots_is_overtaken_only_where_the_spec_changed() -> None:
    before = replace(AUTO, crops={COVER: TOP})
    point = replace(POINT, spec_said=said(before))
    after = replace(before, crops={COVER: TOP, SQUARE: FOCUS_WORDS["left"]})

    assert _aim(before, point) == _aim(before, point, slot=SQUARE) == BY_COMMAND
    assert _aim(after, point) == BY_COMMAND
    assert _aim(after, point, slot=SQUARE) == Aim(focus=FOCUS_WORDS["left"], whose=Whose.SPEC)
    assert _aim(replace(AUTO, crops={}), point) == BY_SUBJECT


def test_a_slot_that_came_later_is_centred_on_the_point_for_all_slots() -> None:
    grown = replace(AUTO, slots=(*AUTO.slots, "bilibili.cover"))

    assert _aim(grown, POINT, slot="bilibili.cover") == BY_COMMAND


def test_the_word_that_stands_is_told_also_when_it_takes_back() -> None:
    back = Said(None, None)

    assert standing(AUTO, COVER, [back, POINT]) is back
    assert standing(AUTO, COVER, []) is None
    assert standing(replace(AUTO, focus=TOP), COVER, [back, POINT]) is None


@pytest.mark.parametrize("word", FOCUS_WORDS)
def test_a_focus_that_has_a_word_is_spelt_by_it(word: str) -> None:
    assert spelt(FOCUS_WORDS[word]) == word


@pytest.mark.parametrize(
    ("focus", "text"),
    [
        (Focus(0.5, 0.4, said=True), "0.5,0.4"),
        (Focus(1 / 3, 0.0, said=True), "0.33333333,0"),
        (Focus(0.0, 0.0, said=True), "top-left"),
        (Focus(-0.0, 1.0, said=True), "bottom-left"),
    ],
)
def test_other_points_are_spelt_by_their_numbers(focus: Focus, text: str) -> None:
    assert spelt(focus) == text


def test_what_the_spec_says_of_all_slots_names_those_with_a_focus_of_their_own_in_order() -> None:
    shown = replace(AUTO, focus=TOP, crops={SQUARE: Focus(), COVER: Focus(0.5, 0.4, said=True)})

    assert said(shown) == "top wechat.cover=0.5,0.4 wechat.cover_square=auto"
    assert said(shown, SQUARE) == "auto"
    assert said(shown, "bilibili.cover") == "top"
