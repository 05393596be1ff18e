"""DOC113: a procedure is billed with LT, RT or 50, and the note names the other side."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, OTHER, REASON, SUPPLY, evidence, instead, is_fact
from cleanclaim.edits.samples import professional


@row_edit(
    code="DOC113",
    name="service-on-other-side",
    table="note_facts",
    disposition=Disposition.SUSPEND,
    carc="4",
    source=Source("Social Security Act", "section 1833(e) (no payment without the information that is needed to determine it)", "SSA", date(2026, 11, 28)),
    column="lines.procedure_code",
    message="{billed} is billed; {why}.",
    fix="proposed",
    evidence=evidence(OTHER, instead("Correct the side.")),
    unchecked=NO_NOTE,
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "LT is billed, and the note says right",
            professional(lines=["20610"]),
            line_number=1,
            note_facts=[
                {"line_number": 1, "fact": "service other-side", "billed": "20610", "why": "the note says right", "note_words": "right knee was injected"}
            ],
        ),
        passes(
            "it wasn't done",
            professional(lines=["20610"]),
            note_facts=[
                {"line_number": 1, "fact": "service not-done", "billed": "20610", "why": "the note says right", "note_words": "right knee was injected"}
            ],
        ),
        passes("without --notes no note is read", professional(lines=["20610"])),
        unchecked("the claim has no note", professional(lines=["20610"]), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
    ),
)
def service_on_other_side() -> pl.Expr:
    """A procedure is billed with LT, RT or 50, and the note names the other side.

    What to do: bill the side that the note names, or have the note corrected if it is wrong.
    """
    return is_fact("service other-side")
