"""DOC122: the visit addressed a chronic condition, and no code of its category is on the claim."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, REASON, SUPPLY, UNDER, evidence, is_fact
from cleanclaim.edits.samples import professional


@row_edit(
    code="DOC122",
    name="condition-not-billed",
    table="note_facts",
    disposition=Disposition.INFO,
    source=Source(
        "ICD-10-CM Official Guidelines for Coding and Reporting",
        "section IV.J (code all documented conditions that coexist)",
        "CMS and NCHS",
        date(2026, 11, 28),
    ),
    message="The note addresses a chronic condition that isn't billed: {better}.",
    suggestion="Add the diagnosis if the visit addressed it.",
    fix="proposed",
    evidence=evidence(UNDER),
    unchecked=NO_NOTE,
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "hypertension was treated and isn't billed",
            professional(),
            note_facts=[{"fact": "note diagnosis", "better": "I10", "why": "Essential (primary) hypertension", "note_words": "Hypertension, at goal"}],
        ),
        passes(
            "a procedure that isn't billed",
            professional(),
            note_facts=[{"fact": "note service", "better": "I10", "why": "Essential (primary) hypertension", "note_words": "Hypertension, at goal"}],
        ),
        passes("without --notes no note is read", professional()),
        unchecked("the claim has no note", professional(), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
    ),
)
def condition_not_billed() -> pl.Expr:
    """The visit addressed a chronic condition, and no code of its category is on the claim.

    What to do: add the code.
    """
    return is_fact("note diagnosis")
