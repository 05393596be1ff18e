"""CLM104: a birth date missing or impossible."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import professional


@row_edit(
    table="claims",
    code="CLM104",
    name="birth-date-impossible",
    disposition=Disposition.REJECT,
    carc="16",
    rarc="N329",
    source=Source("Medicare Claims Processing Manual", "chapter 26, section 10.2, item 3", "CMS", date(2026, 11, 23)),
    column="claims.patient_birth_date",
    evidence=(
        pl.when(pl.col("patient_birth_date").is_null())
        .then(pl.lit("is missing"))
        .when(pl.col("patient_birth_date") > pl.col("as_of"))
        .then(pl.lit("is in the future"))
        .when(pl.col("patient_birth_date") > pl.col("to_date"))
        .then(pl.lit("is after the service date"))
        .otherwise(pl.lit("makes the patient older than 124"))
        .alias("what"),
    ),
    message="The patient's birth date {what}.",
    suggestion="Copy it from the patient's card or record.",
    examples=(
        fails("missing", professional(patient_birth_date=None), says="missing"),
        fails("after the service", professional(patient_birth_date="2026-05-13"), says="after the service"),
        fails("in the future", professional(patient_birth_date="2027-01-01"), says="future"),
        fails("125 years old", professional(patient_birth_date="1901-05-12"), says="124"),
        fails("in the future, on a claim without service dates", professional(from_date=None, patient_birth_date="2027-01-01"), says="future"),
        passes("born on the day of the claim", professional(diagnoses=["Z38.00"], from_date="2026-05-12", patient_birth_date="2026-05-12")),
        passes("a claim without any other date", professional(from_date=None, submitted_date=None, as_of=None)),
        passes("124 years old", professional(patient_birth_date="1901-05-13")),
    ),
)
def birth_date_impossible() -> pl.Expr:
    """A birth date that is missing, in the future, after the service, or more than 124 years ago.

    Payers match patients by it, and edits by age depend on it.

    What to do: take it from the patient's card.
    """
    born = pl.col("patient_birth_date")
    late = (born > pl.col("as_of")) | (born > pl.col("to_date"))
    return born.is_null() | late.fill_null(value=False) | (pl.col("patient_age") > 124)
