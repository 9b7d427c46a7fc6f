"""A picture with a known subject, and how much of the subject a crop keeps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PIL import Image  # noqa: TID251 - benchmarks make and read pictures

from pipeline.platforms.catalog import load_catalog
from pipeline.render.geometry import PixelBox

Part = tuple[float, float, float, float]
"""left, top, right, bottom in 0..1 of a picture's sides."""
Cropper = Callable[[Image.Image, int, int], PixelBox]
"""The window of a picture for a slot of these pixels."""

_NO_CROP = 0.995


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One picture; `kind` says where it is from, `subject` what a crop should keep."""

    name: str
    kind: str
    image: Image.Image
    subject: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """One crop of one case; `kept` of the subject, over the most that any window could keep, 0..1."""

    case: Case
    ratio: float
    kept: float


def ratios() -> tuple[float, ...]:
    """Width over height of every slot of the catalogue that crops, without repeats."""
    found = {
        round(slot.width / slot.height, 2): slot.width / slot.height
        for slot in load_catalog().slots.values()
        if slot.height is not None
    }
    return tuple(found[ratio] for ratio in sorted(found))


def crops(cases: list[Case], cropper: Cropper) -> Iterator[Crop]:
    """Every case in every ratio that really crops it."""
    for case in cases:
        for ratio in ratios():
            width, height = case.image.size
            window = min(width, height * ratio) / width, min(height, width / ratio) / height
            if min(window) > _NO_CROP:
                continue
            box = cropper(case.image, round(3000 * ratio), 3000)
            yield Crop(case=case, ratio=ratio, kept=_kept(case, box, window))


def _kept(case: Case, box: PixelBox, window: tuple[float, float]) -> float:
    left, top, right, bottom = case.subject
    width, height = case.image.size
    across = max(0.0, min(right, box[2] / width) - max(left, box[0] / width))
    down = max(0.0, min(bottom, box[3] / height) - max(top, box[1] / height))
    most = min(right - left, window[0]) * min(bottom - top, window[1])
    return min(1.0, across * down / most)
