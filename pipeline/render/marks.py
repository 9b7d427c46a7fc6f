"""Everything that is drawn on a rendition: title, logo, label, in that order. Must not encode."""

from dataclasses import dataclass

from PIL import Image  # noqa: TID251 - the render package is where marks are drawn

from pipeline.render.brand import brand_box, draw_brand
from pipeline.render.geometry import PixelBox
from pipeline.render.label import draw_label, label_box
from pipeline.render.overlay import draw_overlay
from pipeline.render.recipe import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What was drawn, in pixels of the rendition; None where there was nothing to draw. No two overlap."""

    label_box: PixelBox | None
    overlay_box: PixelBox | None
    brand_box: PixelBox | None


def draw_marks(image: Image.Image, recipe: Recipe) -> Marks:
    """Draw the recipe's marks on a picture of its size (mode RGB), in place.

    The label has its place first, then the logo; the title takes what they leave. Raises FitError, before it
    draws anything that stays, where one of them has no room.
    """
    label = label_box(recipe)
    brand = brand_box(recipe, label)
    taken = tuple(box for box in (label, brand) if box is not None)
    title = draw_overlay(image, recipe, taken)
    draw_brand(image, recipe, label)
    draw_label(image, recipe)
    return Marks(label_box=label, overlay_box=title, brand_box=brand)
