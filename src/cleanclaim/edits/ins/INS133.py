"""INS133: observation that isn't billed as observation."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_INSTITUTIONAL

_OBSERVATION = ("G0378", "G0379")


def _is_elsewhere() -> pl.Expr:
    bill = pl.col("bill_type_code").str.strip_chars_start("0").str.head(2)
    return pl.col("procedure_code").is_in(_OBSERVATION) & ~bill.is_in(["13", "85"])


@row_edit(
    table="lines",
    code="INS133",
    name="observation-billed-wrong",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M50",
    payers=("medicare",),
    others="off",
    source=Source(
        "Integrated Outpatient Code Editor",
        "edits 44 and 53; Medicare Claims Processing Manual, chapter 4, section 290 (observation)",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.revenue_center_code",
    evidence=(
        "procedure_code",
        pl.when(_is_elsewhere())
        .then(pl.lit("is for types of bill 13x and 85x only"))
        .otherwise(pl.lit("isn't observation, but has its revenue code 0762"))
        .alias("what"),
    ),
    message="{procedure_code} {what}.",
    suggestion="Bill observation as G0378 with revenue code 0762 on an outpatient bill.",
    fix="proposed",
    examples=(
        fails(
            "a visit with the revenue code of observation",
            institutional(lines=[{"revenue_center_code": "0762", "procedure_code": "G0463"}]),
            line_number=1,
            says="0762",
        ),
        passes("hours of observation", institutional(lines=[{"revenue_center_code": "0762", "procedure_code": "G0378", "units": 20}])),
        fails(
            "hours of observation in a clinic",
            institutional(bill_type_code="711", lines=[{"revenue_center_code": "0762", "procedure_code": "G0378", "units": 20}]),
            line_number=1,
            says="13x",
        ),
        passes("a professional claim", professional()),
    ),
)
def observation_billed_wrong() -> pl.Expr:
    """The revenue code of observation with another service, or observation on another type of bill.

    What to do: correct the revenue code or the type of bill.
    """
    return IS_INSTITUTIONAL & (
        (pl.col("revenue_center_code") == "0762")
        & pl.col("procedure_code").is_not_null()
        & ~pl.col("procedure_code").is_in(_OBSERVATION)
        & ~pl.col("is_inpatient")
        | _is_elsewhere()
    ).fill_null(value=False)
