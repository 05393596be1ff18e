"""DOC119: the date of service in the note isn't a day of the claim."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, OTHER, REASON, SUPPLY, evidence, is_fact
from cleanclaim.edits.samples import professional


@row_edit(
    code="DOC119",
    name="note-of-another-day",
    table="note_facts",
    disposition=Disposition.SUSPEND,
    source=Source("Medicare Program Integrity Manual", "chapter 3, section 3.3.2.1 (documents on which a determination is based)", "CMS", date(2026, 11, 28)),
    message="The dates of this claim and of its note differ: {why}.",
    suggestion="Use the note of the day of service, or correct the date.",
    fix="proposed",
    evidence=evidence(OTHER),
    unchecked=NO_NOTE,
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "the note is a day early",
            professional(),
            note_facts=[{"fact": "note other-day", "why": "the note is of 2026-05-11", "note_words": "Date of service: 2026-05-11"}],
        ),
        passes(
            "the note isn't signed",
            professional(),
            note_facts=[{"fact": "note unsigned", "why": "the note is of 2026-05-11", "note_words": "Date of service: 2026-05-11"}],
        ),
        passes("without --notes no note is read", professional()),
        unchecked("the claim has no note", professional(), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
    ),
)
def note_of_another_day() -> pl.Expr:
    """The date of service in the note isn't a day of the claim.

    What to do: find the right note, or correct the date of the claim.
    """
    return is_fact("note other-day")
