"""DOC105: a diagnosis is billed on an outpatient claim that the note only suspects, or names as a risk."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, OVER, REASON, SUPPLY, evidence, instead, is_fact
from cleanclaim.edits.samples import professional


@row_edit(
    code="DOC105",
    name="diagnosis-only-suspected",
    table="note_facts",
    disposition=Disposition.SUSPEND,
    carc="16",
    rarc="M76",
    source=Source("ICD-10-CM Official Guidelines for Coding and Reporting", "section IV.H (uncertain diagnosis)", "CMS and NCHS", date(2026, 11, 28)),
    column="diagnoses.diagnosis_code",
    message="{billed} is billed, and the note only suspects it.",
    fix="proposed",
    evidence=evidence(OVER, instead("Bill the symptom or the reason for the visit instead.")),
    unchecked=NO_NOTE,
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "pneumonia is possible",
            professional(),
            diagnosis_number=1,
            note_facts=[{"diagnosis_number": 1, "fact": "diagnosis uncertain", "billed": "J18.9", "note_words": "Possible pneumonia"}],
        ),
        fails(
            "diagnosis hypothetical",
            professional(),
            diagnosis_number=1,
            note_facts=[{"diagnosis_number": 1, "fact": "diagnosis hypothetical", "billed": "J18.9", "note_words": "Possible pneumonia"}],
        ),
        passes(
            "pneumonia is denied",
            professional(),
            note_facts=[{"diagnosis_number": 1, "fact": "diagnosis denied", "billed": "J18.9", "note_words": "Possible pneumonia"}],
        ),
        passes("without --notes no note is read", professional()),
        unchecked("the claim has no note", professional(), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
    ),
)
def diagnosis_only_suspected() -> pl.Expr:
    """A diagnosis is billed on an outpatient claim that the note only suspects, or names as a risk.

    Probable, possible, suspected and "rule out" conditions aren't coded in outpatient care: the symptom is. At discharge from a hospital stay they are (section II.H), so inpatient claims aren't flagged for it.

    What to do: bill the symptom.
    """
    return is_fact("diagnosis uncertain", "diagnosis hypothetical")
