"""Where the subject of a master lies, as found once and kept, and how a window holds most of it.

Pure; must not import Pillow or numpy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from pipeline.platforms.model import Box

PROFILE = 64
"""How many equal strips each side of a master is cut into for its profile."""
GRID = 16
"""How many equal cells each side of a master is cut into for its grid."""

_FALL = 0.5
"""How much less the edge of a window counts than its middle, so that a small subject comes to the middle."""
_AROUND = 0.25
"""What the whole window counts for, beside the part of it that other crops of the same upload keep."""
_PULL = 0.1
"""The pull of the master's middle: it settles what the subject leaves open, and no more."""
_HALVINGS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """How much of the subject each part of an upright master holds, in whole numbers 0..255.

    `method` names the way it was found and its version, such as `saliency/1` or `faces/1`. `columns` and
    `rows` have PROFILE numbers, from the left and from the top; `grid` has GRID x GRID, row by row. All zero:
    nothing stands out.
    """

    method: str
    columns: bytes
    rows: bytes
    grid: bytes


def mass_inside(subject: Subject, box: Box) -> float | None:
    """The share 0..1 of the subject that lies in a part of the master; None when nothing stands out.

    A part as wide or as high as the master is measured by the profile, which is finer than the grid.
    """
    if not any(subject.columns):
        return None
    if box.top <= 0 and box.bottom >= 1:
        return _share(subject.columns, box.left, box.right)
    if box.left <= 0 and box.right >= 1:
        return _share(subject.rows, box.top, box.bottom)
    lines = [subject.grid[first : first + GRID] for first in range(0, GRID * GRID, GRID)]
    held = [_between(line, box.left, box.right) for line in lines]
    return _between(held, box.top, box.bottom) / (sum(subject.grid) or 1)


@lru_cache(maxsize=1024)
def best_start(profile: bytes, window: float, part: tuple[float, float] = (0.0, 1.0)) -> float:
    """Where a window of `window` (0..1 of the side) begins so that it holds most of the subject, 0..1-window.

    `part` is what is to hold it, in 0..1 of the window. The middle counts most; of equal places the one
    nearest to the middle of the side wins. Nothing stands out: the middle.
    """
    free = 1.0 - window
    if free <= 0 or not any(profile):
        return max(free, 0.0) / 2
    gain = _gain(profile, window, part)
    steps = max(1, round(free * PROFILE / 2))
    places = sorted((free * step / steps for step in range(steps + 1)), key=lambda at: abs(at - free / 2))
    best, negative = max((gain(at), -turn) for turn, at in enumerate(places))
    start, reach = places[-negative], free / steps
    for _ in range(_HALVINGS):
        reach /= 2
        for place in (max(0.0, start - reach), min(free, start + reach)):
            worth = gain(place)
            if worth > best:
                best, start = worth, place
                break
    return start


def _gain(profile: bytes, window: float, part: tuple[float, float]) -> Callable[[float], float]:
    """What a window beginning at a place is worth, from the profile's moments."""
    whole = sum(profile)
    begin, end = part[0] * window, part[1] * window
    narrower = end - begin < window

    def gain(start: float) -> float:
        centre = start + window / 2 - 0.5
        worth = _weighted(profile, start + begin, start + end)
        if narrower:
            worth += _AROUND * _weighted(profile, start, start + window)
        return worth / whole - _PULL * centre * centre

    return gain


def _weighted(profile: bytes, begin: float, end: float) -> float:
    """The mass between two places, each bit of it counted 1 - _FALL u^2, u = -1..1 across them."""
    low, high = _moments_to(profile, begin), _moments_to(profile, end)
    mass = high[0] - low[0]
    middle, half = (begin + end) / 2 * PROFILE, (end - begin) / 2 * PROFILE
    spread = high[2] - low[2] - 2 * middle * (high[1] - low[1]) + middle * middle * mass
    return mass - _FALL * spread / (half * half)


def _moments_to(profile: bytes, place: float) -> tuple[float, float, float]:
    """Mass, first and second moment left of a place; the mass of a strip lies evenly in it."""
    x = place * PROFILE
    strip = min(int(x), PROFILE - 1)
    mass, first, second = _moments(profile)[strip]
    here = profile[strip]
    return (
        mass + here * (x - strip),
        first + here * (x * x - strip * strip) / 2,
        second + here * (x * x * x - strip * strip * strip) / 3,
    )


@lru_cache(maxsize=64)
def _moments(profile: bytes) -> list[tuple[float, float, float]]:
    """The moments left of each strip, in strips."""
    return list(
        accumulate(
            enumerate(profile),
            lambda sofar, strip: (
                sofar[0] + strip[1],
                sofar[1] + strip[1] * (strip[0] + 0.5),
                sofar[2] + strip[1] * (strip[0] * strip[0] + strip[0] + 1 / 3),
            ),
            initial=(0.0, 0.0, 0.0),
        )
    )


def _share(profile: Sequence[float], begin: float, end: float) -> float:
    return _between(profile, begin, end) / sum(profile)


def _between(masses: Sequence[float], begin: float, end: float) -> float:
    """The mass between two places in 0..1 of a side that is cut into equal strips."""
    low, high = max(begin, 0.0) * len(masses), min(end, 1.0) * len(masses)
    return sum(mass * max(0.0, min(high, place + 1) - max(low, place)) for place, mass in enumerate(masses))
