"""INS173: more dialysis sessions than the schedule has."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_INSTITUTIONAL, IS_MEDICARE, has_modifier
from cleanclaim.reference import Reference

_READ = date(2026, 11, 28)
_IS_DIALYSIS: Final = IS_INSTITUTIONAL & pl.col("bill_type_code").str.strip_chars_start("0").str.contains(r"^72[1-47]")
_SESSION: Final = pl.col("revenue_center_code").str.contains(r"^082[0-9]$") & (pl.col("procedure_code") == "90999")
_MOST: Final = 14
"""Three sessions a week in the longest month."""


def _month(sessions: int, modifier: str = "V5") -> dict[str, object]:
    lines = [{"revenue_center_code": "0821", "procedure_code": "90999", "modifier_1": modifier} for _ in range(sessions)]
    return institutional(bill_type_code="721", billing_taxonomy_code="261QE0700X", from_date="2026-05-01", to_date="2026-05-31", lines=lines)


@query_edit(
    code="INS173",
    name="dialysis-sessions-beyond-schedule",
    disposition=Disposition.WARN,
    carc="119",
    rarc="N362",
    payers=("medicare",),
    others="off",
    scope="claim",
    source=Source("Medicare Claims Processing Manual", "chapter 8, sections 10.1 and 50.3 (three sessions a week; KX or CG on more)", "CMS", _READ),
    column="lines.units",
    message="{sessions} sessions of hemodialysis are on the bill of a month; three a week make 14 at most.",
    suggestion="Mark the further sessions: KX if they are medically justified, CG if not.",
    fix="proposed",
    when={"claims": _IS_DIALYSIS},
    examples=(
        fails("fifteen sessions", _month(15), says="15"),
        passes("fourteen", _month(14)),
        passes("more, which are justified", _month(20, "KX")),
        passes("no dialysis", institutional()),
    ),
)
def dialysis_sessions_beyond_schedule(claims: Claims, reference: Reference) -> Rows:
    """A month's dialysis bill with more than 14 sessions of hemodialysis that no modifier marks.

    What to do: check the number, and mark the further sessions.
    """
    del reference
    lines = claims.lines.filter(_IS_DIALYSIS, IS_MEDICARE, _SESSION, ~has_modifier("KX", "CG", "GY", "GZ"))
    days = (pl.col("to_date").max() - pl.col("from_date").min()).dt.total_days()
    counted = lines.group_by("claim_key", maintain_order=True).agg(
        pl.col("units").cast(pl.Float64).sum().round(0).cast(pl.Int64).alias("sessions"), days.alias("_days")
    )
    return counted.filter(pl.col("sessions") > _MOST, pl.col("_days") <= 31).select("claim_key", "sessions")
