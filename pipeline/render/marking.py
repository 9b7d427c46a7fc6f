"""What an author wants drawn on a rendition: title, logo, corners, as values. Must not import Pillow."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipeline.render.facts import PictureFacts

Rgb = tuple[int, int, int]
"""Red, green, blue, 0..255, sRGB."""

Side = tuple[float, float]
"""Where in its room a thing stands: 0 left or top, 0.5 the middle, 1 right or bottom; across, then down."""


class Corner(StrEnum):
    """A corner of the part that stays clear; in the order in which a label takes them when all are alike."""

    BOTTOM_RIGHT = "bottom-right"
    BOTTOM_LEFT = "bottom-left"
    TOP_RIGHT = "top-right"
    TOP_LEFT = "top-left"

    @property
    def side(self) -> Side:
        """The corner as a side: whole numbers 0 or 1."""
        down, _, across = self.value.partition("-")
        return (float(across == "right"), float(down == "bottom"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """A title. `text` may hold line breaks, which are kept.

    `at` None: where the subject leaves most room. `color` None: white or dark, by what lies below. `size` is
    that of the letters as a share of the shorter side, at most; None: as large as a title reads well.
    """

    text: str
    at: Side | None = None
    color: Rgb | None = None
    size: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """A logo: its file as it was read, the corner wanted, its height as a share of the shorter side."""

    path: Path
    logo: PictureFacts
    at: Corner = Corner.TOP_LEFT
    height: float = 0.08
