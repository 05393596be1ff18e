"""INS135: two visits of one day and revenue code without condition code G0."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_INSTITUTIONAL
from cleanclaim.reference import Reference

_VISIT = r"^(G0463|G038[0-4]|992(0[2-5]|1[1-5]|8[1-5])|9200[24]|9201[24])$"
_BILL = pl.col("bill_type_code").str.strip_chars_start("0")
_CANDIDATE = IS_INSTITUTIONAL & _BILL.str.contains(r"^1[23]") & pl.col("procedure_code").str.contains(_VISIT).fill_null(value=False)
_DAY = ["claim_key", "from_date", "revenue_center_code"]


@query_edit(
    code="INS135",
    name="two-visits-without-g0",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M44",
    payers=("medicare",),
    scope="claim",
    source=(
        Source("Integrated Outpatient Code Editor", "edit 42", "CMS", date(2026, 11, 28)),
        Source("Medicare Claims Processing Manual", "chapter 4, section 180.4 (condition code G0)", "CMS", date(2026, 11, 28)),
    ),
    column="lines.procedure_code",
    message="{procedure_code} is a second visit of the day with revenue code {revenue_center_code}, and the claim has no condition code G0.",
    suggestion="Add condition code G0 if the visits were distinct; otherwise bill one.",
    fix="proposed",
    when={"lines": _CANDIDATE},
    examples=(
        fails("two visits to one clinic", institutional(lines=["G0463", "G0463-27"]), line_number=2, says="G0"),
        passes("distinct visits", institutional(claim_codes=[{"kind": "condition", "code": "G0"}], lines=["G0463", "G0463-27"])),
        passes(
            "the clinic and the emergency department",
            institutional(lines=["G0463", {"revenue_center_code": "0450", "procedure_code": "99283", "modifier_1": "27"}]),
        ),
        fails("two units", institutional(lines=["G0463 x2"]), line_number=1),
        passes("a rural health clinic has no such rule", institutional(bill_type_code="711", lines=["99213", "99214"])),
        passes("a professional claim", professional(lines=["99213", "99214"])),
    ),
)
def two_visits_without_g0(claims: Claims, reference: Reference) -> Rows:
    """Several visits of one day and revenue code on an hospital's outpatient claim without condition code G0.

    G0 says that the visits were distinct and independent. Without it Medicare returns the claim.

    What to do: add the code if the record shows two visits.
    """
    del reference
    distinct = claims.claim_codes.filter((pl.col("kind") == "condition") & (pl.col("code") == "G0")).select("claim_key").unique()
    visits = claims.lines.filter(_CANDIDATE).join(distinct, on="claim_key", how="anti").sort("claim_key", "line_number")
    counted = visits.with_columns(pl.int_range(pl.len()).over(_DAY).alias("_number"))
    again = counted.filter((pl.col("_number") > 0) | (pl.col("units") > 1))
    return again.select("claim_key", "line_number", "procedure_code", "revenue_center_code")
