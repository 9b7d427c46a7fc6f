"""Where in a picture a small shape occurs: normalised cross-correlation by Fourier transform. Pure numbers.

Must not import Pillow or know what the shape means. Likeness is 1 for the shape itself at whatever brightness
and contrast, 0 for no relation, -1 for its negative.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Greys = NDArray[np.float32]
"""Rows of greys, 0..1."""
_FLAT = 2 / 255
"""A patch whose greys spread less than this shows no shape."""


def likeness(part: Greys, shape: Greys) -> float:
    """How alike two pieces of one size are, -1..1; -1 for a flat one."""
    one, other = part - part.mean(), shape - shape.mean()
    norms = float(np.sqrt((one * one).sum() * (other * other).sum()))
    return float((one * other).sum()) / norms if norms > _FLAT * part.size**0.5 else -1.0


class Field:
    """A picture that shapes are compared with: its spectrum and running sums are made once."""

    def __init__(self, greys: Greys) -> None:
        self._shape = greys.shape
        self._padded = (_fast_length(greys.shape[0]), _fast_length(greys.shape[1]))
        self._spectrum = np.fft.rfft2(greys - greys.mean(), self._padded)
        self._sums = _running(greys)
        self._squares = _running(greys * greys)

    def peaks(self, shape: Greys, most: int) -> Iterator[tuple[float, int, int]]:
        """The places most alike, best first: likeness, left, top. None where the shape is larger."""
        high, wide = shape.shape
        if high > self._shape[0] or wide > self._shape[1]:
            return
        alike = self._likeness(shape)
        for _ in range(most):
            top, left = divmod(int(alike.argmax()), alike.shape[1])
            yield float(alike[top, left]), left, top
            # What overlaps is the same sighting.
            beside, above = wide // 2, high // 2
            alike[max(0, top - above) : top + above + 1, max(0, left - beside) : left + beside + 1] = -1

    def _likeness(self, shape: Greys) -> Greys:
        high, wide = shape.shape
        pattern = shape - shape.mean()
        across, down = self._shape[1] - wide + 1, self._shape[0] - high + 1
        spectrum = np.fft.rfft2(pattern, self._padded)
        product = np.fft.irfft2(self._spectrum * spectrum.conj(), self._padded)[:down, :across]
        total, squares = (_windows(sums, high, wide) for sums in (self._sums, self._squares))
        spread = squares - total * total / (high * wide)
        flat = spread < high * wide * _FLAT**2
        norm = np.sqrt(np.where(flat, 1.0, spread) * float((pattern * pattern).sum()))
        return np.where(flat, -1.0, product / norm).astype(np.float32)


def _running(values: Greys) -> NDArray[np.float64]:
    sums = np.zeros((values.shape[0] + 1, values.shape[1] + 1))
    sums[1:, 1:] = values.astype(np.float64).cumsum(0).cumsum(1)
    return sums


def _windows(sums: NDArray[np.float64], high: int, wide: int) -> NDArray[np.float64]:
    whole = sums[high:, wide:] - sums[:-high, wide:] - sums[high:, :-wide] + sums[:-high, :-wide]
    return np.asarray(whole)


def _fast_length(least: int) -> int:
    """The next length of only the factors 2, 3 and 5, which the transform is quick at."""
    length = least
    while True:
        rest = length
        for factor in (2, 3, 5):
            while rest % factor == 0:
                rest //= factor
        if rest == 1:
            return length
        length += 1
