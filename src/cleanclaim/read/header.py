"""Find the header of a table: people write titles, dates and blank rows above it."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Final

from cleanclaim.read.names import EVERY_NAME, model_name

MOST_ABOVE: Final = 50
"""A header is looked for in this many rows."""
_ENOUGH: Final = 2
_LONGEST_NAME: Final = 80


def header_at(rows: Sequence[Sequence[str]], chosen: Container[str] = ()) -> int | None:
    """The index of the row with the most names of columns; None if no row has two of them.

    Args:
        rows: the first rows.
        chosen: the names in the user's own mapping.
    """
    counts = [names_in(row, chosen) for row in rows[:MOST_ABOVE]]
    most = max(counts, default=0)
    return counts.index(most) if most >= _ENOUGH else None


def names_in(row: Sequence[str], chosen: Container[str] = ()) -> int:
    """How many different columns a row names."""
    cells = [cell for cell in row if cell.strip()]
    own = [cell for cell in cells if " ".join(cell.split()) in chosen]
    named = {model_name(cell) for cell in cells if cell not in own and len(cell) < _LONGEST_NAME}
    return len(own) + len(named & EVERY_NAME)


def distinct(cells: Sequence[str]) -> list[str]:
    """Names for columns, all different: a repeated one is numbered as Polars does."""
    seen: dict[str, int] = {}
    names = []
    for cell in cells:
        count = seen.get(cell)
        seen[cell] = 0 if count is None else count + 1
        names.append(cell if count is None else f"{cell}_duplicated_{count}")
    return names
