"""Detailed masters for benchmarks, made from photographs that scikit-image ships and from the simulator."""

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image, ImageOps  # noqa: TID251 - benchmarks make the masters that the product reads

from pipeline.providers.contract import Order
from pipeline.providers.simulator.pictures import picture

_PHOTOS = ("astronaut.png", "motorcycle_left.png", "coffee.png", "chelsea.png", "rocket.jpg", "ihc.png")
_STROKES = ("gravel.png", "grass.png", "brick.png")
_TILE = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of master: its name, and how one of `side` x `side` pixels is made."""

    name: str
    make: Callable[[int], Image.Image]


def photographs(side: int) -> Image.Image:
    """Photographs side by side at about their own pixels, each turned another way: detail everywhere."""
    dice = random.Random(side)  # noqa: S311 - a picture, not a secret
    photos = [ImageOps.fit(_photo(name), (_TILE, _TILE), Image.Resampling.LANCZOS) for name in _PHOTOS]
    image = Image.new("RGB", (side, side))
    for top in range(0, side, _TILE):
        for left in range(0, side, _TILE):
            tile = dice.choice(photos)
            tile = ImageOps.mirror(tile) if dice.random() < 0.5 else tile
            image.paste(tile.rotate(90 * dice.randrange(4)), (left, top))
    return image


def painting(side: int) -> Image.Image:
    """One photograph enlarged, with gravel, grass and brick laid over it as a painter's strokes."""
    image = _photo("astronaut.png").resize((side, side), Image.Resampling.BICUBIC)
    strokes = Image.new("RGB", (side, side))
    for row in range(side // _TILE):
        for column in range(side // _TILE):
            strokes.paste(_photo(_STROKES[(row + column) % 3]), (column * _TILE, row * _TILE))
    return Image.blend(image, strokes, 0.25)


def drawn(side: int) -> Image.Image:
    """A picture of the simulator: flat areas, sharp edges, letters."""
    size = min(side, 2048)
    order = Order(model="jimeng_t2i_v40", prompt="一只卡通龙虾站在电路板上", width=size, height=size)
    with Image.open(io.BytesIO(picture(order, 0))) as opened:
        return opened.convert("RGB").resize((side, side), Image.Resampling.LANCZOS)


KINDS = (
    Kind(name="photographs", make=photographs),
    Kind(name="painting", make=painting),
    Kind(name="drawn", make=drawn),
)


def _photo(name: str) -> Image.Image:
    found = find_spec("skimage")
    if found is None or found.origin is None:
        pytest.skip("scikit-image, whose photographs the masters are made of, is not installed")
    with Image.open(Path(found.origin).parent / "data" / name) as opened:
        return opened.convert("RGB")
