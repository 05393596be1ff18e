"""CLM113: a claim filed too late."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.samples import professional


@row_edit(
    table="claims",
    code="CLM113",
    name="filed-too-late",
    disposition=Disposition.DENY_CLAIM,
    carc="29",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 1, section 70 (42 CFR 424.44: one calendar year)",
        "CMS",
        date(2026, 11, 23),
    ),
    column="claims.from_date",
    evidence=(
        "to_date",
        "as_of",
        pl.col("to_date").dt.offset_by("1y").alias("last_day"),
    ),
    message="Services to {to_date} had to be filed by {last_day}; the claim was sent on {as_of}.",
    suggestion="Medicare takes late claims only for the reasons of its manual; otherwise the patient may not be billed.",
    payers=("medicare",),
    others="off",
    examples=(
        fails(
            "a year and a day",
            professional(
                payer_class="medicare",
                member_id="1EG4TE5MK73",
                from_date="2025-05-12",
                submitted_date="2026-05-13",
                as_of="2026-05-13",
            ),
            says="2026-05-12",
        ),
        passes(
            "a year to the day",
            professional(
                payer_class="medicare",
                member_id="1EG4TE5MK73",
                from_date="2025-05-12",
                submitted_date="2026-05-12",
                as_of="2026-05-12",
            ),
        ),
        passes(
            "another payer has its own limit",
            professional(from_date="2024-05-12", submitted_date="2026-05-12", as_of="2026-05-12"),
        ),
        passes(
            "a replacement is not a first filing",
            professional(
                payer_class="medicare",
                member_id="1EG4TE5MK73",
                claim_frequency_code="7",
                original_reference_number="EXAMPLE",
                from_date="2025-01-12",
                submitted_date="2026-05-12",
                as_of="2026-05-12",
            ),
        ),
    ),
)
def filed_too_late() -> pl.Expr:
    """A claim filed after the payer's limit.

    Medicare takes claims within one calendar year of the service (for hospitals, of the statement's last day). Other payers' limits differ and are
    not
    judged here.

    What to do: see whether one of the exceptions holds.
    """
    late = pl.col("as_of") > pl.col("to_date").dt.offset_by("1y")
    return late & ~pl.col("claim_frequency_code").is_in(["7", "8"])
