"""Convert values between types: text that people write, and the types of Parquet columns."""

from __future__ import annotations

import re
from typing import Final

import polars as pl
from polars.datatypes import DataType, DataTypeClass

Dtype = DataType | DataTypeClass
SEXES: Final = {
    "f": "F", "female": "F", "woman": "F", "m": "M", "male": "M", "man": "M", "u": "U", "unk": "U", "unknown": "U", "unspecified": "U",
    "not specified": "U",
}  # fmt: skip
"""The sex as claims send it, for what people write."""
_DIGITS: Final = {"place_of_service_code": 2, "line_place_of_service_code": 2, "revenue_center_code": 4}  # fmt: skip
"""Codes of digits, and how many: a spreadsheet drops a zero at the beginning."""
_ANESTHESIA: Final = r"^(?:1[0-9]{3}|[1-9][0-9]{2})$"
"""The anesthesia codes 00100 to 01999 without the zeros at their beginning."""
IN_FORM: Final = ("patient_sex", "procedure_code", *_DIGITS)
"""Columns whose values are brought into the form that claims send."""
_DATE_FORMS: Final = ("%Y-%m-%d", "%m/%d/%Y", "%Y%m%d", "%m-%d-%Y")
YES: Final = {"true": True, "1": True, "y": True, "yes": True}
NO: Final = {"false": False, "0": False, "n": False, "no": False}
_OFFSET: Final = re.compile(r"([+-])(\d\d):?(\d\d)")
_A_SECOND: Final = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_REFUSED: Final[dict[type[pl.DataType], str]] = {
    pl.Binary: "binary data",
    pl.Time: "times",
    pl.Duration: "durations",
    pl.List: "lists",
    pl.Array: "lists",
    pl.Struct: "structs",
    pl.Object: "objects",
}


def refused(given: Dtype, wanted: Dtype) -> str | None:
    """What a column holds, in a few words, if its type can't be converted to another; None if it can."""
    base = given.base_type()
    if base in _REFUSED:
        return _REFUSED[base]
    if base in {pl.Date, pl.Datetime}:
        if wanted != pl.Date:
            return "dates"
        return None if base is pl.Date or _is_known_zone(given) else "dates of an unknown time zone"
    if base is pl.Boolean and wanted != pl.Boolean:
        return "true and false"
    if given.is_numeric() or base in {pl.Boolean, pl.Null, pl.String, pl.Categorical, pl.Enum}:
        return None
    return "values of an unknown type"


def converted(name: str, given: Dtype, wanted: Dtype) -> pl.Expr:
    """Convert a column whose type isn't `refused`; a value that wouldn't stay exactly the same becomes null."""
    column = pl.col(name)
    if given == pl.Null:
        return column.cast(wanted)
    if given == wanted and wanted != pl.String:
        return column
    if given.base_type() is pl.Datetime:
        return _day(column, given)
    if given.is_integer() and wanted.is_numeric():
        return column.cast(wanted, strict=False)
    if given.is_numeric():
        digits = _digits(column, given)
        if wanted == pl.String:  # a code with a decimal point has lost significant zeros
            digits = pl.when(digits.str.contains(r"^-?\d+$")).then(digits)
        return _from_text(digits, wanted).alias(name)
    return _from_text(column.cast(pl.String), wanted).alias(name)


def is_blank(name: str, given: Dtype) -> pl.Expr:
    """True if a cell is empty: no value, blank text or NaN."""
    column = pl.col(name)
    if given.base_type() in {pl.String, pl.Categorical, pl.Enum}:
        return column.cast(pl.String).str.strip_chars().fill_null("") == ""
    if given.is_float():
        return column.is_null() | column.is_nan()
    return column.is_null()


def cast_to(given: pl.Series, wanted: Dtype) -> pl.Series:
    """Values of another type (see `converted`); all null if the type is refused."""
    if refused(given.dtype, wanted):
        return pl.Series(given.name, [None], dtype=wanted).new_from_index(0, len(given))
    frame = given.to_frame()
    return frame.select(converted(given.name, given.dtype, wanted)).to_series()


def in_form(name: str) -> pl.Expr:
    """The values of one of `IN_FORM` in the form that claims send, if what is meant is certain."""
    column = pl.col(name)
    if name == "patient_sex":
        return column.str.to_lowercase().replace_strict(SEXES, default=column).alias(name)
    if name == "procedure_code":
        is_short = column.str.contains(_ANESTHESIA)
        return pl.when(is_short).then(column.str.zfill(5)).otherwise(column).alias(name)
    is_short = column.str.contains(_short(name))
    return pl.when(is_short).then(column.str.zfill(_DIGITS[name])).otherwise(column).alias(name)


def _short(name: str) -> str:
    """Matches a code whose zero at the beginning is missing."""
    return rf"^[1-9][0-9]{{{_DIGITS[name] - 2}}}$"


def _digits(column: pl.Expr, given: Dtype) -> pl.Expr:
    """A number as text with exactly its own digits: a float in its shortest form, a whole one without a point."""
    number = column.cast(pl.Float32) if given == pl.Float16 else column
    text = number.cast(pl.String)
    if given.is_float():
        whole = number.abs() < 1e15
        text = (
            pl.when(number.is_nan())
            .then(pl.lit(None, pl.String))
            .when(whole & (number == number.round(0)))
            .then(number.cast(pl.Int64, strict=False).cast(pl.String))
            .otherwise(text)
        )
    if isinstance(given, pl.Decimal) and given.scale:
        text = text.str.strip_chars_end("0").str.strip_chars_end(".")
    return text


def _from_text(text: pl.Expr, wanted: Dtype) -> pl.Expr:
    text = text.str.strip_chars()
    text = pl.when(text != "").then(text)
    if wanted == pl.String:
        return text
    if wanted == pl.Date:
        return pl.coalesce(*(text.str.to_date(form, strict=False) for form in _DATE_FORMS))
    if wanted == pl.Boolean:
        return text.str.to_lowercase().replace_strict(
            YES | NO, default=None, return_dtype=pl.Boolean
        )
    number = text.str.strip_prefix("$").str.replace_all(",", "", literal=True)
    if isinstance(wanted, pl.Decimal):
        excess = number.str.contains(rf"\.\d{{{wanted.scale}}}\d*[1-9]|[eE]-")
        return pl.when(~excess).then(number.cast(wanted, strict=False))
    return number.cast(wanted, strict=False)


def _is_known_zone(given: Dtype) -> bool:
    zone = getattr(given, "time_zone", None)
    if zone is None or _OFFSET.fullmatch(zone):
        return True
    try:
        pl.select(pl.lit(0).cast(pl.Datetime("us", zone)).dt.date())
    except pl.exceptions.PolarsError:
        return False
    return True


def _day(column: pl.Expr, given: Dtype) -> pl.Expr:
    """The day of a timestamp, in the time zone it was written in."""
    zone = getattr(given, "time_zone", None)
    offset = _OFFSET.fullmatch(zone) if zone else None
    if offset is None:
        return column.dt.date()
    minutes = (int(offset[2]) * 60 + int(offset[3])) * (1 if offset[1] == "+" else -1)
    moment = column.to_physical() // _A_SECOND[getattr(given, "time_unit", "us")] + minutes * 60
    return (moment * 1000).cast(pl.Datetime("ms")).dt.date()
