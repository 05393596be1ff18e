"""HX107: a visit that a stay has once, billed again."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import medicare
from cleanclaim.model.expressions import IS_PROFESSIONAL
from cleanclaim.reference import Reference

_KINDS: Final = {
    "an initial hospital visit": r"^9922[1-3]$",
    "a discharge from the hospital": r"^9923[89]$",
    "an initial nursing facility visit": r"^9930[4-6]$",
    "a discharge from the nursing facility": r"^9931[56]$",
}
_ONCE: Final = "|".join(f"({pattern})" for pattern in _KINDS.values())


def _visit(number: str, day: str, code: str, **more: Any) -> dict[str, Any]:
    fields = {"claim_id": number, "from_date": day, "admission_date": "2026-05-10", "place_of_service_code": "21", "lines": [code]}
    return medicare(**{**fields, "is_history": number == "A", **more})


@query_edit(
    code="HX107",
    name="visit-of-the-stay-again",
    disposition=Disposition.DENY_LINE,
    carc="119",
    scope="patient",
    source=Source("Medicare Claims Processing Manual", "chapter 12, sections 30.6.9.1, 30.6.9.2 and 30.6.13", "CMS", date(2026, 11, 28)),
    column="lines.procedure_code",
    message="{procedure_code} is {kind}, which the same provider billed for this stay on {earlier_date} already (claim {other}).",
    suggestion="Bill a subsequent visit, or check the date of admission.",
    fix="proposed",
    when={"lines": pl.col("procedure_code").str.contains(_ONCE)},
    examples=(
        fails("a second initial visit", _visit("A", "2026-05-10", "99223"), _visit("B", "2026-05-12", "99222"), line_number=1, says="2026-05-10"),
        passes("another stay", _visit("A", "2026-05-10", "99223"), _visit("B", "2026-05-12", "99222", admission_date="2026-05-12")),
        passes("another doctor", _visit("A", "2026-05-10", "99223"), _visit("B", "2026-05-12", "99222", rendering_npi="1234567893")),
        passes("a subsequent visit", _visit("A", "2026-05-10", "99223"), _visit("B", "2026-05-12", "99232")),
        fails("a second discharge", _visit("A", "2026-05-11", "99238"), _visit("B", "2026-05-12", "99239"), line_number=1),
    ),
)
def visit_of_the_stay_again(claims: Claims, reference: Reference) -> Rows:
    """A first visit of a stay, or its discharge, that the same provider billed for the same admission on another day.

    What to do: bill a subsequent visit.
    """
    del reference
    code = pl.col("procedure_code")
    kind = pl.coalesce(pl.when(code.str.contains(pattern)).then(pl.lit(name)) for name, pattern in _KINDS.items()).alias("kind")
    stays = claims.claims.filter(IS_PROFESSIONAL, pl.col("admission_date").is_not_null()).select("claim_key", "admission_date")
    visits = (
        claims.lines.filter(IS_PROFESSIONAL, pl.col("stands"), code.str.contains(_ONCE), pl.col("outcome").is_null() | (pl.col("outcome") == "paid"))
        .join(stays.rename({"admission_date": "_admitted"}), on="claim_key")
        .with_columns(kind)
        .drop_nulls(["patient_key", "provider_npi", "from_date"])
    )
    same = ["patient_key", "provider_npi", "_admitted", "kind"]
    first = visits.sort("from_date", "claim_key").unique(same, keep="first", maintain_order=True)
    earlier = first.select(*same, pl.col("from_date").alias("earlier_date"), pl.col("claim_id").fill_null("without number").alias("other"))
    again = visits.filter(~pl.col("is_history").fill_null(value=False)).join(earlier, on=same).filter(pl.col("from_date") > pl.col("earlier_date"))
    return again.select("claim_key", "line_number", "procedure_code", "kind", "earlier_date", "other")
