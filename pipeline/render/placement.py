"""Where marks stand on a rendition, by what they would hide. Pure; must not import Pillow."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from pipeline.render.geometry import PixelBox
from pipeline.render.marking import Corner, Side
from pipeline.subject import GRID, Subject

TOP, MIDDLE, BOTTOM = (0.5, 0.0), (0.5, 0.5), (0.5, 1.0)
LEFT, RIGHT = (0.0, 0.5), (1.0, 0.5)
_BAND = 0.4
"""The share of the clear part's height that a title is reckoned with before its letters are measured."""
_COLUMN = 0.42
"""The same for a title beside the subject, by the clear part's width."""
_WIDE = 1.25
"""How much wider than high the clear part is where a title may stand beside the subject."""
_BETTER = 5
"""Percent of the subject that a title beside it must spare, over one above or below it."""
_STRIPS = 32
_EDGE_OF_CORE = 0.12
_LOGOS = 2
"""Percent of the subject that a label rather hides than take the corner that a logo is to have."""
_MUCH_FOR_A_LOGO = 0.05
"""The share of the subject from which on a logo looks for another corner."""
_EDGE_OF_TITLE = 3
"""Percent of the subject that a label rather hides than stand between a title and the edge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a rendition shows of a subject.

    `window` is the crop in 0..1 of the master (left, top, right, bottom), `width` and `height` are the
    rendition's pixels. `subject` None: nobody looked.
    """

    subject: Subject | None
    window: tuple[float, float, float, float]
    width: int
    height: int

    def share(self, box: PixelBox) -> float:
        """How much of the subject in sight lies in a box of the rendition's pixels, 0..1."""
        whole = self._mass((0, 0, self.width, self.height))
        return self._mass(box) / whole if whole else 0.0

    def core(self) -> PixelBox | None:
        """The box around the bulk, an eighth left out at each side; None when nothing stands out."""
        across = [self._mass(self._strip(place, 0)) for place in range(_STRIPS)]
        down = [self._mass(self._strip(place, 1)) for place in range(_STRIPS)]
        if not sum(across):
            return None
        left, right = _bulk(across)
        top, bottom = _bulk(down)
        return (
            left * self.width // _STRIPS,
            top * self.height // _STRIPS,
            -(-right * self.width // _STRIPS),
            -(-bottom * self.height // _STRIPS),
        )

    def _strip(self, place: int, axis: int) -> tuple[float, float, float, float]:
        if axis:
            return (0, place * self.height / _STRIPS, self.width, (place + 1) * self.height / _STRIPS)
        return (place * self.width / _STRIPS, 0, (place + 1) * self.width / _STRIPS, self.height)

    def _mass(self, box: tuple[float, float, float, float]) -> float:
        if self.subject is None:
            return 0.0
        left, top, right, bottom = self.window
        across, down = GRID * (right - left) / self.width, GRID * (bottom - top) / self.height
        x, y = GRID * left, GRID * top
        sums = _sums(self.subject.grid)
        start, above, stop, below = (
            x + box[0] * across,
            y + box[1] * down,
            x + box[2] * across,
            y + box[3] * down,
        )
        return (
            _up_to(sums, stop, below)
            - _up_to(sums, start, below)
            - _up_to(sums, stop, above)
            + _up_to(sums, start, above)
        )


@lru_cache(maxsize=256)
def _sums(grid: bytes) -> tuple[tuple[int, ...], ...]:
    """For each corner of the grid's cells the sum of all cells above and to the left of it."""
    sums = [(0,) * (GRID + 1)]
    for row in range(GRID):
        line = accumulate(grid[row * GRID : (row + 1) * GRID], initial=0)
        sums.append(tuple(here + above for here, above in zip(line, sums[-1], strict=True)))
    return tuple(sums)


def _up_to(sums: tuple[tuple[int, ...], ...], x: float, y: float) -> float:
    """The sum above and to the left of a place in cells; within a cell what it holds lies evenly."""
    x, y = min(max(x, 0.0), GRID), min(max(y, 0.0), GRID)
    column, row = min(int(x), GRID - 1), min(int(y), GRID - 1)
    right, down = x - column, y - row
    upper, lower = sums[row], sums[row + 1]
    above = upper[column] + right * (upper[column + 1] - upper[column])
    below = lower[column] + right * (lower[column + 1] - lower[column])
    return above + down * (below - above)


def _bulk(masses: list[float]) -> tuple[int, int]:
    """The strips from the first to behind the last that are left when a little is cut off at both ends."""
    total = sum(masses)
    reached = list(accumulate(masses))
    first = next(place for place, sofar in enumerate(reached) if sofar > _EDGE_OF_CORE * total)
    last = next(place for place, sofar in enumerate(reached) if sofar >= (1 - _EDGE_OF_CORE) * total)
    return first, last + 1


def title_side(view: View, clear: PixelBox) -> Side:
    """The band of the clear part, across its whole width, where a title hides the least; else the bottom.

    In a wide one the left or the right of it, where that hides clearly less.
    """
    left, top, right, bottom = clear
    high, wide = round(_BAND * (bottom - top)), round(_COLUMN * (right - left))
    middle = (top + bottom - high) // 2
    bands = {
        BOTTOM: (left, bottom - high, right, bottom),
        TOP: (left, top, right, top + high),
        MIDDLE: (left, middle, right, middle + high),
    }
    hidden = {side: round(100 * view.share(box)) for side, box in bands.items()}
    if right - left >= _WIDE * (bottom - top):
        columns = {LEFT: (left, top, left + wide, bottom), RIGHT: (right - wide, top, right, bottom)}
        hidden |= {side: round(100 * view.share(box)) + _BETTER for side, box in columns.items()}
    return min(hidden, key=lambda side: hidden[side])


def label_corner(
    view: View, clear: PixelBox, size: tuple[int, int], title: Side | None, logo: Corner | None = None
) -> Corner:
    """The corner where a label of about this size hides the least.

    If it can be, it is neither at the title's edge nor in the corner that a logo is to have.
    """

    def cost(corner: Corner) -> int:
        hidden = round(100 * view.share(corner_box(clear, size, corner, margin=0)))
        return hidden + (_EDGE_OF_TITLE if shares_edge(corner, title) else 0) + _LOGOS * (corner is logo)

    return min(Corner, key=cost)


def brand_corner(
    wanted: Corner, label: Corner | None, title: Side | None, view: View, clear: PixelBox, side: int
) -> Corner:
    """The corner of a logo, a square of `side` pixels or so: the wanted one, else the nearest that is free.

    Free is what leaves the label and the title's edge alone, and hides next to nothing of the subject.
    """
    x, y = wanted.side
    near = [(x, y), (1 - x, y), (x, 1 - y), (1 - x, 1 - y)]

    def cost(corner: Corner) -> tuple[bool, bool, int]:
        hidden = view.share(corner_box(clear, (side, side), corner, margin=0))
        return shares_edge(corner, title), hidden > _MUCH_FOR_A_LOGO, near.index(corner.side)

    return min((item for item in Corner if item is not label), key=cost)


def shares_edge(corner: Corner, title: Side | None) -> bool:
    """Whether a title at this side stands at the corner's top or bottom edge."""
    return title is not None and title[1] == corner.side[1]


def corner_box(clear: PixelBox, size: tuple[int, int], corner: Corner, *, margin: int) -> PixelBox:
    """A box of this size in a corner, as far from the edges as there is room, `margin` at most.

    All in pixels. A box larger than the clear part stands out over it on the far side.
    """
    left, top, right, bottom = clear
    across, down = (
        min(margin, max(0, room) // 2) for room in (right - left - size[0], bottom - top - size[1])
    )
    x, y = corner.side
    start = right - across - size[0] if x else left + across
    above = bottom - down - size[1] if y else top + down
    return (start, above, start + size[0], above + size[1])
