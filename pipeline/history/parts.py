"""Long lists in parts that a statement's parameters can hold. Knows no table."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def chunks(values: Sequence[T], size: int = 500) -> list[Sequence[T]]:
    """`values` in parts that fit a statement's parameters."""
    return [values[start : start + size] for start in range(0, len(values), size)]
