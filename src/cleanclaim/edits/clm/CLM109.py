"""CLM109: a place of service missing, unknown or not in force."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import SETTLED
from cleanclaim.reference import Reference
from cleanclaim.reference.release import OPEN_END
from cleanclaim.text.wording import worded


def _is_doubtful(reference: Reference) -> pl.Expr:
    """A place other than those that have been codes all along."""
    places = reference.table("place_of_service")
    settled = places.filter(pl.col("valid_from") < SETTLED, pl.col("valid_to") == OPEN_END)["code"]
    is_settled = pl.col("place_of_service_code").is_in(settled.implode()) & (pl.col("from_date") >= SETTLED)
    return (pl.col("claim_type") != "institutional") & ~is_settled.fill_null(value=False)


@query_edit(
    code="CLM109",
    name="place-of-service-wrong",
    disposition=Disposition.REJECT,
    carc="16",
    rarc="M77",
    scope="claim",
    source=Source("CMS Place of Service Code Set", "45 CFR 162.1002; Medicare Claims Processing Manual, chapter 26, section 10.5", "CMS", date(2026, 11, 23)),
    column="lines.place_of_service_code",
    message="The place of service[ {place}] {what}.",
    suggestion="Use the two-digit code for the place where the patient was seen.",
    when={"lines": _is_doubtful},
    examples=(
        fails("no such place", professional(place_of_service_code="35"), line_number=1, says="35"),
        fails("missing", professional(place_of_service_code=None), line_number=1, says="missing"),
        fails("telehealth at home before the code began", professional(place_of_service_code="10", from_date="2021-12-31"), line_number=1, says="2022-01-01"),
        passes("the day it began", professional(place_of_service_code="10", from_date="2022-01-01")),
        fails("an employer's clinic before the code began", professional(place_of_service_code="18", from_date="2012-12-31"), line_number=1, says="2013-01-01"),
        fails(
            "missing on the office's claim; a hospital claim has a type of bill instead",
            institutional(),
            professional(place_of_service_code=None),
            line_number=1,
        ),
    ),
)
def place_of_service_wrong(claims: Claims, reference: Reference) -> Rows:
    """A place of service that is missing, is no code, or was not in force on the day.

    The place decides whether and at which rate a service is paid.

    What to do: take the code of where the patient was seen.
    """
    places = reference.table("place_of_service").lazy().select(pl.col("code").alias("place"), "valid_from", "valid_to", "release")
    return (
        claims.lines.lazy()
        .filter(pl.col("claim_type") != "institutional")
        .select("claim_key", "line_number", "from_date", pl.col("place_of_service_code").alias("place"))
        .join(places, on="place", how="left")
        .with_columns(
            pl.when(pl.col("place").is_null())
            .then(pl.lit("is missing"))
            .when(pl.col("valid_from").is_null())
            .then(pl.lit("isn't a valid code"))
            .when(pl.col("from_date") < pl.col("valid_from"))
            .then(worded("began on {}", "valid_from"))
            .when(pl.col("from_date") > pl.col("valid_to"))
            .then(worded("ended on {}", "valid_to"))
            .alias("what")
        )
        .filter(pl.col("what").is_not_null())
    )
