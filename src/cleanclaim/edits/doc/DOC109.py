"""DOC109: a diagnosis is billed that differs from the note in its type, stage, acuity or encounter."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, OTHER, REASON, SUPPLY, evidence, instead, is_fact
from cleanclaim.edits.samples import professional


@row_edit(
    code="DOC109",
    name="diagnosis-contradicts-note",
    table="note_facts",
    disposition=Disposition.SUSPEND,
    carc="16",
    rarc="M76",
    source=Source("ICD-10-CM Official Guidelines for Coding and Reporting", "section I.B.2 (level of detail)", "CMS and NCHS", date(2026, 11, 28)),
    column="diagnoses.diagnosis_code",
    message="{billed} is billed; {why}.",
    fix="proposed",
    evidence=evidence(OTHER, instead("Bill what the note says.")),
    unchecked=NO_NOTE,
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "stage 3a is billed, and the note says 3b",
            professional(),
            diagnosis_number=1,
            note_facts=[
                {
                    "diagnosis_number": 1,
                    "fact": "diagnosis conflict",
                    "billed": "N18.31",
                    "better": "N18.32",
                    "why": "the note says stage 3b",
                    "note_words": "Chronic kidney disease stage 3b",
                }
            ],
        ),
        passes(
            "it is on the other side, which another edit reports",
            professional(),
            note_facts=[
                {
                    "diagnosis_number": 1,
                    "fact": "diagnosis other-side",
                    "billed": "N18.31",
                    "better": "N18.32",
                    "why": "the note says stage 3b",
                    "note_words": "Chronic kidney disease stage 3b",
                }
            ],
        ),
        passes("without --notes no note is read", professional()),
        unchecked("the claim has no note", professional(), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
    ),
)
def diagnosis_contradicts_note() -> pl.Expr:
    """A diagnosis is billed that differs from the note in its type, stage, acuity or encounter.

    What to do: bill what the note says, or have the note corrected if it is wrong.
    """
    return is_fact("diagnosis conflict")
