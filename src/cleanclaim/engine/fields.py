"""Where a column at fault stands: on an 837, on the paper form, in FHIR."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import polars as pl

from cleanclaim.model import TABLES

FIELD: Final = pl.Struct(
    {"column": pl.String, "element": pl.String, "box": pl.String, "fhir": pl.String}
)
"""The type of a finding's field."""
Field = dict[str, str | None]


def fields_of(joined: pl.DataFrame) -> pl.DataFrame:
    """The rows with their `field`: where the column at fault stands on an 837, a paper form and in FHIR, by kind of claim.

    Args:
        joined: with `column`, `claim_type` and `diagnosis_number`.
    """
    asked = joined.select("column", "claim_type", _NUMBER)
    if asked.height <= _FEW:
        return joined.with_columns(_fields(asked))
    kinds = asked.unique()
    fields = kinds.with_columns(_fields(kinds))
    found = asked.join(
        fields, on=asked.columns, how="left", nulls_equal=True, maintain_order="left"
    )
    return joined.with_columns(found["field"])


_FEW: Final = 20
"""For so few findings a look-up each is quicker than a join."""
_NUMBER: Final = (
    pl.when((pl.col("claim_type") == "professional") & pl.col("diagnosis_number").is_between(1, 12))
    .then("diagnosis_number")
    .alias("_number")
)


def _fields(kinds: pl.DataFrame) -> pl.Series:
    nothing = pl.Series("field", [], dtype=FIELD)
    return pl.concat([nothing, *(_field(*row) for row in kinds.iter_rows())])


@lru_cache(maxsize=4096)
def _field(column: str | None, claim_type: str | None, number: int | None) -> pl.Series:
    """A field, as a column of one."""
    return pl.Series("field", [_numbered(place(column, claim_type), number)], dtype=FIELD)


def _numbered(field: Field | None, number: int | None) -> Field | None:
    """With the number of the diagnosis in it: HI02-2 and box 21B for the second of a professional claim."""
    if field is None or number is None or not (field["element"] or "").startswith("HI0"):
        return field
    return {**field, "element": f"HI{number:02}-2", "box": "21" + "ABCDEFGHIJKL"[number - 1]}


def place(column: str | None, claim_type: str | None) -> Field | None:
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
