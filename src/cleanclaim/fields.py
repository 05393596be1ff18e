"""Where a column at fault stands: on an 837, on the paper form, in FHIR."""

from __future__ import annotations

from typing import Final

import polars as pl

from cleanclaim.model import TABLES

FIELD: Final = pl.Struct(
    {"column": pl.String, "element": pl.String, "box": pl.String, "fhir": pl.String}
)
"""The type of a finding's field."""


def numbered() -> pl.Expr:
    """The field with the number of the diagnosis in it: HI02-2 and box 21B for the second of a professional claim."""
    field, number = pl.col("field"), pl.col("diagnosis_number")
    element = field.struct.field("element")
    is_listed = (
        (pl.col("claim_type") == "professional")
        & number.is_between(1, 12)
        & element.str.starts_with("HI0")
    )
    written = pl.concat_str(pl.lit("HI"), number.cast(pl.String).str.zfill(2), pl.lit("-2"))
    letter = (number - 1).replace_strict(
        list(range(12)), list("ABCDEFGHIJKL"), default=None, return_dtype=pl.String
    )
    return (
        pl.when(is_listed)
        .then(
            pl.struct(
                field.struct.field("column"),
                written.alias("element"),
                pl.concat_str(pl.lit("21"), letter).alias("box"),
                field.struct.field("fhir"),
            )
        )
        .otherwise(field)
        .alias("field")
    )


def fields_of(joined: pl.DataFrame) -> pl.DataFrame:
    """Where each column at fault stands on an 837, a CMS-1500 and in FHIR, by kind of claim."""
    kinds = joined.select("column", "claim_type").unique()
    rows = [place(column, kind) for column, kind in kinds.iter_rows()]
    return kinds.with_columns(pl.Series("field", rows, dtype=FIELD))


def place(column: str | None, claim_type: str | None) -> dict[str, str | None] | None:
    """Where a column of the model stands.

    Args:
        column: `table.column`.
        claim_type: professional, institutional or dental.

    Returns:
        column, element, box and fhir, those that do not apply null; None for no column.
    """
    if not column or "." not in column:
        return None
    table, name = column.split(".", 1)
    if table not in TABLES or name not in TABLES[table]:
        return {"column": column, "element": None, "box": None, "fhir": None}
    said = TABLES[table][name]
    letter = (claim_type or "professional")[0].upper()
    options = [option.strip() for option in said.element.split("·")]
    own = [o[2:] for o in options if o.startswith(f"{letter} ")]
    common = [o for o in options if o[1:2] != " "]
    element = (own or common or [""])[0]
    return {
        "column": column,
        "element": element or None,
        "box": _box(said.box, letter),
        "fhir": said.fhir or None,
    }


def _box(box: str, letter: str) -> str | None:
    parts = [part.strip() for part in box.split(",")] if box else []
    locator = [part for part in parts if part.startswith("FL")]
    paper = [part for part in parts if not part.startswith("FL")]
    chosen = locator if letter == "I" else paper
    return ", ".join(chosen) or None
