"""CLM111: a replacement that does not say of what."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import is_missing


@row_edit(
    table="claims",
    code="CLM111",
    name="replacement-without-reference",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M47",
    source=Source("837 implementation guides", "loop 2300, REF*F8 with CLM05-3 of 7 or 8; CMS-1500 box 22", "ASC X12N, NUCC", date(2026, 11, 23)),
    column="claims.original_reference_number",
    evidence=("claim_frequency_code",),
    message="The claim replaces or voids an earlier one (frequency {claim_frequency_code}) but doesn't say which.",
    suggestion="Add the payer's control number of the earlier claim, from its remittance.",
    examples=(
        fails("a replacement", professional(claim_frequency_code="7"), says="7"),
        fails("a void", institutional(claim_frequency_code="8", bill_type_code="138")),
        passes("a first claim may name an earlier one", professional(original_reference_number="EXAMPLE")),
        passes("a further bill of a stay is no replacement", institutional(claim_frequency_code="2", bill_type_code="132")),
        passes("with the payer's number", professional(claim_frequency_code="7", original_reference_number="EXAMPLE123")),
    ),
)
def replacement_without_reference() -> pl.Expr:
    """A replacement or void without the payer's control number of the claim that it replaces.

    Without it the payer takes it for a new claim, and denies it as a duplicate, or sends it back.

    What to do: take the number from the remittance of the earlier claim.
    """
    return pl.col("claim_frequency_code").is_in(["7", "8"]) & is_missing("original_reference_number")
