"""The visible label: white letters on a dark plate, in its corner of the clear part. Must not choose a text.

The plate carries the contrast, whatever lies below it; so the label needs no look at the picture, and the
same recipe always draws the same pixels.
"""

from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont  # noqa: TID251 - the render package is where labels are drawn

from pipeline.errors import FitError
from pipeline.render.geometry import PixelBox
from pipeline.render.placement import corner_box
from pipeline.render.recipe import Recipe, letter_height
from pipeline.render.typeset import FONT_LOCK, font

_LETTERS = "AI"
_DRAWN = 128
"""A pixel counts as drawn from half its ink on, so that a faint edge does not make up a letter's height."""
_SMOOTH = 4


@dataclass(frozen=True, slots=True)
class _Stamp:
    """How much plate and how much ink there is at each pixel: two masks of one size."""

    plate: Image.Image
    ink: Image.Image


def label_box(recipe: Recipe) -> PixelBox | None:
    """The pixels of the label's plate, None without a label. Raises FitError when they are not to be had."""
    if recipe.label is None:
        return None
    letters = letter_height(recipe.width, recipe.height)
    size = _stamp(recipe.label.text, letters, recipe.label.opacity).ink.size
    left, top, right, bottom = recipe.clear
    if size[0] > right - left or size[1] > bottom - top:
        room = f"{max(0, right - left)}x{max(0, bottom - top)}"
        message = f"{recipe.slot}: the AI label needs {size[0]}x{size[1]} pixels and only {room} stay clear"
        raise FitError(f"{message}; shorten the label's text in the settings")
    return corner_box(recipe.clear, size, recipe.label_corner, margin=round(0.6 * letters))


def draw_label(image: Image.Image, recipe: Recipe) -> PixelBox | None:
    """Draw the recipe's label on a picture of its size, in place; the plate's pixels, None without a label.

    The letters AI are at least `letter_height` high as drawn. Raises FitError when the text does not fit
    into the part of the slot that stays clear.
    """
    box = label_box(recipe)
    if box is None or recipe.label is None:
        return None
    stamp = _stamp(recipe.label.text, letter_height(recipe.width, recipe.height), recipe.label.opacity)
    image.paste((0, 0, 0), box, stamp.plate)
    image.paste((255, 255, 255), box, stamp.ink)
    return box


@lru_cache(maxsize=64)
def _stamp(text: str, letters: int, opacity: float) -> _Stamp:
    with FONT_LOCK:
        face = _font_for(letters)
        left, top, right, bottom = (round(side) for side in face.getbbox(text, anchor="ls"))
        beside, above = round(0.45 * letters), round(0.3 * letters)
        size = (right - left + 2 * beside, bottom - top + 2 * above)
        ink = Image.new("L", size)
        ImageDraw.Draw(ink).text((beside - left, above - top), text, fill=255, font=face, anchor="ls")
    large = Image.new("L", (size[0] * _SMOOTH, size[1] * _SMOOTH))
    edge = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(edge, radius=0.4 * letters * _SMOOTH, fill=round(255 * opacity))
    return _Stamp(large.reduce(_SMOOTH), ink)


def _font_for(letters: int) -> ImageFont.FreeTypeFont:
    """The smallest size whose letters AI, as drawn, are `letters` pixels high; an em says too little."""
    size = letters
    while _drawn_height(face := font(size)) < letters:
        size += 1
    return face


def _drawn_height(face: ImageFont.FreeTypeFont) -> int:
    canvas = Image.new("L", (round(face.size * 2), round(face.size * 2)))
    ImageDraw.Draw(canvas).text((0, face.size * 1.5), _LETTERS, fill=255, font=face, anchor="ls")
    box = canvas.point(lambda value: 255 * (value >= _DRAWN)).getbbox()
    return box[3] - box[1] if box else 0
