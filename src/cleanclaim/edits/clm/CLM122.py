"""CLM122: an inpatient without a date of admission."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_IS_INSIDE = pl.col("place_of_service_code").is_in(["21", "51", "61"])
"""Hospitals, psychiatric hospitals and rehabilitation hospitals, inpatient."""


@query_edit(
    code="CLM122",
    name="inpatient-without-admission",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="MA40",
    scope="claim",
    source=Source("Medicare Claims Processing Manual", "chapter 26, section 10.4, item 18; chapter 25, FL 12", "CMS", date(2026, 11, 23)),
    column="claims.admission_date",
    message="The patient was an inpatient ({place}), but the date of admission is missing.",
    suggestion="Add the date of admission.",
    when={"claims": pl.col("is_inpatient") & pl.col("admission_date").is_null(), "lines": _IS_INSIDE},
    examples=(
        fails("a hospital visit", professional(place_of_service_code="21", lines=["99232"]), says="place of service 21"),
        fails("a visit in a psychiatric hospital", professional(place_of_service_code="51", lines=["99232"]), says="place of service 51"),
        fails("a hospital stay", institutional(bill_type_code="111"), says="111"),
        passes("a dentist in the hospital", professional(claim_type="dental", place_of_service_code="21", lines=["D2140"])),
        passes("the hospital's outpatient department", professional(place_of_service_code="22")),
        passes("with the date", professional(place_of_service_code="21", admission_date="2026-05-10", lines=["99232"])),
    ),
)
def inpatient_without_admission(claims: Claims, reference: Reference) -> Rows:
    """A service to an inpatient without the date of admission.

    The payer matches it with the hospital's stay.

    What to do: give the date.
    """
    del reference
    inside = (
        claims.lines.lazy()
        .filter(_IS_INSIDE & (pl.col("claim_type") == "professional"))
        .select("claim_key", pl.col("place_of_service_code").alias("_inside"))
        .unique("claim_key", keep="first", maintain_order=True)
    )
    return (
        claims.claims.lazy()
        .filter(pl.col("admission_date").is_null())
        .join(inside, on="claim_key", how="left")
        .filter(pl.col("_inside").is_not_null() | pl.col("is_inpatient"))
        .select(
            "claim_key",
            pl.when("is_inpatient").then(worded("type of bill {}", "bill_type_code")).otherwise(worded("place of service {}", "_inside")).alias("place"),
        )
    )
