"""Pictures to render, made here so that every pixel is known, and short ways to slots and recipes."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw  # noqa: TID251 - tests make the pictures that the product reads

from pipeline.platforms.model import Box, Confidence, Format, Slot
from pipeline.render.inspect import inspect
from pipeline.render.recipe import LabelSpec, QualityPolicy, Recipe, make_recipe
from pipeline.spec.model import Focus

MakePicture = Callable[..., Image.Image]
MakeSlot = Callable[..., Slot]
MakeRecipe = Callable[..., Recipe]


@pytest.fixture
def busy() -> MakePicture:
    """A picture of shapes and fine noise: as hard to compress as a painting; the same for the same seed."""

    def make(width: int = 640, height: int = 480, seed: int = 7, noise: float = 0.2) -> Image.Image:
        dice = random.Random(seed)  # noqa: S311 - shapes, not secrets
        image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
        draw = ImageDraw.Draw(image)
        for _ in range(60):
            left, top = dice.randrange(width), dice.randrange(height)
            size = dice.randrange(8, 8 + width // 5)
            colour = (dice.randrange(256), dice.randrange(256), dice.randrange(256))
            draw.ellipse((left, top, left + size, top + size), fill=colour)
        grain = Image.new("L", (width, height))
        grain.frombytes(dice.randbytes(width * height))
        return Image.blend(image, grain.convert("RGB"), noise)

    return make


@pytest.fixture
def slot() -> MakeSlot:
    """A slot of the catalogue's kind; JPEG without limits unless told otherwise."""

    def make(
        width: int = 300,
        height: int | None = 200,
        *,
        formats: tuple[Format, ...] = (Format.JPEG,),
        max_bytes: int | None = None,
        sure: bool = True,
        keep_in: Box | None = None,
        covered: tuple[Box, ...] = (),
        name: str = "wechat.cover",
    ) -> Slot:
        return Slot(
            id=name,
            name=name,
            width=width,
            height=height,
            formats=formats,
            max_bytes=max_bytes,
            keep_in=keep_in,
            covered=covered,
            confidence=Confidence.HIGH,
            bytes_confidence=Confidence.HIGH if sure else Confidence.LOW,
            source="",
            checked="",
        )

    return make


@pytest.fixture
def recipe(slot: MakeSlot) -> MakeRecipe:
    """The recipe of a master on disk in a slot described as for `slot`."""

    def make(
        master: Path,
        width: int = 300,
        height: int | None = 200,
        *,
        label: LabelSpec | None = None,
        focus: Focus | None = None,
        quality: QualityPolicy | None = None,
        **described: object,
    ) -> Recipe:
        return make_recipe(
            master=inspect(master),
            slot=slot(width, height, **described),
            focus=focus or Focus(),
            label=label,
            quality=quality,
        )

    return make


@pytest.fixture
def master(tmp_path: Path, busy: MakePicture) -> Path:
    """A PNG master of 640x480."""
    path = tmp_path / "master.png"
    busy().save(path)
    return path
