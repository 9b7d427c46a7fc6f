"""The author's logo, scaled into its corner. Must not choose the corner: the recipe says it."""

from functools import lru_cache
from pathlib import Path

from PIL import Image  # noqa: TID251 - the render package is where logos are drawn

from pipeline.errors import FitError, PictureError
from pipeline.render.colour import upright_srgb
from pipeline.render.decode import open_picture, reading
from pipeline.render.geometry import PixelBox
from pipeline.render.inspect import inspect
from pipeline.render.marking import Brand, Corner
from pipeline.render.placement import corner_box
from pipeline.render.recipe import Recipe

_MARGIN = 0.035
_WIDEST = 0.4
"""A long word mark takes no more than this share of the clear part's width, and is as much less high."""
_LEAST = 8
"""Below so many pixels a logo is a stain."""
_VECTOR = (".svg", ".svgz", ".ai", ".eps", ".pdf")


def read_brand(path: Path, *, at: Corner, height: float) -> Brand:
    """The logo in a file, decoded whole. Raises PictureError for anything but a PNG, WebP or JPEG picture."""
    if path.suffix.lower() in _VECTOR:
        raise PictureError(
            f"{path}: a logo has to be made of pixels",
            next_step="export it as PNG with a transparent background, 500 pixels high or more",
        )
    return Brand(path=path, logo=inspect(path), at=at, height=height)


def brand_box(recipe: Recipe, label: PixelBox | None) -> PixelBox | None:
    """The logo's pixels, None without one. Raises FitError where it has no room beside the label."""
    brand = recipe.brand
    if brand is None:
        return None
    left, top, right, bottom = recipe.clear
    margin = round(_MARGIN * min(recipe.width, recipe.height))
    room = right - left - 2 * margin
    if label is not None and recipe.label_corner.side[1] == brand.at.side[1]:
        room -= label[2] - label[0] + margin
    high = min(brand.height * min(recipe.width, recipe.height), bottom - top)
    ratio = brand.logo.width / brand.logo.height
    wide = min(high * ratio, _WIDEST * (right - left), room)
    if min(wide, wide / ratio) < _LEAST:
        message = f"{recipe.slot}: the logo has no room in the part that stays clear"
        raise FitError(f"{message}; give it another height, or write `brand: none` for this image")
    return corner_box(recipe.clear, (round(wide), round(wide / ratio)), brand.at, margin=margin)


def draw_brand(image: Image.Image, recipe: Recipe, label: PixelBox | None) -> PixelBox | None:
    """Draw the recipe's logo on a picture of its size, in place; its pixels, None without a logo.

    Raises FitError as `brand_box`, PictureError when the file is not the one that was planned with.
    """
    box = brand_box(recipe, label)
    if box is None or recipe.brand is None:
        return None
    logo = _scaled(recipe.brand, box[2] - box[0], box[3] - box[1])
    image.paste(logo, box, logo.getchannel("A"))
    return box


@lru_cache(maxsize=32)
def _scaled(brand: Brand, width: int, height: int) -> Image.Image:
    if inspect(brand.path).sha256 != brand.logo.sha256:
        raise PictureError(f"{brand.path}: the logo was changed since it was planned with")
    return _with_alpha(brand.path).resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _with_alpha(path: Path) -> Image.Image:
    """The logo upright in sRGB (mode RGBA). Colours and transparency part, so that no edge turns white."""
    with reading(path), path.open("rb") as file:
        _, picture = open_picture(file, path)
        with picture:
            picture.load()
    if not picture.has_transparency_data:
        logo = upright_srgb(picture)
        logo.putalpha(255)
        return logo
    layered = picture.convert("RGBA")
    colours, alpha = layered.convert("RGB"), layered.getchannel("A")
    turn = picture.info.get("exif")
    colours.info = {"exif": turn, "icc_profile": picture.info.get("icc_profile")}
    alpha.info = {"exif": turn}
    logo = upright_srgb(colours)
    logo.putalpha(upright_srgb(alpha).getchannel("R"))
    return logo
