"""CLM110: no diagnosis, or too many."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.text.wording import worded


@row_edit(
    table="claims",
    code="CLM110",
    name="diagnosis-count-wrong",
    disposition=Disposition.REJECT,
    carc="16",
    rarc="MA63",
    source=Source("837 implementation guides", "loop 2300 HI; CMS-1500 box 21, UB-04 FL 67", "ASC X12N, NUCC, NUBC", date(2026, 11, 23)),
    column="diagnoses.diagnosis_code",
    evidence=(
        "diagnosis_count",
        pl.when(pl.col("diagnosis_count") == 0)
        .then(pl.lit("no diagnosis"))
        .otherwise(
            worded(
                "{} diagnoses, more than {} may have",
                "diagnosis_count",
                pl.when(pl.col("claim_type") == "institutional")
                .then(pl.lit("the 25 that a hospital claim"))
                .otherwise(pl.lit("the 12 that a professional claim")),
            )
        )
        .alias("what"),
    ),
    message="The claim has {what}.",
    suggestion="List the diagnoses that matter for this claim, at least one.",
    examples=(
        fails("none", professional(diagnoses=[], lines=[{"diagnosis_pointers": ()}]), says="no diagnosis"),
        fails("thirteen", professional(diagnoses=[f"I{n}" for n in range(10, 23)]), says="12"),
        passes("twelve", professional(diagnoses=[f"I{n}" for n in range(10, 22)])),
        passes("twenty-five on a hospital claim", institutional(diagnoses=[f"I{n}" for n in range(10, 35)])),
        fails("twenty-six on a hospital claim", institutional(diagnoses=[f"I{n}" for n in range(10, 36)]), says="25"),
        passes("a dental claim needs none", professional(claim_type="dental", diagnoses=[], lines=[{"procedure_code": "D0120", "diagnosis_pointers": ()}])),
    ),
)
def diagnosis_count_wrong() -> pl.Expr:
    """A claim without any diagnosis, or with more than its form has room for.

    A professional claim has 12, an institutional one 25 (the principal and 24 others).

    What to do: list what matters for this claim.
    """
    count = pl.col("diagnosis_count")
    most = pl.when(pl.col("claim_type") == "institutional").then(25).otherwise(12)
    return ((count == 0) & (pl.col("claim_type") != "dental")) | (count > most)
