"""QTY104: a code of which no unit is paid in this setting."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.qty.limits import HAS_LIMIT, MUE_MANUAL
from cleanclaim.edits.samples import medicare, professional


@row_edit(
    table="line_fees",
    code="QTY104",
    name="no-unit-payable-here",
    disposition=Disposition.DENY_LINE,
    carc="151",
    rarc="N362",
    needs={"mue": HAS_LIMIT & pl.col("rules_of").is_not_null()},
    payers=("medicare", "medicaid"),
    others="off",
    source=Source(MUE_MANUAL, "chapter I, section V (MUE of zero)", "CMS", date(2026, 11, 23)),
    column="lines.procedure_code",
    evidence=(
        "procedure_code",
        pl.col("unit_limit").alias("most_units"),
        pl.col("unit_adjudication").alias("adjudication"),
        pl.col("unit_release").alias("release"),
    ),
    message="{procedure_code} isn't paid in this setting (MUE 0): it is bundled, not covered, or billed by someone else.",
    suggestion="Check which setting or code the payer expects.",
    fix="proposed",
    examples=(
        fails("capillary blood, which is never paid apart", medicare(lines=["36416"]), line_number=1),
        passes("vein blood", medicare(lines=["36415"])),
        passes("a check-up is a matter of each payer", professional(diagnoses=["Z00.00"], lines=["99396"])),
        passes("a payer whose rules are its own, and a code outside the tables loaded", professional(lines=["31575"])),
        unchecked("Medicaid, whose own limits aren't loaded", professional(payer_class="medicaid", claim_filing_code="MC", lines=["36416"])),
        unchecked("a code outside the tables loaded", medicare(lines=["31575"])),
    ),
)
def no_unit_payable_here() -> pl.Expr:
    """The limit of units is zero: the code is not paid at all in the setting that bills it.

    Zero does not mean unlimited. A code has zero where it is part of other services, not covered, or not billed by this kind of provider.

    What to do: bill the code that the payer wants.
    """
    return pl.col("unit_limit") == 0
