"""DOC108: a diagnosis is billed with more detail than the note gives."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, OVER, REASON, SUPPLY, evidence, instead, is_fact
from cleanclaim.edits.samples import professional


@row_edit(
    code="DOC108",
    name="diagnosis-more-specific-than-note",
    table="note_facts",
    disposition=Disposition.SUSPEND,
    carc="16",
    rarc="M76",
    source=Source(
        "ICD-10-CM Official Guidelines for Coding and Reporting",
        "section I.B.2 (level of detail), I.B.18 (signs, symptoms and unspecified codes)",
        "CMS and NCHS",
        date(2026, 11, 28),
    ),
    column="diagnoses.diagnosis_code",
    message="{billed} is billed, and the note supports only {better}.",
    fix="proposed",
    evidence=evidence(OVER, instead("Bill what the note says, or ask the provider for the detail.")),
    unchecked=NO_NOTE,
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "stage 4 is billed, and the note gives no stage",
            professional(),
            diagnosis_number=1,
            note_facts=[
                {"diagnosis_number": 1, "fact": "diagnosis more-specific", "billed": "N18.4", "better": "N18.9", "note_words": "Chronic kidney disease"}
            ],
        ),
        passes(
            "the note says more than the code",
            professional(),
            note_facts=[
                {"diagnosis_number": 1, "fact": "diagnosis less-specific", "billed": "N18.4", "better": "N18.9", "note_words": "Chronic kidney disease"}
            ],
        ),
        passes("without --notes no note is read", professional()),
        unchecked("the claim has no note", professional(), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
    ),
)
def diagnosis_more_specific_than_note() -> pl.Expr:
    """A diagnosis is billed with more detail than the note gives.

    A stage, type or complication that the note doesn't say can't be coded from other knowledge of the patient.

    What to do: ask the provider to document the detail if it is known, or bill the less specific code.
    """
    return is_fact("diagnosis more-specific")
