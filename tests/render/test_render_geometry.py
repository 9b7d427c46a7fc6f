"""The crop window is the largest of its ratio, as near to the focus as the master allows."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.render.geometry import cover_box, fit
from pipeline.spec.model import Focus

SIDES = st.integers(1, 9000)
SLOTS = st.integers(16, 4000)
PARTS = st.floats(0, 1)


@given(SIDES, SIDES, SLOTS, SLOTS, PARTS, PARTS)
def test_a_window_lies_inside_the_master_and_fills_one_of_its_sides(
    width: int, height: int, slot_w: int, slot_h: int, x: float, y: float
) -> None:
    left, top, right, bottom = cover_box(width, height, slot_w, slot_h, Focus(x, y))

    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    assert right - left == width or bottom - top == height


@given(SIDES, SIDES, SLOTS, SLOTS)
def test_a_window_has_the_slots_ratio_to_the_nearest_pixel(
    width: int, height: int, slot_w: int, slot_h: int
) -> None:
    left, top, right, bottom = cover_box(width, height, slot_w, slot_h, Focus())

    wide, high = right - left, bottom - top
    off_across, off_down = abs(wide - high * slot_w / slot_h), abs(high - wide * slot_h / slot_w)
    assert off_across <= 0.5 + 1e-9 or off_down <= 0.5 + 1e-9 or 1 in (wide, high)


@given(SIDES, SIDES, SLOTS, SLOTS, PARTS, PARTS)
def test_the_focus_is_in_the_middle_of_the_window_wherever_there_is_room(
    width: int, height: int, slot_w: int, slot_h: int, x: float, y: float
) -> None:
    left, top, right, bottom = cover_box(width, height, slot_w, slot_h, Focus(x, y))

    for low, high, side, place in ((left, right, width, x), (top, bottom, height, y)):
        free = low > 0 and high < side
        assert not free or abs((low + high) / 2 - place * side) <= 1
        assert low - 1e-6 <= place * side <= high + 1e-6


@given(SIDES, SIDES, SLOTS, st.none() | SLOTS)
def test_a_fit_says_the_slots_pixels_what_is_kept_and_how_much_it_is_enlarged(
    width: int, height: int, slot_w: int, slot_h: int | None
) -> None:
    fitted = fit(width, height, slot_w, slot_h, Focus())

    left, top, right, bottom = fitted.box
    assert fitted.width == slot_w
    assert slot_h is None or fitted.height == slot_h
    assert fitted.kept == (right - left) * (bottom - top) / (width * height)
    assert 0 < fitted.kept <= 1
    assert fitted.scale == slot_w / (right - left)


def test_a_square_master_gives_a_wide_cover_from_its_middle() -> None:
    fitted = fit(2048, 2048, 900, 383, Focus())

    assert fitted.box == (0, 588, 2048, 1460)
    assert round(fitted.kept, 3) == 0.426
    assert fitted.scale < 1


def test_the_focus_moves_the_window_and_stops_at_the_edge() -> None:
    assert cover_box(2048, 2048, 900, 383, Focus(0.5, 0.0)) == (0, 0, 2048, 872)
    assert cover_box(2048, 2048, 900, 383, Focus(0.5, 1.0)) == (0, 1176, 2048, 2048)


def test_a_slot_of_free_height_keeps_the_whole_master() -> None:
    fitted = fit(2304, 1728, 1080, None, Focus(0, 0))

    assert (fitted.box, fitted.kept) == ((0, 0, 2304, 1728), 1.0)
    assert (fitted.width, fitted.height) == (1080, 810)


def test_even_a_thread_of_a_picture_has_a_height() -> None:
    assert fit(8000, 1, 1080, None, Focus()).height == 1
