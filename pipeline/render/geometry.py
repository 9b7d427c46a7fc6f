"""How a master fits a slot: the crop window, the share it keeps, the scale. Pure; must not import Pillow."""

from dataclasses import dataclass
from typing import Protocol

PixelBox = tuple[int, int, int, int]
"""left, top, right, bottom in pixels; right and bottom are outside."""


class Point(Protocol):
    """A place in a picture, in 0..1 of its sides from the left top (`spec.model.Focus` is one)."""

    @property
    def x(self) -> float:
        """0 is the left side."""
        ...

    @property
    def y(self) -> float:
        """0 is the top."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """One master in one slot.

    `box` is the window in pixels of the upright master; `kept` its share of the master's area (0..1);
    `width` and `height` are the rendition's pixels; `scale` is rendition over window, over 1 = enlarged.
    """

    box: PixelBox
    kept: float
    scale: float
    width: int
    height: int


def cover_box(master_w: int, master_h: int, slot_w: int, slot_h: int, focus: Point) -> PixelBox:
    """The largest window of the slot's ratio, centred on the focus and pushed inside the master.

    All pixels, all at least 1. One side is the master's own; the other is the slot's ratio to the nearest
    pixel.
    """
    width, height = master_w, master_h
    if master_w * slot_h > master_h * slot_w:
        width = max(1, round(master_h * slot_w / slot_h))
    else:
        height = max(1, round(master_w * slot_h / slot_w))
    left = _start(focus.x, master_w, width)
    top = _start(focus.y, master_h, height)
    return (left, top, left + width, top + height)


def kept_share(box: PixelBox, master_w: int, master_h: int) -> float:
    """The share of the master's area that the window keeps, over 0 and at most 1."""
    left, top, right, bottom = box
    return (right - left) * (bottom - top) / (master_w * master_h)


def fit(master_w: int, master_h: int, slot_w: int, slot_h: int | None, focus: Point) -> Fit:
    """How a master of these pixels fills a slot; `slot_h` None: the whole master, at the slot's width."""
    if slot_h is None:
        box = (0, 0, master_w, master_h)
        height = max(1, round(slot_w * master_h / master_w))
    else:
        box = cover_box(master_w, master_h, slot_w, slot_h, focus)
        height = slot_h
    kept = kept_share(box, master_w, master_h)
    return Fit(box=box, kept=kept, scale=slot_w / (box[2] - box[0]), width=slot_w, height=height)


def _start(focus: float, side: int, window: int) -> int:
    return min(max(round(focus * side - window / 2), 0), side - window)
