"""Photographs that well-known packages ship, with boxes drawn by hand after looking at each.

The box is what a crop should keep: the head of a person or animal, else the whole thing the picture is of.
Nothing is copied: a package that is not installed gives no photographs.
"""

import random
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PIL import Image  # noqa: TID251 - benchmarks make and read pictures

from tests.benchmarks.labelled.cases import Case, Part

_LONGER = 1024

_BOXES: dict[str, dict[str, Part]] = {
    "skimage": {
        "data/astronaut.png": (0.28, 0.03, 0.62, 0.55),
        "data/camera.png": (0.28, 0.12, 0.65, 0.55),
        "data/chelsea.png": (0.28, 0.25, 0.80, 0.90),
        "data/clock_motion.png": (0.36, 0.31, 0.70, 0.71),
        "data/coffee.png": (0.27, 0.03, 0.70, 0.75),
        "data/motorcycle_left.png": (0.13, 0.12, 0.93, 0.90),
        "data/rocket.jpg": (0.46, 0.30, 0.55, 0.97),
        "data/horse.png": (0.04, 0.02, 0.97, 0.96),
    },
    "sklearn": {
        "datasets/images/flower.jpg": (0.26, 0.20, 0.70, 0.85),
        "datasets/images/china.jpg": (0.10, 0.07, 0.55, 0.90),
    },
    "matplotlib": {"mpl-data/sample_data/grace_hopper.jpg": (0.30, 0.03, 0.75, 0.60)},
    "imgaug": {"quokka.jpg": (0.14, 0.06, 0.58, 1.00)},
    "ultralytics": {
        "assets/zidane.jpg": (0.33, 0.05, 0.90, 0.65),
        "assets/bus.jpg": (0.00, 0.22, 1.00, 0.80),
    },
    "gradio": {
        "media_assets/images/cheetah.jpg": (0.16, 0.33, 0.77, 0.70),
        "media_assets/images/cheetah1.jpg": (0.08, 0.10, 0.88, 1.00),
        "media_assets/images/lion.jpg": (0.20, 0.03, 0.72, 0.75),
        "media_assets/images/tower.jpg": (0.25, 0.10, 0.90, 1.00),
    },
    "mahotas": {"demos/data/luispedro.jpg": (0.12, 0.10, 0.90, 0.85)},
}


@cache
def photographs() -> tuple[Case, ...]:
    """Those of the installed packages, at most 1024 pixels wide or high."""
    cases = []
    for package, boxes in _BOXES.items():
        spec = find_spec(package)
        for name, box in boxes.items():
            path = Path(spec.origin).parent / name if spec and spec.origin else None
            if path is not None and path.is_file():
                cases.append(Case(name=Path(name).stem, kind="photograph", image=picture(path), subject=box))
    return tuple(cases)


def picture(path: Path) -> Image.Image:
    """A picture file as RGB over white, at most 1024 pixels wide or high."""
    with Image.open(path) as opened:
        layered = opened.convert("RGBA")
    flat = Image.new("RGB", layered.size, "white")
    flat.paste(layered, mask=layered)
    flat.thumbnail((_LONGER, _LONGER))
    return flat


def recrops(seed: int, each: int = 3) -> list[Case]:
    """The photographs cut so that the whole subject is left, at least 15 % of a side away from the middle."""
    dice = random.Random(seed)  # noqa: S311 - pictures, not secrets
    tried = (_recrop(case, dice) for case in photographs() for _ in range(each))
    return [case for case in tried if case is not None]


def _recrop(case: Case, dice: random.Random) -> Case | None:
    width, height = case.image.size
    left, top, right, bottom = case.subject
    for _ in range(400):
        ratio = dice.choice((1.0, 4 / 3, 16 / 9, 3 / 4, 3 / 2))
        wide = min(width, height * ratio) * dice.uniform(0.5, 0.95)
        high = wide / ratio
        x = dice.uniform(0, width - wide)
        y = dice.uniform(0, height - high)
        box: Part = (
            (left * width - x) / wide,
            (top * height - y) / high,
            (right * width - x) / wide,
            (bottom * height - y) / high,
        )
        away = max(abs(box[0] + box[2] - 1), abs(box[1] + box[3] - 1)) / 2
        if min(box) >= 0 and max(box) <= 1 and away >= 0.15:
            part = case.image.crop((round(x), round(y), round(x + wide), round(y + high)))
            return Case(name=case.name, kind="recrop", image=part, subject=box)
    return None
