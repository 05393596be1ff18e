"""PX103: a performance code that is charged for, or alone."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference
from cleanclaim.text.masking import number_words
from cleanclaim.text.wording import worded

_IS_PERFORMANCE = pl.col("procedure_code").str.contains(r"^[0-9]{4}F$")


@query_edit(
    code="PX103",
    name="performance-code-charged",
    disposition=Disposition.WARN,
    scope="claim",
    source=Source("Medicare Claims Processing Manual", "chapter 26, section 10.4, item 24F (quality data codes: 0.00 or 0.01)", "CMS", date(2026, 11, 23)),
    column="lines.charge_amount",
    message="{procedure_code} reports performance and isn't paid; {what}.",
    suggestion="Bill it with 0.00 (or 0.01 if the system needs a charge), on the claim for the service it reports.",
    when={"lines": _IS_PERFORMANCE},
    examples=(
        fails("with a price", professional(lines=[{}, {"procedure_code": "3044F", "charge_amount": "25.00"}]), line_number=2, says="$25.00"),
        fails(
            "without the service it tells of", professional(lines=[{"procedure_code": "3044F", "charge_amount": "0.01"}]), line_number=1, says="nothing else"
        ),
        passes("beside a visit, without charge", professional(lines=[{}, {"procedure_code": "3044F", "charge_amount": "0.00"}])),
        passes("a charge that was not sent", professional(lines=["99213", {"procedure_code": "3044F", "charge_amount": None}])),
        passes("with a cent", professional(lines=[{}, {"procedure_code": "3044F", "charge_amount": "0.01"}])),
    ),
)
def performance_code_charged(claims: Claims, reference: Reference) -> Rows:  # noqa: ARG001 - the signature of every query
    """A CPT Category II code (four digits and F) with a charge, or on a claim that has no other service.

    Such codes report quality of care. They are not paid; a charge on one distorts the claim's total, and a claim that has only such codes has
    nothing to adjudicate.

    What to do: set the charge to zero, and bill the code together with its service.
    """
    lines = claims.lines.lazy().filter(_IS_PERFORMANCE)
    others = claims.lines.lazy().filter(~_IS_PERFORMANCE).select("claim_key").unique().with_columns(pl.lit(value=True).alias("_others"))
    charged = pl.col("charge_amount") > pl.lit("0.01").cast(pl.Decimal(15, 2))
    return (
        lines.join(others, on="claim_key", how="left")
        .filter(charged.fill_null(value=False) | pl.col("_others").is_null())
        .select(
            "claim_key",
            "line_number",
            "procedure_code",
            "charge_amount",
            pl.when(charged)
            .then(worded("it is billed at ${}", number_words(pl.col("charge_amount"))))
            .otherwise(pl.lit("there is nothing else on the claim"))
            .alias("what"),
        )
    )
