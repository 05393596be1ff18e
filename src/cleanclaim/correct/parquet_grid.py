"""The cells of a Parquet file: rows, columns and their types stay, and the file is written again."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

import polars as pl

from cleanclaim.correct.grid import Address
from cleanclaim.errors import RewriteError
from cleanclaim.read.columns import ROW
from cleanclaim.read.table_files import read_parquet

_FIRST: Final = 2
"""The number of the first row: the header counts as row 1, as in other tables."""
_OWN: Final = "ARROW:schema"


class ParquetGrid:
    """The cells of a Parquet file with one row for each service line.

    Attributes:
        frame: the rows as they are read, with `ROW`.
    """

    def __init__(self, content: bytes, file: str) -> None:
        """Read a file.

        Raises:
            UnreadableFile: it is damaged.
        """
        self._content, self._file = content, file
        self.frame = self.read(content)
        self._changed: dict[Address, str] = {}

    def read(self, content: bytes) -> pl.DataFrame:
        """The rows of the changed file."""
        return read_parquet(content, file=self._file).with_row_index(ROW, _FIRST)

    def row(self, number: int) -> Sequence[Address]:
        """The cells of a row."""
        return [(number - _FIRST, column) for column in range(1, self.frame.width)]

    def value(self, cell: Address) -> str:
        """The text of a cell as it was."""
        held = self.frame[cell]
        if isinstance(held, pl.Series):
            raise RewriteError("the column holds lists; change it in the program that wrote it")
        return "" if held is None else _text(held)

    def now(self, cell: Address) -> str:
        """The text of a cell as it is."""
        return self._changed.get(cell, self.value(cell))

    def put(self, cell: Address, value: str) -> None:
        """Write a value that its column's type can hold."""
        _typed(value, self.frame.dtypes[cell[1]])
        self._changed[cell] = value

    def whole(self) -> bytes:
        """The file with its changes; rows and columns keep their order and types."""
        return self._written(self._done().drop(ROW)) if self._changed else self._content

    def alone(self, rows: Sequence[int], added: Mapping[str, str]) -> bytes:
        """A file with some rows, and columns added at the end."""
        some = self._done()[[number - _FIRST for number in rows]].drop(ROW)
        return self._written(some.with_columns(pl.lit(value).alias(name) for name, value in added.items()))  # fmt: skip

    def _done(self) -> pl.DataFrame:
        columns = []
        for at in sorted({column for _, column in self._changed}):
            held = self.frame.to_series(at)
            values = held.to_list()
            for (row, column), value in self._changed.items():
                if column == at:
                    values[row] = _typed(value, held.dtype)
            columns.append(pl.Series(held.name, values, held.dtype))
        return self.frame.with_columns(columns)

    def _written(self, frame: pl.DataFrame) -> bytes:
        kept = {name: text for name, text in pl.read_parquet_metadata(io.BytesIO(self._content)).items() if name != _OWN}  # fmt: skip
        out = io.BytesIO()
        frame.write_parquet(out, metadata=kept)
        return out.getvalue()


def _text(held: Any) -> str:
    if isinstance(held, float) and held.is_integer():
        return str(int(held))
    return str(held)


def _typed(value: str, dtype: pl.DataType) -> Any:
    """A value as a column holds it.

    Raises:
        RewriteError: its type can't hold it.
    """
    if not value:
        return None
    if dtype in {pl.String, pl.Categorical} or isinstance(dtype, pl.Enum):
        if isinstance(dtype, pl.Enum) and value not in dtype.categories:
            raise RewriteError(f"the column holds {dtype}, and can't hold the new value")
        return value
    try:
        if dtype == pl.Date:
            return date.fromisoformat(value)
        if dtype.is_integer():
            return int(value)
        if dtype.is_float():
            return float(value)
        if dtype.is_decimal():
            return _decimal(value, dtype)
    except (ValueError, ArithmeticError):
        pass
    raise RewriteError(f"the column holds {dtype}, and can't hold the new value")


def _decimal(value: str, dtype: pl.DataType) -> Decimal:
    """A number with no more places than its column has."""
    number = Decimal(value)
    scale = dtype.scale if isinstance(dtype, pl.Decimal) else 0
    if number != round(number, scale):
        raise ValueError
    return number
