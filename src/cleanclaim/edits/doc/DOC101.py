"""DOC101: a diagnosis is billed that the note of the claim doesn't name."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, OVER, REASON, SUPPLY, evidence, instead, is_fact
from cleanclaim.edits.samples import professional


@row_edit(
    code="DOC101",
    name="diagnosis-not-in-note",
    table="note_facts",
    disposition=Disposition.SUSPEND,
    carc="16",
    rarc="M76",
    source=Source(
        "ICD-10-CM Official Guidelines for Coding and Reporting",
        "section IV.J (code all documented conditions that coexist), III and IV.G",
        "CMS and NCHS",
        date(2026, 11, 28),
    ),
    column="diagnoses.diagnosis_code",
    message="{billed} is billed, and the note doesn't name it.",
    fix="proposed",
    evidence=evidence(OVER, instead("Ask the provider whether the patient has it. If the note isn't amended, remove the code.")),
    unchecked=NO_NOTE | is_fact("unclear"),
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "pneumonia is billed, and the note doesn't name it",
            professional(),
            diagnosis_number=1,
            note_facts=[{"diagnosis_number": 1, "fact": "diagnosis absent", "billed": "J18.9"}],
        ),
        passes(
            "the note denies it, which another edit reports",
            professional(),
            note_facts=[{"diagnosis_number": 1, "fact": "diagnosis denied", "billed": "J18.9"}],
        ),
        passes("without --notes no note is read", professional()),
        unchecked("the claim has no note", professional(), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
        unchecked(
            "a problem of the note has no code", professional(), note_facts=[{"diagnosis_number": 1, "fact": "unclear", "billed": "L73.9", "why": "no code"}]
        ),
    ),
)
def diagnosis_not_in_note() -> pl.Expr:
    """A diagnosis is billed that the note of the claim doesn't name.

    A claim may only say what the record shows; payers that ask for the record deny or take back what it doesn't support. The note may name the condition in words that cleanclaim doesn't know, so read it before you change the claim. If the note has a problem for which no code was found, the diagnosis is listed under *not checked* instead.

    What to do: ask the provider, or bill what the note names.
    """
    return is_fact("diagnosis absent")
