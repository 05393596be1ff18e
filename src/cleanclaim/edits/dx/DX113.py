"""DX113: a diagnosis that does not fit the patient's age."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import CODES_NOT_LOADED

_MATERNITY_WIDENED = date(2019, 10, 1)


def _group() -> pl.Expr:
    return (
        pl.when("newborn").then(pl.lit("newborns"))
        .when("pediatric").then(pl.lit("ages 0 to 17"))
        .when("maternity").then(pl.when(pl.col("on_date") >= _MATERNITY_WIDENED).then(pl.lit("ages 9 to 64")).otherwise(pl.lit("ages 12 to 55")))
        .otherwise(pl.lit("ages 15 and over"))
        .alias("group")
    )  # fmt: skip


@row_edit(
    table="diagnoses",
    code="DX113",
    name="diagnosis-age-conflict",
    disposition=Disposition.RETURN,
    carc="9",
    needs=("icd10cm_attributes",),
    source=Source("Definitions of Medicare Code Edits", "edit 4, age conflict", "CMS", date(2026, 11, 23)),
    column="diagnoses.diagnosis_code",
    evidence=("diagnosis_code", "patient_age", "on_date", _group(), pl.lit(4).alias("mce_edit")),
    message="{diagnosis_code:icd} is for {group}; the patient is {patient_age} on {on_date}.",
    suggestion="Check the birth date and the code; use the code for the patient's age.",
    unchecked=CODES_NOT_LOADED,
    unchecked_reason="no table of diagnosis attributes is loaded for {on_date}",
    supply="cleanclaim reference import of the Medicare Code Editor tables for that year",
    examples=(
        fails("a newborn's tetanus in a grown woman", professional(diagnoses=["A33"]), diagnosis_number=1, says=("newborns", "46")),
        passes("in a newborn", professional(diagnoses=["A33"], patient_birth_date="2026-05-01")),
        fails("pregnancy at eight", professional(diagnoses=["Z34.90"], patient_birth_date="2018-01-05"), diagnosis_number=1, says="ages 9 to 64"),
        passes("pregnancy at 64", professional(diagnoses=["O09.511"], patient_birth_date="1961-05-13")),
        fails("pregnancy at 65", professional(diagnoses=["O09.511"], patient_birth_date="1961-05-12"), diagnosis_number=1),
        fails(
            "pregnancy at 56 before the range was widened",
            professional(diagnoses=["O09.511"], from_date="2019-09-30", patient_birth_date="1963-05-12"),
            diagnosis_number=1,
            says="ages 12 to 55",
        ),
        passes("the day it was widened", professional(diagnoses=["O09.511"], from_date="2019-10-01", patient_birth_date="1963-05-12")),
        fails(
            "an old man's prostate at 14",
            professional(diagnoses=["N40.0"], patient_sex="M", patient_birth_date="2012-05-01"),
            diagnosis_number=1,
            says="15 and over",
        ),
        passes("no birth date", professional(diagnoses=["A33"], patient_birth_date=None)),
        fails(
            "pregnancy at eleven before the range was widened",
            professional(diagnoses=["O80"], patient_birth_date="2008-02-14", from_date="2019-09-30"),
            diagnosis_number=1,
        ),
        passes("pregnancy at twelve before the range was widened", professional(diagnoses=["O80"], patient_birth_date="2007-02-14", from_date="2019-09-30")),
        passes("pregnancy at 55 before the range was widened", professional(diagnoses=["O80"], patient_birth_date="1964-02-14", from_date="2019-09-30")),
        passes("pregnancy at nine", professional(diagnoses=["O80"], patient_birth_date="2017-02-14")),
        fails("a newborn's tetanus on the first birthday", professional(diagnoses=["A33"], patient_birth_date="2025-05-12"), diagnosis_number=1),
        fails("a child's check-up at 18", professional(diagnoses=["Z00.129"], patient_birth_date="2008-02-14"), diagnosis_number=1),
        passes("a child's check-up at 17", professional(diagnoses=["Z00.129"], patient_birth_date="2009-02-14")),
        passes("an old man's prostate at 15", professional(diagnoses=["N40.0"], patient_sex="M", patient_birth_date="2011-02-14")),
        fails("a newborn's tetanus at 124", professional(diagnoses=["A33"], patient_birth_date="1902-02-14"), diagnosis_number=1),
        passes("an age of 125 is another fault", professional(diagnoses=["A33"], patient_birth_date="1901-02-14")),
        passes("a birth after the service is another fault", professional(diagnoses=["N40.0"], patient_sex="M", patient_birth_date="2026-05-13")),
        fails("an old man's prostate in a newborn", professional(diagnoses=["N40.0"], patient_sex="M", patient_birth_date="2026-05-10"), diagnosis_number=1),
        passes(
            "pregnancy at 60 on the day that the range was widened", professional(diagnoses=["O80"], patient_birth_date="1959-02-14", from_date="2019-10-01")
        ),
        fails(
            "pregnancy at 56 the day before",
            professional(diagnoses=["O80"], patient_birth_date="1963-02-14", from_date="2019-09-30"),
            diagnosis_number=1,
            says="ages 12 to 55",
        ),
        fails(
            "pregnancy at 65 on the day that the range was widened",
            professional(diagnoses=["O80"], patient_birth_date="1954-02-14", from_date="2019-10-01"),
            diagnosis_number=1,
            says="ages 9 to 64",
        ),
        unchecked("a year without a table", professional(diagnoses=["A33"], from_date="2031-05-12")),
    ),
)
def diagnosis_age_conflict() -> pl.Expr:
    """A diagnosis of one time of life, in a patient of another.

    The Medicare Code Editor keeps lists of diagnoses for newborns (age 0), children (0 to 17), maternity (9 to 64; 12 to 55 until 2019-09-30) and
    adults (15 to 124). Age counts in completed years on the date of service.

    What to do: check the birth date first, then the code.
    """
    age = pl.col("patient_age")
    maternity_from = pl.when(pl.col("on_date") >= _MATERNITY_WIDENED).then(9).otherwise(12)
    maternity_to = pl.when(pl.col("on_date") >= _MATERNITY_WIDENED).then(64).otherwise(55)
    conflict = (
        (pl.col("newborn") & (age > 0))
        | (pl.col("pediatric") & (age > 17))
        | (pl.col("maternity") & ~age.is_between(maternity_from, maternity_to))
        | (pl.col("adult") & (age < 15))
    )
    return conflict & (age >= 0) & (age <= 124)
