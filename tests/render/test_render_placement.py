"""Marks stand where they hide the least of the subject, each by its rule, none at another's place."""

import pytest

from pipeline.render.marking import Corner, Side
from pipeline.render.placement import (
    BOTTOM,
    LEFT,
    MIDDLE,
    RIGHT,
    TOP,
    View,
    brand_corner,
    corner_box,
    label_corner,
    title_side,
)
from pipeline.subject import GRID, PROFILE, Subject

CLEAR = (0, 0, 400, 400)
LABEL = (100, 40)


def subject(*boxes: tuple[float, float, float, float]) -> Subject:
    """A subject that fills these parts (0..1 of the master)."""

    def full(row: int, column: int) -> bool:
        x, y = (column + 0.5) / GRID, (row + 0.5) / GRID
        return any(left <= x < right and top <= y < bottom for left, top, right, bottom in boxes)

    grid = bytes(255 * full(row, column) for row in range(GRID) for column in range(GRID))
    return Subject(method="test/1", columns=bytes(PROFILE), rows=bytes(PROFILE), grid=grid)


def view(
    *boxes: tuple[float, float, float, float], window: tuple[float, float, float, float] = (0, 0, 1, 1)
) -> View:
    return View(subject=subject(*boxes), window=window, width=400, height=400)


NOBODY_LOOKED = View(subject=None, window=(0, 0, 1, 1), width=400, height=400)


def test_a_share_counts_only_what_is_in_sight() -> None:
    right_half = view((0, 0, 0.25, 1), (0.75, 0, 1, 1), window=(0.5, 0, 1, 1))

    assert right_half.share((0, 0, 200, 400)) == 0
    assert right_half.share((200, 0, 400, 400)) == 1
    assert right_half.share((200, 0, 400, 100)) == pytest.approx(0.25)
    assert right_half.share((300, 0, 310, 10)) == pytest.approx(10 * 10 / (200 * 400))


def test_nobody_looked_or_nothing_stands_out_hides_nothing() -> None:
    assert NOBODY_LOOKED.share(CLEAR) == 0
    assert NOBODY_LOOKED.core() is None
    assert view().share(CLEAR) == 0
    assert view().core() is None


def test_the_core_is_the_bulk_without_stray_bits() -> None:
    core = view((0.25, 0.5, 0.75, 1), (0, 0, 0.0625, 0.0625)).core()

    assert core is not None
    left, top, right, bottom = core
    assert 100 <= left <= 140
    assert 260 <= right <= 300
    assert 200 <= top <= 240
    assert 360 <= bottom <= 400


@pytest.mark.parametrize("corner", Corner)
def test_a_label_stands_in_the_only_corner_that_is_free(corner: Corner) -> None:
    corners = {
        Corner.TOP_LEFT: (0.0, 0.0, 0.5, 0.5),
        Corner.TOP_RIGHT: (0.5, 0.0, 1.0, 0.5),
        Corner.BOTTOM_LEFT: (0.0, 0.5, 0.5, 1.0),
        Corner.BOTTOM_RIGHT: (0.5, 0.5, 1.0, 1.0),
    }
    full = (part for other, part in corners.items() if other is not corner)

    assert label_corner(view(*full), CLEAR, LABEL, None) is corner


@pytest.mark.parametrize("seen", [NOBODY_LOOKED, view(), view((0.3, 0.3, 0.7, 0.7))])
def test_a_label_that_hides_nothing_stands_at_the_bottom_right(seen: View) -> None:
    assert label_corner(seen, CLEAR, LABEL, None) is Corner.BOTTOM_RIGHT


def test_a_label_leaves_a_titles_edge_unless_it_would_hide_the_subject() -> None:
    centred, at_the_top = view((0.3, 0.3, 0.7, 0.7)), view((0, 0, 1, 0.3))

    assert label_corner(centred, CLEAR, LABEL, BOTTOM) is Corner.TOP_RIGHT
    assert label_corner(centred, CLEAR, LABEL, TOP) is Corner.BOTTOM_RIGHT
    assert label_corner(centred, CLEAR, LABEL, MIDDLE) is Corner.BOTTOM_RIGHT
    assert label_corner(at_the_top, CLEAR, LABEL, BOTTOM) is Corner.BOTTOM_RIGHT


