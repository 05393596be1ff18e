"""CLM133: a tax number of another form."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import professional


@row_edit(
    table="claims",
    code="CLM133",
    name="tax-number-malformed",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="MA27",
    source=Source(
        "837 implementation guides", "loop 2010AA, REF (EI, SY); IRS, Publication 1635 (employer identification numbers)", "ASC X12N, IRS", date(2026, 11, 28)
    ),
    column="claims.billing_tax_id",
    message="The billing provider's tax number doesn't have nine digits.",
    suggestion="Use the nine digits of the employer identification number or social security number.",
    examples=(
        fails("five digits", professional(billing_tax_id="99123")),
        fails("a letter", professional(billing_tax_id="99123456A")),
        passes("nine digits", professional(billing_tax_id="991234567")),
        passes("with a hyphen", professional(billing_tax_id="99-1234567")),
        passes("none", professional(billing_tax_id=None)),
    ),
)
def tax_number_malformed() -> pl.Expr:
    """A tax number of the billing provider that doesn't have nine digits.

    Payers pay by it, and report to the tax office by it. A missing one is a matter of the file's form.

    What to do: correct the billing provider's record.
    """
    digits = pl.col("billing_tax_id").str.replace_all("-", "", literal=True)
    return (~digits.str.contains(r"^[0-9]{9}$")).fill_null(value=False)
