"""DOC110: a chronic condition is billed that the note lists and doesn't address."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, OVER, REASON, SUPPLY, evidence, instead, is_fact
from cleanclaim.edits.samples import professional


@row_edit(
    code="DOC110",
    name="condition-not-assessed",
    table="note_facts",
    disposition=Disposition.WARN,
    source=Source(
        "ICD-10-CM Official Guidelines for Coding and Reporting",
        "section IV.I (chronic diseases) and IV.J (conditions that affect care)",
        "CMS and NCHS",
        date(2026, 11, 28),
    ),
    column="diagnoses.diagnosis_code",
    message="{billed} is billed, and the note only lists it: nothing was monitored, evaluated, assessed or treated.",
    fix="proposed",
    evidence=evidence(OVER, instead("Remove the code, unless the condition affected this visit and the provider documents how.")),
    unchecked=NO_NOTE,
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "hypothyroidism is only listed",
            professional(),
            diagnosis_number=1,
            note_facts=[{"diagnosis_number": 1, "fact": "diagnosis not-assessed", "billed": "E03.9", "why": "only named", "note_words": "Hypothyroidism"}],
        ),
        passes(
            "hypothyroidism isn't named at all",
            professional(),
            note_facts=[{"diagnosis_number": 1, "fact": "diagnosis absent", "billed": "E03.9", "why": "only named", "note_words": "Hypothyroidism"}],
        ),
        passes("without --notes no note is read", professional()),
        unchecked("the claim has no note", professional(), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
    ),
)
def condition_not_assessed() -> pl.Expr:
    """A chronic condition is billed that the note lists and doesn't address.

    A condition is coded if it was monitored, evaluated, assessed or treated, or if it affected the care. A line in a problem list or a history isn't enough.

    What to do: remove the code if the visit didn't address it. Don't ask for more documentation than was done.
    """
    return is_fact("diagnosis not-assessed")
