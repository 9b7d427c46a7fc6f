"""The visible label: white letters on a dark plate, in a corner of the clear part. Must not choose a text.

The plate carries the contrast, whatever lies below it; so the label needs no look at the picture, and the
same recipe always draws the same pixels.
"""

import threading
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont  # noqa: TID251 - the render package is where labels are drawn
from pylopdf_fonts_zh_cn import sans_path

from pipeline.errors import FitError
from pipeline.render.geometry import PixelBox
from pipeline.render.recipe import Recipe, letter_height

_LETTERS = "AI"
_DRAWN = 128
"""A pixel counts as drawn from half its ink on, so that a faint edge does not make up a letter's height."""
_SMOOTH = 4
_font_lock = threading.Lock()
"""FreeType faces are not for two threads at once."""


@dataclass(frozen=True, slots=True)
class _Stamp:
    """How much plate and how much ink there is at each pixel: two masks of one size."""

    plate: Image.Image
    ink: Image.Image


def draw_label(image: Image.Image, recipe: Recipe) -> PixelBox | None:
    """Draw the recipe's label on a picture of its size, in place; the plate's pixels, None without a label.

    The letters AI are at least `letter_height` high as drawn. Raises FitError when the text does not fit
    into the part of the slot that stays clear.
    """
    if recipe.label is None:
        return None
    letters = letter_height(recipe.width, recipe.height)
    stamp = _stamp(recipe.label.text, letters, recipe.label.opacity)
    box = _corner(stamp.ink.size, recipe, margin=round(0.6 * letters))
    image.paste((0, 0, 0), box, stamp.plate)
    image.paste((255, 255, 255), box, stamp.ink)
    return box


def _corner(size: tuple[int, int], recipe: Recipe, margin: int) -> PixelBox:
    """The bottom right of the clear part, as far from its edges as there is room, `margin` at most."""
    left, top, right, bottom = recipe.clear
    spare = (right - left - size[0], bottom - top - size[1])
    if min(spare) < 0:
        room = f"{max(0, right - left)}x{max(0, bottom - top)}"
        message = f"{recipe.slot}: the AI label needs {size[0]}x{size[1]} pixels and only {room} stay clear"
        raise FitError(f"{message}; shorten the label's text in the settings")
    across, down = (min(margin, room // 2) for room in spare)
    return (right - across - size[0], bottom - down - size[1], right - across, bottom - down)


@lru_cache(maxsize=64)
def _stamp(text: str, letters: int, opacity: float) -> _Stamp:
    with _font_lock:
        font = _font_for(letters)
        left, top, right, bottom = (round(side) for side in font.getbbox(text, anchor="ls"))
        beside, above = round(0.45 * letters), round(0.3 * letters)
        size = (right - left + 2 * beside, bottom - top + 2 * above)
        ink = Image.new("L", size)
        ImageDraw.Draw(ink).text((beside - left, above - top), text, fill=255, font=font, anchor="ls")
    large = Image.new("L", (size[0] * _SMOOTH, size[1] * _SMOOTH))
    edge = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(edge, radius=0.4 * letters * _SMOOTH, fill=round(255 * opacity))
    return _Stamp(large.reduce(_SMOOTH), ink)


def _font_for(letters: int) -> ImageFont.FreeTypeFont:
    """The smallest size whose letters AI, as drawn, are `letters` pixels high; an em says too little."""
    size = letters
    while _drawn_height(font := _font(size)) < letters:
        size += 1
    return font


@lru_cache(maxsize=256)
def _font(size: int) -> ImageFont.FreeTypeFont:
    # Layout BASIC: the same glyph places whether or not the system has a shaping library.
    return ImageFont.truetype(sans_path(), size, layout_engine=ImageFont.Layout.BASIC)


def _drawn_height(font: ImageFont.FreeTypeFont) -> int:
    canvas = Image.new("L", (round(font.size * 2), round(font.size * 2)))
    ImageDraw.Draw(canvas).text((0, font.size * 1.5), _LETTERS, fill=255, font=font, anchor="ls")
    box = canvas.point(lambda value: 255 * (value >= _DRAWN)).getbbox()
    return box[3] - box[1] if box else 0
