"""INS116: a revenue code that doesn't exist."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_INSTITUTIONAL
from cleanclaim.reference import Reference

_SETTLED = r"^0(3[0-9]|4[0-9]|51)[0-9]$"
"""Groups of ancillary services and clinics, to which no number was added for years: a number that isn't in the list isn't assigned."""
_WELL_FORMED = pl.col("revenue_center_code").str.contains(r"^[0-9]{4}$")


@query_edit(
    code="INS116",
    name="revenue-code-unknown",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M50",
    scope="claim",
    source=Source("Medicare Claims Processing Manual", "chapter 25, section 75.4, FL 42", "CMS", date(2026, 11, 28)),
    column="lines.revenue_center_code",
    message="{revenue_center_code} isn't a revenue code.",
    suggestion="Use the revenue code from the charge master.",
    when={"lines": IS_INSTITUTIONAL & _WELL_FORMED},
    examples=(
        fails("a group that was never assigned", institutional(lines=[{"revenue_center_code": "0050"}]), line_number=1),
        fails("beyond the last group", institutional(lines=[{}, {"revenue_center_code": "4510"}]), line_number=2),
        fails("between groups", institutional(lines=[{"revenue_center_code": "0105"}]), line_number=1),
        fails("a number between two assigned ones", institutional(lines=[{"revenue_center_code": "0308"}]), line_number=1, disposition=Disposition.WARN),
        fails(
            "a number of the clinics that isn't assigned", institutional(lines=[{"revenue_center_code": "0518"}]), line_number=1, disposition=Disposition.WARN
        ),
        passes("the last number of the laboratory", institutional(lines=[{"revenue_center_code": "0309"}])),
        passes("a number of another group, which may have been assigned lately", institutional(lines=[{"revenue_center_code": "0243"}])),
        passes("a clinic", institutional(lines=[{"revenue_center_code": "0510"}])),
        passes("cell therapy", institutional(lines=[{"revenue_center_code": "0871"}])),
        passes("a behavioral health residence", institutional(lines=[{"revenue_center_code": "1001"}])),
        passes("malformed is another fault", institutional(lines=[{"revenue_center_code": "51000"}])),
        passes("five digits that are in no group", institutional(lines=[{"revenue_center_code": "00500"}])),
        passes("a line without a revenue code", institutional(lines=[{"revenue_center_code": None}])),
        fails("on the line below one", institutional(lines=[{"revenue_center_code": "00500"}, {"revenue_center_code": "0050"}]), line_number=2),
        passes("a doctor's claim", professional(lines=[{"revenue_center_code": "0050"}])),
    ),
)
def revenue_code_unknown(claims: Claims, reference: Reference) -> Rows:
    """A hospital line whose revenue code belongs to no group in use, or isn't assigned within its group.

    Numbers within a group are judged for ancillary services (03xx, 04xx) and clinics (051x) only, and as a warning: new numbers are assigned in other groups.

    What to do: correct the charge master.
    """
    lines = claims.lines.filter(IS_INSTITUTIONAL, _WELL_FORMED)
    ranges = reference.table("revenue_ranges").select("code", "last").iter_rows()
    is_known = pl.any_horizontal(pl.col("revenue_center_code").is_between(pl.lit(first), pl.lit(last)) for first, last in ranges)
    is_listed = pl.col("revenue_center_code").is_in(reference.table("revenue_codes")["code"].implode())
    is_gap = pl.col("revenue_center_code").str.contains(_SETTLED) & ~is_listed
    milder = pl.when(is_known).then(pl.lit(Disposition.WARN.value)).alias("disposition")
    return lines.filter(~is_known | is_gap).select("claim_key", "line_number", "revenue_center_code", milder)
