"""DOC104: a diagnosis is billed as current, and the note calls it a history or resolved."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, OVER, REASON, SUPPLY, evidence, instead, is_fact
from cleanclaim.edits.samples import professional


@row_edit(
    code="DOC104",
    name="diagnosis-past-in-note",
    table="note_facts",
    disposition=Disposition.SUSPEND,
    carc="16",
    rarc="M76",
    source=Source("ICD-10-CM Official Guidelines for Coding and Reporting", "section I.C.21.c.4 (history), IV.J", "CMS and NCHS", date(2026, 11, 28)),
    column="diagnoses.diagnosis_code",
    message="{billed} is billed as current, and the note says that it is past.",
    fix="proposed",
    evidence=evidence(OVER, instead("Bill the code for the history, or ask the provider whether it is still treated.")),
    unchecked=NO_NOTE,
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "a history of colon cancer is billed as cancer",
            professional(),
            diagnosis_number=1,
            note_facts=[{"diagnosis_number": 1, "fact": "diagnosis past", "billed": "C18.9", "better": "Z85.038", "note_words": "History of colon cancer"}],
        ),
        passes(
            "the cancer is a relative's",
            professional(),
            note_facts=[{"diagnosis_number": 1, "fact": "diagnosis family", "billed": "C18.9", "better": "Z85.038", "note_words": "History of colon cancer"}],
        ),
        passes("without --notes no note is read", professional()),
        unchecked("the claim has no note", professional(), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
    ),
)
def diagnosis_past_in_note() -> pl.Expr:
    """A diagnosis is billed as current, and the note calls it a history or resolved.

    A condition that is over and no longer treated isn't coded as current; history codes (Z85 to Z87) may apply.

    What to do: bill the history code.
    """
    return is_fact("diagnosis past")
