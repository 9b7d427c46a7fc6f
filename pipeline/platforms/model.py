"""A slot as a typed value. Must not read a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Format(StrEnum):
    """The file formats that are written; the value is the file's ending."""

    JPEG = "jpg"
    PNG = "png"
    WEBP = "webp"


class Confidence(StrEnum):
    """How sure a fact is: limits of low confidence warn, the others are enforced."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture, in 0..1 of its sides from the left top."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One named place on a platform. `height` None: it follows the master's ratio, nothing is cropped.

    `formats` are those we write, the preferred one first (JPEG wherever the slot takes it). `keep_in` is
    the part that other crops of the same upload keep; `covered` what the platform's interface hides.
    `max_bytes` None: no limit known. `bytes_confidence` is the limit's own.
    """

    id: str
    name: str
    width: int
    height: int | None
    formats: tuple[Format, ...]
    max_bytes: int | None
    keep_in: Box | None = None
    covered: tuple[Box, ...] = ()
    confidence: Confidence
    bytes_confidence: Confidence
    source: str
    checked: str
    note: str = ""

    @property
    def platform(self) -> str:
        """The part of the id before the dot."""
        return self.id.partition(".")[0]

    @property
    def bytes_enforced(self) -> bool:
        """Whether a file over `max_bytes` is an error (else a warning)."""
        return self.max_bytes is not None and self.bytes_confidence is not Confidence.LOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """All slots, by id, in the order of the catalogue."""

    slots: Mapping[str, Slot]

    def __getitem__(self, slot_id: str) -> Slot:
        return self.slots[slot_id]

    def __contains__(self, slot_id: object) -> bool:
        return slot_id in self.slots
