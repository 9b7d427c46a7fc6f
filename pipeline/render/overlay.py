"""The title on a picture: how large, where, in which colours. Must not break lines or choose a corner.

Where it stands and how large it is follows from the recipe and the typeface alone. Only the colours look at
the picture: letters and veil are those that need the least veil for their contrast, whatever lies below.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile

from PIL import Image  # noqa: TID251 - the render package is where titles are drawn

from pipeline.errors import FitError
from pipeline.render.geometry import PixelBox
from pipeline.render.marking import Overlay, Side
from pipeline.render.placement import BOTTOM
from pipeline.render.recipe import Recipe
from pipeline.render.typeset import BOLD, HIGH, LINE, LOW, advance, broken, ink
from pipeline.render.veil import draw_letters
from pipeline.typeface import character_in_words, missing_character

MOST_LINES = 5
LEAST = 16
"""Pixels of an em below which no title is drawn."""
FLOOR = 0.045
"""The least em of a title, as a share of the shorter side."""
_LARGEST = 0.16
_WELL = 0.095
_TIERS = ((1, _LARGEST, 0.12), (2, _LARGEST, _WELL), (3, _WELL, 0.07), (MOST_LINES, 0.07, FLOOR))
"""Titles of free size: with at most so many lines, from one share of the shorter side down to another."""
_TALLEST = 0.55
"""The share of the clear part's height that a title may take."""
_MARGIN = 0.045
_SHRINK = 0.96
_WORTH = 0.5
"""A title leaves its place along its side only if that spares half of what it would hide of the core."""

_Setting = tuple[int, tuple[str, ...]]
"""Pixels of an em, and the lines."""


@dataclass(frozen=True, slots=True)
class _Room:
    """Where a title may be, how high it may grow, what its size is a share of; pixels of the rendition."""

    box: PixelBox
    high: int
    short: int

    @property
    def wide(self) -> int:
        return self.box[2] - self.box[0]

    @property
    def floor(self) -> int:
        return max(LEAST, round(FLOOR * self.short))


def draw_overlay(image: Image.Image, recipe: Recipe, marks: Sequence[PixelBox]) -> PixelBox | None:
    """Draw the recipe's title on a picture of its size, in place; the letters' pixels, None without a title.

    `marks` are the boxes that are taken: the label's, the logo's. Raises FitError when a character is not in
    the typeface, or the title does not fit into the part of the slot that stays clear.
    """
    overlay = recipe.overlay
    if overlay is None:
        return None
    unknown = missing_character(overlay.text)
    if unknown is not None:
        raise FitError(
            f"{recipe.slot}: the typeface of titles has no {character_in_words(unknown)}; take it out"
        )
    room, side = _room(recipe, marks), overlay.at or BOTTOM
    for size, lines in _in_order(overlay, room, side, recipe.core):
        mask = ink(lines, size, side[0])
        if mask.width <= room.wide and mask.height <= room.high:
            box = _place(mask.size, room.box, side, recipe.core)
            draw_letters(image, mask, box, size=size, side=side, color=overlay.color)
            return box
    raise _too_long(recipe, overlay, room)


def _room(recipe: Recipe, marks: Sequence[PixelBox]) -> _Room:
    """The clear part inside its margins, less the strips at its top and bottom where other marks stand."""
    short = min(recipe.width, recipe.height)
    margin = round(_MARGIN * short)
    left, top, right, bottom = recipe.clear
    middle, high = (top + bottom) / 2, round(_TALLEST * (bottom - top))
    left, top, right, bottom = left + margin, top + margin, right - margin, bottom - margin
    for mark in marks:
        if mark[1] + mark[3] > 2 * middle:
            bottom = min(bottom, mark[1] - margin // 2)
        else:
            top = max(top, mark[3] + margin // 2)
    return _Room((left, top, right, bottom), min(high, bottom - top), short)


def _in_order(overlay: Overlay, room: _Room, side: Side, core: PixelBox | None) -> Iterator[_Setting]:
    """The settings to try. Of those that read well, the first that spares the subject's core comes first."""
    well = takewhile(lambda item: item[0] >= _WELL * room.short, _settings(overlay, room))
    beside = (item for item in well if not _hides(_place(_reckoned(item), room.box, side, core), core))
    yield from islice(beside, 1)
    yield from _settings(overlay, room)


def _settings(overlay: Overlay, room: _Room) -> Iterator[_Setting]:
    """The sizes at which the title keeps to the lines it may have, the best ones first."""
    typed = overlay.text.count("\n") + 1
    for most, start, stop in _TIERS if overlay.size is None else ((MOST_LINES, overlay.size, FLOOR),):
        size, least = max(room.floor, round(start * room.short)), max(room.floor, round(stop * room.short))
        while size >= least:
            lines = broken(overlay.text, (room.wide - 2 * BOLD * size) / size, max(most, typed))
            if lines is not None and _reckoned((size, lines))[1] <= room.high:
                yield size, lines
            size = min(size - 1, round(size * _SHRINK))


def _reckoned(setting: _Setting) -> tuple[int, int]:
    """Width and height of a title before it is drawn, a little more rather than less."""
    size, lines = setting
    long = max(advance(line) for line in lines) + 2 * BOLD
    return round(long * size), round((HIGH + LOW + (len(lines) - 1) * LINE) * size)


def _place(size: tuple[int, int], room: PixelBox, side: Side, core: PixelBox | None) -> PixelBox:
    """A title's box at its side; along that side it makes way for the core, if that helps enough."""
    x, y = side
    others: tuple[Side, ...] = ()
    if x == 0.5 and y != 0.5:
        others = ((0.0, y), (1.0, y))
    elif y == 0.5 and x != 0.5:
        others = ((x, 1.0), (x, 0.0))
    first, *rest = (_at(size, room, place) for place in (side, *others))
    best = min(rest, key=lambda box: _hides(box, core), default=first)
    return best if _hides(best, core) < _WORTH * _hides(first, core) else first


def _at(size: tuple[int, int], room: PixelBox, side: Side) -> PixelBox:
    left = room[0] + round(side[0] * (room[2] - room[0] - size[0]))
    top = room[1] + round(side[1] * (room[3] - room[1] - size[1]))
    return (left, top, left + size[0], top + size[1])


def _hides(box: PixelBox, core: PixelBox | None) -> int:
    if core is None:
        return 0
    wide = min(box[2], core[2]) - max(box[0], core[0])
    high = min(box[3], core[3]) - max(box[1], core[1])
    return max(0, wide) * max(0, high)


def _too_long(recipe: Recipe, overlay: Overlay, room: _Room) -> FitError:
    text = overlay.text
    least, most = 0, len(text)
    while most - least > 1:
        count = (least + most) // 2
        fits = any(True for _ in _settings(Overlay(text=text[:count], size=room.floor / room.short), room))
        least, most = (count, most) if fits else (least, count)
    typed = len(text.replace("\n", ""))
    fitting = f"about {len(text[:least].replace(chr(10), ''))} fit" if least else "there is no room for any"
    return FitError(
        f"{recipe.slot}: the title has {typed} characters and {fitting} in the part that stays clear; "
        "shorten it, or name the slots it is for: `overlay: {slots: [...]}`"
    )
