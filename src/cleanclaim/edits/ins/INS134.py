"""INS134: a health center's payment code with another revenue code."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_INSTITUTIONAL


@row_edit(
    table="lines",
    code="INS134",
    name="health-center-revenue-code-wrong",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M50",
    payers=("medicare",),
    others="off",
    source=Source(
        "Integrated Outpatient Code Editor", "edit 90; Medicare Claims Processing Manual, chapter 9, section 60 (health centers)", "CMS", date(2026, 11, 28)
    ),
    column="lines.revenue_center_code",
    evidence=("procedure_code", "revenue_center_code"),
    message="{procedure_code} has revenue code {revenue_center_code}, which a health center doesn't use for it.",
    suggestion="Use 052x or 0519 for a medical visit, 0900 or 0519 for a mental health visit.",
    fix="proposed",
    examples=(
        fails(
            "a medical visit",
            institutional(bill_type_code="771", lines=[{"revenue_center_code": "0510", "procedure_code": "G0467"}]),
            line_number=1,
            says="052x",
        ),
        passes("with its revenue code", institutional(bill_type_code="771", lines=[{"revenue_center_code": "0521", "procedure_code": "G0467"}])),
        fails("a mental health visit", institutional(bill_type_code="771", lines=[{"revenue_center_code": "0521", "procedure_code": "G0470"}]), line_number=1),
        passes("a hospital", institutional()),
        passes("a professional claim", professional()),
    ),
)
def health_center_revenue_code_wrong() -> pl.Expr:
    """A payment code of a federally qualified health center with a revenue code that doesn't go with it.

    What to do: correct the revenue code.
    """
    return (
        IS_INSTITUTIONAL
        & (
            pl.col("procedure_code").is_in(["G0466", "G0467", "G0468"]) & ~pl.col("revenue_center_code").str.contains(r"^(052[0-9]|0519)$")
            | pl.col("procedure_code").is_in(["G0469", "G0470"]) & ~pl.col("revenue_center_code").str.contains(r"^(0900|0519)$")
        )
    ).fill_null(value=False)
