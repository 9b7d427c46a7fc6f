"""The hidden labels in a picture file: found, counted, carried over. Must not write one."""

from dataclasses import dataclass

from pipeline.render.aigc import AigcLabel, properties
from pipeline.render.containers import Piece, Place, pieces
from pipeline.render.exif import user_comment
from pipeline.render.recipe import LabelSpec

_CODE_DIGITS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One hidden label in a file: where, its text as written, its values (None: not readable)."""

    place: Place
    text: str
    label: AigcLabel | None


def labels_in(data: bytes) -> tuple[Found, ...]:
    """Every hidden label in a file's bytes, in the file's order; a file may keep only one."""
    return tuple(
        Found(place=piece.place, text=text, label=AigcLabel.from_json(text))
        for piece in pieces(data)
        for text in _texts(piece)
    )


def label_for(master: bytes, sha256: str, spec: LabelSpec) -> AigcLabel:
    """The hidden label of a master's renditions: what its provider wrote if that is valid, else ours."""
    return _valid(labels_in(master)) or AigcLabel(
        label="1", content_producer=spec.producer, produce_id=sha256[:_CODE_DIGITS]
    )


def _valid(found: tuple[Found, ...]) -> AigcLabel | None:
    return next((item.label for item in found if item.label is not None and item.label.valid), None)


def _texts(piece: Piece) -> tuple[str, ...]:
    """The label texts in one piece: an EXIF block counts only when its comment looks like a label."""
    if piece.place is Place.XMP:
        return properties(piece.data.decode("utf-8", "replace"))
    if piece.place is Place.PNG_TEXT:
        return (piece.data.decode("utf-8", "replace"),)
    text = _decoded(user_comment(piece.data))
    return (text,) if '"AIGC"' in text or AigcLabel.from_json(text) else ()


def _decoded(comment: bytes) -> str:
    """A user comment in any of the codes it is written in: ASCII, UTF-8, UTF-16 of either order."""
    if b"\0" in comment[:2]:
        return comment.decode("utf-16-be" if comment.startswith(b"\0") else "utf-16-le", "replace")
    return comment.decode("utf-8", "replace")
