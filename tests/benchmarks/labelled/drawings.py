"""Subjects and grounds drawn from a seed: nothing here knows how a subject is looked for."""

import colorsys
import math
import random

from PIL import (  # noqa: TID251 - benchmarks make and read pictures
    Image,
    ImageDraw,
    ImageFilter,
    ImageOps,
)

Colour = tuple[int, int, int]
_SIDE = 400
"""Pixels of a drawn subject, before it is brought to its size."""


def colour(dice: random.Random, *, vivid: tuple[float, float], light: tuple[float, float]) -> Colour:
    """A colour of any hue."""
    red, green, blue = colorsys.hls_to_rgb(dice.random(), dice.uniform(*light), dice.uniform(*vivid))
    return round(red * 255), round(green * 255), round(blue * 255)


def head(dice: random.Random) -> Image.Image:
    """The drawn head of a person, RGBA: skin, hair, eyes, mouth, of any tone."""
    image, draw = _sheet()
    skin = dice.choice(((245, 214, 190), (224, 180, 145), (190, 135, 100), (140, 92, 64), (92, 58, 40)))
    hair = dice.choice(((30, 24, 20), (80, 50, 30), (150, 110, 60), (190, 190, 190), (120, 40, 30)))
    draw.ellipse((60, 10, 340, 330), fill=hair)
    draw.ellipse((90, 60, 310, 390), fill=skin)
    draw.chord((85, 40, 315, 260), 180, 360, fill=hair)
    for eye in (150, 250):
        draw.ellipse((eye - 24, 200, eye + 24, 230), fill="white")
        draw.ellipse((eye - 11, 203, eye + 11, 227), fill=(40, 40, 60))
        draw.line((eye - 28, 182, eye + 28, 178), fill=hair, width=9)
    draw.line((200, 220, 190, 280, 210, 284), fill=tuple(part * 3 // 4 for part in skin), width=7)
    draw.chord((155, 285, 245, 350), 10, 170, fill=(170, 60, 70))
    return image.filter(ImageFilter.GaussianBlur(1.5))


def creature(dice: random.Random) -> Image.Image:
    """A round animal with ears or feelers, legs and eyes, RGBA."""
    image, draw = _sheet()
    coat = colour(dice, vivid=(0.4, 0.95), light=(0.3, 0.65))
    dark = tuple(part // 2 for part in coat)
    for side in (-1, 1):
        draw.ellipse(_round(200 + side * 95, 90, dice.randint(35, 70)), fill=dark)
        for leg in range(3):
            draw.line(
                (200 + side * 80, 240 + leg * 30, 200 + side * 180, 260 + leg * 50), fill=dark, width=18
            )
    draw.ellipse((80, 80, 320, 370), fill=coat)
    draw.ellipse((140, 200, 260, 360), fill=tuple((part + 510) // 3 for part in coat))
    for eye in (160, 240):
        draw.ellipse(_round(eye, 160, 28), fill="white")
        draw.ellipse(_round(eye + 4, 164, 14), fill="black")
    return image


def thing(dice: random.Random) -> Image.Image:
    """A star, a mug, a house or a board with parts on it, RGBA."""
    image, draw = _sheet()
    base = colour(dice, vivid=(0.2, 0.9), light=(0.25, 0.75))
    other = colour(dice, vivid=(0.3, 0.9), light=(0.2, 0.8))
    match dice.randrange(4):
        case 0:
            reach = [190 if turn % 2 else 85 for turn in range(10)]
            points = [
                (200 + far * math.sin(turn * math.pi / 5), 200 + far * math.cos(turn * math.pi / 5))
                for turn, far in enumerate(reach)
            ]
            draw.polygon(points, fill=base, outline=other, width=8)
        case 1:
            draw.ellipse((240, 110, 390, 300), outline=base, width=34)
            draw.rounded_rectangle((50, 60, 300, 370), 40, fill=base)
            draw.ellipse((60, 40, 290, 110), fill=other)
        case 2:
            draw.rectangle((70, 180, 330, 390), fill=base)
            draw.polygon(((30, 190), (200, 20), (370, 190)), fill=other)
            draw.rectangle((165, 270, 235, 390), fill=tuple(part // 2 for part in other))
        case _:
            draw.rounded_rectangle((20, 60, 380, 340), 20, fill=base)
            for _ in range(14):
                x, y, size = dice.randint(40, 310), dice.randint(80, 280), dice.randint(15, 50)
                draw.rectangle((x, y, x + size, y + size // 2), fill=dice.choice((other, "black", "white")))
    return image.rotate(dice.uniform(-20, 20), Image.Resampling.BICUBIC)


def ground(dice: random.Random, width: int, height: int) -> Image.Image:
    """A ground without a subject: a gradient, soft lights, hills, tiles, stripes or clouds of noise."""
    kinds = (_gradient, _lights, _hills, _tiles, _stripes, _clouds)
    image = dice.choice(kinds)(dice, width, height)
    grain = Image.effect_noise((width, height), dice.uniform(2, 25)).convert("RGB")
    return Image.blend(image, grain, dice.uniform(0.0, 0.12))


def _sheet() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGBA", (_SIDE, _SIDE))
    return image, ImageDraw.Draw(image)


def _round(x: int, y: int, radius: int) -> tuple[int, int, int, int]:
    return (x - radius, y - radius, x + radius, y + radius)


def _muted(dice: random.Random) -> Colour:
    return colour(dice, vivid=(0.05, 0.6), light=(0.15, 0.85))


def _gradient(dice: random.Random, width: int, height: int) -> Image.Image:
    ramp = Image.linear_gradient("L").rotate(dice.choice((0, 90, 180)))
    return ImageOps.colorize(ramp, _muted(dice), _muted(dice)).resize((width, height))


def _lights(dice: random.Random, width: int, height: int) -> Image.Image:
    image = _gradient(dice, width, height)
    draw = ImageDraw.Draw(image)
    for _ in range(dice.randint(8, 30)):
        place = _round(dice.randrange(width), dice.randrange(height), dice.randint(10, width // 8))
        draw.ellipse(place, fill=_muted(dice))
    return image.filter(ImageFilter.GaussianBlur(width // 40))


def _hills(dice: random.Random, width: int, height: int) -> Image.Image:
    image = _gradient(dice, width, height)
    draw = ImageDraw.Draw(image)
    for layer in range(dice.randint(2, 4)):
        level, swing, phase = (
            height * (0.45 + 0.15 * layer),
            height * dice.uniform(0.02, 0.1),
            dice.random() * 6,
        )
        crest = [(x, level + swing * math.sin(x / width * 9 + phase)) for x in range(0, width + 8, 8)]
        draw.polygon([(0, height), *crest, (width, height)], fill=_muted(dice))
    return image


def _tiles(dice: random.Random, width: int, height: int) -> Image.Image:
    image = Image.new("RGB", (width, height), _muted(dice))
    draw = ImageDraw.Draw(image)
    size, shades = dice.randint(20, 70), [_muted(dice) for _ in range(3)]
    for y in range(0, height, size):
        for x in range(0, width, size):
            draw.rectangle((x + 2, y + 2, x + size - 3, y + size - 3), fill=dice.choice(shades))
    return image


def _stripes(dice: random.Random, width: int, height: int) -> Image.Image:
    image = Image.new("RGB", (width, height), _muted(dice))
    draw = ImageDraw.Draw(image)
    step, slant, shade = dice.randint(20, 90), dice.randint(-height, height), _muted(dice)
    for x in range(-height, width + height, step):
        draw.line((x, 0, x + slant, height), fill=shade, width=step // 3)
    return image


def _clouds(dice: random.Random, width: int, height: int) -> Image.Image:
    noise = Image.new("L", (12, 12))
    noise.putdata([dice.randrange(256) for _ in range(144)])
    soft = noise.resize((width, height), Image.Resampling.BICUBIC)
    return ImageOps.colorize(soft, _muted(dice), _muted(dice))
