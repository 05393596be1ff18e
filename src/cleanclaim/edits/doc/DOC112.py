"""DOC112: a procedure, test or drug is billed that the note doesn't show as done at this visit."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, OVER, REASON, SUPPLY, evidence, instead, is_fact
from cleanclaim.edits.samples import professional


@row_edit(
    code="DOC112",
    name="service-not-in-note",
    table="note_facts",
    disposition=Disposition.SUSPEND,
    carc="112",
    source=Source("Social Security Act", "section 1833(e) (no payment without the information that is needed to determine it)", "SSA", date(2026, 11, 28)),
    column="lines.procedure_code",
    message="{billed} is billed; {why}.",
    fix="proposed",
    evidence=evidence(OVER, instead("Send the record of the service if there is one; otherwise remove the line.")),
    unchecked=NO_NOTE | is_fact("unknown"),
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "a knee injection is planned",
            professional(lines=["20610"]),
            line_number=1,
            note_facts=[
                {
                    "line_number": 1,
                    "fact": "service not-done",
                    "billed": "20610",
                    "why": "named, but the note doesn't say that it was done at this visit",
                    "note_words": "inject the right knee",
                }
            ],
        ),
        passes(
            "it was done on the other side",
            professional(lines=["20610"]),
            note_facts=[
                {
                    "line_number": 1,
                    "fact": "service other-side",
                    "billed": "20610",
                    "why": "named, but the note doesn't say that it was done at this visit",
                    "note_words": "inject the right knee",
                }
            ],
        ),
        passes("without --notes no note is read", professional(lines=["20610"])),
        unchecked("the claim has no note", professional(lines=["20610"]), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
        unchecked(
            "a code whose words are not known",
            professional(lines=["99199"]),
            note_facts=[{"line_number": 1, "fact": "unknown", "billed": "99199", "why": "no words"}],
        ),
    ),
)
def service_not_in_note() -> pl.Expr:
    """A procedure, test or drug is billed that the note doesn't show as done at this visit.

    A plan, an offer or an earlier service isn't a service. If the report of the procedure is another document, add it to the note of the claim. Codes whose words in notes cleanclaim doesn't know are listed under *not checked*.

    What to do: find the procedure note, or remove the line.
    """
    return is_fact("service not-done")
