"""DOC118: the note says that it isn't signed, or shows no signature."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit, unchecked
from cleanclaim.edits.note_evidence import NO_NOTE, OTHER, REASON, SUPPLY, evidence, is_fact
from cleanclaim.edits.samples import professional

_SAYS_SO = r"(?i)unsigned|not (?:yet )?signed|pending|missing|awaiting|unauthenticated|draft|_{2,}"
_DISPOSITION = pl.when(pl.col("note_words").str.contains(_SAYS_SO)).then(pl.lit("suspend")).otherwise(pl.lit("info")).alias("disposition")


@row_edit(
    code="DOC118",
    name="note-not-signed",
    table="note_facts",
    disposition=Disposition.SUSPEND,
    source=Source("Medicare Program Integrity Manual", "chapter 3, section 3.3.2.4 (signature requirements)", "CMS", date(2026, 11, 28)),
    message="The note of this claim isn't signed.",
    suggestion="Have the author sign the note, or complete a signature attestation.",
    fix="proposed",
    evidence=evidence(OTHER, _DISPOSITION),
    unchecked=NO_NOTE,
    unchecked_reason=REASON,
    supply=SUPPLY,
    examples=(
        fails(
            "the signature is pending",
            professional(),
            note_facts=[{"fact": "note unsigned", "why": "the note isn't signed", "note_words": "Signature pending"}],
        ),
        fails(
            "no signature is shown",
            professional(),
            disposition=Disposition.INFO,
            note_facts=[{"fact": "note unsigned", "why": "the note isn't signed", "note_words": "Return in 3 months."}],
        ),
        passes(
            "the note is of another day",
            professional(),
            note_facts=[{"fact": "note other-day", "why": "the note isn't signed", "note_words": "Signature pending"}],
        ),
        passes("without --notes no note is read", professional()),
        unchecked("the claim has no note", professional(), note_facts=[{"fact": "unread", "why": "no note for this claim"}]),
    ),
)
def note_not_signed() -> pl.Expr:
    """The note says that it isn't signed, or shows no signature.

    Medicare's reviewers don't accept services whose record isn't authenticated by its author. A note that only shows no signature is reported as information: the signature may be in the record system.

    What to do: have it signed, or get an attestation. A late signature isn't added to the note itself.
    """
    return is_fact("note unsigned")
