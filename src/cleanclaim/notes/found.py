"""A condition found in a note, with its code and what the note says about it."""

from __future__ import annotations

from typing import NamedTuple

from cleanclaim.notes import assertion as said
from cleanclaim.notes.coding import Coded
from cleanclaim.notes.mentions import Mention


class Found(NamedTuple):
    """A condition in the note, with its code."""

    mention: Mention
    coded: Coded
    assertion: said.Assertion


def assertion_of(note: str, mention: Mention) -> said.Assertion:
    """Return what a mention's sentence and section say about it."""
    sentence = mention.sentence
    return said.assertion(
        note, mention.start, mention.end, (sentence.start, sentence.end, sentence.section)
    )
