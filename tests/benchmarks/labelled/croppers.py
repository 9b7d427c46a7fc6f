"""The ways to crop that are compared: the middle, what can be installed, and ours."""

from typing import TYPE_CHECKING

import pyvips
import smartcrop
from PIL import Image  # noqa: TID251 - benchmarks make and read pictures

from pipeline.render.find import find_in
from pipeline.render.geometry import PixelBox, cover_box
from tests.benchmarks.labelled.cases import Cropper

if TYPE_CHECKING:
    from pipeline.subject import Subject

_SMARTCROP_SIDE = 256


def centre(image: Image.Image, slot_w: int, slot_h: int) -> PixelBox:
    """What is cut without looking."""
    return cover_box(*image.size, slot_w, slot_h, None)


def ours(*, faces: bool) -> Cropper:
    """As masters are cropped; each picture is looked at once."""
    known: dict[int, Subject] = {}

    def crop(image: Image.Image, slot_w: int, slot_h: int) -> PixelBox:
        if id(image) not in known:
            known[id(image)] = find_in(image, faces=faces)
        return cover_box(*image.size, slot_w, slot_h, None, subject=known[id(image)])

    return crop


def attention(image: Image.Image, slot_w: int, slot_h: int) -> PixelBox:
    """The window of libvips around its point of attention."""
    left, top, right, bottom = centre(image, slot_w, slot_h)
    wide, high = right - left, bottom - top
    _, found = pyvips.Image.new_from_array(image).smartcrop(
        wide, high, interesting="attention", attention_x=True, attention_y=True
    )
    x = min(max(found["attention_x"] - wide // 2, 0), image.width - wide)
    y = min(max(found["attention_y"] - high // 2, 0), image.height - high)
    return (x, y, x + wide, y + high)


def smart(image: Image.Image, slot_w: int, slot_h: int) -> PixelBox:
    """The best window of smartcrop among those of full size, found on a copy of 256 pixels as it advises."""
    left, top, right, bottom = centre(image, slot_w, slot_h)
    wide, high = right - left, bottom - top
    small = image.copy()
    small.thumbnail((_SMARTCROP_SIDE, _SMARTCROP_SIDE))
    scale = small.width / image.width
    found = smartcrop.SmartCrop().crop(
        small,
        max(1, int(wide * scale)),
        max(1, int(high * scale)),
        min_scale=1.0,
        max_scale=1.0,
        prescale=False,
    )["top_crop"]
    x = min(max(round(found["x"] / scale), 0), image.width - wide)
    y = min(max(round(found["y"] / scale), 0), image.height - high)
    return (x, y, x + wide, y + high)
