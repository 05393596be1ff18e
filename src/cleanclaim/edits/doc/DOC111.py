"""DOC111: a symptom is billed that belongs to a condition that the note names."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, OTHER, REASON, SUPPLY, evidence, instead, is_fact
from cleanclaim.edits.samples import professional


@row_edit(
    code="DOC111",
    name="symptom-of-a-documented-condition",
    table="note_facts",
    disposition=Disposition.WARN,
    source=Source(
        "ICD-10-CM Official Guidelines for Coding and Reporting", "section I.B.5 (symptoms that belong to a disease)", "CMS and NCHS", date(2026, 11, 28)
    ),
    column="diagnoses.diagnosis_code",
    message="{billed} is billed, and the note gives its cause.",
    fix="proposed",
    evidence=evidence(OTHER, instead("Bill the condition that causes it.")),
    unchecked=NO_NOTE,
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "a cough is billed, and the note says pneumonia",
            professional(),
            diagnosis_number=1,
            note_facts=[{"diagnosis_number": 1, "fact": "diagnosis integral", "billed": "R05.9", "better": "J18.9", "note_words": "Cough"}],
        ),
        passes(
            "the note denies it",
            professional(),
            note_facts=[{"diagnosis_number": 1, "fact": "diagnosis denied", "billed": "R05.9", "better": "J18.9", "note_words": "Cough"}],
        ),
        passes("without --notes no note is read", professional()),
        unchecked("the claim has no note", professional(), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
    ),
)
def symptom_of_a_documented_condition() -> pl.Expr:
    """A symptom is billed that belongs to a condition that the note names.

    A symptom that is a part of a disease isn't coded with it.

    What to do: bill the disease, and the symptom only if it isn't routinely part of it.
    """
    return is_fact("diagnosis integral")
