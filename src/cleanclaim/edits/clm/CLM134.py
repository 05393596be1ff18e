"""CLM134: a kind of claim that professional claims don't have."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_PROFESSIONAL


@row_edit(
    table="claims",
    code="CLM134",
    name="frequency-of-hospitals",
    disposition=Disposition.WARN,
    carc="16",
    rarc="MA30",
    source=Source("837P implementation guide", "CLM05-3; NUCC 1500 claim form manual, item 22", "ASC X12N, NUCC", date(2026, 11, 28)),
    column="claims.claim_frequency_code",
    evidence=("claim_frequency_code",),
    message="Frequency {claim_frequency_code} isn't one of professional claims: they are original (1), corrected (6), replaced (7) or void (8).",
    suggestion="Use 1, or 7 or 8 with the payer's number of the earlier claim.",
    examples=(
        fails("an interim claim", professional(claim_frequency_code="3"), says="7"),
        passes("an original one", professional(claim_frequency_code="1")),
        passes("a hospital's interim claim", institutional(bill_type_code="113", claim_frequency_code="3")),
        passes("none is another fault", professional(claim_frequency_code=None)),
    ),
)
def frequency_of_hospitals() -> pl.Expr:
    """A professional claim said to be an interim or late one, as hospitals have them.

    What to do: send it as an original or a replacement.
    """
    return IS_PROFESSIONAL & (~pl.col("claim_frequency_code").is_in(["1", "6", "7", "8"])).fill_null(value=False)
