"""CLM119: a taxonomy code that is none."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import professional

_BILLING = ~pl.col("billing_taxonomy_code").str.contains(r"^[0-9A-Z]{9}X$").fill_null(value=True)
_RENDERING = ~pl.col("rendering_taxonomy_code").str.contains(r"^[0-9A-Z]{9}X$").fill_null(value=True)


@row_edit(
    table="claims",
    code="CLM119",
    name="taxonomy-code-malformed",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="N255",
    source=Source("NUCC Health Care Provider Taxonomy", "form of the code (values only)", "NUCC", date(2026, 11, 23)),
    column="claims.billing_taxonomy_code",
    evidence=(
        pl.when(_BILLING).then(pl.lit("billing")).otherwise(pl.lit("rendering")).alias("role"),
        pl.when(_BILLING).then("billing_taxonomy_code").otherwise("rendering_taxonomy_code").alias("taxonomy_code"),
        pl.when(_BILLING).then(pl.lit("claims.billing_taxonomy_code")).otherwise(pl.lit("claims.rendering_taxonomy_code")).alias("column"),
    ),
    message="The {role} provider's taxonomy code isn't valid: {taxonomy_code}.",
    suggestion="Use the 10-character code from the provider's enrollment; it ends in X.",
    examples=(
        fails("a specialty number instead", professional(billing_taxonomy_code="08"), says="08"),
        fails("a character short", professional(billing_taxonomy_code="207Q0000X")),
        fails("a digit too many in front", professional(billing_taxonomy_code="1207Q00000X")),
        fails("an X too many", professional(billing_taxonomy_code="207Q00000XX")),
        fails("the rendering provider's", professional(rendering_taxonomy_code="207Q"), says="rendering"),
        passes("a hospital's", professional(billing_taxonomy_code="282N00000X")),
        passes("none", professional(billing_taxonomy_code=None)),
    ),
)
def taxonomy_code_malformed() -> pl.Expr:
    """A billing or rendering provider taxonomy that isn't a valid format for a taxonomy code.

    Payers use it to tell which enrollment of the provider bills, and refuse what they cannot read.

    What to do: take it from the enrollment.
    """
    return _BILLING | _RENDERING
