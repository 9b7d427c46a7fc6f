"""Compositions with a known subject: drawn ones and pieces of photographs, pasted on grounds, from a seed."""

import random

from PIL import (  # noqa: TID251 - benchmarks make and read pictures
    Image,
    ImageDraw,
    ImageFilter,
)

from tests.benchmarks.labelled.cases import Case
from tests.benchmarks.labelled.drawings import creature, ground, head, thing
from tests.benchmarks.labelled.photographs import photographs

_AREA = 768
_PIECES = ("astronaut", "chelsea", "clock_motion", "coffee", "flower", "grace_hopper", "lion", "quokka")
_RATIOS = (1.0, 1.0, 4 / 3, 3 / 4, 3 / 2, 16 / 9)


def compositions(seed: int, count: int) -> list[Case]:
    """One subject anywhere on a ground, of 15 % to 45 % of its shorter side."""
    dice = random.Random(seed)  # noqa: S311 - pictures, not secrets
    return [_composed(dice, "composition", (0.15, 0.45), None) for _ in range(count)]


def centred(seed: int, count: int) -> list[Case]:
    """One subject within 8 % of the middle, of 35 % to 60 % of the shorter side."""
    dice = random.Random(seed)  # noqa: S311 - pictures, not secrets
    return [_composed(dice, "centred", (0.35, 0.6), 0.08) for _ in range(count)]


def _composed(dice: random.Random, kind: str, sizes: tuple[float, float], near: float | None) -> Case:
    ratio = dice.choice(_RATIOS)
    width, height = round(_AREA * ratio**0.5), round(_AREA / ratio**0.5)
    image = ground(dice, width, height)
    shape = dice.choice((head, creature, thing, _piece))(dice)
    shape = shape.crop(shape.getbbox())
    shape.thumbnail((min(width, height) * dice.uniform(*sizes),) * 2)
    if near is None:
        x, y = dice.randint(0, width - shape.width), dice.randint(0, height - shape.height)
    else:
        x = round((width - shape.width) / 2 + dice.uniform(-near, near) * width)
        y = round((height - shape.height) / 2 + dice.uniform(-near, near) * height)
    image.paste(shape, (x, y), shape)
    subject = (x / width, y / height, (x + shape.width) / width, (y + shape.height) / height)
    return Case(name=f"{kind} {dice.getrandbits(24):06x}", kind=kind, image=image, subject=subject)


def _piece(dice: random.Random) -> Image.Image:
    """An oval cut out of a photograph around its subject, RGBA."""
    cases = [case for case in photographs() if case.name in _PIECES]
    case = dice.choice(cases)
    left, top, right, bottom = case.subject
    width, height = case.image.size
    part = case.image.crop(
        (round(left * width), round(top * height), round(right * width), round(bottom * height))
    )
    mask = Image.new("L", part.size)
    ImageDraw.Draw(mask).ellipse((1, 1, part.width - 2, part.height - 2), fill=255)
    part.putalpha(mask.filter(ImageFilter.GaussianBlur(1.5)))
    return part
