"""DOC102: a diagnosis is billed that the note only names to deny it."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, OVER, REASON, SUPPLY, evidence, instead, is_fact
from cleanclaim.edits.samples import professional


@row_edit(
    code="DOC102",
    name="diagnosis-denied-in-note",
    table="note_facts",
    disposition=Disposition.SUSPEND,
    carc="16",
    rarc="M76",
    source=Source(
        "ICD-10-CM Official Guidelines for Coding and Reporting", "section IV.G and IV.J (documented conditions)", "CMS and NCHS", date(2026, 11, 28)
    ),
    column="diagnoses.diagnosis_code",
    message="{billed} is billed, and the note says that the patient doesn't have it.",
    fix="proposed",
    evidence=evidence(OVER, instead("Ask the provider whether the patient has it. If the note isn't amended, remove the code.")),
    unchecked=NO_NOTE,
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "the note denies pneumonia",
            professional(),
            diagnosis_number=1,
            note_facts=[{"diagnosis_number": 1, "fact": "diagnosis denied", "billed": "J18.9", "note_words": "no evidence of pneumonia"}],
        ),
        passes(
            "the note doesn't name it, which another edit reports",
            professional(),
            note_facts=[{"diagnosis_number": 1, "fact": "diagnosis absent", "billed": "J18.9", "note_words": "no evidence of pneumonia"}],
        ),
        passes("without --notes no note is read", professional()),
        unchecked("the claim has no note", professional(), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
    ),
)
def diagnosis_denied_in_note() -> pl.Expr:
    """A diagnosis is billed that the note only names to deny it.

    "Denies chest pain" and "no evidence of pneumonia" name a condition that isn't there.

    What to do: remove the code, or ask the provider if the note is wrong.
    """
    return is_fact("diagnosis denied")
