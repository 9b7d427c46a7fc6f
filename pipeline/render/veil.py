"""Letters that can be read on anything: their colour, and a veil under them. Must not choose their place.

Contrast is that of the WCAG: (lighter + 0.05) / (darker + 0.05) of relative luminances.
"""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageFilter  # noqa: TID251 - the render package is where titles are drawn

from pipeline.render.geometry import PixelBox
from pipeline.render.marking import Rgb, Side

CONTRAST = 4.8
"""What is aimed at: 4.5, and something for the encoder to lose."""
WHITE: Rgb = (255, 255, 255)
DARK: Rgb = (17, 19, 24)
BLACK: Rgb = (0, 0, 0)

_STEPS = 20
_SAMPLE = (160, 120)
_TAIL = 0.01
"""The share of the pixels below, the worst ones, that the veil is not made stronger for."""
_SOFT = 0.22
"""The least veil, for the look of it."""
_STRONG, _STRONG_FOR_COLOR = 0.65, 0.45
"""The strongest veil; letters that need more get an outline instead. A colour that was asked for does sooner:
it looks better so than on a dark band."""
_UNDER_OUTLINE = 0.35
_NARROW = 0.6
"""The share of the picture's width up to which letters at its left or right have a veil down the picture."""
_LIGHT_VEIL = 0.25
"""How much more a light veil must spare to be taken: it makes a dark picture look hazy."""
_WEIGHTS = (0.2126, 0.7152, 0.0722)
_LINEAR = tuple(
    value / 255 / 12.92 if value / 255 <= 0.04045 else ((value / 255 + 0.055) / 1.055) ** 2.4
    for value in range(256)
)


@dataclass(frozen=True, slots=True)
class Look:
    """The letters' colour, the veil's, how much veil there is (0..1), and whether the letters are edged."""

    ink: Rgb
    veil: Rgb
    strength: float
    edged: bool = False


def luminance(color: Rgb) -> float:
    """Relative luminance, 0..1."""
    return sum(weight * _LINEAR[value] for weight, value in zip(_WEIGHTS, color, strict=True))


def look_for(below: Image.Image, color: Rgb | None) -> Look:
    """How letters are drawn over a part of a picture (mode RGB): in `color`, or in what needs less veil."""
    sample = below.resize(
        (min(below.width, _SAMPLE[0]), min(below.height, _SAMPLE[1])), Image.Resampling.NEAREST
    )
    pairs = [(WHITE, BLACK), (DARK, WHITE)] if color is None else [(color, BLACK), (color, WHITE)]
    found = [(_needed(sample, letters, veil), letters, veil) for letters, veil in pairs]
    strength, letters, veil = min(
        found, key=lambda item: item[0] + (_LIGHT_VEIL if item[2] == WHITE else 0.0)
    )
    if strength > (_STRONG if color is None else _STRONG_FOR_COLOR):
        return Look(letters, veil, _UNDER_OUTLINE, edged=True)
    return Look(letters, veil, max(strength, _SOFT))


def _needed(sample: Image.Image, letters: Rgb, veil: Rgb) -> float:
    """The least strength of a veil that gives the letters their contrast; over 1 when none does."""
    bright = luminance(letters)
    dark_veil = veil == BLACK
    limit = (bright + 0.05) / CONTRAST - 0.05 if dark_veil else (bright + 0.05) * CONTRAST - 0.05

    def enough(step: int) -> bool:
        worst = _extreme(sample, veil, step, highest=dark_veil)
        return worst <= limit if dark_veil else worst >= limit

    least = bisect_left(range(_STEPS + 1), True, key=enough)
    return least / _STEPS if least <= _STEPS else 2.0


def _extreme(sample: Image.Image, veil: Rgb, step: int, *, highest: bool) -> float:
    """The luminance that all but a hundredth of the veiled pixels keep below (or above)."""
    counts = sample.point(_veiled(veil, step)).convert("L", (*_WEIGHTS, 0)).histogram()
    order = range(255, -1, -1) if highest else range(256)
    left = _TAIL * sum(counts)
    for value in order:
        left -= counts[value]
        if left < 0:
            return min(1.0, (value + 0.5) / 255) if highest else max(0.0, (value - 0.5) / 255)
    raise AssertionError("a picture has pixels")


