"""INS116: a revenue code that doesn't exist."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_INSTITUTIONAL
from cleanclaim.reference import Reference

_WELL_FORMED = pl.col("revenue_center_code").str.contains(r"^[0-9]{4}$").fill_null(value=False)


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
        passes("a clinic", institutional(lines=[{"revenue_center_code": "0510"}])),
        passes("cell therapy", institutional(lines=[{"revenue_center_code": "0871"}])),
        passes("a behavioral health residence", institutional(lines=[{"revenue_center_code": "1001"}])),
        passes("malformed is another fault", institutional(lines=[{"revenue_center_code": "51000"}])),
        passes("a doctor's claim", professional(lines=[{"revenue_center_code": "0050"}])),
    ),
)
def revenue_code_unknown(claims: Claims, reference: Reference) -> Rows:
    """A hospital line whose revenue code belongs to no group in use.

    Only whole groups are judged: a code in a group that is in use passes, even if that very number isn't assigned.

    What to do: correct the charge master.
    """
    lines = claims.lines.filter(IS_INSTITUTIONAL, _WELL_FORMED)
    ranges = reference.table("revenue_ranges").select("code", "last").iter_rows()
    is_known = pl.any_horizontal(pl.col("revenue_center_code").is_between(pl.lit(first), pl.lit(last)) for first, last in ranges)
    return lines.filter(~is_known).select("claim_key", "line_number", "revenue_center_code")
