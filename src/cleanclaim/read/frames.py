"""Data frames of other libraries, and rows as mappings, as Polars frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from cleanclaim.errors import InputError
from cleanclaim.read.header import distinct
from cleanclaim.read.workbook import text_of


def is_frame(given: object) -> bool:
    """True for a data frame: of Polars, of pandas, or one that speaks Arrow."""
    if isinstance(given, (pl.DataFrame, pl.LazyFrame)):
        return True
    if isinstance(given, (pl.Series, type)):
        return False
    return _is_pandas(given) or hasattr(given, "__arrow_c_stream__")


def to_polars(given: Any) -> pl.DataFrame:
    """A data frame as a Polars frame.

    Raises:
        InputError: it can't be converted.
    """
    if isinstance(given, pl.DataFrame):
        return given
    if isinstance(given, pl.LazyFrame):
        return given.collect()
    if _is_pandas(given):
        return _of_pandas(given)
    try:
        return pl.DataFrame(given)
    except Exception:  # noqa: BLE001 - another library's object may raise anything
        raise InputError(f"claims: this {type(given).__name__} can't be read as a data frame") from None  # fmt: skip


def of_rows(rows: Sequence[Mapping[Any, Any]]) -> pl.DataFrame:
    """Rows given as mappings, as a frame of text."""
    names = list(dict.fromkeys(str(name) for row in rows for name in row))
    columns = {
        name: [
            _text(row.get(name)) for row in ({str(k): v for k, v in row.items()} for row in rows)
        ]
        for name in names
    }
    return pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))


def _is_pandas(given: object) -> bool:
    kind = type(given)
    return kind.__module__.partition(".")[0] == "pandas" and kind.__name__ == "DataFrame"


def _of_pandas(frame: Any) -> pl.DataFrame:
    """A pandas frame; a column of objects becomes text, as pandas mixes types freely."""
    names = distinct([str(name) for name in frame.columns])
    columns = [frame.iloc[:, at] for at in range(frame.shape[1])]
    return pl.DataFrame([_series(name, values) for name, values in zip(names, columns, strict=True)])  # fmt: skip


def _series(name: str, values: Any) -> pl.Series:
    kind = getattr(values.dtype, "kind", "O")
    if kind == "M" and getattr(values.dtype, "tz", None) is None:
        return pl.Series(name, values.to_numpy().astype("datetime64[us]"))
    if kind in "iufb" and type(values.dtype).__module__ == "numpy.dtypes":
        return pl.Series(name, values.to_numpy(), nan_to_null=True)
    return pl.Series(name, _texts(values), dtype=pl.String)


def _texts(values: Iterable[Any]) -> list[str | None]:
    return [_text(value) for value in values]


def _text(value: Any) -> str | None:
    """A value as text; None for a missing one, in whatever way it is missing."""
    plain = value.item() if type(value).__module__ == "numpy" and hasattr(value, "item") else value
    if plain is None or type(plain).__name__ in {"NaTType", "NAType"} or _is_nan(plain):
        return None
    return text_of(plain)


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and value != value  # noqa: PLR0124 - only NaN differs from itself
