"""CLM101: the billing provider's NPI is missing or wrong."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import fails_luhn
from cleanclaim.text.wording import worded


@row_edit(
    table="claims",
    code="CLM101",
    name="billing-npi-wrong",
    disposition=Disposition.REJECT,
    carc="16",
    rarc="N257",
    source=Source("45 CFR 162.410", "(a)(2) and 162.406 (the NPI and its check digit)", "HHS", date(2026, 11, 23)),
    column="claims.billing_npi",
    evidence=(
        "billing_npi",
        pl.when(pl.col("billing_npi").is_null()).then(pl.lit("is missing")).otherwise(worded("is not valid: {}", "billing_npi")).alias("what"),
    ),
    message="The billing provider's NPI {what}.",
    suggestion="Use the 10-digit NPI (the last digit is a check digit); look it up in NPPES.",
    examples=(
        fails("one digit wrong", professional(billing_npi="1234567890"), says="1234567890"),
        fails("missing", professional(billing_npi=None), says="missing"),
        passes("an organization's number that begins with 2", professional(billing_npi="2000000002")),
        fails("nine digits", institutional(billing_npi="123456789")),
    ),
)
def billing_npi_wrong() -> pl.Expr:
    """A billing provider without an NPI, or with one whose check digit is wrong.

    Every covered provider bills under a National Provider Identifier; a payer cannot pay an account that it cannot find.

    What to do: take the number from the provider's enrollment.
    """
    return pl.col("billing_npi").is_null() | fails_luhn("billing_npi")
