"""PX105: a procedure that does not fit the patient's age."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import professional
from cleanclaim.model.expressions import in_force
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded


def _has_an_age(reference: Reference) -> pl.Expr:
    return pl.col("procedure_code").is_in(reference.table("procedure_age")["code"].implode())


@query_edit(
    code="PX105",
    name="procedure-age-conflict",
    disposition=Disposition.RETURN,
    carc="6",
    needs=("procedure_age",),
    scope="claim",
    source=Source("CPT", "the code's own definition names the age", "AMA", date(2026, 11, 23)),
    column="lines.procedure_code",
    message="{procedure_code} is for {ages} ({reason}); the patient is {patient_age} on {from_date}.",
    suggestion="Check the birth date; use the code for the patient's age.",
    fix="proposed",
    when={"lines": _has_an_age},
    examples=(
        fails("a child's check-up for a grown woman", professional(diagnoses=["Z00.00"], lines=["99393"]), line_number=1, says="ages 5 to 11"),
        passes("for her age", professional(diagnoses=["Z00.00"], lines=["99396"])),
        passes("the last day at 39", professional(diagnoses=["Z00.00"], patient_birth_date="1986-05-13", lines=["99395"])),
        fails("the day of turning 40", professional(diagnoses=["Z00.00"], patient_birth_date="1986-05-12", lines=["99395"]), line_number=1),
        passes("65 and over", professional(diagnoses=["Z00.00"], patient_birth_date="1930-05-12", lines=["99397"])),
        fails("a hernia of those of five and over, at four", professional(lines=["49505"], patient_birth_date="2021-05-13"), line_number=1),
        passes("a hernia of those of five and over, at five", professional(lines=["49505"], patient_birth_date="2021-05-12")),
        fails("a hernia of those of five and over, in a newborn", professional(lines=["49505"], patient_birth_date="2026-05-01"), line_number=1),
        passes("a birth after the service is another fault", professional(lines=["49505"], patient_birth_date="2026-05-13")),
        fails("a hernia of infants at 124", professional(lines=["49491"], patient_birth_date="1902-02-14"), line_number=1),
        passes("an age of 125 is another fault", professional(lines=["49491"], patient_birth_date="1901-02-14")),
        fails("anesthesia of extreme age, at 40", professional(lines=["99100"], patient_birth_date="1986-01-05"), line_number=1),
        passes("an infant's", professional(lines=["99100"], patient_birth_date="2026-01-05")),
        passes("an old patient's", professional(lines=["99100"], patient_birth_date="1950-01-05")),
        passes("no birth date", professional(patient_birth_date=None, lines=["99393"])),
    ),
)
def procedure_age_conflict(claims: Claims, reference: Reference) -> Rows:
    """A procedure whose own definition names an age that the patient does not have.

    Preventive visits, vaccine counseling, newborn and pediatric intensive care and some operations have a code for each age.

    What to do: check the birth date, then take the code for the age.
    """
    bands = reference.table("procedure_age").lazy().rename({"code": "procedure_code"})
    age = pl.col("patient_age")
    is_outside = (age < pl.col("age_from")) | (age > pl.col("age_to")).fill_null(value=False)
    line = ["claim_key", "line_number"]
    return (
        claims.lines.lazy()
        .filter(age.is_between(0, 124))
        .join(bands, on="procedure_code")
        .filter(in_force("from_date"))
        .filter(is_outside.all().over(line))
        .unique(line, keep="last", maintain_order=True)
        .select(
            "claim_key",
            "line_number",
            "procedure_code",
            "patient_age",
            "from_date",
            "reason",
            "release",
            pl.when(pl.col("age_to").is_null())
            .then(worded("ages {} and over", "age_from"))
            .when(pl.col("age_to") == pl.col("age_from"))
            .then(worded("age {}", "age_from"))
            .otherwise(worded("ages {} to {}", "age_from", "age_to"))
            .alias("ages"),
        )
    )
