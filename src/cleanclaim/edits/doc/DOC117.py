"""DOC117: a visit is billed in another category than the note shows: new for an established patient, or another place."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, OTHER, REASON, SUPPLY, evidence, instead, is_fact
from cleanclaim.edits.samples import professional


@row_edit(
    code="DOC117",
    name="visit-of-another-category",
    table="note_facts",
    disposition=Disposition.SUSPEND,
    carc="150",
    source=Source("Medicare Claims Processing Manual", "chapter 12, section 30.6 (visits)", "CMS", date(2026, 11, 28)),
    column="lines.procedure_code",
    message="{billed} is billed; {why}.",
    fix="proposed",
    evidence=evidence(OTHER, instead("Bill the code of the category that the note shows.")),
    unchecked=NO_NOTE,
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "a new-patient code for a follow-up",
            professional(lines=["99203"]),
            line_number=1,
            note_facts=[
                {
                    "line_number": 1,
                    "fact": "visit wrong-category",
                    "billed": "99203",
                    "better": "99213",
                    "why": "the visit is office (established); 99203 is office (new)",
                    "note_words": "Follow-up",
                }
            ],
        ),
        passes(
            "the level differs, which EM105 reports",
            professional(lines=["99203"]),
            note_facts=[
                {
                    "line_number": 1,
                    "fact": "visit over",
                    "billed": "99203",
                    "better": "99213",
                    "why": "the visit is office (established); 99203 is office (new)",
                    "note_words": "Follow-up",
                }
            ],
        ),
        passes("without --notes no note is read", professional(lines=["99203"])),
        unchecked("the claim has no note", professional(lines=["99203"]), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
    ),
)
def visit_of_another_category() -> pl.Expr:
    """A visit is billed in another category than the note shows: new for an established patient, or another place.

    What to do: bill the code of the right category.
    """
    return is_fact("visit wrong-category")
