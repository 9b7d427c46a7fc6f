"""What may set a part of a picture apart: each cue a map over a tiny copy. Must not weigh cues up.

Colours are CIE Lab or sRGB of 0..1, layers first: 3 x rows x columns. A map is rows x columns, 0 or more, in
a unit of its own.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.floating[Any]]
"""Rows x columns, or layers x rows x columns."""

BLOCK = 5
"""Pixels of the copy for one of the map, each way: the copy still shows what is in focus, and faces."""

_STRIP = 0.08
"""The depth of an edge, over the picture's shorter side."""
_LEVELS = 8

_TO_XYZ = np.array(  # linear sRGB to XYZ under D65 (IEC 61966-2-1), each row over the white's own
    [
        [0.4124 / 0.9505, 0.3576 / 0.9505, 0.1805 / 0.9505],
        [0.2126, 0.7152, 0.0722],
        [0.0193 / 1.089, 0.1192 / 1.089, 0.9505 / 1.089],
    ],
    np.float32,
)
_RED, _GREEN, _BLUE = np.float32(0.299), np.float32(0.587), np.float32(0.114)
"""Luma of ITU-R BT.601."""


def lab_of(rgb: Map) -> Map:
    """CIE Lab of sRGB (layers first, 0..1)."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    x, y, z = np.tensordot(_TO_XYZ, linear, axes=1)
    fx, fy, fz = (np.where(v > 0.008856, np.cbrt(v), 7.787 * v + 16 / 116) for v in (x, y, z))
    return np.stack([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)]).astype(np.float32)


def unlike_border(lab: Map) -> Map:
    """Mahalanobis distance to the colours of the four edges, the mean of the three that are nearest.

    One edge may belong to the subject: its distance is left out.
    """
    deep = max(2, round(_STRIP * min(lab.shape[1:])))
    colours = lab.reshape(3, -1)
    far = []
    for edge in (lab[:, :deep], lab[:, -deep:], lab[:, :, :deep], lab[:, :, -deep:]):
        known = edge.reshape(3, -1)
        off = colours - known.mean(axis=1, keepdims=True)
        spread = np.cov(known) + 4 * np.eye(3)
        far.append(np.sqrt((off * np.linalg.solve(spread, off)).sum(axis=0)))
    nearest: Map = np.sort(np.stack(far), axis=0)[:3].mean(axis=0).reshape(lab.shape[1:])
    return nearest


def rarity(rgb: Map) -> Map:
    """How rare a colour is in the picture: -log of its share in a histogram of 8 x 8 x 8."""
    red, green, blue = np.minimum((rgb * _LEVELS).astype(np.intp), _LEVELS - 1)
    bins = (red * _LEVELS + green) * _LEVELS + blue
    counts = np.bincount(bins.ravel(), minlength=_LEVELS**3)
    return blur(-np.log(counts[bins] / bins.size).astype(np.float32), 1.0)


def unexpected(lab: Map) -> Map:
    """The spectral residual (Hou and Zhang, 2007): what a smooth log spectrum does not foretell."""
    spectrum = np.fft.fft2(lab)
    height = np.log(np.abs(spectrum) + 1e-6)
    smooth = (
        sum(np.roll(height, (down, right), axis=(1, 2)) for down in (-1, 0, 1) for right in (-1, 0, 1)) / 9
    )
    residual = np.fft.ifft2(np.exp(height - smooth + 1j * np.angle(spectrum)))
    return blur((np.abs(residual) ** 2).sum(axis=0).astype(np.float32), 2.5)


def edges(lab: Map) -> Map:
    """How much the colour changes from pixel to pixel, over the neighbourhood."""
    down, right = np.zeros_like(lab), np.zeros_like(lab)
    down[:, 1:-1] = lab[:, 2:] - lab[:, :-2]
    right[:, :, 1:-1] = lab[:, :, 2:] - lab[:, :, :-2]
    return blur(np.sqrt((down**2 + right**2).sum(axis=0)), 2.5)


def detail(copy: NDArray[np.uint8]) -> Map:
    """The finest detail of the copy, a measure of being in focus, as the mean over each block."""
    grey = _RED * copy[:, :, 0] + _GREEN * copy[:, :, 1] + _BLUE * copy[:, :, 2]
    fine = np.zeros_like(grey)
    inner = 4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    np.abs(inner, out=fine[1:-1, 1:-1])
    return blocks(fine[:, :, None])[:, :, 0]


def blocks(pixels: NDArray[np.uint8] | Map) -> Map:
    """The mean of each BLOCK x BLOCK pixels (rows x columns x layers); several times faster than `mean`."""
    rows, columns, layers = pixels.shape[0] // BLOCK, pixels.shape[1] // BLOCK, pixels.shape[2]
    lines = pixels.reshape(rows, BLOCK, -1)
    sums = lines[:, 0].astype(np.float32)
    for line in range(1, BLOCK):
        sums += lines[:, line]
    means: Map = sums.reshape(rows, columns, BLOCK, layers).sum(axis=2) / (BLOCK * BLOCK)
    return means


def barrier(lab: Map) -> Map:
    """The least range of colour on any way from the border: the minimum barrier distance.

    Raster scans as by Zhang and others (2015), but a whole row at once, in four directions, twice.
    """
    far = np.full(lab.shape[1:], np.inf, np.float32)
    far[0] = far[-1] = far[:, 0] = far[:, -1] = 0
    high, low = lab.copy(), lab.copy()
    for _ in range(2):
        for turned in (False, True):
            views = (
                (far.T, *(v.transpose(0, 2, 1) for v in (high, low, lab)))
                if turned
                else (far, high, low, lab)
            )
            _sweep(*views, backward=False)
            _sweep(*views, backward=True)
    return far


def _sweep(far: Map, high: Map, low: Map, lab: Map, *, backward: bool) -> None:
    """Let rows come over the one before where that way has the smaller range; all but `lab` change."""
    rows = far.shape[0]
    for row in range(rows - 2, -1, -1) if backward else range(1, rows):
        before = row + 1 if backward else row - 1
        here = lab[:, row]
        top, bottom = np.maximum(high[:, before], here), np.minimum(low[:, before], here)
        red, green, blue = top - bottom
        span = np.maximum(np.maximum(red, green), blue)
        shorter = span < far[row]
        np.copyto(far[row], span, where=shorter)
        np.copyto(high[:, row], top, where=shorter)
        np.copyto(low[:, row], bottom, where=shorter)


def blur(values: Map, sigma: float) -> Map:
    """Gaussian blur of each layer, without what lies outside."""
    blurred: Map = _kernel(values.shape[-2], sigma) @ values @ _kernel(values.shape[-1], sigma).T
    return blurred


@lru_cache(maxsize=256)
def _kernel(size: int, sigma: float) -> Map:
    places = np.arange(size)
    weights = np.exp(-0.5 * ((places[:, None] - places) / sigma) ** 2)
    kernel: Map = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return kernel


def unit(values: Map) -> Map:
    """Scaled to 0..1; all zero where all are alike."""
    above: Map = values - values.min()
    return above / max(float(above.max()), 1e-9)
