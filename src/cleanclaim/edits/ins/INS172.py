"""INS172: a nursing facility's qualifying stay that doesn't qualify."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional
from cleanclaim.model.expressions import IS_INSTITUTIONAL, IS_MEDICARE
from cleanclaim.reference import Reference

_READ = date(2026, 11, 28)
_BILL: Final = pl.col("bill_type_code").str.strip_chars_start("0")
_EXEMPT: Final = ("20", "21", "55", "56", "57", "58", "DR", "04")
_WAIVED: Final = (date(2020, 3, 1), date(2023, 5, 11))
"""The public health emergency, in which no stay was needed."""


def _facility(first: str, last: str, *codes: str, **more: Any) -> dict[str, Any]:
    span = {"kind": "occurrence_span", "code": "70", "from_date": first, "to_date": last}
    fields = {"bill_type_code": "212", "from_date": "2026-05-01", "to_date": "2026-05-31", "admission_date": "2026-05-01", "discharge_disposition_code": "30"}
    return institutional(**{**fields, **more}, claim_codes=[span, *({"kind": "condition", "code": code} for code in codes)])


@query_edit(
    code="INS172",
    name="qualifying-stay-too-short-or-old",
    disposition=Disposition.WARN,
    carc="16",
    rarc="M46",
    payers=("medicare",),
    others="off",
    scope="claim",
    source=Source("Medicare Claims Processing Manual", "chapter 6, sections 20 and 40; 42 CFR 409.30 (a stay of three days, within 30 days)", "CMS", _READ),
    column="claim_codes.code",
    message="The hospital stay from {first} to {last} (span code 70) {what}.",
    suggestion="Check its days: three days in a row, without the day of discharge, and no more than 30 days before the admission, unless a condition code says why.",
    fix="proposed",
    when={"claims": IS_INSTITUTIONAL & _BILL.str.contains(r"^(21|18)")},
    examples=(
        fails("two nights", _facility("2026-04-28", "2026-04-30"), says="three days"),
        passes("three nights", _facility("2026-04-27", "2026-04-30")),
        fails("two months before", _facility("2026-02-20", "2026-03-01"), says="30 days"),
        passes("readmitted to the facility", _facility("2026-02-20", "2026-03-01", "57")),
        passes("in the emergency", _facility("2021-04-29", "2021-04-30", from_date="2021-05-01", to_date="2021-05-31", admission_date="2021-05-01")),
        passes("no span", institutional(bill_type_code="212", admission_date="2026-05-01", claim_codes=[{"kind": "condition", "code": "57"}])),
        passes("a hospital's stay", _facility("2026-04-28", "2026-04-30", bill_type_code="111")),
    ),
)
def qualifying_stay_too_short_or_old(claims: Claims, reference: Reference) -> Rows:
    """A nursing facility's or swing bed's bill whose qualifying hospital stay has less than three days, or ended more than 30 days before the admission.

    What to do: correct the span, or add the condition code of the exception.
    """
    del reference
    exempt = claims.claim_codes.filter((pl.col("kind") == "condition") & pl.col("code").is_in(_EXEMPT))["claim_key"].unique().implode()
    bills = claims.claims.filter(
        IS_INSTITUTIONAL, IS_MEDICARE, _BILL.str.contains(r"^(21|18)[1-47]"), ~pl.col("claim_key").is_in(exempt), ~pl.col("admission_date").is_between(*_WAIVED)
    ).select("claim_key", "admission_date")
    spans = claims.claim_codes.filter((pl.col("kind") == "occurrence_span") & (pl.col("code") == "70")).select(
        "claim_key", pl.col("from_date").alias("first"), pl.col("to_date").alias("last")
    )
    nights = (pl.col("last") - pl.col("first")).dt.total_days()
    since = (pl.col("admission_date") - pl.col("last")).dt.total_days()
    what = (
        pl.when(nights < 3)
        .then(pl.lit("has less than three days without the day of discharge"))
        .when(since > 30)
        .then(pl.lit("ended more than 30 days before the admission"))
        .alias("what")
    )
    return bills.join(spans, on="claim_key").with_columns(what).drop_nulls("what").select("claim_key", "first", "last", "what")
