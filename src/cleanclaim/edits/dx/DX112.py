"""DX112: a use-additional-code note not followed."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.dx.guidelines import coded
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.reference import Reference
from cleanclaim.reference.icd10cm import may_carry, note_links, notes_of

_CONDITIONAL = r"(?i)\b(if|any|when|possible|may|such as|control|associated|infectious|organism|agent|specify|presence|identify the type)\b|identify:"
"""Words that make a note depend on what only the record can tell."""
_STATUS = r"^(Z|F17|B9[5-7]|T|[V-Y])"
"""Codes added only where they apply: status, organism, drug, external cause."""


_SAID = pl.concat_str(pl.col("heading").fill_null(""), pl.col("text"), separator=" ")
_BINDING = pl.col("is_exhaustive") & ~_SAID.str.contains(_CONDITIONAL)


def _may_carry_a_note(reference: Reference) -> pl.Expr:
    return may_carry(reference, "use_additional", _BINDING)


def _of_more_than_status(reference: Reference) -> pl.DataFrame:
    """The notes that name some code which isn't of a status."""
    return reference.table("icd10cm_note_targets").filter(~pl.col("prefix").str.contains(_STATUS)).select("note_id").unique()


@query_edit(
    code="DX112",
    name="additional-code-missing",
    disposition=Disposition.INFO,
    needs=("icd10cm_notes",),
    scope="claim",
    source=Source("ICD-10-CM Official Guidelines for Coding and Reporting", "section I.A.17 (use additional code notes)", "CMS and NCHS", date(2026, 11, 23)),
    column="diagnoses.diagnosis_code",
    message="{diagnosis_code:icd} needs an additional code: {note}; none of them is on the claim.",
    suggestion="Add that code if the record supports it.",
    fix="proposed",
    when={"diagnoses": _may_carry_a_note},
    examples=(
        fails("kidney disease of diabetes without its stage", professional(diagnoses=["E11.22"]), diagnosis_number=1, says="N18"),
        passes("with its stage", professional(diagnoses=["E11.22", "N18.30"])),
        passes("a note about drugs that the patient may not take", professional(diagnoses=["E11.9"])),
        passes("the admitting diagnosis is not judged", institutional(diagnoses=["N18.30", {"diagnosis_code": "E11.22", "diagnosis_type": "admitting"}])),
        passes(
            "with its stage, and an admitting diagnosis",
            institutional(diagnoses=["E11.22", "N18.30", {"diagnosis_code": "R07.9", "diagnosis_type": "admitting"}]),
        ),
        fails(
            "the stage only as the admitting diagnosis",
            institutional(diagnoses=["E11.22", {"diagnosis_code": "N18.30", "diagnosis_type": "admitting"}]),
            diagnosis_number=1,
        ),
        fails(
            "without its stage, beside the admitting diagnosis",
            institutional(diagnoses=["E11.22", {"diagnosis_code": "E11.22", "diagnosis_type": "admitting"}]),
            diagnosis_number=1,
        ),
        passes("a note about tobacco that the patient may not use", professional(diagnoses=["J45.909"])),
    ),
)
def additional_code_missing(claims: Claims, reference: Reference) -> Rows:
    """A code with a "use additional code" note, and none of the codes it names on the claim.

    For information: the additional code is needed if the record supports it. Notes that hold only if something applies (tobacco use, insulin, the
    organism) are left out.

    What to do: look in the record, and add the code if it is there.
    """
    diagnoses = coded(claims)
    distinct = diagnoses.select(pl.col("diagnosis_code").unique())
    codes = distinct.filter(_may_carry_a_note(reference)).to_series()
    notes = notes_of(reference, codes, "use_additional")
    targets = reference.derived("notes of more than status", lambda: _of_more_than_status(reference))
    asked = notes.filter(_BINDING).with_columns(_SAID.str.strip_chars().alias("note")).join(targets, on="note_id", how="semi")
    if asked.is_empty():
        return pl.DataFrame(schema={"claim_key": pl.Int64, "diagnosis_number": pl.Int64, "diagnosis_code": pl.String, "note": pl.String})
    wanting = diagnoses.join(asked.select("code", "container", "note"), left_on="diagnosis_code", right_on="code")
    together = wanting.join(diagnoses.select("claim_key", pl.col("diagnosis_code").alias("target_code")), on="claim_key").rename({"diagnosis_code": "code"})
    links = note_links(reference, together, "use_additional").select("code", "target_code", "container")
    met = together.join(links, on=["code", "target_code", "container"], how="semi").select("claim_key", "diagnosis_number", "container")
    return (
        wanting.join(met, on=["claim_key", "diagnosis_number", "container"], how="anti")
        .sort("claim_key", "diagnosis_number", "container")
        .unique(["claim_key", "diagnosis_number", "container"], keep="first", maintain_order=True)
        .select("claim_key", "diagnosis_number", "diagnosis_code", "note")
    )
