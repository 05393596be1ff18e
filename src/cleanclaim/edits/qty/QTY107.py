"""QTY107: a procedure that was stopped or reduced, on two sides or with several units."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_INSTITUTIONAL, IS_MEDICARE, has_modifier

_STOPPED = pl.lit("stopped before anesthesia (modifier 73)")
_REDUCED = pl.lit("reduced (modifier 52)")
_OUTPATIENT = pl.col("bill_type_code").str.strip_chars_start("0").str.contains(r"^(13|85)").fill_null(value=False)


@row_edit(
    table="lines",
    code="QTY107",
    name="stopped-procedure-with-several-units",
    disposition=Disposition.RETURN,
    carc="4",
    rarc="N822",
    source=(
        Source("Integrated Outpatient Code Editor", "edit 37", "CMS", date(2026, 11, 28)),
        Source(
            "Medicare Claims Processing Manual", "chapter 4, section 20.6.4 (discontinued procedures: only the first one planned)", "CMS", date(2026, 11, 28)
        ),
    ),
    column="lines.units",
    evidence=("procedure_code", "units", pl.when(has_modifier("73")).then(_STOPPED).otherwise(_REDUCED).alias("what")),
    message="{procedure_code} was {what}, but the line has {units} units or modifier 50.",
    suggestion="Bill one unit of the procedure, without modifier 50.",
    fix="proposed",
    examples=(
        fails(
            "two units",
            institutional(lines=[{"revenue_center_code": "0360", "procedure_code": "20610", "modifier_1": "73", "units": 2}]),
            line_number=1,
            says="73",
        ),
        fails(
            "both sides",
            institutional(lines=[{"revenue_center_code": "0360", "procedure_code": "20610", "modifier_1": "73", "modifier_2": "50"}]),
            line_number=1,
        ),
        fails("reduced, two units", institutional(lines=["20610-52-RT x2"]), line_number=1, says="52"),
        passes("reduced, two units, to another payer", institutional(payer_class="commercial", claim_filing_code="CI", lines=["20610-52-RT x2"])),
        passes("one unit", institutional(lines=[{"revenue_center_code": "0360", "procedure_code": "20610", "modifier_1": "73", "modifier_2": "RT"}])),
        passes("a physician's claim", professional(lines=["20610-73-RT x2"])),
        passes("two units that were done", institutional(lines=[{"revenue_center_code": "0360", "procedure_code": "20610", "units": 2}])),
    ),
)
def stopped_procedure_with_several_units() -> pl.Expr:
    """A hospital's procedure stopped before anesthesia, or reduced on an outpatient bill to Medicare, with modifier 50 or more than one unit.

    A procedure that was stopped before it began is billed once: what would have come after it isn't billed.

    What to do: correct units or modifiers.
    """
    counts = has_modifier("73") | (has_modifier("52") & IS_MEDICARE & _OUTPATIENT)
    return IS_INSTITUTIONAL & counts & (has_modifier("50") | (pl.col("units") > 1).fill_null(value=False))
