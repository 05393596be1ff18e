"""DOC121: the note says that a procedure was done, and no code for it is on the claim."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, REASON, SUPPLY, UNDER, evidence, is_fact
from cleanclaim.edits.samples import professional


@row_edit(
    code="DOC121",
    name="service-not-billed",
    table="note_facts",
    disposition=Disposition.INFO,
    source=Source("Medicare NCCI Policy Manual", "chapter I, section A (introduction: report the services performed)", "CMS", date(2026, 11, 28)),
    message="The note shows a service that isn't billed: {why}.",
    suggestion="Add the service if this claim is the one to bill it on.",
    fix="proposed",
    evidence=evidence(UNDER),
    unchecked=NO_NOTE,
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "a knee injection was done and isn't billed",
            professional(),
            note_facts=[{"fact": "note service", "why": "large joint injection", "note_words": "right knee was injected"}],
        ),
        passes(
            "a drug without a condition",
            professional(),
            note_facts=[{"fact": "note drug", "why": "large joint injection", "note_words": "right knee was injected"}],
        ),
        passes("without --notes no note is read", professional()),
        unchecked("the claim has no note", professional(), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
    ),
)
def service_not_billed() -> pl.Expr:
    """The note says that a procedure was done, and no code for it is on the claim.

    Another claim may have it.

    What to do: check whether it was billed elsewhere, and add it if not.
    """
    return is_fact("note service")
