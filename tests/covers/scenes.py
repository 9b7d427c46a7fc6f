"""Pictures for the contact sheets, drawn so that a title has a hard time. Must not know a slot or a title."""

import math
import random
from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageOps  # noqa: TID251 - the sheets' masters are drawn here

Rgb = tuple[int, int, int]
Draw = ImageDraw.ImageDraw

_SMOOTH = 2
"""Everything is drawn so many times larger and reduced, for smooth edges."""


def draw_scenes(folder: Path) -> None:
    """Write every scene as `<name>.png` into an existing folder, and `logo.png` with transparency."""
    for name, (size, scene) in SCENES.items():
        scene(size[0] * _SMOOTH, size[1] * _SMOOTH).reduce(_SMOOTH).save(folder / f"{name}.png")
    _logo(400 * _SMOOTH).reduce(_SMOOTH).save(folder / "logo.png")


def _ramp(wide: int, high: int, top: Rgb, bottom: Rgb) -> Image.Image:
    return ImageOps.colorize(Image.linear_gradient("L"), top, bottom).resize((wide, high))


def _disc(draw: Draw, x: float, y: float, radius: float, fill: Rgb) -> None:
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)


def _portrait(wide: int, high: int) -> Image.Image:
    """A person right of the middle, who looks at the viewer, before a wall with a window's light."""
    image = _ramp(wide, high, (232, 205, 180), (196, 160, 134))
    light = Image.new("L", (wide, high))
    for pane in (0.10, 0.24):
        x = pane * wide
        ImageDraw.Draw(light).polygon(
            ((x, 0), (x + 0.11 * wide, 0), (x + 0.02 * wide, high), (x - 0.09 * wide, high)), fill=110
        )
    image.paste((255, 240, 214), (0, 0), light.filter(ImageFilter.GaussianBlur(high / 60)))
    draw, x, unit = ImageDraw.Draw(image), 0.63 * wide, high / 100
    draw.rounded_rectangle(
        (x - 34 * unit, 72 * unit, x + 34 * unit, 130 * unit), 22 * unit, fill=(38, 84, 96)
    )
    draw.polygon(
        ((x - 11 * unit, 71 * unit), (x + 11 * unit, 71 * unit), (x, 84 * unit)), fill=(240, 236, 226)
    )
    draw.ellipse((x - 27 * unit, 10 * unit, x + 27 * unit, 72 * unit), fill=(46, 31, 27))
    draw.rectangle((x - 7 * unit, 56 * unit, x + 7 * unit, 76 * unit), fill=(206, 152, 122))
    draw.ellipse((x - 20 * unit, 20 * unit, x + 20 * unit, 67 * unit), fill=(232, 184, 152))
    draw.chord((x - 21 * unit, 15 * unit, x + 21 * unit, 56 * unit), 188, 352, fill=(46, 31, 27))
    for eye in (-8.5, 8.5):
        _disc(draw, x + eye * unit, 44 * unit, 3.4 * unit, (255, 255, 255))
        _disc(draw, x + eye * unit, 44.2 * unit, 2.1 * unit, (40, 28, 24))
        draw.line(
            (x + (eye - 5) * unit, 38 * unit, x + (eye + 5) * unit, 37.4 * unit),
            fill=(46, 31, 27),
            width=round(1.3 * unit),
        )
    draw.arc(
        (x - 3 * unit, 45 * unit, x + 3 * unit, 53 * unit), 20, 160, fill=(196, 138, 110), width=round(unit)
    )
    draw.chord((x - 7 * unit, 51 * unit, x + 7 * unit, 61 * unit), 10, 170, fill=(176, 68, 70))
    return image


def _desk(wide: int, high: int) -> Image.Image:
    """A mug beside a lamp on a wooden desk, in the lower left."""
    image = _ramp(wide, high, (70, 96, 102), (118, 146, 146))
    draw, unit, dice = ImageDraw.Draw(image), high / 100, random.Random(4)  # noqa: S311 - a picture
    draw.rectangle((0, 66 * unit, wide, high), fill=(158, 108, 66))
    for _ in range(60):
        y, x = dice.uniform(67, 100) * unit, dice.uniform(-0.2, 1) * wide
        shade = dice.randint(-16, 12)
        draw.line(
            (x, y, x + dice.uniform(0.1, 0.5) * wide, y),
            fill=(158 + shade, 108 + shade, 66 + shade),
            width=round(0.5 * unit),
        )
    x = 0.72 * wide
    draw.polygon(
        ((x, 28 * unit), (x - 26 * unit, 66 * unit), (x + 26 * unit, 66 * unit)), fill=(168, 178, 158)
    )
    draw.line((x + 4 * unit, 24 * unit, x + 20 * unit, 70 * unit), fill=(40, 42, 46), width=round(2 * unit))
    draw.pieslice((x - 14 * unit, 14 * unit, x + 14 * unit, 42 * unit), 180, 360, fill=(226, 184, 70))
    x = 0.30 * wide
    draw.ellipse((x - 24 * unit, 78 * unit, x + 36 * unit, 90 * unit), fill=(120, 80, 48))
    draw.ellipse(
        (x + 8 * unit, 50 * unit, x + 33 * unit, 75 * unit), outline=(222, 84, 62), width=round(5 * unit)
    )
    draw.rounded_rectangle((x - 20 * unit, 42 * unit, x + 20 * unit, 85 * unit), 6 * unit, fill=(222, 84, 62))
    draw.ellipse((x - 20 * unit, 37 * unit, x + 20 * unit, 48 * unit), fill=(240, 122, 98))
    draw.ellipse((x - 17 * unit, 39 * unit, x + 17 * unit, 47 * unit), fill=(62, 36, 26))
    draw.rounded_rectangle(
        (x - 14 * unit, 56 * unit, x + 6 * unit, 72 * unit), 3 * unit, fill=(250, 232, 212)
    )
    return image


