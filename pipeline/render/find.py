"""The subject of a master, found on a small copy of it. Must not keep or crop anything.

Everything heavy is imported by the first search, so that asking for the method costs nothing.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.subject import Subject

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image  # noqa: TID251 - the render package is where pictures are read

ALONE, WITH_FACES = "saliency/1", "faces/1"
"""The methods; the number is raised whenever the same picture would give another answer."""

_SHRINKABLE = ("L", "RGB", "RGBA", "CMYK")
"""Modes whose pixels can be averaged as they are."""


def method() -> str:
    """The method in force: with faces where the extra `faces` is installed. Imports nothing heavy."""
    from pipeline.render.faces import model_file

    return ALONE if model_file() is None else WITH_FACES


def find_subject(path: Path, *, faces: bool = True) -> Subject:
    """Find the subject of a master file; a JPEG is decoded only as far as the small copy needs.

    `faces` False: as if the extra were not installed. Raises PictureError for what is no whole picture.
    """
    from pipeline.render.cues import BLOCK
    from pipeline.render.decode import open_picture, reading
    from pipeline.render.saliency import map_size

    with reading(path), path.open("rb") as file:
        _, picture = open_picture(file, path)
        with picture:
            columns, rows = map_size(*picture.size)
            picture.draft("RGB", (columns * BLOCK, rows * BLOCK))
            picture.load()
            return find_in(_small(picture), faces=faces)


def find_in(image: "Image.Image", *, faces: bool = True) -> Subject:
    """Find the subject of a picture that is decoded already: upright sRGB, mode RGB, at any size.

    The picture is not changed. `faces` False: as if the extra were not installed.
    """
    from pipeline.render.faces import find_faces, model_file
    from pipeline.render.saliency import saliency, subject_of, with_faces

    copy = _copy(image)
    found = saliency(copy)
    model = model_file() if faces else None
    if model is None:
        return subject_of(found, ALONE)
    return subject_of(with_faces(found, find_faces(copy, model)), WITH_FACES)


def _small(picture: "Image.Image") -> "Image.Image":
    """A decoded picture as upright sRGB, about as small as the copy: what is converted first is little."""
    from pipeline.render.colour import upright_srgb
    from pipeline.render.cues import BLOCK
    from pipeline.render.saliency import map_size

    if picture.mode not in _SHRINKABLE:
        return upright_srgb(picture)
    columns, rows = map_size(*picture.size)
    return upright_srgb(_shrunk(picture, (columns * BLOCK, rows * BLOCK)))


def _copy(image: "Image.Image") -> "NDArray[np.uint8]":
    import numpy as np

    from pipeline.render.cues import BLOCK
    from pipeline.render.saliency import map_size

    columns, rows = map_size(*image.size)
    return np.asarray(_shrunk(image, (columns * BLOCK, rows * BLOCK)))


def _shrunk(image: "Image.Image", size: tuple[int, int]) -> "Image.Image":
    from PIL import Image  # noqa: TID251 - the same

    return image if image.size == size else image.resize(size, Image.Resampling.HAMMING, reducing_gap=2.0)
