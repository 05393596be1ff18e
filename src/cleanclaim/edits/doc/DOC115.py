"""DOC115: a service that is billed by time, and the note states no minutes for it."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, OVER, REASON, SUPPLY, evidence, instead, is_fact
from cleanclaim.edits.samples import professional


@row_edit(
    code="DOC115",
    name="timed-service-without-minutes",
    table="note_facts",
    disposition=Disposition.SUSPEND,
    carc="16",
    rarc="N29",
    source=Source("Medicare Claims Processing Manual", "chapter 5, section 20.2 (reporting of timed services)", "CMS", date(2026, 11, 28)),
    column="lines.procedure_code",
    message="{billed} is billed by time; {why}.",
    fix="proposed",
    evidence=evidence(OVER, instead("Ask the therapist or provider for the minutes; without them the service can't be billed by time.")),
    unchecked=NO_NOTE,
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "exercise without minutes",
            professional(lines=["97110"]),
            line_number=1,
            note_facts=[
                {
                    "line_number": 1,
                    "fact": "service no-minutes",
                    "billed": "97110",
                    "why": "the note states no minutes for it",
                    "note_words": "Therapeutic exercise",
                }
            ],
        ),
        passes(
            "more units than the minutes give",
            professional(lines=["97110"]),
            note_facts=[
                {
                    "line_number": 1,
                    "fact": "service too-many-units",
                    "billed": "97110",
                    "why": "the note states no minutes for it",
                    "note_words": "Therapeutic exercise",
                }
            ],
        ),
        passes("without --notes no note is read", professional(lines=["97110"])),
        unchecked("the claim has no note", professional(lines=["97110"]), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
    ),
)
def timed_service_without_minutes() -> pl.Expr:
    """A service that is billed by time, and the note states no minutes for it.

    Units of timed therapy, counseling and psychotherapy follow from minutes. Ask only for minutes that were recorded at the time.

    What to do: get the minutes from the treatment log, or remove the line.
    """
    return is_fact("service no-minutes")
