"""QTY105: both sides on one line, and units other than one."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.samples import institutional, medicare
from cleanclaim.model.expressions import has_modifier

_BOTH = has_modifier("50") & pl.col("claim_type").is_in(["professional", "institutional"])


@row_edit(
    table="line_fees",
    code="QTY105",
    name="both-sides-and-several-units",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M53",
    needs={"mpfs": _BOTH},
    payers=("medicare",),
    source=(
        Source("Medicare Claims Processing Manual", "chapter 12, section 40.7 (bilateral surgeries: one line, one unit)", "CMS", date(2026, 11, 23)),
        Source("Integrated Outpatient Code Editor", "edit 74 (hospitals' outpatient lines)", "CMS", date(2026, 11, 28)),
    ),
    column="lines.units",
    evidence=("procedure_code", "units", "bilateral", "release"),
    message="{procedure_code} has modifier 50 (both sides) and {units} units; with modifier 50, one unit covers both sides.",
    suggestion="Bill one unit with modifier 50, or two lines with LT and RT if the payer wants that.",
    fix="proposed",
    examples=(
        fails("both knees injected, two units", medicare(diagnoses=["M17.0"], lines=["20610-50 x2"]), line_number=1),
        passes("one unit", medicare(diagnoses=["M17.0"], lines=["20610-50 x1"])),
        passes("two units on the right", medicare(diagnoses=["M17.11"], lines=["20610-RT x2"])),
        fails("the hospital's line", institutional(diagnoses=["M17.0"], lines=["20610-50 x2"]), line_number=1),
        fails("both hands x-rayed, two units", medicare(lines=["73130-50 x2"]), line_number=1),
        unchecked("a code outside the tables loaded", medicare(lines=["31575-50 x2"])),
    ),
)
def both_sides_and_several_units() -> pl.Expr:
    """A line with modifier 50 bills more or less than one unit of a procedure that the fee schedule pays by side.

    Medicare pays 150 percent for one unit with 50. Two units with 50 would be four sides.

    What to do: one line, one unit, modifier 50.
    """
    return _BOTH & pl.col("bilateral").is_in([1, 3]) & (pl.col("units") != 1)
