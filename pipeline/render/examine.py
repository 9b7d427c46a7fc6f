"""One finished file, read once: pixels, format, bytes, hash, both labels. Must not judge what it finds."""

import hashlib
import stat
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from pipeline.errors import PictureError
from pipeline.render.aigc import AigcLabel
from pipeline.render.colour import upright_srgb
from pipeline.render.containers import is_whole, pieces
from pipeline.render.decode import open_picture, reading
from pipeline.render.facts import PictureFacts, bytes_in_words
from pipeline.render.metadata import Found, labels_in
from pipeline.render.recipe import letter_height
from pipeline.render.sighting import Sighting, find_label

MAX_BYTES = 200_000_000
"""Four times what any platform takes; a larger file is a mistake or a trap."""
_MARK = b"TC260:AIGC"
_MOST_WORK = 100_000_000
"""Bytes of metadata times labels in them: what is over it was made to keep a reader busy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What a file is. `hidden` are all its hidden labels, whether or not they are valid.

    `whole`: it ends where its format says. `looked_for`: the text of the visible label that was looked for,
    None where none was; `visible` where it was found; `letters` the least height, in pixels, that its AI
    must have in a picture of this size.
    """

    facts: PictureFacts
    whole: bool
    hidden: tuple[Found, ...]
    looked_for: str | None
    visible: Sighting | None
    letters: int

    @property
    def label(self) -> AigcLabel | None:
        """The one hidden label, None where there is none, more than one, or one that cannot be read."""
        return self.hidden[0].label if len(self.hidden) == 1 else None


def examine(path: Path, *, text: str | None = None) -> Examined:
    """Read a file, decode it whole, and look for its labels; `text` is the visible one's.

    Raises PictureError for anything but a whole PNG, JPEG or WebP of a bounded size.
    """
    data = _content(path)
    if any(len(piece.data) * piece.data.count(_MARK) > _MOST_WORK for piece in pieces(data)):
        raise PictureError(f"{path}: holds more labels than can be counted")
    with reading(path):
        kind, opened = open_picture(BytesIO(data), path)
        with opened:
            opened.load()
            picture = upright_srgb(opened)
    letters = letter_height(*picture.size)
    return Examined(
        facts=PictureFacts(
            sha256=hashlib.sha256(data).hexdigest(),
            format=kind,
            width=picture.width,
            height=picture.height,
            bytes=len(data),
        ),
        whole=is_whole(data),
        hidden=labels_in(data),
        looked_for=text,
        visible=None if text is None else find_label(picture, text, letters),
        letters=letters,
    )


def _content(path: Path) -> bytes:
    """The bytes of a plain file: whoever opens a pipe or a device may wait for ever."""
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise PictureError(f"{path}: is not a file")
        if state.st_size > MAX_BYTES:
            raise PictureError(f"{path}: {bytes_in_words(state.st_size)} is more than any platform takes")
        return path.read_bytes()
    except OSError as error:
        raise PictureError(f"{path}: cannot be read ({error.strerror or error})") from error
