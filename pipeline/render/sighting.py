"""The visible label looked for in the pixels of a finished file, and measured there. Must not draw one.

It is found by its shape: the label's text in its own typeface, light on a darker ground, compared with the
picture by normalised cross-correlation. So nothing needs to be known but the text: not the corner, not the
opacity, not the program's version. A label that was painted over, cut through or blurred is no longer alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw  # noqa: TID251 - the render package is where pictures are read

from pipeline.render.correlation import Field, Greys, likeness
from pipeline.render.geometry import PixelBox
from pipeline.render.typeset import FONT_LOCK, advance, font

_LETTERS = "AI"
_ALIKE = 0.75
"""Labels of real deliveries reach 0.9 and more, chance 0.5 at most; half a label stays below 0.75."""
_WORTH_A_LOOK = 0.35
"""What a place must reach in the reduced picture to be looked at in full."""
_LOOKS = 3
_COARSE = 20
"""Letter height, in pixels, to which the picture is reduced for the first look."""
_GLYPH_ALIKE = 0.5
"""What each character must reach by itself, so that none is missing."""
_MOST_PIXELS = 4_000_000
_STEP = 1.05
_SMALLEST, _LARGEST = 0.35, 3.0
"""Letters are looked for from this to this many times the height that they should have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A label in a picture. `box` are the pixels of its text, `letters` the height of its AI in pixels.

    `contrast` is that of its strokes to their ground as WCAG 2 counts it, 1..21; `likeness` 0..1.
    """

    box: PixelBox
    letters: int
    contrast: float
    likeness: float


_Columns = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Text:
    """The text at one font size with `ground` pixels around.

    `ai` are the columns of the letters AI, `glyphs` those of each character with some ground beside it.
    """

    ink: Image.Image
    ground: int
    ai: _Columns
    glyphs: tuple[_Columns, ...]


@dataclass(frozen=True, slots=True)
class _Peak:
    likeness: float
    left: float
    top: float
    size: int


def find_label(picture: Image.Image, text: str, letters: int) -> Sighting | None:
    """The best sighting of `text` anywhere in an upright picture, or None.

    `letters` is the height in pixels that its AI should have: that is tried first, then others.
    """
    grey = picture.convert("L")
    shrink = max(1.0, letters / _COARSE, (grey.width * grey.height / _MOST_PIXELS) ** 0.5)
    reduced = _reduced(grey, shrink)
    field = Field(_greys(reduced))
    due = _size_for(letters)
    best = _look(grey, field, text, (due,), shrink)
    if best is None:
        best = _look(grey, field, text, tuple(_other_sizes(due)), shrink)
    return None if best is None else _measured(grey, text, best)


def _look(grey: Image.Image, field: Field, text: str, sizes: tuple[int, ...], shrink: float) -> _Peak | None:
    """The best place that is alike in full, among the best ones of the reduced picture."""
    rough = [
        _Peak(alike, left * shrink, top * shrink, size)
        for size in sizes
        if advance(text) * size <= grey.width
        for alike, left, top in field.peaks(_greys(_reduced(_drawn(text, size).ink, shrink)), _LOOKS)
        if alike >= _WORTH_A_LOOK
    ]
    rough.sort(key=lambda peak: -peak.likeness)
    fine = [_sharpened(grey, text, peak, reach=round(2 * shrink) + 3) for peak in rough[:_LOOKS]]
    best = max(fine, key=lambda peak: peak.likeness, default=None)
    return best if best is not None and best.likeness >= _ALIKE else None


def _sharpened(grey: Image.Image, text: str, rough: _Peak, reach: int) -> _Peak:
    """The same place to the pixel, at the font size that fits best."""
    best = _Peak(0.0, 0.0, 0.0, rough.size)
    spread = max(2, round(rough.size * (_STEP - 1)))
    for size in range(max(1, rough.size - spread), rough.size + spread + 1):
        ink = _drawn(text, size).ink
        left, top = max(0, round(rough.left) - reach), max(0, round(rough.top) - reach)
        right, bottom = left + ink.width + 2 * reach, top + ink.height + 2 * reach
        part = grey.crop((left, top, min(right, grey.width), min(bottom, grey.height)))
        for alike, across, down in Field(_greys(part)).peaks(_greys(ink), 1):
            if alike > best.likeness:
                best = _Peak(alike, left + across, top + down, size)
    return best


def _measured(grey: Image.Image, text: str, peak: _Peak) -> Sighting | None:
    """How high the letters really stand and how they stand out; None where a character is not there."""
    drawn = _drawn(text, peak.size)
    left, top, ground = round(peak.left), round(peak.top), drawn.ground
    part = _greys(grey.crop((left, top, left + drawn.ink.width, top + drawn.ink.height)))
    ink = _greys(drawn.ink)
    if min(likeness(part[:, first:last], ink[:, first:last]) for first, last in drawn.glyphs) < _GLYPH_ALIKE:
        return None
    light, dark = float(np.median(part[ink >= 0.9 * ink.max()])), float(np.median(part[ink < 0.05]))
    columns = part[:, drawn.ai[0] : drawn.ai[1]]
    rows = np.flatnonzero((columns >= (light + dark) / 2).any(axis=1))
    return Sighting(
        box=(
            left + ground,
            top + ground,
            left + drawn.ink.width - ground,
            top + drawn.ink.height - ground,
        ),
        letters=int(rows[-1] - rows[0] + 1),
        contrast=round((_luminance(light) + 0.05) / (_luminance(dark) + 0.05), 2),
        likeness=round(peak.likeness, 3),
    )


def _greys(image: Image.Image) -> Greys:
    return np.asarray(image, dtype=np.float32) / np.float32(255)


def _reduced(image: Image.Image, shrink: float) -> Image.Image:
    if shrink == 1:
        return image
    size = (max(1, round(image.width / shrink)), max(1, round(image.height / shrink)))
    return image.resize(size, Image.Resampling.BOX)


def _other_sizes(due: int) -> Iterator[int]:
    size = max(4.0, due * _SMALLEST)
    while size <= due * _LARGEST:
        yield round(size)
        size = max(size * _STEP, size + 1)


@lru_cache(maxsize=1)
def _letter_share() -> float:
    """The height of AI over the font size."""
    with FONT_LOCK:
        _, top, _, bottom = font(1000).getbbox(_LETTERS, anchor="ls")
    return float(bottom - top) / 1000


def _size_for(letters: int) -> int:
    return max(1, round(letters / _letter_share()))


@lru_cache(maxsize=32)
def _drawn(text: str, size: int) -> _Text:
    """The text, white on black, with a seventh of its size as ground on each side."""
    ground = max(2, round(size / 7))
    with FONT_LOCK:
        face = font(size)
        left, top, right, bottom = (round(side) for side in face.getbbox(text, anchor="ls"))
        before = face.getlength(text.partition(_LETTERS)[0])
        first, _, last, _ = face.getbbox(_LETTERS, anchor="ls")
        starts = [ground - left + face.getlength(text[:place]) for place in range(len(text) + 1)]
        ink = Image.new("L", (right - left + 2 * ground, bottom - top + 2 * ground))
        ImageDraw.Draw(ink).text((ground - left, ground - top), text, fill=255, font=face, anchor="ls")
    start = ground - left + before
    glyphs = ((max(0, round(one) - ground), round(other) + ground) for one, other in pairwise(starts))
    return _Text(ink, ground, (max(0, round(start + first)), round(start + last)), tuple(glyphs))


def _luminance(grey: float) -> float:
    return grey / 12.92 if grey <= 0.04045 else ((grey + 0.055) / 1.055) ** 2.4
