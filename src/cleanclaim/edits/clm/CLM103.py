"""CLM103: another provider's NPI is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import fails_luhn
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_ROLES = {"referring": "N286", "supervising": "N297", "facility": "N293", "attending": "N253", "operating": "N262", "other_operating": "N262"}
_OF_LINE = ("ordering", "referring", "supervising", "facility")


@query_edit(
    code="CLM103",
    name="other-provider-npi-wrong",
    disposition=Disposition.REJECT,
    carc="16",
    rarc="N286",
    scope="claim",
    source=Source("45 CFR 162.410", "(a)(2) and 162.406 (the NPI and its check digit)", "HHS", date(2026, 11, 23)),
    column="claims.referring_npi",
    message="The {role} provider's NPI isn't valid: {npi}.",
    suggestion="Use the 10-digit NPI (the last digit is a check digit); look it up in NPPES.",
    when={
        "claims": pl.any_horizontal(pl.col(f"{role}_npi").is_not_null() for role in _ROLES),
        "lines": pl.any_horizontal(pl.col(f"{role}_npi").is_not_null() for role in _OF_LINE),
    },
    examples=(
        fails("a referring provider", professional(referring_npi="1234567890"), says="referring"),
        fails("a hospital's attending physician", institutional(attending_npi="1245319590"), says="attending"),
        fails("the facility", professional(facility_npi="123"), says="facility"),
        fails("a line's ordering provider", professional(lines=[{"procedure_code": "83036", "ordering_npi": "1234567890"}]), line_number=1, says="ordering"),
        fails(
            "a line's supervising provider",
            professional(lines=[{"procedure_code": "99213", "supervising_npi": "1234567890"}]),
            line_number=1,
            says="supervising",
        ),
        fails("a line's facility", professional(facility_npi="1245319599", lines=[{"procedure_code": "99213", "facility_npi": "123"}]), line_number=1),
        fails("a supervising provider", professional(supervising_npi="1234567890"), says="supervising"),
        fails("a surgeon of a hospital", institutional(operating_npi="1234567890"), says="operating"),
        fails("another surgeon", institutional(other_operating_npi="1234567890"), says="other operating"),
        fails("the claim with the wrong one, not the one without any", professional(), professional(claim_id="EXAMPLE-3", referring_npi="1234567890")),
        passes("good ones", professional(referring_npi="1245319599")),
    ),
)
def other_provider_npi_wrong(claims: Claims, reference: Reference) -> Rows:
    """A referring, supervising, attending, operating or facility NPI whose form or check digit is wrong.

    Payers check every NPI on a claim and refuse it for any one.

    What to do: take the number from NPPES.
    """
    del reference
    of_claim = _each(claims.claims, ["claim_key"], _ROLES)
    of_line = _each(claims.lines, ["claim_key", "line_number"], _OF_LINE)
    own = of_line.join(of_claim, on=["claim_key", "role", "npi"], how="anti")
    parts = [
        of_claim.with_columns(pl.lit(None, pl.Int64).alias("line_number"), pl.lit("claims").alias("_table")),
        own.with_columns(pl.lit("lines").alias("_table")),
    ]
    rows = pl.concat(part.select("claim_key", "line_number", "role", "npi", "_table") for part in parts)
    return rows.select(
        "claim_key",
        "line_number",
        pl.col("role").str.replace_all("_", " "),
        "npi",
        worded("{}.{}_npi", "_table", "role").alias("column"),
        pl.col("role").replace_strict({**_ROLES, "ordering": "N265"}).alias("rarc"),
    )


def _each(table: pl.DataFrame, keys: list[str], roles: Iterable[str]) -> pl.DataFrame:
    """The wrong NPIs of a table, one row per role."""
    numbers = table.select(*keys, *(pl.col(f"{role}_npi").alias(role) for role in roles))
    return numbers.unpivot(index=keys, variable_name="role", value_name="npi").drop_nulls("npi").filter(fails_luhn("npi"))
