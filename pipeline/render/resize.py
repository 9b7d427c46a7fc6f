"""A master decoded once, and its windows brought to their slots' pixels. Must not encode or draw."""

from pathlib import Path

from PIL import Image  # noqa: TID251 - the render package is where pictures are resized

from pipeline.errors import PictureError
from pipeline.platforms.model import Format
from pipeline.render.colour import upright_srgb
from pipeline.render.decode import open_picture, reading
from pipeline.render.recipe import Recipe

_LARGE = 9_000_000
_HALF = 0.5
_REDUCING_GAP = 3.0
"""Shrink by whole steps first while three times the size is left: over 50 dB to plain Lanczos, and faster."""


def halved(recipe: Recipe, kind: Format) -> bool:
    """Whether a master of this format is decoded at half its size for this recipe (only JPEG can).

    It depends on the recipe alone, never on what else is rendered with it: else the same recipe would give
    other bytes in other company. It pays for masters of the 4K class, whose windows are all at least
    halved by the usual slots, so that one decode still serves them all.
    """
    large = recipe.master_width * recipe.master_height > _LARGE
    return kind is Format.JPEG and large and recipe.scale <= _HALF


def load_master(path: Path, recipe: Recipe, *, half: bool) -> Image.Image:
    """The master as upright sRGB, loaded whole so that threads may share it; at half size if `half`.

    Raises PictureError when it cannot be decoded, or is not of the pixels that the recipe was made for.
    """
    with reading(path), path.open("rb") as file:
        _, picture = open_picture(file, path)
        with picture:
            size = picture.size
            if half:
                picture.draft("RGB", (size[0] // 2, size[1] // 2))
            picture.load()
    if sorted(size) != sorted((recipe.master_width, recipe.master_height)):
        message = f"{path}: {size[0]}x{size[1]} instead of {recipe.master_width}x{recipe.master_height}"
        raise PictureError(f"{message}: the file was changed since it was planned")
    return upright_srgb(picture)


def resized(image: Image.Image, recipe: Recipe) -> Image.Image:
    """The recipe's window of a loaded master at the slot's exact pixels, as a new picture."""
    across, down = image.width / recipe.master_width, image.height / recipe.master_height
    left, top, right, bottom = recipe.box
    box = (left * across, top * down, min(right * across, image.width), min(bottom * down, image.height))
    size = (recipe.width, recipe.height)
    return image.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=_REDUCING_GAP)
