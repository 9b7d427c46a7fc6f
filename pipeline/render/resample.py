"""A window of a picture at other pixels, by Lanczos: in SIMD where it is installed. Must not open or crop.

Both ways give the same picture (50 dB and more between them); they do not give the same bytes.
"""

from enum import StrEnum
from functools import cache
from types import ModuleType

from PIL import Image  # noqa: TID251 - the render package is where pictures are resized

Window = tuple[float, float, float, float]
"""left, top, right, bottom in pixels of the picture; parts of a pixel count."""

_REDUCING_GAP = 6.0
"""Shrink by whole steps first while six times the size is left: a fifth faster on the largest masters.

At 3 the smallest slots of a 4K master fall below 50 dB to SIMD's, and nothing more is gained.
"""


class Resampler(StrEnum):
    """Who computes the pixels."""

    SIMD = "simd"
    PILLOW = "pillow"


def fastest() -> Resampler:
    """SIMD where the extra `fast` is installed, else Pillow."""
    return Resampler.PILLOW if _simd() is None else Resampler.SIMD


def resample(
    image: Image.Image, window: Window, size: tuple[int, int], resampler: Resampler | None = None
) -> Image.Image:
    """The window of a loaded RGB picture at `size` pixels, as a new picture; `image` is only read.

    `resampler` None: the fastest. Threads may share `image`; each call has working memory of its own, which
    costs no time and is given back at once.
    """
    left, top, right, bottom = window
    box = (max(0.0, left), max(0.0, top), min(right, image.width), min(bottom, image.height))
    simd = None if (resampler or fastest()) is Resampler.PILLOW else _simd()
    if simd is None:
        return image.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=_REDUCING_GAP)
    made = Image.new("RGB", size)
    options = simd.ResizeOptions(
        resize_alg=simd.ResizeAlg.convolution(simd.FilterType.lanczos3),
        crop_box=simd.CropBox(box[0], box[1], box[2] - box[0], box[3] - box[1]),
    )
    simd.Resizer().resize_pil(image, made, options)
    return made


@cache
def _simd() -> ModuleType | None:
    """The SIMD resampler; None without the extra, or where its wheel does not load."""
    try:
        import cykooz_resizer
    except ImportError:
        return None
    module: ModuleType = cykooz_resizer
    return module
