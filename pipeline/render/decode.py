"""Picture files that others made, opened with suspicion: three formats, bounded pixels, decoded whole.

Must not change a pixel. Pillow's own guess of the format is not used: it would try every decoder it has.
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from PIL import Image  # noqa: TID251 - the render package is where pictures are decoded
from PIL import ImageFile as Files  # noqa: TID251 - the same
from PIL.ImageFile import ImageFile  # noqa: TID251 - the same
from PIL.JpegImagePlugin import JpegImageFile  # noqa: TID251 - the same
from PIL.PngImagePlugin import PngImageFile  # noqa: TID251 - the same
from PIL.WebPImagePlugin import WebPImageFile  # noqa: TID251 - the same

from pipeline.errors import PictureError
from pipeline.platforms.model import Format

MAX_PIXELS = 80_000_000
"""Twice what any model returns; a larger picture is a mistake or a trap."""

_DECODERS: dict[Format, type[ImageFile]] = {
    Format.PNG: PngImageFile,
    Format.JPEG: JpegImageFile,
    Format.WEBP: WebPImageFile,
}
_HEAD = 12
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    EOFError,
    struct.error,
    zlib.error,
)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn whatever a decoder raises at bad bytes into a PictureError in plain words.

    Pillow has one switch for the whole process that lets cut-off files pass; no other library may turn it.
    """
    Files.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    except FileNotFoundError as error:
        raise PictureError(f"{path}: there is no such picture file") from error
    except Image.DecompressionBombError as error:
        raise _too_large(path, str(error)) from error
    except _BROKEN as error:
        message = f"{path}: the picture is cut off or damaged ({error})"
        raise PictureError(message, next_step="save or download it again") from error


def picture_format(path: Path) -> Format:
    """The format of a file by its first bytes, whatever its name says. Raises PictureError for another."""
    with reading(path), path.open("rb") as file:
        return _sniff(file.read(_HEAD), path)


def open_picture(file: BinaryIO, path: Path) -> tuple[Format, ImageFile]:
    """Read the header only: the format by its first bytes, the pixels bounded. `path` is for the words.

    Raises PictureError for another format or too many pixels, and what the decoder raises: use `reading`.
    """
    kind = _sniff(file.read(_HEAD), path)
    file.seek(0)
    picture = _DECODERS[kind](file)
    if picture.width * picture.height > MAX_PIXELS:
        raise _too_large(path, f"{picture.width}x{picture.height}")
    return kind, picture


def _sniff(head: bytes, path: Path) -> Format:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Format.PNG
    if head.startswith(b"\xff\xd8\xff"):
        return Format.JPEG
    if head.startswith(b"RIFF") and head.endswith(b"WEBP"):
        return Format.WEBP
    message = f"{path}: not a PNG, JPEG or WebP picture, whatever its name says"
    raise PictureError(message, next_step="save it as PNG, JPEG or WebP")


def _too_large(path: Path, size: str) -> PictureError:
    message = f"{path}: over the {MAX_PIXELS // 1_000_000} million pixels that are taken ({size})"
    return PictureError(message, next_step="make it smaller first")