@cache
def _veiled(veil: Rgb, step: int) -> tuple[int, ...]:
    """A table from channels of a picture to their linear light under a veil of so many steps' strength."""
    part = step / _STEPS
    return tuple(
        round(255 * _LINEAR[round(value + part * (tint - value))]) for tint in veil for value in range(256)
    )


def draw_letters(
    image: Image.Image, mask: Image.Image, box: PixelBox, *, size: int, side: Side, color: Rgb | None
) -> None:
    """Draw letters, given as a mask, into their box of a picture, in place, on a veil across the picture.

    `size` is the em in pixels; the veil runs out to the edge of the picture at the letters' `side`.
    """
    around = _grown(box, round(0.3 * size), image)
    look = look_for(image.crop(around), color)
    shade = _shade(image.size, box, size, side)
    image.paste(look.veil, shade[1], shade[0].point([round(look.strength * value) for value in range(256)]))
    _glow(image, mask, box, size, look)
    image.paste(look.ink, box, mask)


def _glow(image: Image.Image, mask: Image.Image, box: PixelBox, size: int, look: Look) -> None:
    """A soft edge of the veil's colour around the letters, or a hard one under it where they need it."""
    reach = max(2, round(0.16 * size))
    glow = Image.new("L", (mask.width + 2 * reach, mask.height + 2 * reach))
    glow.paste(mask, (reach, reach))
    place = (box[0] - reach, box[1] - reach)
    soft = glow.filter(ImageFilter.GaussianBlur(reach / 2.5))
    image.paste(look.veil, place, soft.point([round(0.55 * value) for value in range(256)]))
    if look.edged:
        edge = glow.filter(ImageFilter.MaxFilter(2 * max(1, round(0.05 * size)) + 1))
        image.paste(look.veil, place, edge)


def _shade(size: tuple[int, int], box: PixelBox, em: int, side: Side) -> tuple[Image.Image, PixelBox]:
    """The veil's mask and its place: full under the letters, out to their edge, and gone softly inwards.

    It lies across the picture, or down it under letters that stand at its left or right and are not wide.
    """
    (wide, high), pad = size, round(0.35 * em)
    if side[1] == 0.5 and side[0] != 0.5 and box[2] - box[0] <= _NARROW * wide:
        fade = round(max(1.7 * em, 0.4 * (box[2] - box[0])))
        start, strength = _run(wide, (box[0] - pad, box[2] + pad), fade, side[0])
        row = Image.frombytes("L", (len(strength), 1), strength)
        return row.resize((row.width, high)), (start, 0, start + row.width, high)
    fade = round(max(1.6 * em, 0.5 * (box[3] - box[1])))
    start, strength = _run(high, (box[1] - pad, box[3] + pad), fade, side[1])
    column = Image.frombytes("L", (1, len(strength)), strength)
    return column.resize((wide, column.height)), (0, start, wide, start + column.height)


def _run(long: int, full: tuple[int, int], fade: int, side: float) -> tuple[int, bytes]:
    """A veil along one axis: where it begins, and its strength at each pixel from there."""
    inner, outer = full[0] - fade, full[1] + fade
    start = 0 if side == 0 else max(0, inner)
    places = range(start, long if side == 1 else min(long, outer))
    before = [(place - inner) / fade if side else 1.0 for place in places]
    behind = [(outer - place) / fade if side != 1 else 1.0 for place in places]
    return start, bytes(round(255 * _ease(min(pair))) for pair in zip(before, behind, strict=True))


def _ease(part: float) -> float:
    part = min(1.0, max(0.0, part))
    return part * part * (3 - 2 * part)


def _grown(box: PixelBox, by: int, image: Image.Image) -> PixelBox:
    return (
        max(0, box[0] - by),
        max(0, box[1] - by),
        min(image.width, box[2] + by),
        min(image.height, box[3] + by),
    )
