"""INS131: an institutional claim without its attending provider."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_INSTITUTIONAL, MILDER_IN_TABLES, is_missing

_IS_FACILITY = IS_INSTITUTIONAL & (pl.col("attending_npi") == pl.col("billing_npi")).fill_null(value=False)


def _what() -> pl.Expr:
    itself = pl.lit("names the facility itself as the attending provider, who is a person")
    return pl.when(_IS_FACILITY).then(itself).otherwise(pl.lit("names no attending provider")).alias("what")


@row_edit(
    table="claims",
    code="INS131",
    name="attending-provider-missing",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="N253",
    source=Source(
        "837 institutional implementation guide; Medicare Claims Processing Manual",
        "loop 2310A; chapter 25, FL 76 (attending provider)",
        "ASC X12N and CMS",
        date(2026, 11, 28),
    ),
    column="claims.attending_npi",
    evidence=("bill_type_code", _what(), pl.when(_IS_FACILITY).then(pl.lit("warn")).otherwise(MILDER_IN_TABLES).alias("disposition")),
    message="The claim (type of bill {bill_type_code}) {what}.",
    suggestion="Add the attending provider and the NPI.",
    fix="proposed",
    examples=(
        fails("nobody", institutional(attending_npi=None), says="attending", disposition=Disposition.WARN),
        passes("named", institutional()),
        fails("the facility itself", institutional(attending_npi="1234567893", billing_npi="1234567893"), says="itself", disposition=Disposition.WARN),
        passes("a professional claim has none", professional()),
        passes("a hospital's outside laboratory work", institutional(bill_type_code="141", attending_npi=None)),
    ),
)
def attending_provider_missing() -> pl.Expr:
    """A hospital's claim for patient care without the attending provider, or with the facility in that place.

    A table may just lack the column, so claims that weren't read from an 837 have a warning. Left alone are claims for specimens of people who were not patients (14x) and for transport.

    What to do: add the provider.
    """
    return _IS_FACILITY | (
        IS_INSTITUTIONAL
        & is_missing("attending_npi")
        & pl.col("bill_type_code").str.strip_chars_start("0").str.contains(r"^(1[1238]|2[1-3]|8[1-6])").fill_null(value=False)
    )
