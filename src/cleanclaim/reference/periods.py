"""A dated table as sorted arrays, for looking up many codes and days at once."""

from __future__ import annotations

import numpy as np
import polars as pl

from cleanclaim.model.arrays import Codes, Days, Ints, days, packed
from cleanclaim.reference import Reference


class Periods:
    """A dated table's rows by code.

    Attributes:
        table: the table, sorted by `code` and `valid_from`.
    """

    def __init__(self, table: pl.DataFrame, index: pl.DataFrame) -> None:
        """Take a table and the packed code and both days of each of its rows."""
        self.table = table
        self._codes = index["code"].to_numpy()
        self._from = index["from"].to_numpy()
        self._to = index["to"].to_numpy()

    @classmethod
    def of(cls, reference: Reference, name: str, keep: pl.Expr | None = None) -> Periods:
        """Return the periods of a table, or of some of its rows; both are kept.

        Args:
            reference: the dated tables.
            name: the table.
            keep: true for the rows that count; always the same for a given table.
        """
        table = reference.table(name)
        if keep is not None:
            whole = table
            table = reference.derived(f"some of {name}", lambda: whole.filter(keep))
        return cls(
            table, reference.derived(f"index of {name} {keep is None}", lambda: _index(table))
        )

    def spans(self, codes: Codes) -> tuple[Ints, Ints]:
        """Return each code's first row, and how many rows it has."""
        first = np.searchsorted(self._codes, codes.distinct)
        count = np.searchsorted(self._codes, codes.distinct, side="right") - first
        count[codes.distinct == 0] = 0
        return first[codes.at], count[codes.at]

    def rows_on(self, spans: tuple[Ints, Ints], on: Days) -> Ints:
        """Return the row in force on a day for each span, -1 for none."""
        first, count = spans
        found = np.full(len(first), -1, dtype=np.int64)
        for n in range(int(count.max()) if len(count) else 0):
            row = np.minimum(first + n, len(self._codes) - 1)
            fits = (n < count) & (self._from[row] <= on) & (on <= self._to[row])
            found = np.where(fits, row, found)
        return found


def _index(table: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "code": packed(table["code"]),
            "from": days(table["valid_from"]),
            "to": days(table["valid_to"]),
        }
    )
