"""How a master fits a slot: the crop window, the share it keeps, the scale. Pure; must not import Pillow."""

from dataclasses import dataclass
from typing import Protocol

from pipeline.platforms.model import Box
from pipeline.subject import Subject, best_start, mass_inside

PixelBox = tuple[int, int, int, int]
"""left, top, right, bottom in pixels; right and bottom are outside."""

_WHOLE = Box(0.0, 0.0, 1.0, 1.0)
_MIDDLE = 0.5


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
    `subject_kept` is the share (0..1) of the subject that stays in the window, or in that part of it which
    other crops of the same upload keep; None where no subject is known or nothing stands out.
    """

    box: PixelBox
    kept: float
    scale: float
    width: int
    height: int
    subject_kept: float | None = None


def cover_box(
    master_w: int,
    master_h: int,
    slot_w: int,
    slot_h: int,
    focus: Point | None,
    *,
    subject: Subject | None = None,
    keep_in: Box | None = None,
) -> PixelBox:
    """The largest window of the slot's ratio: centred on the focus, else holding the subject, else central.

    All pixels, all at least 1. One side is the master's own; the other is the slot's ratio to the nearest
    pixel. The window is pushed inside the master. `keep_in` is the part of the window, in 0..1 of it, that
    is to hold the subject.
    """
    width, height = master_w, master_h
    if master_w * slot_h > master_h * slot_w:
        width = max(1, round(master_h * slot_w / slot_h))
    else:
        height = max(1, round(master_w * slot_h / slot_w))
    part = keep_in or _WHOLE
    if focus is not None:
        left, top = _start(focus.x, master_w, width), _start(focus.y, master_h, height)
    elif subject is not None:
        left = _holding(subject.columns, master_w, width, (part.left, part.right))
        top = _holding(subject.rows, master_h, height, (part.top, part.bottom))
    else:
        left, top = _start(_MIDDLE, master_w, width), _start(_MIDDLE, master_h, height)
    return (left, top, left + width, top + height)


def kept_share(box: PixelBox, master_w: int, master_h: int) -> float:
    """The share of the master's area that the window keeps, over 0 and at most 1."""
    left, top, right, bottom = box
    return (right - left) * (bottom - top) / (master_w * master_h)


def fit(
    master_w: int,
    master_h: int,
    slot_w: int,
    slot_h: int | None,
    focus: Point | None,
    *,
    subject: Subject | None = None,
    keep_in: Box | None = None,
) -> Fit:
    """How a master of these pixels fills a slot; `slot_h` None: the whole master, at the slot's width.

    `focus`, `subject` and `keep_in` as for `cover_box`.
    """
    if slot_h is None:
        box = (0, 0, master_w, master_h)
        height = max(1, round(slot_w * master_h / master_w))
    else:
        box = cover_box(master_w, master_h, slot_w, slot_h, focus, subject=subject, keep_in=keep_in)
        height = slot_h
    held = _part(box, master_w, master_h, keep_in or _WHOLE)
    return Fit(
        box=box,
        kept=kept_share(box, master_w, master_h),
        scale=slot_w / (box[2] - box[0]),
        width=slot_w,
        height=height,
        subject_kept=None if subject is None else mass_inside(subject, held),
    )


def _start(focus: float, side: int, window: int) -> int:
    return min(max(round(focus * side - window / 2), 0), side - window)


def _holding(profile: bytes, side: int, window: int, part: tuple[float, float]) -> int:
    return min(round(best_start(profile, window / side, part) * side), side - window)


def _part(box: PixelBox, master_w: int, master_h: int, part: Box) -> Box:
    """A part of a window, given in 0..1 of the window, in 0..1 of the master."""
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    return Box(
        (left + part.left * wide) / master_w,
        (top + part.top * high) / master_h,
        (left + part.right * wide) / master_w,
        (top + part.bottom * high) / master_h,
    )
