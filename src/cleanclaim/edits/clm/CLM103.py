"""CLM103: another provider's NPI is wrong."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derive import Claims
from cleanclaim.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.reference import Reference
from cleanclaim.samples import institutional, professional
from cleanclaim.terms import fails_luhn

_ROLES = {
    "referring": "N286",
    "supervising": "N297",
    "facility": "N293",
    "attending": "N253",
    "operating": "N262",
    "other_operating": "N262",
}


@query_edit(
    code="CLM103",
    name="other-provider-npi-wrong",
    disposition=Disposition.REJECT,
    carc="16",
    rarc="N286",
    source=Source(
        "45 CFR 162.410",
        "(a)(2) and 162.406 (the NPI and its check digit)",
        "HHS",
        date(2026, 11, 23),
    ),
    column="claims.referring_npi",
    message="The {role} provider's NPI {npi} is not valid.",
    suggestion="Ten digits, the last a check digit; look it up in NPPES.",
    when={
        "claims": pl.any_horizontal(fails_luhn(f"{role}_npi") for role in _ROLES),
        "lines": fails_luhn("ordering_npi"),
    },
    examples=(
        fails("a referring provider", professional(referring_npi="1234567890"), says="referring"),
        fails(
            "a hospital's attending physician",
            institutional(attending_npi="1245319590"),
            says="attending",
        ),
        fails("the facility", professional(facility_npi="123"), says="facility"),
        passes("good ones", professional(referring_npi="1245319599")),
        passes("none", professional()),
    ),
)
def other_provider_npi_wrong(claims: Claims, reference: Reference) -> Rows:
    """A referring, supervising, attending, operating or facility NPI whose form or check digit is wrong.

    Payers check every NPI on a claim and refuse it for any one.

    What to do: take the number from NPPES.
    """
    del reference
    parts = [
        claims.claims.lazy()
        .filter(fails_luhn(f"{role}_npi").fill_null(value=False))
        .select(
            "claim_key",
            pl.lit(role.replace("_", " ")).alias("role"),
            pl.col(f"{role}_npi").alias("npi"),
            pl.lit(f"claims.{role}_npi").alias("column"),
            pl.lit(rarc).alias("rarc"),
        )
        for role, rarc in _ROLES.items()
    ]
    ordering = (
        claims.lines.lazy()
        .filter(fails_luhn("ordering_npi").fill_null(value=False))
        .select(
            "claim_key",
            pl.lit("ordering").alias("role"),
            pl.col("ordering_npi").alias("npi"),
            pl.lit("lines.ordering_npi").alias("column"),
            pl.lit("N265").alias("rarc"),
        )
        .unique()
    )
    return pl.concat([*parts, ordering])
