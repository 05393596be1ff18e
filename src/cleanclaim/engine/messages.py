"""Messages: a template and evidence columns become one text a row, in one expression.

A field of a template names an evidence column and may say how it is written: `{code:icd}` with its dot, `{amount:money}` with dollar
sign and cents, `{day:date}` as YYYY-MM-DD (dates are so anyway), `{codes}` of a list column joined by commas. Decimals lose trailing zeros.
What stands in square brackets is left out where a field in it has no value: `[, expected {expected}]`.
"""

from __future__ import annotations

import re
from string import Formatter
from typing import Final

import polars as pl
from polars.datatypes import DataType, DataTypeClass

from cleanclaim.errors import EditError
from cleanclaim.text.masking import number_words

NOTHING: Final = "missing"
_PARTS: Final = re.compile(r"\[[^\]]*\]|[^\[]+")


def render(template: str, schema: pl.Schema) -> pl.Expr:
    """The expression that writes a template over a frame.

    Args:
        template: the text with its fields.
        schema: the frame's schema.

    Returns:
        A String expression, never null; a missing value reads "missing".

    Raises:
        EditError: the template names a column that is not there, or an unknown form.
    """
    parts = [
        _filled(part[1:-1], schema).fill_null("")
        if part.startswith("[")
        else _filled(part, schema, NOTHING)
        for part in _PARTS.findall(template)
    ]
    return pl.concat_str(parts) if parts else pl.lit("")


def _filled(template: str, schema: pl.Schema, nothing: str | None = None) -> pl.Expr:
    """A template without brackets written out; null where a value is missing and nothing stands for it."""
    parts: list[pl.Expr] = []
    for text, name, form, _ in Formatter().parse(template):
        if text:
            parts.append(pl.lit(text))
        if name is None:
            continue
        if name not in schema:
            raise EditError(
                f"the message names '{name}', which is not among the evidence: {', '.join(schema)}"
            )
        written = _written(name, form or "", schema[name])
        parts.append(written.fill_null(nothing) if nothing else written)
    return pl.concat_str(parts)


def _written(name: str, form: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if form == "icd":
        return _icd_list(column) if isinstance(dtype, pl.List) else _icd(column)
    if form == "money":
        return number_words(column, pl.lit("$") + column.cast(pl.Decimal(15, 2)).cast(pl.String))
    if form not in {"", "date"}:
        raise EditError(
            f"unknown form '{form}' of '{name}' in a message; there are icd, money, date"
        )
    if isinstance(dtype, pl.List):
        return column.list.eval(_text(pl.element(), dtype.inner)).list.join(", ")
    return _text(column, dtype)


def _text(value: pl.Expr, dtype: DataType | DataTypeClass) -> pl.Expr:
    text = value.cast(pl.String)
    if isinstance(dtype, pl.Decimal):
        plain = text.str.strip_chars_end("0").str.strip_chars_end(".")
        text = pl.when(text.str.contains(".", literal=True)).then(plain).otherwise(text)
    return number_words(value, text) if dtype.is_numeric() else text


def _icd(code: pl.Expr) -> pl.Expr:
    is_long_code = code.str.contains(r"^[A-Z0-9]{4,7}$")
    return (
        pl.when(is_long_code).then(code.str.slice(0, 3) + "." + code.str.slice(3)).otherwise(code)
    )


def _icd_list(codes: pl.Expr) -> pl.Expr:
    return codes.list.eval(_icd(pl.element())).list.join(", ")
