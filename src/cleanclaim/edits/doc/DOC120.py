"""DOC120: the note names a prescription drug, and no condition that it is for."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, REASON, SUPPLY, UNDER, evidence, is_fact
from cleanclaim.edits.samples import professional


@row_edit(
    code="DOC120",
    name="drug-without-diagnosis",
    table="note_facts",
    disposition=Disposition.INFO,
    source=Source("ICD-10-CM Official Guidelines for Coding and Reporting", "section IV.J (conditions that affect care)", "CMS and NCHS", date(2026, 11, 28)),
    message="The note names a drug ({why}), and neither note nor claim has a condition that it is for.",
    suggestion="Ask the provider what it is for.",
    fix="proposed",
    evidence=evidence(UNDER),
    unchecked=NO_NOTE,
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "levothyroxine, and no thyroid disease", professional(), note_facts=[{"fact": "note drug", "why": "levothyroxine", "note_words": "levothyroxine"}]
        ),
        passes("a procedure that isn't billed", professional(), note_facts=[{"fact": "note service", "why": "levothyroxine", "note_words": "levothyroxine"}]),
        passes("without --notes no note is read", professional()),
        unchecked("the claim has no note", professional(), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
    ),
)
def drug_without_diagnosis() -> pl.Expr:
    """The note names a prescription drug, and no condition that it is for.

    The condition may be missing from the note and the claim. Only the provider can say what a drug is for: it isn't coded from the drug.

    What to do: ask the provider.
    """
    return is_fact("note drug")
