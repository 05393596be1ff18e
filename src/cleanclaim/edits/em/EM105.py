"""EM105: the level of a visit differs from what its note supports, in either direction."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, REASON, SUPPLY, is_fact, level_evidence
from cleanclaim.edits.samples import professional


@row_edit(
    code="EM105",
    name="visit-level-not-in-note",
    table="note_facts",
    disposition=Disposition.WARN,
    carc="150",
    source=Source(
        "CPT E/M guidelines 2021 and 2023; Evaluation and Management Services (MLN006764)",
        "levels by medical decision making or time",
        "AMA; CMS",
        date(2026, 11, 28),
    ),
    column="lines.procedure_code",
    message="{billed} is billed; {why}.",
    fix="proposed",
    evidence=level_evidence(),
    unchecked=NO_NOTE | is_fact("visit unclear"),
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "99214 is billed, and the note supports 99213",
            professional(lines=["99214"]),
            line_number=1,
            note_facts=[
                {
                    "line_number": 1,
                    "fact": "visit over",
                    "billed": "99214",
                    "better": "99213",
                    "why": "the note supports 99213: decision making is low",
                    "note_words": "Hypertension, at goal",
                }
            ],
        ),
        fails(
            "visit under",
            professional(lines=["99214"]),
            line_number=1,
            note_facts=[
                {
                    "line_number": 1,
                    "fact": "visit under",
                    "billed": "99214",
                    "better": "99213",
                    "why": "the note supports 99213: decision making is low",
                    "note_words": "Hypertension, at goal",
                }
            ],
        ),
        passes(
            "a visit with modifier 25 and no separate work",
            professional(lines=["99214"]),
            note_facts=[
                {
                    "line_number": 1,
                    "fact": "visit no-separate-work",
                    "billed": "99214",
                    "better": "99213",
                    "why": "the note supports 99213: decision making is low",
                    "note_words": "Hypertension, at goal",
                }
            ],
        ),
        passes("without --notes no note is read", professional(lines=["99214"])),
        unchecked("the claim has no note", professional(lines=["99214"]), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
        unchecked(
            "the note has no problem that is known",
            professional(lines=["99214"]),
            note_facts=[{"line_number": 1, "fact": "visit unclear", "billed": "99214", "why": "no code"}],
        ),
    ),
)
def visit_level_not_in_note() -> pl.Expr:
    """The level of a visit differs from what its note supports, in either direction.

    The level follows from two of three elements of medical decision making (problems, data, risk), or from the minutes of the day. `cleanclaim level` shows what counts, with the words of the note.

    What to do: bill the level that the note supports. Never add work to a note to reach a level.
    """
    return is_fact("visit over", "visit under")
