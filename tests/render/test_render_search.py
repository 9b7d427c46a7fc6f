"""The highest quality that fits is found in few encodes."""

import math
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from pipeline.render.search import MAX_TRIES, Tried, best_fit, next_quality


def searched(size: Callable[[int], int], limit: int, *, start: int = 90, floor: int = 60) -> list[Tried]:
    tried: list[Tried] = []
    while (quality := next_quality(tried, limit=limit, start=start, floor=floor)) is not None:
        tried.append(Tried(quality, size(quality)))
    return tried


def curve(scale: float, power: float) -> Callable[[int], int]:
    """Sizes as an encoder gives them: growing with quality, at each picture's own pace."""

    def size(quality: int) -> int:
        factor = 200 - 2 * quality if quality >= 50 else 5000 / quality
        return max(1, round(scale * math.pow(factor, -power)))

    return size


def test_a_file_within_its_limit_is_encoded_once() -> None:
    assert [item.quality for item in searched(lambda _: 1000, 1000)] == [90]


def test_a_file_that_never_fits_is_given_up_at_the_floor() -> None:
    tried = searched(lambda quality: 10_000 + quality, 1000)

    assert tried[-1].quality == 60
    assert best_fit(tried, 1000) is None


def test_a_limit_that_only_the_floor_meets_is_met() -> None:
    tried = searched(lambda quality: 1000 if quality == 60 else 1001 + quality, 1000)

    best = best_fit(tried, 1000)
    assert best is not None
    assert best.quality == 60


def test_the_last_try_is_the_floor_when_nothing_has_fitted_yet() -> None:
    creeping = [Tried(90, 1004), Tried(89, 1003), Tried(88, 1002), Tried(87, 1001)]

    assert next_quality(creeping, limit=1000, start=90, floor=60) == 60


def test_a_start_below_the_floor_begins_at_the_floor() -> None:
    assert next_quality([], limit=1, start=50, floor=60) == 60


@given(st.floats(1e5, 1e8), st.floats(0.3, 1.2), st.floats(0.3, 0.999), st.integers(20, 89))
def test_the_search_ends_soon_near_the_best_and_never_over_the_limit(
    scale: float, power: float, tightness: float, floor: int
) -> None:
    size = curve(scale, power)
    limit = round(size(90) * tightness)

    tried = searched(size, limit, floor=floor)

    assert len(tried) <= MAX_TRIES
    assert len({item.quality for item in tried}) == len(tried)
    best, ideal = best_fit(tried, limit), max((q for q in range(floor, 90) if size(q) <= limit), default=None)
    assert (best is None) == (ideal is None)
    if best is not None and ideal is not None:
        assert best.size <= limit
        assert ideal - best.quality <= 2 or best.size >= 0.95 * limit


@given(st.lists(st.integers(1, 5000), min_size=101, max_size=101))
def test_the_search_ends_whatever_an_encoder_does(sizes: list[int]) -> None:
    tried = searched(lambda quality: sizes[quality], 1000, floor=1)

    assert 1 <= len(tried) <= MAX_TRIES
    assert all(1 <= item.quality <= 90 for item in tried)
