"""CLM121: another payer's decision missing."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference


@query_edit(
    code="CLM121",
    name="other-coverage-incomplete",
    disposition=Disposition.WARN,
    carc="22",
    rarc="N480",
    scope="claim",
    source=Source("837 implementation guides", "loops 2320 and 2330B (coordination of benefits)", "ASC X12N", date(2026, 11, 23)),
    column="other_payers.paid_amount",
    message="The claim goes to this payer as {sequence}, but {what}.",
    suggestion="Add what the other payer paid and its adjustments.",
    when={"claims": pl.col("payer_sequence_code").is_in(["S", "T"]) | (pl.col("other_payer_count") > 0)},
    examples=(
        fails(
            "second in line without the first one's payment",
            professional(payer_sequence_code="S", other_payer_count=1, other_payers=[{"payer_sequence_code": "P"}]),
            says=("second", "does not say what"),
        ),
        fails("second in line, and no first one", professional(payer_sequence_code="S"), says="no other payer"),
        passes(
            "with the payment", professional(payer_sequence_code="S", other_payer_count=1, other_payers=[{"payer_sequence_code": "P", "paid_amount": "80.00"}])
        ),
        fails(
            "two payers first in line",
            professional(other_payer_count=1, other_payers=[{"payer_sequence_code": "P", "paid_amount": "80.00"}]),
            says="another payer has the same place",
        ),
        passes("first in line", professional(other_payer_count=1, other_payers=[{"payer_sequence_code": "S"}])),
        fails(
            "third in line without a payment",
            professional(payer_sequence_code="T", other_payer_count=1, other_payers=[{"payer_sequence_code": "P"}]),
            says="third",
        ),
        fails(
            "an empty decision",
            professional(payer_sequence_code="S", other_payer_count=1, other_payers=[{"payer_sequence_code": "P", "line_count": 0, "adjustment_count": 0}]),
        ),
        fails("second in a table without a column for other payers", professional(payer_sequence_code="S", other_payer_count=None), says="no other payer"),
        passes(
            "the payer before it denied everything",
            professional(payer_sequence_code="S", other_payer_count=1, other_payers=[{"payer_sequence_code": "P", "adjustment_count": 1}]),
        ),
        passes(
            "the line tells what was paid",
            professional(payer_sequence_code="S", other_payer_count=1, other_payers=[{"payer_sequence_code": "P", "line_count": 1}]),
        ),
    ),
)
def other_coverage_incomplete(claims: Claims, reference: Reference) -> Rows:
    """A claim to a second or third payer without the decision of the payer before it.

    The second payer pays what the first left; without the first one's decision it cannot.

    What to do: add it from the first payer's remittance.
    """
    del reference
    decided = (
        claims.other_payers.lazy()
        .filter(pl.col("paid_amount").is_not_null() | (pl.col("line_count") > 0) | (pl.col("adjustment_count") > 0))
        .select("claim_key")
        .unique()
    )
    same = claims.other_payers.lazy().select("claim_key", "payer_sequence_code").unique()
    in_line = pl.col("payer_sequence_code").replace_strict({"P": "first", "S": "second", "T": "third"}, default=None).alias("sequence")
    shared = claims.claims.lazy().join(same, on=["claim_key", "payer_sequence_code"]).select("claim_key", in_line).drop_nulls()
    undecided = (
        claims.claims.lazy()
        .filter(pl.col("payer_sequence_code").is_in(["S", "T"]))
        .join(decided, on="claim_key", how="anti")
        .select(
            "claim_key",
            pl.when(pl.col("payer_sequence_code") == "S").then(pl.lit("second")).otherwise(pl.lit("third")).alias("sequence"),
            pl.when(pl.col("other_payer_count").fill_null(0) == 0)
            .then(pl.lit("names no other payer"))
            .otherwise(pl.lit("does not say what the payer before it decided"))
            .alias("what"),
        )
    )
    return pl.concat([undecided, shared.with_columns(pl.lit("another payer has the same place in line").alias("what"))])
