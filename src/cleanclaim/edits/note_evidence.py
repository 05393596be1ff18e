"""What the edits that read notes share: the facts that notes show, and the evidence of them."""

from __future__ import annotations

from typing import Final

import polars as pl

from cleanclaim.model import NOTE_WORDS
from cleanclaim.text.wording import worded

NO_NOTE: Final = pl.col("fact") == "unread"
"""True for a claim whose note isn't there."""
REASON: Final = "{why}"
SUPPLY: Final = "check --notes FOLDER, with a note for each claim called by its claim ID"
OVER: Final = "over"
UNDER: Final = "under"
OTHER: Final = "other"


def is_fact(*names: str) -> pl.Expr:
    """True for rows with one of some facts."""
    return pl.col("fact").is_in(names)


def evidence(direction: str, *more: pl.Expr) -> tuple[str | pl.Expr, ...]:
    """The evidence of a fact: codes, reason, the words of the note and their place, and whether the claim says too much or too little.

    Args:
        direction: over, under or other.
        more: other evidence.
    """
    return ("billed", "better", "why", NOTE_WORDS, "note_start", "note_end", pl.lit(direction).alias("direction"), *more)


def level_evidence() -> tuple[str | pl.Expr, ...]:
    """The evidence of a level that differs: too high is over, too low under."""
    is_under = pl.col("fact") == "visit under"
    direction = pl.when(is_under).then(pl.lit(UNDER)).otherwise(pl.lit(OVER)).alias("direction")
    own = evidence(OVER, instead("Remove the visit, or bill what was done."))
    return (*(one for one in own if isinstance(one, str) or one.meta.output_name() != "direction"), direction)


def instead(otherwise: str) -> pl.Expr:
    """A suggestion: the code that the note supports, if there is one.

    Args:
        otherwise: the suggestion if there is none.
    """
    words = worded("The note supports {}. Bill that, or ask the provider if the note is incomplete.", "better")
    return pl.when(pl.col("better").is_not_null()).then(words).otherwise(pl.lit(otherwise)).alias("suggestion")
