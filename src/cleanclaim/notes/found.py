"""A condition found in a note, with its code and what the note says about it."""

from __future__ import annotations

from typing import NamedTuple

from cleanclaim.encoder.defaults import side_of
from cleanclaim.notes import assertion as said
from cleanclaim.notes.coding import Coded
from cleanclaim.notes.mentions import Mention


class Found(NamedTuple):
    """A condition in the note, with its code."""

    mention: Mention
    coded: Coded
    assertion: said.Assertion


def overlaps(mention: Mention, taken: list[tuple[int, int]]) -> bool:
    """Return true if a mention shares words with a place that is taken."""
    return any(start < mention.end and mention.start < end for start, end in taken)


def assertion_of(note: str, mention: Mention) -> said.Assertion:
    """Return what a mention's sentence and section say about it."""
    sentence = mention.sentence
    return said.assertion(
        note, mention.start, mention.end, (sentence.start, sentence.end, sentence.section)
    )


def side_near(note: str, mention: Mention) -> str | None:
    """Return the side that a mention's sentence names."""
    return side_of(note[mention.sentence.start : mention.sentence.end])
