"""Where the subject of a master lies, as found once and kept. Pure; must not import Pillow or numpy."""

from dataclasses import dataclass

PROFILE = 64
"""How many equal strips each side of a master is cut into for its profile."""
GRID = 16
"""How many equal cells each side of a master is cut into for its grid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """How much of the subject each part of an upright master holds, in whole numbers 0..255.

    `method` names the way it was found and its version, such as `saliency/1` or `faces/1`. `columns` and
    `rows` have PROFILE numbers, from the left and from the top; `grid` has GRID x GRID, row by row. All zero:
    nothing stands out.
    """

    method: str
    columns: bytes
    rows: bytes
    grid: bytes
