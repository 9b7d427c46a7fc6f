"""What stands out in a picture, as a map over a tiny copy of it. Arrays in, arrays out; must not open a file.

Five cues, each 0..1, are added up: unlike the border in colour, of a rare colour, unexpected in the spectrum,
full of edges, in focus. The sum counts in full where the colours change on every way to the border, for a
subject seldom runs out of its picture. What stays below the picture's usual level is dropped.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.render import cues
from pipeline.render.cues import BLOCK, Map, blur, unit
from pipeline.render.faces import Face
from pipeline.subject import GRID, PROFILE, Subject

TINY = 64
"""Pixels of the map's longer side."""

_BORDER, _RARE, _UNEXPECTED, _EDGES, _FOCUS = 0.5, 1.0, 1.5, 0.5, 1.0
_ALONE = 0.2
"""What the cues count for where nothing sets the place apart from the border."""
_USUAL = 0.6
"""The share of the picture that is dropped as its usual level."""
_CONTRAST = 1.5
_FACES = 1.5
"""The mass of all faces, over that of all the rest."""
_HEAD = 0.2
"""What belongs to a head beyond the face on each side, over the face."""
_FLAT = 4.0
"""Colours that all lie within this distance of CIE Lab are one colour: nothing stands out."""


def map_size(width: int, height: int) -> tuple[int, int]:
    """Columns and rows of the map of a picture; at least 8 each. The copy has BLOCK times as many."""
    longer = max(width, height)
    return max(8, round(width * TINY / longer)), max(8, round(height * TINY / longer))


def saliency(copy: NDArray[np.uint8]) -> Map:
    """How much each part of a picture stands out, 0 or more. All zero where nothing does.

    `copy` is the picture as sRGB, rows x columns x 3, of BLOCK times `map_size`.
    """
    rows, columns = copy.shape[0] // BLOCK, copy.shape[1] // BLOCK
    rgb = np.ascontiguousarray(cues.blocks(copy).transpose(2, 0, 1)) / 255
    lab = cues.lab_of(rgb)
    if float(np.ptp(lab, axis=(1, 2)).max()) < _FLAT:
        return np.zeros((rows, columns), np.float32)
    standing = (
        _BORDER * unit(cues.unlike_border(lab))
        + _RARE * unit(cues.rarity(rgb))
        + _UNEXPECTED * unit(cues.unexpected(lab))
        + _EDGES * unit(cues.edges(lab))
        + _FOCUS * unit(blur(cues.detail(copy), 2.0))
    ) / (_BORDER + _RARE + _UNEXPECTED + _EDGES + _FOCUS)
    apart = unit(blur(cues.barrier(blur(lab, 0.7)), 1.0))
    strength = (standing * (_ALONE + (1 - _ALONE) * apart)) ** _CONTRAST
    unusual: Map = np.maximum(strength - np.quantile(strength, _USUAL), 0)
    return unusual


def with_faces(found: Map, faces: Sequence[Face]) -> Map:
    """A map with faces added: together they weigh more than all the rest, the larger ones more."""
    if not faces:
        return found
    rows, columns = found.shape
    added = np.zeros((rows, columns), np.float64)
    for face in faces:
        across = _covered(columns, face.left, face.right)
        down = _covered(rows, face.top, face.bottom)
        head = down[:, None] * across
        size = ((face.right - face.left) * (face.bottom - face.top)) ** 0.5
        added += head * (face.sure * size / head.sum())
    mass = float(found.sum()) or 1.0
    together: Map = found + added * (_FACES * mass / added.sum())
    return together


def subject_of(found: Map, method: str) -> Subject:
    """A map of any size as profiles and grid, each scaled so that its largest number is 255."""
    columns, rows = _strips(found.sum(axis=0)[None], PROFILE)[0], _strips(found.sum(axis=1)[None], PROFILE)[0]
    grid = _strips(_strips(found, GRID).T, GRID).T
    return Subject(method=method, columns=_whole(columns), rows=_whole(rows), grid=_whole(grid))


def _covered(count: int, begin: float, end: float) -> Map:
    """How much of each of `count` strips lies in a face, grown by the hair and chin that belong to it."""
    grown = _HEAD * (end - begin)
    low, high = (begin - grown) * count, (end + grown) * count
    places = np.arange(count)
    covered: Map = np.clip(np.minimum(places + 1, high) - np.maximum(places, low), 0, 1)
    return covered


def _strips(rows: Map, count: int) -> Map:
    """Each row shared out over `count` equal strips of its length."""
    marks = np.linspace(0, rows.shape[1], count + 1)
    sums = np.cumsum(np.pad(rows, ((0, 0), (1, 0))), axis=1, dtype=np.float64)
    at = np.stack([np.interp(marks, np.arange(rows.shape[1] + 1), line) for line in sums])
    return np.diff(at, axis=1).astype(np.float32)


def _whole(masses: Map) -> bytes:
    scale = 255 / max(float(masses.max()), 1e-9)
    return bytes(np.rint(masses * scale).astype(np.uint8))
