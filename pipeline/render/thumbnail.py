"""The small picture of a master, made once and kept. Must not touch the master or enlarge it."""

from pathlib import Path

from PIL import Image  # noqa: TID251 - the render package is where pictures are made smaller

from pipeline.render.colour import upright_srgb
from pipeline.render.decode import open_picture, reading
from pipeline.storage import folder_inside, publish, temp_path, writing

SIDE = 384
"""Pixels of the longer side: sharp at twice the density of a card in the grid."""
_QUALITY = 78
_METHOD = 3


def thumbnail(master: Path, root: Path, sha256: str) -> Path:
    """The WebP below `root` of the master with this hash; made if it is not there yet, whole or not at all.

    `sha256` must be a hash that was checked. Raises PictureError when the master is no whole picture,
    IncompleteError when the disk refuses.
    """
    target = root / sha256[:2] / f"{sha256[2:]}.webp"
    if target.is_file():
        return target
    small = _small(master)
    folder_inside(root, target.parent)
    temp = temp_path(target.parent, "webp")
    try:
        with writing(target):
            small.save(temp, "WEBP", quality=_QUALITY, method=_METHOD)
        publish(temp, target)
    finally:
        temp.unlink(missing_ok=True)
    return target


def _small(master: Path) -> Image.Image:
    with reading(master), master.open("rb") as file:
        _, picture = open_picture(file, master)
        with picture:
            picture.draft("RGB", (SIDE, SIDE))  # only a JPEG can, and decodes at an eighth of the cost
            picture.load()
            image = upright_srgb(picture)
    image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return image
