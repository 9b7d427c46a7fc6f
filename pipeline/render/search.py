"""Which quality to try next so that a file fits its limit in few encodes. Pure; encodes nothing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

MAX_TRIES = 5
_NEAR = 0.98
"""A file that uses this much of its limit is good enough: one more encode would gain one step at most."""
_AIM = 0.97
"""Until something fits, guesses aim a little below the limit: from below, the bracket closes at once."""
_FIRST_SLOPE = 0.65
_LEAST_SLOPE = 0.1


@dataclass(frozen=True, slots=True)
class Tried:
    """One encode: its quality and the bytes it took."""

    quality: int
    size: int


def next_quality(tried: Sequence[Tried], *, limit: int, start: int, floor: int) -> int | None:
    """The quality to try next, or None when the search is over; at most `MAX_TRIES` are asked for.

    A secant on the logarithm of the size, over a scale on which JPEG's sizes are nearly a straight line:
    the factor that its quantisation tables are multiplied with. WebP follows it well enough for a guess,
    and the bracket of known qualities corrects the rest. The floor is tried before giving up.
    """
    if not tried:
        return max(start, floor)
    best = best_fit(tried, limit)
    over = min((item for item in tried if item.size > limit), key=lambda item: item.quality, default=None)
    if over is None or len(tried) >= MAX_TRIES:
        return None
    low = floor - 1 if best is None else best.quality
    if over.quality - low <= 1 or (best is not None and best.size >= _NEAR * limit):
        return None
    if best is None and len(tried) == MAX_TRIES - 1:
        return floor
    aim = _AIM * limit if best is None else limit
    return min(max(_guess(tried, over, aim), low + 1), over.quality - 1)


def best_fit(tried: Sequence[Tried], limit: int) -> Tried | None:
    """The try of the highest quality within the limit."""
    return max((item for item in tried if item.size <= limit), key=lambda item: item.quality, default=None)


def _guess(tried: Sequence[Tried], over: Tried, aim: float) -> int:
    others = [item for item in tried if item is not over]
    slope = _FIRST_SLOPE
    if others:
        near = min(others, key=lambda item: abs(math.log(item.size / aim)))
        slope = math.log(over.size / near.size) / (_strength(over.quality) - _strength(near.quality))
    target = _strength(over.quality) - math.log(over.size / aim) / max(slope, _LEAST_SLOPE)
    return math.floor(_quality(target))


def _strength(quality: int) -> float:
    """Minus the logarithm of libjpeg's table factor: 200 - 2q from 50 up, 5000 / q below."""
    return -math.log(max(1, 200 - 2 * quality) if quality >= 50 else 5000 / quality)


def _quality(strength: float) -> float:
    factor = math.exp(-strength)
    return (200 - factor) / 2 if factor <= 100 else 5000 / factor
