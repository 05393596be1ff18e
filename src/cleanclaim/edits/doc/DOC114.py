"""DOC114: a visit is billed with modifier 25, and the note shows only the procedure and what belongs to it."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, OVER, REASON, SUPPLY, evidence, instead, is_fact
from cleanclaim.edits.samples import professional


@row_edit(
    code="DOC114",
    name="no-work-separate-from-procedure",
    table="note_facts",
    disposition=Disposition.SUSPEND,
    carc="97",
    source=Source("Medicare NCCI Policy Manual", "chapter I, section D (evaluation and management services)", "CMS", date(2026, 11, 28)),
    column="lines.procedure_code",
    message="{billed} is billed with modifier 25; {why}.",
    fix="proposed",
    evidence=evidence(OVER, instead("Remove the visit, unless the provider evaluated another problem and the note shows it.")),
    unchecked=NO_NOTE,
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "only the injection is documented",
            professional(lines=["99213"]),
            line_number=1,
            note_facts=[
                {
                    "line_number": 1,
                    "fact": "visit no-separate-work",
                    "billed": "99213",
                    "why": "no work separate from the procedure is documented",
                    "note_words": "knee was injected",
                }
            ],
        ),
        passes(
            "the visit is supported at a lower level",
            professional(lines=["99213"]),
            note_facts=[
                {
                    "line_number": 1,
                    "fact": "visit over",
                    "billed": "99213",
                    "why": "no work separate from the procedure is documented",
                    "note_words": "knee was injected",
                }
            ],
        ),
        passes("without --notes no note is read", professional(lines=["99213"])),
        unchecked("the claim has no note", professional(lines=["99213"]), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
    ),
)
def no_work_separate_from_procedure() -> pl.Expr:
    """A visit is billed with modifier 25, and the note shows only the procedure and what belongs to it.

    The decision to do a minor procedure is part of the procedure, also for a new patient. Modifier 25 takes a visit that is significant and separate.

    What to do: remove the visit if nothing else was evaluated. Never add work to a note to support a modifier.
    """
    return is_fact("visit no-separate-work")
