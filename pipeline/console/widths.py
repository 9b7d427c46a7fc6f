"""Fitting a table into a terminal's cells; a Chinese sign takes two. Pure."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

_GAP = 2
_LEAST = 16
"""Cells that the last column keeps before another column gives way."""


def one_line_rows(
    headings: Sequence[str], rows: Sequence[Sequence[str]], width: int, give_way: Sequence[str]
) -> list[tuple[str, ...]]:
    """The headings and rows as they fit: columns left out, the last one cut with an ellipsis."""
    lines = [tuple(headings), *(tuple(row) for row in rows)]
    for name in give_way:
        if _left(lines, width) >= _LEAST:
            break
        place = lines[0].index(name)
        lines = [line[:place] + line[place + 1 :] for line in lines]
    left = max(_left(lines, width), cell_len(lines[0][-1]))
    return [(*line[:-1], cut(line[-1], left)) for line in lines]


def cut(text: str, cells: int) -> str:
    """`text` in at most so many cells, with an ellipsis where something was taken off."""
    if cell_len(text) <= cells:
        return text
    return set_cell_size(text, cells - 1).rstrip() + "…"


def _left(lines: Sequence[Sequence[str]], width: int) -> int:
    """The cells that all columns but the last leave."""
    columns = zip(*(line[:-1] for line in lines), strict=True)
    return width - sum(max(map(cell_len, column)) + _GAP for column in columns)
