"""The crop window is the largest of its ratio, as near to the focus as the master allows."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.platforms.model import Box
from pipeline.render.geometry import cover_box, fit
from pipeline.spec.model import Focus
from pipeline.subject import GRID, PROFILE, Subject

SIDES = st.integers(1, 9000)
SLOTS = st.integers(16, 4000)
PARTS = st.floats(0, 1)
PROFILES = st.binary(min_size=PROFILE, max_size=PROFILE)
KEPT = st.tuples(st.floats(0, 0.4), st.floats(0, 0.4), st.floats(0.6, 1), st.floats(0.6, 1)).map(
    lambda sides: Box(*sides)
)


def subject(columns: bytes, rows: bytes) -> Subject:
    """A subject whose grid is the product of its profiles."""
    step = PROFILE // GRID
    grid = bytes(across * down // 255 for down in rows[::step] for across in columns[::step])
    return Subject(method="test/1", columns=columns, rows=rows, grid=grid)


def spot(x: float, y: float) -> Subject:
    """A small subject around a place in 0..1 of the master's sides."""
    columns, rows = (
        bytes(255 if abs((strip + 0.5) / PROFILE - place) < 0.04 else 0 for strip in range(PROFILE))
        for place in (x, y)
    )
    return subject(columns, rows)


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


@given(SIDES, SIDES, SLOTS, SLOTS, PROFILES, PROFILES, st.none() | KEPT)
def test_a_window_that_holds_a_subject_is_as_large_as_any_and_inside_the_master(
    width: int, height: int, slot_w: int, slot_h: int, columns: bytes, rows: bytes, keep_in: Box | None
) -> None:
    known = subject(columns, rows)
    fitted = fit(width, height, slot_w, slot_h, None, subject=known, keep_in=keep_in)

    left, top, right, bottom = fitted.box
    plain = cover_box(width, height, slot_w, slot_h, Focus())
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    assert (right - left, bottom - top) == (plain[2] - plain[0], plain[3] - plain[1])
    assert fitted.subject_kept is None or -1e-9 <= fitted.subject_kept <= 1 + 1e-9


def test_a_subject_away_from_the_middle_is_kept_where_the_centre_would_lose_it() -> None:
    low = spot(0.2, 0.9)

    found, blind = (
        fit(2048, 2048, 900, 383, None, subject=low),
        fit(2048, 2048, 900, 383, Focus(), subject=low),
    )

    assert found.box == (0, 2048 - 872, 2048, 2048)
    assert found.subject_kept == 1
    assert blind.subject_kept == 0


def test_the_focus_wins_over_the_subject() -> None:
    with_subject = fit(2048, 2048, 900, 383, Focus(0.5, 0.0), subject=spot(0.5, 0.9))

    assert with_subject.box == (0, 0, 2048, 872)


def test_without_a_focus_and_a_subject_the_middle_is_cut() -> None:
    fitted = fit(2048, 2048, 900, 383, None)

    assert fitted.box == (0, 588, 2048, 1460)
    assert fitted.subject_kept is None


def test_nothing_that_stands_out_cuts_the_middle_and_keeps_no_share_of_it() -> None:
    blank = subject(bytes(PROFILE), bytes(PROFILE))
    fitted = fit(2048, 2048, 900, 383, None, subject=blank)

    assert fitted.box == (0, 588, 2048, 1460)
    assert fitted.subject_kept is None


def test_the_part_of_one_upload_that_other_crops_keep_holds_the_subject() -> None:
    middle_square = Box(0.287, 0.0, 0.713, 1.0)
    right = spot(0.65, 0.5)

    alone = fit(3000, 1000, 900, 383, None, subject=right)
    shared = fit(3000, 1000, 900, 383, None, subject=right, keep_in=middle_square)

    assert alone.subject_kept == shared.subject_kept == 1
    start, stop = shared.box[0] + 0.287 * 2350, shared.box[0] + 0.713 * 2350
    assert start < 0.61 * 3000 < 0.69 * 3000 < stop


def test_what_the_common_part_loses_counts_as_lost() -> None:
    edge = fit(2350, 1000, 900, 383, None, subject=spot(0.1, 0.5), keep_in=Box(0.287, 0.0, 0.713, 1.0))

    assert edge.subject_kept == 0


def test_a_slot_of_free_height_keeps_the_whole_subject() -> None:
    assert fit(2304, 1728, 1080, None, None, subject=spot(0.1, 0.9)).subject_kept == 1
