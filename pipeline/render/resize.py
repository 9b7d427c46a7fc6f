"""A master decoded once, and its windows brought to their slots' pixels. Must not encode or draw."""

from pathlib import Path

from PIL import Image  # noqa: TID251 - the render package is where pictures are resized

from pipeline.errors import PictureError
from pipeline.platforms.model import Format
from pipeline.render.colour import WHITE, Colour, upright_srgb
from pipeline.render.decode import open_picture, reading
from pipeline.render.recipe import Recipe
from pipeline.render.resample import Resampler, resample

_LARGE = 9_000_000
_HALF = 0.5


def halved(recipe: Recipe, kind: Format) -> bool:
    """Whether a master of this format is decoded at half its size for this recipe (only JPEG can).

    It depends on the recipe alone, never on what else is rendered with it: else the same recipe would give
    other bytes in other company. It pays for masters of the 4K class, whose windows are all at least
    halved by the usual slots, so that one decode still serves them all; the few that need more cost a
    second one. A quarter is never taken: it would lose what the smallest slots still show.
    """
    sides = (recipe.master_width, recipe.master_height)
    # Half of an odd side is rounded up, and which edge that moves depends on how the picture is turned.
    whole = all(side % 2 == 0 for side in sides)
    return kind is Format.JPEG and whole and sides[0] * sides[1] > _LARGE and recipe.scale <= _HALF


def load_master(path: Path, recipe: Recipe, *, half: bool, background: Colour = WHITE) -> Image.Image:
    """The master as upright sRGB, loaded whole so that threads may share it; at half size if `half`.

    Raises PictureError when it cannot be decoded, or is not of the pixels that the recipe was made for.
    """
    with reading(path), path.open("rb") as file:
        _, picture = open_picture(file, path)
        with picture:
            size = picture.size
            if sorted(size) != sorted((recipe.master_width, recipe.master_height)):
                raise _changed(path, size, recipe)
            if half:
                picture.draft("RGB", (size[0] // 2, size[1] // 2))
            picture.load()
            return upright_srgb(picture, background)


def resized(image: Image.Image, recipe: Recipe, resampler: Resampler | None = None) -> Image.Image:
    """The recipe's window of a loaded master at the slot's exact pixels, as a new picture."""
    left, top, right, bottom = recipe.box
    shrunk = recipe.master_width // image.width
    window = (left / shrunk, top / shrunk, right / shrunk, bottom / shrunk)
    return resample(image, window, (recipe.width, recipe.height), resampler)


def _changed(path: Path, size: tuple[int, int], recipe: Recipe) -> PictureError:
    message = f"{path}: {size[0]}x{size[1]} instead of {recipe.master_width}x{recipe.master_height}"
    return PictureError(f"{message}: the file was changed since it was planned")
