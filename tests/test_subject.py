"""A subject is kept as profiles and a grid; a window is set where it holds most of it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.platforms.model import Box
from pipeline.subject import GRID, PROFILE, Subject, best_start, mass_inside

PROFILES = st.binary(min_size=PROFILE, max_size=PROFILE)
WINDOWS = st.floats(0.02, 1)


def profile(**strips: int) -> bytes:
    """All zero but the strips named, as in `s12=255`."""
    numbers = {int(name[1:]): number for name, number in strips.items()}
    return bytes(numbers.get(place, 0) for place in range(PROFILE))


def spot(column: int, row: int) -> Subject:
    """All of the subject in one cell of the grid."""
    strips = PROFILE // GRID
    across = bytes(255 if place // strips == column else 0 for place in range(PROFILE))
    down = bytes(255 if place // strips == row else 0 for place in range(PROFILE))
    grid = bytes(255 if place == row * GRID + column else 0 for place in range(GRID * GRID))
    return Subject(method="test/1", columns=across, rows=down, grid=grid)


@given(PROFILES, WINDOWS)
def test_a_window_begins_where_it_still_ends_inside(found: bytes, window: float) -> None:
    assert 0 <= best_start(found, window) <= 1 - window + 1e-12


def subject_from(columns: bytes) -> Subject:
    """A subject whose profile across is all that matters."""
    return Subject(method="test/1", columns=columns, rows=columns, grid=bytes(GRID * GRID))


def test_a_small_subject_comes_to_the_middle_of_the_window() -> None:
    start = best_start(profile(s40=255), 0.4)

    assert start + 0.2 == pytest.approx(40.5 / PROFILE, abs=0.005)


def test_the_window_moves_by_less_than_a_strip_when_the_subject_does() -> None:
    starts = [best_start(profile(s30=255 - more, s31=more), 0.4) for more in range(0, 256, 32)]

    steps = [after - before for before, after in pairwise(starts)]
    assert all(0 < step < 1 / PROFILE for step in steps)


def test_a_subject_at_the_edge_pushes_the_window_against_it() -> None:
    assert best_start(profile(s0=255), 0.4) == 0
    assert best_start(profile(s63=255), 0.4) == 0.6


def test_nothing_that_stands_out_leaves_the_window_in_the_middle() -> None:
    assert best_start(bytes(PROFILE), 0.4) == 0.3


def test_a_subject_everywhere_leaves_the_window_in_the_middle() -> None:
    assert best_start(bytes([9] * PROFILE), 0.4) == pytest.approx(0.3, abs=1e-6)


def test_of_two_equal_subjects_the_one_nearer_to_the_middle_is_kept() -> None:
    start = best_start(profile(s4=200, s44=200), 0.3)

    assert start <= 44 / PROFILE <= start + 0.3


def test_a_window_as_long_as_the_side_begins_at_its_start() -> None:
    assert best_start(profile(s60=255), 1.0) == 0


def test_the_part_that_other_crops_keep_holds_the_subject() -> None:
    start = best_start(profile(s40=255), 0.5, (0.0, 0.5))

    assert start + 0.125 == pytest.approx(40.5 / PROFILE, abs=0.01)


def test_a_subject_that_the_part_cannot_reach_is_still_kept_by_the_window() -> None:
    start = best_start(profile(s63=255), 0.5, (0.2, 0.6))

    assert start == pytest.approx(0.5, abs=0.001)


@given(PROFILES, st.floats(0, 1))
def test_a_part_and_the_rest_hold_the_whole_subject(found: bytes, cut: float) -> None:
    subject = subject_from(found)
    across = [mass_inside(subject, part) for part in (Box(0, 0, cut, 1), Box(cut, 0, 1, 1))]
    down = [mass_inside(subject, part) for part in (Box(0, 0, 1, cut), Box(0, cut, 1, 1))]

    known = any(found)
    for held in (across, down):
        assert [part is not None for part in held] == [known, known]
        assert not known or sum(part or 0 for part in held) == pytest.approx(1)


def test_a_part_that_is_narrower_and_lower_is_measured_on_the_grid() -> None:
    subject = spot(3, 12)

    assert mass_inside(subject, Box(3 / GRID, 12 / GRID, 4 / GRID, 13 / GRID)) == pytest.approx(1)
    assert mass_inside(subject, Box(3.5 / GRID, 12 / GRID, 4 / GRID, 12.5 / GRID)) == pytest.approx(0.25)
    assert mass_inside(subject, Box(0.5, 0.5, 0.9, 0.9)) == 0
