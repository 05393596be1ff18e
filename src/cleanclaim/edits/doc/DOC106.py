"""DOC106: a diagnosis is billed for the other side than the note names."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, OTHER, REASON, SUPPLY, evidence, instead, is_fact
from cleanclaim.edits.samples import professional


@row_edit(
    code="DOC106",
    name="diagnosis-on-other-side",
    table="note_facts",
    disposition=Disposition.SUSPEND,
    carc="16",
    rarc="M76",
    source=Source("ICD-10-CM Official Guidelines for Coding and Reporting", "section I.B.13 (laterality)", "CMS and NCHS", date(2026, 11, 28)),
    column="diagnoses.diagnosis_code",
    message="{billed} is billed; {why}.",
    fix="proposed",
    evidence=evidence(OTHER, instead("Correct the side.")),
    unchecked=NO_NOTE,
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "the left knee is billed, and the note says right",
            professional(),
            diagnosis_number=1,
            note_facts=[
                {
                    "diagnosis_number": 1,
                    "fact": "diagnosis other-side",
                    "billed": "M17.12",
                    "better": "M17.11",
                    "why": "the note says right",
                    "note_words": "Right knee osteoarthritis",
                }
            ],
        ),
        passes(
            "the note doesn't name the condition",
            professional(),
            note_facts=[
                {
                    "diagnosis_number": 1,
                    "fact": "diagnosis absent",
                    "billed": "M17.12",
                    "better": "M17.11",
                    "why": "the note says right",
                    "note_words": "Right knee osteoarthritis",
                }
            ],
        ),
        passes("without --notes no note is read", professional()),
        unchecked("the claim has no note", professional(), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
    ),
)
def diagnosis_on_other_side() -> pl.Expr:
    """A diagnosis is billed for the other side than the note names.

    What to do: bill the side that the note names, or have the note corrected if it is wrong.
    """
    return is_fact("diagnosis other-side")
