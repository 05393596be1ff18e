"""DOC103: a diagnosis is billed that the note gives to a relative or another person."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, OVER, REASON, SUPPLY, evidence, instead, is_fact
from cleanclaim.edits.samples import professional


@row_edit(
    code="DOC103",
    name="diagnosis-of-a-relative",
    table="note_facts",
    disposition=Disposition.SUSPEND,
    carc="16",
    rarc="M76",
    source=Source("ICD-10-CM Official Guidelines for Coding and Reporting", "section I.C.21.c.4 (family history)", "CMS and NCHS", date(2026, 11, 28)),
    column="diagnoses.diagnosis_code",
    message="{billed} is billed, and the note says only that a relative or another person has it.",
    fix="proposed",
    evidence=evidence(OVER, instead("Bill the code for family history, or none.")),
    unchecked=NO_NOTE,
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "the mother had breast cancer",
            professional(),
            diagnosis_number=1,
            note_facts=[{"diagnosis_number": 1, "fact": "diagnosis family", "billed": "C50.919", "better": "Z80.3", "note_words": "Mother: breast cancer"}],
        ),
        passes(
            "the patient had it",
            professional(),
            note_facts=[{"diagnosis_number": 1, "fact": "diagnosis past", "billed": "C50.919", "better": "Z80.3", "note_words": "Mother: breast cancer"}],
        ),
        passes("without --notes no note is read", professional()),
        unchecked("the claim has no note", professional(), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
    ),
)
def diagnosis_of_a_relative() -> pl.Expr:
    """A diagnosis is billed that the note gives to a relative or another person.

    A family history has codes of its own (Z80 to Z84).

    What to do: bill the code for family history if it matters for the visit.
    """
    return is_fact("diagnosis family")
