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
from pipeline.render.typeset import BOLD, HIGH, LINE, LOW, advance, broken, ink, longest_piece, roughness
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
_TIERS_BESIDE = ((2, _LARGEST, 0.12), (3, 0.12, 0.085), (4, 0.1, 0.07), (MOST_LINES, 0.08, 0.065))
"""The same beside the subject, where lines are short."""
_TALLEST, _TALLEST_BESIDE = 0.55, 0.8
"""The share of the clear part's height that a title may take, and of what is beside the subject."""
_KEPT = 0.6
"""How much smaller than wished a title gets, so that the lines that its author typed stay whole."""
_NEAR = 0.78
"""How much smaller than it could be a title gets, so that its lines end where its words do."""
_MARGIN = 0.045
_SHRINK = 0.96
_WORTH = 0.5
"""A title leaves its place along its side, or gets smaller, to spare half of what it hides of the core."""
_Tier = tuple[int, float, float]
"""Lines at most, the size to begin with and the least one, both shares of the shorter side."""
_Setting = tuple[int, tuple[str, ...]]
"""Pixels of an em, and the lines."""


@dataclass(frozen=True, slots=True)
class _Room:
    """Where a title may be, how high it may grow, what its size is a share of; pixels of the rendition.

    `beside`: only the part at the left or right of the core.
    """

    box: PixelBox
    high: int
    short: int
    beside: bool = False

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
    side = overlay.at or BOTTOM
    for room in _rooms(recipe, marks, side):
        for size, lines in _in_order(overlay, room, side, recipe.core):
            mask = ink(lines, size, side[0])
            if mask.width <= room.wide and mask.height <= room.high:
                box, stands = _place(mask.size, room.box, side, recipe.core)
                draw_letters(image, mask, box, size=size, side=stands, color=overlay.color)
                return box
    raise _too_long(recipe, overlay, _room(recipe, marks, recipe.clear))


def _rooms(recipe: Recipe, marks: Sequence[PixelBox], side: Side) -> Iterator[_Room]:
    """The rooms to try: for a title at the left or right, first what is beside the core."""
    core, (left, top, right, bottom) = recipe.core, recipe.clear
    if core is not None and side[1] == 0.5 and side[0] != 0.5:
        # The core leaves out the subject's edge, so that a title keeps away from it twice as far.
        apart = round(_MARGIN * min(recipe.width, recipe.height))
        ends = (left, min(core[0] - apart, right)) if side[0] == 0 else (max(core[2] + apart, left), right)
        near = [mark for mark in marks if mark[0] < ends[1] and mark[2] > ends[0]]
        yield _room(recipe, near, (ends[0], top, ends[1], bottom), beside=True)
    yield _room(recipe, marks, recipe.clear)


def _room(recipe: Recipe, marks: Sequence[PixelBox], part: PixelBox, *, beside: bool = False) -> _Room:
    """A part inside its margins, less the strips at its top and bottom where other marks stand."""
    short = min(recipe.width, recipe.height)
    margin = round(_MARGIN * short)
    left, top, right, bottom = part
    middle = (top + bottom) / 2
    high = round((_TALLEST_BESIDE if beside else _TALLEST) * (bottom - top))
    left, top, right, bottom = left + margin, top + margin, right - margin, bottom - margin
    for mark in marks:
        if mark[1] + mark[3] > 2 * middle:
            bottom = min(bottom, mark[1] - margin // 2)
        else:
            top = max(top, mark[3] + margin // 2)
    return _Room((left, top, right, bottom), min(high, bottom - top), short, beside)


def _in_order(overlay: Overlay, room: _Room, side: Side, core: PixelBox | None) -> Iterator[_Setting]:
    """The settings to try. Of those that read well, the first that hides far less of the core comes first.

    In the middle a title cannot get out of the core's way: there it gets smaller only to hide nothing of it.
    """
    found = list(_settings(overlay, room))
    well = list(takewhile(lambda item: item[0] >= _WELL * room.short, found))
    hidden = [_hides(_place(_reckoned(item), room.box, side, core)[0], core) for item in well]
    at_edge = side[1] != 0.5
    wanted = round(_WORTH * max(hidden, default=0)) if at_edge and 0 not in hidden else 0
    spare = [item for item, hides in zip(well, hidden, strict=True) if hides <= wanted]
    yield from islice(_smooth(spare), 1)
    yield from _smooth(found)


def _smooth(found: Sequence[_Setting]) -> Iterator[_Setting]:
    """The settings, before them the one that is nearly as large as the first and has better lines."""
    near = [item for item in found if item[0] >= _NEAR * found[0][0]]
    if near:
        yield min(near, key=lambda item: roughness(item[1]))
    yield from found


def _settings(overlay: Overlay, room: _Room) -> Iterator[_Setting]:
    """The sizes at which the title keeps to the lines it may have, the best ones first."""
    typed = overlay.text.count("\n") + 1
    word = longest_piece(overlay.text) if room.beside else 0.0
    for most, start, stop in _tiers(overlay.size, typed, beside=room.beside):
        size, least = max(room.floor, round(start * room.short)), max(room.floor, round(stop * room.short))
        while size >= least:
            width = (room.wide - 2 * BOLD * size) / size
            lines = broken(overlay.text, width, max(most, typed)) if word <= width else None
            if lines is not None and _reckoned((size, lines))[1] <= room.high:
                yield size, lines
            size = min(size - 1, round(size * _SHRINK))


def _tiers(size: float | None, typed: int, *, beside: bool) -> tuple[_Tier, ...]:
    """The tiers of a title of so many typed lines; beside the subject these are not broken any further."""
    largest = size or _LARGEST
    whole: tuple[_Tier, ...] = ((typed, largest, max(FLOOR, _KEPT * largest)),) if typed > 1 else ()
    if beside and whole:
        return whole
    if size is not None:
        return (*whole, (MOST_LINES, size, max(FLOOR, _KEPT * size) if beside else FLOOR))
    return (*whole, *(_TIERS_BESIDE if beside else _TIERS))


def _reckoned(setting: _Setting) -> tuple[int, int]:
    """Width and height of a title before it is drawn, a little more rather than less."""
    size, lines = setting
    long = max(advance(line) for line in lines) + 2 * BOLD
    return round(long * size), round((HIGH + LOW + (len(lines) - 1) * LINE) * size)


def _place(size: tuple[int, int], room: PixelBox, side: Side, core: PixelBox | None) -> tuple[PixelBox, Side]:
    """A title's box, and its side: the wanted one, or along that where it makes way for the core."""
    x, y = side
    others: tuple[Side, ...] = ()
    if x == 0.5 and y != 0.5:
        others = ((0.0, y), (1.0, y))
    elif y == 0.5 and x != 0.5:
        others = ((x, 1.0), (x, 0.0))
    first, *rest = ((_at(size, room, place), place) for place in (side, *others))
    best = min(rest, key=lambda item: _hides(item[0], core), default=first)
    return best if _hides(best[0], core) < _WORTH * _hides(first[0], core) else first


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
