"""INS105: admission codes missing or unknown."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_INSTITUTIONAL
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_FIELDS = (("admit_type_code", "admission_type", "type of admission", "MA41"), ("admit_source_code", "admission_source", "point of origin", "MA42"))


@query_edit(
    code="INS105",
    name="admission-codes-wrong",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="MA41",
    scope="claim",
    source=Source("Medicare Claims Processing Manual", "chapter 25, section 75.2, FL 14 and 15", "CMS", date(2026, 11, 23)),
    column="claims.admit_type_code",
    message="The {field}[ {shown}] {what}.",
    suggestion="Use the code from the admission record.",
    when={"claims": IS_INSTITUTIONAL},
    examples=(
        fails("no type on a stay", institutional(bill_type_code="111", admission_date="2026-05-10", admit_type_code=None), says="missing"),
        fails("no such type", institutional(admit_type_code="8"), says="not a code"),
        fails("a point of origin that ended", institutional(admit_source_code="7"), says="ended"),
        passes("a stay with both", institutional(bill_type_code="111", admission_date="2026-05-12")),
        passes("a point of origin on its last day", institutional(lines=["G0463"], admit_source_code="7", from_date="2010-06-30")),
        passes("a point of origin on its first day", institutional(admit_source_code="G", from_date="2020-07-01")),
        fails(
            "a newborn from the emergency room",
            institutional(bill_type_code="111", admission_date="2026-05-12", admit_type_code="4", admit_source_code="1"),
            says="newborn",
        ),
        passes("a newborn", institutional(bill_type_code="111", admission_date="2026-05-12", admit_type_code="4", admit_source_code="5")),
        passes("none on an outpatient claim", institutional(admit_type_code=None, admit_source_code=None)),
    ),
)
def admission_codes_wrong(claims: Claims, reference: Reference) -> Rows:
    """A type or point of origin of an admission that is missing on a stay, is no code, was not in force, or isn't a newborn's although the type is.

    Hospitals must say how urgent an admission was and where the patient came from.

    What to do: take the codes from the admission record.
    """
    parts = []
    for column, table, field, rarc in _FIELDS:
        known = reference.table(table).lazy().select(pl.col("code").alias(column), "valid_from", "valid_to")
        day = pl.coalesce("admission_date", "from_date")
        rows = (
            claims.claims.lazy()
            .filter(IS_INSTITUTIONAL)
            .select("claim_key", "is_inpatient", day.alias("day"), column)
            .join(known, on=column, how="left")
            .with_columns(
                pl.when(pl.col(column).is_null() & pl.col("is_inpatient"))
                .then(pl.lit("is missing"))
                .when(pl.col(column).is_not_null() & pl.col("valid_from").is_null())
                .then(pl.lit("is not a code"))
                .when(pl.col("day") < pl.col("valid_from"))
                .then(worded("began on {}", "valid_from"))
                .when(pl.col("day") > pl.col("valid_to"))
                .then(worded("ended on {}", "valid_to"))
                .alias("what")
            )
            .filter(pl.col("what").is_not_null())
        )
        parts.append(
            rows.select(
                "claim_key",
                pl.lit(field).alias("field"),
                pl.col(column).alias("shown"),
                "what",
                pl.lit(f"claims.{column}").alias("column"),
                pl.lit(rarc).alias("rarc"),
            )
        )
    outside = pl.col("admit_source_code").is_not_null() & ~pl.col("admit_source_code").is_in(["5", "6"]) & (pl.col("is_inpatient"))
    born = claims.claims.lazy().filter(IS_INSTITUTIONAL, pl.col("admit_type_code") == "4", outside)
    parts.append(
        born.select(
            "claim_key",
            pl.lit("point of origin").alias("field"),
            pl.col("admit_source_code").alias("shown"),
            pl.lit("isn't a newborn's, which is 5 (born here) or 6 (born elsewhere)").alias("what"),
            pl.lit("claims.admit_source_code").alias("column"),
            pl.lit("MA42").alias("rarc"),
        )
    )
    return pl.concat(parts).unique(["claim_key", "field"], keep="first", maintain_order=True)
