"""DX144: a newborn's code on another day of life."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import GUIDELINES, IS_CODED
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_DAYS = {"Z00110": (0, 7), "Z00111": (8, 28)}
"""Codes of newborns, and the first and last day of life that their titles name."""
_NEWBORN = 28
_IS_ASKED = IS_CODED & pl.col("diagnosis_code").str.contains("^(Z0011[01]|Z38)")


@query_edit(
    code="DX144",
    name="newborn-code-on-another-day",
    disposition=Disposition.WARN,
    carc="9",
    scope="claim",
    source=Source(GUIDELINES, "section I.C.16.a.2 (Z38 only at the birth); titles of Z00.110 and Z00.111", "CMS and NCHS", date(2026, 11, 28)),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} is for {when}; the patient is {days} days old on {on_date}.",
    suggestion="Check the birth date; use the code for the age.",
    fix="proposed",
    when={"diagnoses": _IS_ASKED},
    examples=(
        fails("the first check-up at 20 days", professional(patient_birth_date="2026-04-22", diagnoses=["Z00.110"], lines=["99391"]), diagnosis_number=1),
        passes("at 4 days", professional(patient_birth_date="2026-05-08", diagnoses=["Z00.110"], lines=["99391"])),
        fails("the second check-up at 3 days", professional(patient_birth_date="2026-05-09", diagnoses=["Z00.111"], lines=["99391"]), diagnosis_number=1),
        passes("at 15 days", professional(patient_birth_date="2026-04-27", diagnoses=["Z00.111"], lines=["99391"])),
        fails("the birth at ten weeks, in an office", professional(patient_birth_date="2026-03-03", diagnoses=["Z38.00"], lines=["99391"]), diagnosis_number=1),
        passes(
            "the birth at its stay",
            professional(patient_birth_date="2026-05-12", place_of_service_code="21", admission_date="2026-05-12", diagnoses=["Z38.00"], lines=["99460"]),
        ),
        passes(
            "a long stay",
            professional(patient_birth_date="2026-03-03", place_of_service_code="21", admission_date="2026-03-03", diagnoses=["Z38.00"], lines=["99480"]),
        ),
        passes("no birth date", professional(patient_birth_date=None, diagnoses=["Z00.110"])),
    ),
)
def newborn_code_on_another_day(claims: Claims, reference: Reference) -> Rows:
    """A check-up of a newborn under 8 days, or of 8 to 28 days, on another day of life; or the birth itself (Z38), outside a hospital, after 28 days.

    An age of several years is DX113's.

    What to do: check the birth date and the code.
    """
    del reference
    code, age = pl.col("diagnosis_code"), pl.col("days")
    inside = claims.lines.filter(pl.col("place_of_service_code").is_in(["21", "51", "61"])).select("claim_key").unique()
    asked = (
        claims.diagnoses.filter(_IS_ASKED, pl.col("claim_type") == "professional")
        .with_columns((pl.col("on_date") - pl.col("patient_birth_date")).dt.total_days().alias("days"))
        .filter(age.is_between(0, 365))
    )
    first, last = (code.replace_strict({key: days[end] for key, days in _DAYS.items()}, default=None, return_dtype=pl.Int64) for end in (0, 1))
    checked = asked.filter(first.is_not_null(), ~age.is_between(first, last)).with_columns(worded("day {} to {} of life", first, last).alias("when"))
    born = asked.filter(code.str.starts_with("Z38"), age > _NEWBORN).join(inside, on="claim_key", how="anti").with_columns(pl.lit("the birth").alias("when"))
    shown = ["claim_key", "diagnosis_number", "diagnosis_code", "when", "days", "on_date"]
    return pl.concat([checked.select(shown), born.select(shown)])
