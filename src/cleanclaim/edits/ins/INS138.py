"""INS138: an occurrence or value code without its date or amount."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import IS_INSTITUTIONAL
from cleanclaim.reference import Reference

_RARC = {"occurrence": "M45", "occurrence_span": "M46", "value": "M49"}


@query_edit(
    code="INS138",
    name="institutional-code-incomplete",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="M45",
    scope="claim",
    source=Source(
        "837 institutional implementation guide; Medicare Claims Processing Manual",
        "loop 2300, HI BH, BI and BE; chapter 25, FL 31 to 36 (occurrences) and FL 39 to 41 (values)",
        "ASC X12N and CMS",
        date(2026, 11, 28),
    ),
    column="claim_codes.code",
    message="{kind} code {code} {what}.",
    suggestion="Correct it, or leave the code out.",
    fix="proposed",
    when={"claims": IS_INSTITUTIONAL},
    examples=(
        fails("an occurrence without its date", institutional(claim_codes=[{"kind": "occurrence", "code": "11"}]), says="date"),
        passes("with its date", institutional(claim_codes=[{"kind": "occurrence", "code": "11", "from_date": "2026-05-01"}])),
        fails("a value without its amount", institutional(claim_codes=[{"kind": "value", "code": "80"}]), says="amount"),
        passes("with its amount", institutional(claim_codes=[{"kind": "value", "code": "80", "amount": "4.00"}])),
        fails("a span without its end", institutional(claim_codes=[{"kind": "occurrence_span", "code": "74", "from_date": "2026-05-01"}]), says="days"),
        fails(
            "a span that ends before it begins",
            institutional(claim_codes=[{"kind": "occurrence_span", "code": "74", "from_date": "2026-05-04", "to_date": "2026-05-02"}]),
            says="earlier",
        ),
        fails(
            "an occurrence after the claim was sent", institutional(claim_codes=[{"kind": "occurrence", "code": "11", "from_date": "2027-01-01"}]), says="sent"
        ),
        fails("a condition code that is too long", institutional(claim_codes=[{"kind": "condition", "code": "G0X"}]), says="two"),
        passes("a condition has neither", institutional(claim_codes=[{"kind": "condition", "code": "G0"}])),
        passes("a professional claim", professional()),
    ),
)
def institutional_code_incomplete(claims: Claims, reference: Reference) -> Rows:
    """An occurrence code without its date or in the future, a span without both days or that runs backwards, or a value code without its amount.

    What to do: add what is missing.
    """
    del reference
    kind = pl.col("kind")
    own = claims.claim_codes.join(claims.claims.filter(IS_INSTITUTIONAL).select("claim_key", pl.col("as_of").alias("_sent")), on="claim_key")
    undated = (kind == "occurrence") & pl.col("from_date").is_null()
    unspanned = (kind == "occurrence_span") & (pl.col("from_date").is_null() | pl.col("to_date").is_null())
    unvalued = (kind == "value") & pl.col("amount").is_null()
    happened = kind.is_in(["occurrence", "occurrence_span"])
    what = (
        pl.when(undated)
        .then(pl.lit("has no date"))
        .when(unspanned)
        .then(pl.lit("has no first and last days"))
        .when(unvalued)
        .then(pl.lit("has no amount"))
        .when((kind == "occurrence_span") & (pl.col("to_date") < pl.col("from_date")))
        .then(pl.lit("runs to a day that is earlier than its first"))
        .when(happened & (pl.col("from_date") > pl.col("_sent")))
        .then(pl.lit("is dated after the claim was sent"))
        .when(kind.is_in(["condition", "occurrence", "occurrence_span", "value"]) & (pl.col("code").str.len_chars() != 2))
        .then(pl.lit("hasn't two characters"))
        .alias("what")
    )
    shown = kind.str.replace("_", " ").str.to_titlecase().alias("kind")
    return own.with_columns(what).drop_nulls("what").select("claim_key", shown, "code", "what", kind.replace_strict(_RARC, default="M44").alias("rarc"))
