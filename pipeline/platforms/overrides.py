"""A home's own slots: `configs/platforms.yaml`, read strictly. Must not read the packaged ones."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from pipeline.nearest import suggestion
from pipeline.platforms.model import Confidence, Format
from pipeline.source.compose import load_tree
from pipeline.source.nodes import Entry, Scalar
from pipeline.source.nodes import Mapping as Tree
from pipeline.source.report import Report
from pipeline.source.typed import Written, read
from pipeline.source.types import Given, Number, Text, Whole, as_text

_ID = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")
_RATIO = re.compile(r"[1-9][0-9]{0,4}:[1-9][0-9]{0,4}")
_SIDE = Whole(1, 16384)
_PART = Number(0, 1)
_NEEDED = ("width", "height", "formats")

BoxParts = tuple[float, float, float, float]


def _as_height(value: object) -> int | Literal["auto"] | None:
    return "auto" if value == "auto" else _SIDE.read(value)


def _as_word(words: tuple[str, ...]) -> BeforeValidator:
    def check(value: object) -> str:
        text = as_text(value)
        if text not in words:
            raise ValueError(f"must be one of {', '.join(words)}, not {text!r}")
        return text

    return BeforeValidator(check)


def _as_box(value: object) -> BoxParts:
    if not isinstance(value, list) or len(value) != 4:
        raise ValueError("must be [left, top, right, bottom], each in 0..1")
    left, top, right, bottom = (float(_PART.read(part) or 0) for part in value)
    if left >= right or top >= bottom:
        raise ValueError("must be [left, top, right, bottom] with left < right and top < bottom")
    return left, top, right, bottom


def _as_kept(value: object) -> str | BoxParts:
    if isinstance(value, str):
        if _RATIO.fullmatch(value) is None:
            raise ValueError(f'must be a ratio such as "3:4", or [left, top, right, bottom], not {value!r}')
        return value
    return _as_box(value)


_Sure = Annotated[str, _as_word(tuple(Confidence))]


class SlotEntry(Written):
    """One slot as an author writes it; the fields left out stay as they were."""

    name: Annotated[Text | None, Given()] = Field(None, description="What the slot is called for people.")
    width: Annotated[int | None, _SIDE] = Field(None, description="Pixels.")
    height: Annotated[Any, BeforeValidator(_as_height)] = Field(None, description="Pixels, or auto.")
    formats: Annotated[tuple[Annotated[str, _as_word(tuple(Format))], ...] | None, Given()] = Field(
        None, description="What the slot takes of jpg, png and webp, the preferred one first."
    )
    max_bytes: Annotated[int | None, Whole(1, 10**10, none=True)] = Field(
        None, description="The limit, or none."
    )
    bytes_confidence: Annotated[_Sure | None, Given()] = Field(
        None, description="high, medium or low; a low limit only warns."
    )
    keep_in: Annotated[Any, BeforeValidator(_as_kept)] = Field(None, description="What other crops keep.")
    covered: Annotated[tuple[Annotated[BoxParts, BeforeValidator(_as_box)], ...] | None, Given()] = Field(
        None, description="What the platform's interface hides."
    )
    confidence: Annotated[_Sure | None, Given()] = Field(
        None, description="Of the pixels: high, medium or low."
    )
    source: Annotated[Text | None, Given()] = Field(None, description="Where the figures are from.")
    checked: Annotated[Text | None, Given()] = Field(None, description="When they were read.")
    note: Annotated[Text | None, Given()] = Field(None, description="What else is worth knowing.")


def read_overrides(path: Path, known: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The rows that `path` adds or changes, whole. Raises SettingsError naming every problem at its place."""
    report = Report(str(path))
    tree = load_tree(path, report)
    rows: dict[str, dict[str, Any]] = {}
    if isinstance(tree, Tree):
        rows = {entry.key.text: _row(entry, known, report) for entry in tree.entries}
    elif tree is not None and not (isinstance(tree, Scalar) and tree.is_nothing):
        report.add(tree.place, "the file must hold slots: `platform.slot:` and its fields below")
    report.raise_settings()
    return rows


def _row(entry: Entry, known: Mapping[str, Mapping[str, Any]], report: Report) -> dict[str, Any]:
    slot_id, near = entry.key.text, suggestion(entry.key.text, known)
    if _ID.fullmatch(slot_id) is None:
        report.add(entry.key.place, f"a slot is named platform.slot in a-z, 0-9 and _, not {slot_id!r}{near}")
    reading = read(entry.value, SlotEntry, report)
    said = {name: getattr(reading.value, name) for name in reading.value.model_fields_set}
    if "formats" in said and not said["formats"]:
        report.add(entry.key.place, f"{slot_id}: formats must name at least one of jpg, png, webp")
    if slot_id in known:
        # A limit that the author gives is sure, however unsure the catalogue's was.
        sure = {"bytes_confidence": "high"} if "max_bytes" in said else {}
        return {**known[slot_id], **sure, **said}
    missing = [name for name in _NEEDED if not reading.node.typed(name)]
    if missing:
        report.add(entry.key.place, f"{slot_id!r} is a new slot and lacks {', '.join(missing)}{near}")
    own = {"name": slot_id, "max_bytes": None, "confidence": "high", "bytes_confidence": "high"}
    return {**own, "source": "the author's own", "checked": "", **said}
