"""LNK115: a procedure on one organ for a diagnosis of another."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.lnk.ranges import LINE, has_range, with_diagnoses
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.reference import Reference

_TABLE = "organ_procedures"


@query_edit(
    code="LNK115",
    name="diagnosis-of-another-organ",
    disposition=Disposition.WARN,
    carc="11",
    scope="claim",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 26, section 10.4, item 24E (the diagnosis that explains the service); 42 CFR 411.15(k); ICD-10-CM chapters by organ",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.diagnosis_pointer_1",
    message="{procedure_code} is for {organ}, but its diagnosis {diagnosis_code:icd} is of another kind, and no other is pointed at.",
    suggestion="Point at the diagnosis that was the reason for the service.",
    fix="proposed",
    when={"lines": has_range(_TABLE)},
    examples=(
        fails("a cataract operation for a knee", professional(diagnoses=["M17.11"], lines=["66984-RT"]), line_number=1, says="an eye"),
        passes("for a cataract", professional(diagnoses=["H25.11"], lines=["66984-RT"])),
        passes("for a diabetic's cataract", professional(diagnoses=["E11.36"], lines=["66984-RT"])),
        fails("an obstetric ultrasound for a bladder infection", professional(patient_sex="F", diagnoses=["N39.0"], lines=["76805"]), line_number=1),
        passes("for a pregnancy", professional(patient_sex="F", diagnoses=["Z36.89"], lines=["76805"])),
        fails("an appendix taken out for gallstones", professional(diagnoses=["K80.20"], lines=["44970"]), line_number=1),
        fails("psychotherapy for an ankle", professional(diagnoses=["S93.401A"], lines=["90834"]), line_number=1),
        passes(
            "two diagnoses, one of which explains it",
            professional(diagnoses=["M17.11", "H25.11"], lines=[{"procedure_code": "66984", "diagnosis_pointers": (1, 2)}]),
        ),
        fails("a vaccination for high blood pressure", professional(diagnoses=["I10"], lines=["90471"]), line_number=1, disposition=Disposition.INFO),
        passes("a hospital's line", institutional(lines=["66984"])),
    ),
)
def diagnosis_of_another_organ(claims: Claims, reference: Reference) -> Rows:
    """A procedure on an organ whose diagnoses are all of other organs.

    Judged only for ranges of procedures that are of one organ, and diagnoses of chapters that say where the disease is. Infections, tumours, symptoms, diseases of
    the whole body and factors of health may explain anything, and are left alone.

    A vaccination without Z23 is reported for information only.

    What to do: correct the pointer, the diagnosis or the code.
    """
    both = with_diagnoses(claims, reference, _TABLE)
    begins = both.with_columns(pl.col("never").str.split(" ")).explode("never")
    foreign = (
        begins.filter(pl.col("diagnosis_code").str.starts_with(pl.col("never")))
        .select(*LINE, "pointer_position")
        .unique()
        .with_columns(pl.lit(value=True).alias("_foreign"))
    )
    return (
        both.join(foreign, on=[*LINE, "pointer_position"], how="left")
        .sort(*LINE, "pointer_position")
        .group_by(*LINE, "procedure_code", "organ", "disposition", maintain_order=True)
        .agg(pl.col("diagnosis_code").first(), pl.col("_foreign").fill_null(value=False).all().alias("_all"))
        .filter("_all")
        .drop("_all")
    )
