"""CLM135: an inpatient's service before the admission."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import IS_PROFESSIONAL
from cleanclaim.reference import Reference

_INSIDE = IS_PROFESSIONAL & pl.col("place_of_service_code").is_in(["21", "51", "61"])


@query_edit(
    code="CLM135",
    name="service-before-admission",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="MA40",
    scope="claim",
    source=Source("Medicare Claims Processing Manual", "chapter 26, section 10.4, item 18, and section 10.5 (places of service)", "CMS", date(2026, 11, 28)),
    column="claims.admission_date",
    message="The service was given to an inpatient on {from_date}, before the admission on {admission_date}.",
    suggestion="Correct the date of admission, or the place of service.",
    when={"lines": _INSIDE, "claims": pl.col("admission_date") > pl.col("from_date")},
    examples=(
        fails("a hospital visit before the admission", professional(place_of_service_code="21", admission_date="2026-05-20", lines=["99232"]), line_number=1),
        passes("on its day", professional(place_of_service_code="21", admission_date="2026-05-12", lines=["99223"])),
        passes("a visit in the emergency room before it", professional(place_of_service_code="23", admission_date="2026-05-20", lines=["99284"])),
    ),
)
def service_before_admission(claims: Claims, reference: Reference) -> Rows:
    """A line with an inpatient's place of service on a day before the claim's date of admission.

    What to do: look at the hospital's record.
    """
    del reference
    admitted = claims.claims.select("claim_key", "admission_date").drop_nulls()
    return (
        claims.lines.filter(_INSIDE)
        .select("claim_key", "line_number", "from_date")
        .join(admitted, on="claim_key")
        .filter(pl.col("from_date") < pl.col("admission_date"))
    )