@pytest.mark.parametrize(
    ("seen", "side"),
    [
        (NOBODY_LOOKED, BOTTOM),
        (view((0.4, 0.4, 0.6, 0.6)), BOTTOM),
        (view((0.2, 0.5, 0.8, 1)), TOP),
        (view((0.2, 0, 0.8, 0.5)), BOTTOM),
        (view((0, 0, 1, 0.25), (0, 0.75, 1, 1)), MIDDLE),
    ],
)
def test_a_title_takes_the_emptiest_band(seen: View, side: Side) -> None:
    assert title_side(seen, CLEAR) == side


@pytest.mark.parametrize(
    ("seen", "side"),
    [
        (view((0.55, 0.1, 0.9, 1)), LEFT),
        (view((0.1, 0, 0.4, 1)), RIGHT),
        (view((0.1, 0, 0.4, 0.35)), BOTTOM),
        (view((0, 0, 1, 1)), BOTTOM),
        (NOBODY_LOOKED, BOTTOM),
    ],
)
def test_a_title_of_a_wide_picture_stands_beside_a_subject_that_leaves_a_side(seen: View, side: Side) -> None:
    assert title_side(seen, (0, 0, 400, 250)) == side


@pytest.mark.parametrize(
    ("wanted", "label", "title", "expected"),
    [
        (Corner.TOP_LEFT, None, None, Corner.TOP_LEFT),
        (Corner.TOP_LEFT, Corner.BOTTOM_RIGHT, None, Corner.TOP_LEFT),
        (Corner.BOTTOM_RIGHT, Corner.BOTTOM_RIGHT, None, Corner.BOTTOM_LEFT),
        (Corner.TOP_LEFT, Corner.BOTTOM_RIGHT, TOP, Corner.BOTTOM_LEFT),
        (Corner.TOP_LEFT, Corner.BOTTOM_LEFT, TOP, Corner.BOTTOM_RIGHT),
        (Corner.TOP_LEFT, Corner.TOP_LEFT, BOTTOM, Corner.TOP_RIGHT),
        (Corner.TOP_LEFT, Corner.BOTTOM_RIGHT, MIDDLE, Corner.TOP_LEFT),
        (Corner.BOTTOM_LEFT, Corner.TOP_LEFT, (1.0, 1.0), Corner.TOP_RIGHT),
    ],
)
def test_a_logo_makes_way_for_label_and_title(
    wanted: Corner, label: Corner | None, title: Side | None, expected: Corner
) -> None:
    assert brand_corner(wanted, label, title, NOBODY_LOOKED, CLEAR, 40) is expected


def test_a_logo_leaves_the_corner_that_the_subject_is_in() -> None:
    seen = view((0, 0, 0.3, 0.3))

    assert brand_corner(Corner.TOP_LEFT, Corner.BOTTOM_RIGHT, None, seen, CLEAR, 40) is Corner.TOP_RIGHT
    assert brand_corner(Corner.TOP_RIGHT, Corner.BOTTOM_RIGHT, None, seen, CLEAR, 40) is Corner.TOP_RIGHT


def test_a_label_leaves_a_logo_the_corner_that_it_is_to_have() -> None:
    assert label_corner(NOBODY_LOOKED, CLEAR, (60, 20), None, Corner.BOTTOM_RIGHT) is Corner.BOTTOM_LEFT


def test_a_corners_box_gives_up_its_margin_before_it_leaves_the_clear_part() -> None:
    assert corner_box((10, 10, 110, 60), (50, 20), Corner.TOP_LEFT, margin=8) == (18, 18, 68, 38)
    assert corner_box((10, 10, 110, 60), (50, 20), Corner.BOTTOM_RIGHT, margin=8) == (52, 32, 102, 52)
    assert corner_box((10, 10, 110, 60), (96, 48), Corner.BOTTOM_RIGHT, margin=8) == (12, 11, 108, 59)
    assert corner_box((10, 10, 110, 60), (120, 48), Corner.TOP_LEFT, margin=8) == (10, 11, 130, 59)
