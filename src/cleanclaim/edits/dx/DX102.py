"""DX102: a diagnosis code that exists, on a day when it is not in force."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.model.expressions import CODES_NOT_LOADED, dotted
from cleanclaim.reference import Reference
from cleanclaim.reference.narrow import rows_of
from cleanclaim.text.wording import worded


def _unchecked(claims: Claims, reference: Reference) -> Rows:  # noqa: ARG001 - the signature of every query
    return claims.diagnoses.lazy().filter(CODES_NOT_LOADED)


@query_edit(
    code="DX102",
    name="diagnosis-not-in-force",
    disposition=Disposition.REJECT,
    carc="146",
    rarc="M76",
    needs=("icd10cm", "icd9cm", "conversions"),
    scope="claim",
    source=(
        Source("45 CFR 162.1000", "(b): the code set valid on the date of service", "HHS", date(2026, 11, 23)),
        Source("ICD-10-CM Official Guidelines for Coding and Reporting", "section I.B.2", "CMS and NCHS", date(2026, 11, 23)),
    ),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} {what} and is not valid on {on_date}.",
    fix="proposed",
    unchecked=_unchecked,
    unchecked_reason="no table of diagnosis codes is loaded for {on_date}",
    supply="cleanclaim reference import of the ICD-10-CM code descriptions (order file) for that year",
    when={"diagnoses": CODES_NOT_LOADED | (pl.col("ever_in_force") & ~pl.col("in_force"))},
    examples=(
        fails(
            "low back pain after it was divided",
            professional(diagnoses=["M54.5"], from_date="2026-05-12"),
            diagnosis_number=1,
            says=("ended 2021-09-30", "Use M54.50, M54.51, M54.59 as the record supports."),
        ),
        fails("the first day it is gone", professional(diagnoses=["M54.5"], from_date="2021-10-01"), diagnosis_number=1),
        passes("the last day it was in force", professional(diagnoses=["M54.5"], from_date="2021-09-30")),
        fails(
            "multiple sclerosis without its form, 2026",
            professional(diagnoses=["G35"], from_date="2026-05-12"),
            diagnosis_number=1,
            says=("ended 2025-09-30", "G35.A"),
        ),
        fails(
            "a code of the year to come",
            professional(diagnoses=["G35.A"], from_date="2024-05-12"),
            diagnosis_number=1,
            says=("begins 2025-10-01", "Use G35 as the record supports."),
        ),
        passes("the first day of a new code", professional(diagnoses=["G35.A"], from_date="2025-10-01")),
        passes(
            "an inpatient stay is judged by its last day",
            institutional(diagnoses=["G35.A"], bill_type_code="111", from_date="2025-09-28", to_date="2025-10-02", admission_date="2025-09-28"),
        ),
        fails("gone, with a code in force and one that never was", professional(diagnoses=["M54.5", "I10", "E99.9"]), diagnosis_number=1),
        fails(
            "a span of days that ends after it was gone",
            professional(diagnoses=["M54.5"], from_date="2021-09-30", to_date="2021-10-02", lines=[{"to_date": "2021-10-02"}]),
            diagnosis_number=1,
            says="not valid on 2021-10-02",
        ),
        fails("gone, and no code stands for it", professional(diagnoses=["C83.39"]), diagnosis_number=1, says="Look the condition up"),
        fails(
            "replaced, and its successor replaced since",
            professional(diagnoses=["E78.0"]),
            diagnosis_number=1,
            says="Use E78.00, E78.010, E78.011, E78.019 as the record supports.",
        ),
        fails(
            "replaced, before its successor was replaced",
            professional(diagnoses=["E78.0"], from_date="2024-05-12"),
            diagnosis_number=1,
            says="Use E78.00, E78.01 as the record supports.",
        ),
        fails(
            "replaced on that day",
            professional(diagnoses=["E78.0"], from_date="2016-10-01"),
            diagnosis_number=1,
            says="Use E78.00, E78.01 as the record supports.",
        ),
        fails(
            "on the last day of its successor",
            professional(diagnoses=["E78.0"], from_date="2025-09-30"),
            diagnosis_number=1,
            says="Use E78.00, E78.01 as the record supports.",
        ),
        fails(
            "the day before it begins",
            professional(diagnoses=["E78.010"], from_date="2025-09-30"),
            diagnosis_number=1,
            says="Use E78.01 as the record supports.",
        ),
        unchecked("a year for which no table is loaded", professional(diagnoses=["I10"], from_date="2031-05-12")),
    ),
)
def diagnosis_not_in_force(claims: Claims, reference: Reference) -> Rows:
    """A diagnosis code that exists but is not in force on the date of service.

    ICD-10-CM changes every 1 October and sometimes on 1 April. A code must be valid on the date of service (for an inpatient stay, on the
    date of discharge); one that has ended, or has not yet begun, is refused by every front end.

    What to do: take the code that replaced it, as the record supports; where it was divided, choose by what is documented.
    """
    at_fault = claims.diagnoses.filter(pl.col("ever_in_force") & ~pl.col("in_force") & pl.col("code_loaded").fill_null(value=False))
    ended = pl.col("last_valid") < pl.col("last_date")
    shown = at_fault.with_columns(
        pl.when(ended)
        .then(worded("ended {}", "last_valid"))
        .when(pl.col("first_valid") > pl.col("on_date"))
        .then(worded("begins {}", "first_valid"))
        .otherwise(pl.lit("was out of force for a time"))
        .alias("what"),
        pl.when(ended).then("last_date").otherwise("on_date").alias("judged_on"),
    )
    instead = _instead(shown, reference)
    return shown.join(instead, on=["diagnosis_code", "judged_on"], how="left").select(
        "claim_key",
        "diagnosis_number",
        "diagnosis_code",
        "what",
        pl.col("judged_on").alias("on_date"),
        "first_valid",
        "last_valid",
        "release",
        pl.col("codes").alias("use_instead"),
        pl.when(pl.col("codes").list.len() > 0)
        .then(worded("Use {} as the record supports.", pl.col("codes").list.join(", ")))
        .otherwise(pl.lit("Look the condition up in the code set of that date."))
        .alias("suggestion"),
    )


def _instead(shown: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """For each code and day: the codes in force that follow it, through several changes, or that came before it."""
    wanted = shown.select("diagnosis_code", "judged_on").unique()
    found = wanted.with_columns(pl.col("diagnosis_code").alias("at"))
    steps = []
    for _ in range(6):  # no code has been replaced more often since 2015
        later = rows_of(reference.table("conversions"), found["at"]).filter("retired")
        earlier = rows_of(reference.derived("conversions back", lambda: reference.table("conversions").sort("to_code")), found["at"], by="to_code")
        forward = found.join(later, left_on="at", right_on="code").filter(pl.col("valid_from") <= pl.col("judged_on"))
        backward = found.join(earlier, left_on="at", right_on="to_code").filter(pl.col("valid_from") > pl.col("judged_on"))
        found = pl.concat(
            [
                forward.select("diagnosis_code", "judged_on", pl.col("to_code").alias("at")),
                backward.select("diagnosis_code", "judged_on", pl.col("code").alias("at")),
            ]
        ).unique()
        if found.is_empty():
            break
        steps.append(found)
    if not steps:
        return wanted.with_columns(pl.lit([], pl.List(pl.String)).alias("codes"))
    valid = reference.narrow("icd10cm", pl.concat(steps)["at"].unique())
    return (
        pl.concat(steps)
        .unique()
        .join(valid, left_on="at", right_on="code")
        .filter(pl.col("judged_on").is_between("valid_from", "valid_to"))
        .sort("at")
        .group_by("diagnosis_code", "judged_on", maintain_order=True)
        .agg(dotted("at").alias("codes"))
    )
