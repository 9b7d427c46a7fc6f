"""Where marks stand on a rendition, by what they would hide. Pure; must not import Pillow."""

from dataclasses import dataclass
from itertools import accumulate

from pipeline.render.geometry import PixelBox
from pipeline.render.marking import Corner, Side
from pipeline.subject import GRID, Subject

TOP, MIDDLE, BOTTOM = (0.5, 0.0), (0.5, 0.5), (0.5, 1.0)
_BAND = 0.4
"""The share of the clear part's height that a title is reckoned with before its letters are measured."""
_STRIPS = 32
_EDGE_OF_CORE = 0.12
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
        across, down = (right - left) / self.width, (bottom - top) / self.height
        columns = _cells(left + box[0] * across, left + box[2] * across)
        rows = _cells(top + box[1] * down, top + box[3] * down)
        grid = self.subject.grid
        return sum(grid[row * GRID + column] * high * wide for row, high in rows for column, wide in columns)


def _cells(start: float, stop: float) -> list[tuple[int, float]]:
    """The cells of the grid between two places in 0..1, each with the share of it that lies between."""
    first, last = max(0.0, start * GRID), min(float(GRID), stop * GRID)
    shares = ((cell, min(cell + 1, last) - max(cell, first)) for cell in range(int(first), GRID))
    return [(cell, share) for cell, share in shares if share > 0]


def _bulk(masses: list[float]) -> tuple[int, int]:
    """The strips from the first to behind the last that are left when a little is cut off at both ends."""
    total = sum(masses)
    reached = list(accumulate(masses))
    first = next(place for place, sofar in enumerate(reached) if sofar > _EDGE_OF_CORE * total)
    last = next(place for place, sofar in enumerate(reached) if sofar >= (1 - _EDGE_OF_CORE) * total)
    return first, last + 1


def title_side(view: View, clear: PixelBox) -> Side:
    """The band of the clear part, across its whole width, where a title hides the least; else the bottom."""
    left, top, right, bottom = clear
    high = round(_BAND * (bottom - top))
    middle = (top + bottom - high) // 2
    bands = {
        BOTTOM: (left, bottom - high, right, bottom),
        TOP: (left, top, right, top + high),
        MIDDLE: (left, middle, right, middle + high),
    }
    return min(bands, key=lambda side: round(100 * view.share(bands[side])))


def label_corner(view: View, clear: PixelBox, size: tuple[int, int], title: Side | None) -> Corner:
    """The corner where a label of about this size hides the least, not at the title's edge if it can be."""

    def cost(corner: Corner) -> int:
        hidden = round(100 * view.share(corner_box(clear, size, corner, margin=0)))
        return hidden + (_EDGE_OF_TITLE if shares_edge(corner, title) else 0)

    return min(Corner, key=cost)


def brand_corner(wanted: Corner, label: Corner | None, title: Side | None) -> Corner:
    """The logo's corner: the wanted one, else the nearest that leaves label and title alone."""
    x, y = wanted.side
    near = [(x, y), (1 - x, y), (x, 1 - y), (1 - x, 1 - y)]
    order = sorted((item for item in Corner if item is not label), key=lambda item: near.index(item.side))
    return min(order, key=lambda item: shares_edge(item, title))


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
