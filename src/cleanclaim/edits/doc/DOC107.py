"""DOC107: a diagnosis is billed with less detail than the note gives, or without the condition that it is linked with."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, REASON, SUPPLY, UNDER, evidence, instead, is_fact
from cleanclaim.edits.samples import professional


@row_edit(
    code="DOC107",
    name="diagnosis-less-specific-than-note",
    table="note_facts",
    disposition=Disposition.WARN,
    source=Source(
        "ICD-10-CM Official Guidelines for Coding and Reporting",
        "section I.B.2 (level of detail), I.A.15 (conditions that are linked)",
        "CMS and NCHS",
        date(2026, 11, 28),
    ),
    column="diagnoses.diagnosis_code",
    message="{billed} is billed, and the note says more: it supports {better}.",
    fix="proposed",
    evidence=evidence(UNDER, instead("Bill the code for what the note says.")),
    unchecked=NO_NOTE,
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "stage 3b is in the note, and no stage is billed",
            professional(),
            diagnosis_number=1,
            note_facts=[
                {
                    "diagnosis_number": 1,
                    "fact": "diagnosis less-specific",
                    "billed": "N18.9",
                    "better": "N18.32",
                    "note_words": "Chronic kidney disease stage 3b",
                }
            ],
        ),
        fails(
            "diagnosis combined",
            professional(),
            diagnosis_number=1,
            note_facts=[
                {"diagnosis_number": 1, "fact": "diagnosis combined", "billed": "N18.9", "better": "N18.32", "note_words": "Chronic kidney disease stage 3b"}
            ],
        ),
        passes(
            "more is billed than the note says",
            professional(),
            note_facts=[
                {
                    "diagnosis_number": 1,
                    "fact": "diagnosis more-specific",
                    "billed": "N18.9",
                    "better": "N18.32",
                    "note_words": "Chronic kidney disease stage 3b",
                }
            ],
        ),
        passes("without --notes no note is read", professional()),
        unchecked("the claim has no note", professional(), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
    ),
)
def diagnosis_less_specific_than_note() -> pl.Expr:
    """A diagnosis is billed with less detail than the note gives, or without the condition that it is linked with.

    The note gives a stage, a side, a type or a complication that the code leaves out. Payers may deny unspecified codes, and quality and risk programs count what is coded.

    What to do: bill the more specific code.
    """
    return is_fact("diagnosis less-specific", "diagnosis combined")
