"""What a column and a table of the model are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import polars as pl

MONEY: Final = pl.Decimal(15, 2)
QUANTITY: Final = pl.Decimal(15, 3)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        name: its name.
        dtype: its Polars type.
        meaning: what it holds, in a sentence.
        element: the 837 element it is read from (`P`, `I`, `D` name the guide if they differ).
        box: the CMS-1500 box (or `FL` of the UB-04).
        fhir: the path in a FHIR R4 `Claim`.
        private: True if the value may identify a patient, so that it must not appear in any
            finding, log or error.
    """

    name: str
    dtype: pl.DataType | type[pl.DataType]
    meaning: str
    element: str = ""
    box: str = ""
    fhir: str = ""
    private: bool = False


def expected(dtype: pl.DataType | type[pl.DataType]) -> str:
    """What a value of a type looks like, in the user's words."""
    if dtype == pl.Date:
        return "a date (YYYY-MM-DD)"
    if dtype == pl.Boolean:
        return "true or false"
    return "text" if dtype == pl.String else "a number"


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name, its grain (what a row is), its key columns and its columns."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    _by_name: dict[str, Column] = field(init=False, repr=False, compare=False)
    _schema: dict[str, pl.DataType | type[pl.DataType]] = field(
        init=False, repr=False, compare=False
    )
    _empty: pl.DataFrame = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        schema = {column.name: column.dtype for column in self.columns}
        object.__setattr__(self, "_by_name", {column.name: column for column in self.columns})
        object.__setattr__(self, "_schema", schema)
        object.__setattr__(self, "_empty", pl.DataFrame(schema=schema))

    def __getitem__(self, name: str) -> Column:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    @property
    def schema(self) -> dict[str, pl.DataType | type[pl.DataType]]:
        """Column names and their Polars types, in order."""
        return self._schema

    def empty(self) -> pl.DataFrame:
        """The table with no rows."""
        return self._empty

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with exactly this table's columns, in order and type; missing ones become null.

        Args:
            frame: any frame; columns that the table doesn't have are left out.

        Returns:
            A frame with `schema`. Values that don't fit their type become null.
        """
        present = frame.schema
        if list(present.items()) == list(self.schema.items()):
            return frame
        return frame.select(
            pl.col(name)
            if present.get(name) == dtype
            else pl.col(name).cast(dtype, strict=False)
            if name in present
            else pl.lit(None, dtype=dtype).alias(name)
            for name, dtype in self.schema.items()
        )
