"""INS146: hours of observation on two lines."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_INSTITUTIONAL
from cleanclaim.reference import Reference

_BILL = pl.col("bill_type_code").str.strip_chars_start("0")
_HOURS = IS_INSTITUTIONAL & _BILL.str.contains(r"^(13|85)").fill_null(value=False) & (pl.col("procedure_code") == "G0378")
_LINE = {"revenue_center_code": "0762", "procedure_code": "G0378", "units": 10}


@query_edit(
    code="INS146",
    name="observation-hours-on-two-lines",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M53",
    payers=("medicare",),
    others="off",
    scope="claim",
    source=(
        Source("Integrated Outpatient Code Editor, specifications", "edit 51", "CMS", date(2026, 11, 28)),
        Source("Medicare Claims Processing Manual", "chapter 4, section 290.2.2 (reporting hours of observation)", "CMS", date(2026, 11, 28)),
    ),
    column="lines.procedure_code",
    message="G0378 is on more than one line of the claim.",
    suggestion="Report all hours of one observation on one line, on the day on which it began.",
    fix="proposed",
    when={"lines": _HOURS},
    examples=(
        fails(
            "hours of two days", institutional(to_date="2026-05-13", lines=[_LINE, {**_LINE, "from_date": "2026-05-13"}]), line_number=2, says="more than one"
        ),
        passes("all hours on one line", institutional(to_date="2026-05-13", lines=[{**_LINE, "units": 20}])),
        passes("no observation", institutional()),
        passes("a professional claim", professional()),
        passes("to another payer", institutional(payer_class="commercial", claim_filing_code="CI", lines=[_LINE, _LINE])),
    ),
)
def observation_hours_on_two_lines(claims: Claims, reference: Reference) -> Rows:
    """Hours of observation (G0378) on several lines of one claim: Medicare takes one line for the whole time.

    What to do: add up the hours.
    """
    del reference
    lines = claims.lines.filter(_HOURS).sort("claim_key", "line_number")
    again = lines.filter(pl.int_range(pl.len()).over("claim_key") > 0)
    return again.select("claim_key", "line_number", "procedure_code", pl.lit(51).alias("ioce_edit"))