def _valley(wide: int, high: int) -> Image.Image:
    """Mountains behind a lake under a light sky, a red boat in the lower right."""
    image = _ramp(wide, high, (124, 178, 222), (246, 226, 200))
    draw, dice = ImageDraw.Draw(image), random.Random(9)  # noqa: S311 - a picture
    _disc(draw, 0.22 * wide, 0.24 * high, 0.06 * high, (255, 246, 222))
    for level, swing, shade in ((0.42, 0.16, (142, 160, 186)), (0.54, 0.11, (92, 122, 134))):
        phase = dice.uniform(0, 6)
        crest = [
            (x, high * (level - swing * abs(math.sin(x / wide * 7 + phase)) - 0.01 * math.sin(x / wide * 61)))
            for x in range(0, wide + 9, 9)
        ]
        draw.polygon([(0, 0.66 * high), *crest, (wide, 0.66 * high)], fill=shade)
    image.paste(
        _ramp(wide, high - round(0.64 * high), (126, 168, 182), (44, 92, 118)), (0, round(0.64 * high))
    )
    for _ in range(90):
        x, y = dice.uniform(0, wide), dice.uniform(0.66, 0.99) * high
        draw.line((x, y, x + dice.uniform(0.01, 0.06) * wide, y), fill=(172, 204, 208), width=high // 400)
    x, y, unit = 0.70 * wide, 0.76 * high, high / 100
    draw.polygon(
        ((x - 14 * unit, y), (x + 14 * unit, y), (x + 9 * unit, y + 6 * unit), (x - 9 * unit, y + 6 * unit)),
        fill=(196, 52, 44),
    )
    draw.polygon(((x, y - 24 * unit), (x, y - 2 * unit), (x + 12 * unit, y - 2 * unit)), fill=(255, 250, 240))
    draw.polygon(
        ((x - unit, y - 20 * unit), (x - unit, y - 2 * unit), (x - 9 * unit, y - 2 * unit)),
        fill=(240, 226, 206),
    )
    return image


def _night(wide: int, high: int) -> Image.Image:
    """A city at night, nearly black, with small lights and a moon."""
    image = _ramp(wide, high, (6, 9, 22), (28, 32, 62))
    draw, dice = ImageDraw.Draw(image), random.Random(2)  # noqa: S311 - a picture
    for _ in range(140):
        _disc(draw, dice.uniform(0, wide), dice.uniform(0, 0.6) * high, high / 900, (190, 200, 226))
    _disc(draw, 0.76 * wide, 0.22 * high, 0.075 * high, (244, 236, 204))
    _disc(draw, 0.735 * wide, 0.205 * high, 0.066 * high, (10, 13, 28))
    x = 0.0
    while x < wide:
        broad, top = dice.uniform(0.05, 0.1) * wide, dice.uniform(0.42, 0.74) * high
        draw.rectangle((x, top, x + broad, high), fill=(13, 15, 27))
        step = high / 42
        for row in range(int((high - top) / step)):
            for column in range(int(broad / step)):
                if dice.random() < 0.24:
                    left, above = x + (column + 0.3) * step, top + (row + 0.4) * step
                    lit = dice.choice(((250, 204, 112), (226, 172, 84), (150, 186, 222)))
                    draw.rectangle((left, above, left + step * 0.42, above + step * 0.5), fill=lit)
        x += broad + 0.004 * wide
    return image


def _pattern(wide: int, high: int) -> Image.Image:
    """Shapes in loud colours everywhere: no subject, and no quiet place for a letter."""
    image = Image.new("RGB", (wide, high), (252, 240, 214))
    draw, dice = ImageDraw.Draw(image), random.Random(7)  # noqa: S311 - a picture
    step = high / 9
    colours = ((232, 72, 85), (36, 123, 160), (255, 200, 60), (30, 36, 60), (112, 193, 179), (255, 255, 255))
    for row in range(11):
        for column in range(int(wide / step) + 2):
            x = (column + 0.5 * (row % 2) + dice.uniform(-0.15, 0.15)) * step
            y, size, fill = (row + dice.uniform(-0.15, 0.15)) * step, 0.33 * step, dice.choice(colours)
            match dice.randrange(4):
                case 0:
                    _disc(draw, x, y, size, fill)
                case 1:
                    draw.regular_polygon((x, y, size * 1.2), 3, rotation=dice.randrange(360), fill=fill)
                case 2:
                    draw.ellipse(
                        (x - size, y - size, x + size, y + size), outline=fill, width=round(size / 2.4)
                    )
                case _:
                    points = [(x + (turn - 2) * size / 2, y + (turn % 2) * size / 1.4) for turn in range(5)]
                    draw.line(points, fill=fill, width=round(size / 3), joint="curve")
    return image


def _paper(wide: int, high: int) -> Image.Image:
    """A thin plant on nearly white paper, left of the middle."""
    image = _ramp(wide, high, (253, 253, 251), (243, 242, 238))
    draw, x, unit = ImageDraw.Draw(image), 0.34 * wide, high / 100
    draw.line((x, 30 * unit, x, 72 * unit), fill=(84, 120, 88), width=round(unit))
    for level in range(5):
        for side in (-1, 1):
            y, reach = (34 + level * 7) * unit, (8 + level * 2) * unit
            leaf = ((x, y), (x + side * reach * 0.6, y - 6 * unit), (x + side * reach, y - 3 * unit))
            draw.polygon((*leaf, (x + side * reach * 0.5, y + unit)), fill=(128, 164, 124))
    draw.polygon(
        (
            (x - 12 * unit, 70 * unit),
            (x + 12 * unit, 70 * unit),
            (x + 9 * unit, 88 * unit),
            (x - 9 * unit, 88 * unit),
        ),
        fill=(206, 144, 112),
    )
    return image


def _bowl(wide: int, high: int) -> Image.Image:
    """A bowl of noodles from above, large and in the middle of a dark table."""
    image = _ramp(wide, high, (52, 44, 46), (36, 30, 34))
    draw, unit, dice = ImageDraw.Draw(image), min(wide, high) / 100, random.Random(3)  # noqa: S311 - a picture
    x, y = wide / 2, high / 2
    _disc(draw, x, y, 40 * unit, (226, 222, 212))
    _disc(draw, x, y, 36 * unit, (58, 98, 132))
    _disc(draw, x, y, 34 * unit, (196, 132, 62))
    for _ in range(70):
        turn, far, size = dice.uniform(0, 360), dice.uniform(4, 24) * unit, dice.uniform(4, 9) * unit
        left, top = x + far * math.cos(turn) - size, y + far * math.sin(turn) - size
        draw.arc(
            (left, top, left + 2 * size, top + 2 * size),
            turn,
            turn + 200,
            fill=(244, 208, 126),
            width=round(1.4 * unit),
        )
    for side in (-1, 1):
        _disc(draw, x + side * 11 * unit, y - 9 * unit, 9 * unit, (252, 248, 240))
        _disc(draw, x + side * 11 * unit, y - 9 * unit, 5 * unit, (246, 160, 46))
    for _ in range(26):
        _disc(draw, x + dice.gauss(0, 11) * unit, y + dice.gauss(14, 5) * unit, 1.5 * unit, (92, 156, 74))
    for gap in (0, 4.5):
        draw.line(
            (x + (44 + gap) * unit, y - 40 * unit, x + (50 + gap) * unit, y + 42 * unit),
            fill=(176, 112, 66),
            width=round(1.6 * unit),
        )
    return image


def _logo(side: int) -> Image.Image:
    """A round mark with a bolt in it, RGBA."""
    image = Image.new("RGBA", (side, side))
    draw = ImageDraw.Draw(image)
    draw.ellipse((0, 0, side - 1, side - 1), fill=(255, 255, 255))
    draw.ellipse((side * 0.05, side * 0.05, side * 0.95, side * 0.95), fill=(226, 74, 58))
    bolt = ((0.56, 0.16), (0.27, 0.56), (0.46, 0.56), (0.40, 0.86), (0.73, 0.42), (0.53, 0.42))
    draw.polygon([(x * side, y * side) for x, y in bolt], fill=(255, 255, 255))
    return image


SCENES: Mapping[str, tuple[tuple[int, int], Callable[[int, int], Image.Image]]] = {
    "portrait": ((1800, 1200), _portrait),
    "desk": ((1920, 1440), _desk),
    "valley": ((1920, 1200), _valley),
    "night": ((1600, 1200), _night),
    "pattern": ((1600, 1600), _pattern),
    "paper": ((1600, 1200), _paper),
    "bowl": ((1500, 1500), _bowl),
}
"""Each scene's pixels and how it is drawn."""
