"""What a picture file is, after reading all of it. Must not trust a name, a header or a shortened file."""

import hashlib
from pathlib import Path

from pipeline.errors import PictureError
from pipeline.platforms.model import Format
from pipeline.render.containers import has_all_rows
from pipeline.render.decode import open_picture, reading
from pipeline.render.exif import orientation
from pipeline.render.facts import PictureFacts

_TURNED = 5
"""From this EXIF orientation on, width and height change places."""


def inspect(path: Path) -> PictureFacts:
    """Hash the file and decode it whole: a master just downloaded, or the author's own picture.

    Raises PictureError for anything but a whole PNG, JPEG or WebP of at most 80 million pixels. Only a
    full decode sees a cut-off file; a flipped bit inside is seen by no check, nor are rows that a JPEG lacks
    (they come out grey). Of an animated picture the first frame is decoded, which is all that is used.
    """
    with reading(path), path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
        file.seek(0)
        kind, picture = open_picture(file, path)
        with picture:
            frames = int(getattr(picture, "n_frames", 1))  # a JPEG has none
            picture.load()
            if kind is Format.PNG and not has_all_rows(path.read_bytes()):
                message = f"{path}: the picture has fewer rows than its header says"
                raise PictureError(message, next_step="save or download it again")
            width, height = picture.size
            if orientation(picture.info.get("exif")) >= _TURNED:
                width, height = height, width
    return PictureFacts(sha256=sha256, format=kind, width=width, height=height, bytes=size, frames=frames)


def peek(path: Path) -> tuple[Format, int, int]:
    """The format and the stored pixels of a file, from its header alone, as bounded as `inspect` has it.

    For bytes whose hash is known to be that of a picture. Raises PictureError.
    """
    with reading(path), path.open("rb") as file:
        kind, picture = open_picture(file, path)
        with picture:
            return kind, picture.width, picture.height
