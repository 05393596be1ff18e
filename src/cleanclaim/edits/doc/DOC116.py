"""DOC116: more units, or a longer service, are billed than the minutes in the note give."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, OVER, REASON, SUPPLY, evidence, instead, is_fact
from cleanclaim.edits.samples import professional


@row_edit(
    code="DOC116",
    name="more-units-than-minutes",
    table="note_facts",
    disposition=Disposition.SUSPEND,
    carc="150",
    source=Source(
        "Medicare Claims Processing Manual",
        "chapter 5, section 20.2 C (units by minutes; 8 minutes or more of a quarter hour count)",
        "CMS",
        date(2026, 11, 28),
    ),
    column="lines.procedure_code",
    message="{billed} is billed; {why}.",
    fix="proposed",
    evidence=evidence(OVER, instead("Bill the units or the code that the minutes give.")),
    unchecked=NO_NOTE,
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "three units for 25 minutes",
            professional(lines=["97110"]),
            line_number=1,
            note_facts=[
                {
                    "line_number": 1,
                    "fact": "service too-many-units",
                    "billed": "97110",
                    "better": "97110x2",
                    "why": "25 minutes give 2 units, not 3",
                    "note_words": "Therapeutic exercise 25 minutes",
                }
            ],
        ),
        passes(
            "no minutes are stated",
            professional(lines=["97110"]),
            note_facts=[
                {
                    "line_number": 1,
                    "fact": "service no-minutes",
                    "billed": "97110",
                    "better": "97110x2",
                    "why": "25 minutes give 2 units, not 3",
                    "note_words": "Therapeutic exercise 25 minutes",
                }
            ],
        ),
        passes("without --notes no note is read", professional(lines=["97110"])),
        unchecked("the claim has no note", professional(lines=["97110"]), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
    ),
)
def more_units_than_minutes() -> pl.Expr:
    """More units, or a longer service, are billed than the minutes in the note give.

    A quarter hour counts from 8 minutes: 8 to 22 minutes are one unit, 23 to 37 two, 38 to 52 three.

    What to do: bill what the minutes give.
    """
    return is_fact("service too-many-units")
