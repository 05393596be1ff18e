"""Check how often parts repeat in a claim, line or level (ENV002)."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from cleanclaim.read.x837.composites import KINDS, MOST_READ
from cleanclaim.read.x837.form.block import FormBlock
from cleanclaim.read.x837.form.guide import (
    MOST_CODES,
    MOST_DECISIONS,
    MOST_LINES,
    MOST_PAYERS,
    limits,
)
from cleanclaim.read.x837.form.places import Places
from cleanclaim.x12.index import Rows, last_before
from cleanclaim.x12.strings import Ints

_WORDS: Final = {
    "principal": "principal diagnoses",
    "other": "other diagnoses",
    "admitting": "admitting diagnoses",
    "reason_for_visit": "patient's reasons for visit",
    "external_cause": "external cause codes",
    "condition": "condition codes",
    "occurrence": "occurrence codes",
    "occurrence_span": "occurrence span codes",
    "value": "value codes",
    "procedure": "procedure codes in HI",
    "anesthesia": "anesthesia procedure codes in HI",
    "treatment": "treatment codes",
    "drg": "diagnosis related groups",
}


def check_limits(block: FormBlock, places: Places) -> None:
    """Report what repeats more often than the guides allow.

    There is one fault for each claim and part, at the first one beyond the limit.
    """
    _check_segments(block, places)
    _check_loops(block)
    _check_codes(block)


def _check_segments(block: FormBlock, places: Places) -> None:
    """Segments in one place, or in one of its NM1 loops."""
    names = block.s.find("NM1")
    for name, by_place in limits().items():
        rows = block.find(name)
        if len(rows) <= min(by_place):
            continue
        opener = places.opener[rows]
        if not _repeats(opener, min(by_place)):
            continue
        group = opener if name == "NM1" else opener + np.searchsorted(names, rows, side="right")
        text = f"{name} occurs more often than the guides allow."
        _note_beyond(block, rows, group, np.array(by_place)[places.place[rows]], name, text)


def _check_loops(block: FormBlock) -> None:
    """Lines and other payers of a claim, and other payers' decisions on a line."""
    s, loops = block.s, block.cells.loops
    if len(loops.line) > min(MOST_LINES.values()):
        by_kind = block.kinds.replace_strict(MOST_LINES, return_dtype=pl.Int64).to_numpy()
        text = "The claim has more service lines than the guides allow; all are read."
        _note_beyond(block, loops.line, loops.line_claim, by_kind[loops.line_claim], "LX", text)
    payers = s.find("SBR")
    inside, owner = loops.owner_of(payers)
    text = "The claim has more other payers than the guides allow; all are read."
    _note_beyond(block, payers[inside], owner, MOST_PAYERS, "SBR", text)
    decisions = s.find("SVD")
    if len(decisions) > MOST_DECISIONS:
        line = last_before(loops.line, decisions)
        text = "The line has more decisions by other payers than the guides allow; all are read."
        _note_beyond(block, decisions, line, MOST_DECISIONS, "SVD", text)


def _check_codes(block: FormBlock) -> None:
    """Codes of one kind in a claim's HI segments."""
    every = block.cells.composites
    for kind, most in MOST_CODES.items():
        own = np.flatnonzero(every.kind == KINDS.index(kind))
        if len(own) > most:
            rest = f"; those after the first {MOST_READ} aren't read"
            text = f"The claim has more {_WORDS[kind]} than the guides allow{rest}."
            _note_beyond(block, every.row[own], every.claim[own], most, "HI", text, kind)


def _repeats(group: Ints, most: int) -> bool:
    """Whether any of these ascending numbers occurs more than `most` times."""
    return len(group) > most and bool((group[most:] == group[: len(group) - most]).any())


def _note_beyond(  # noqa: PLR0917 - a fault has these parts
    block: FormBlock,
    rows: Rows,
    group: Ints,
    most: Ints | int,
    element: str,
    explanation: str,
    kind: str = "",
) -> None:
    """Report each claim in which a group has too many of some segments.

    Args:
        block: the block.
        rows: the segments, in order.
        group: for each segment, the ascending number of its group.
        most: how many a group may have.
        element: the segment.
        explanation: the fault, in a sentence.
        kind: the kind of code, if the segment has several.
    """
    if not _repeats(group, int(np.min(most)) if len(rows) else 0):
        return
    at = np.arange(len(rows)) - most
    beyond = np.flatnonzero((at >= 0) & (group[np.maximum(at, 0)] == group))
    if not len(beyond):
        return
    inside, owner = block.cells.loops.owner_of(rows[beyond])
    claim = -1 - group[beyond]
    claim[inside] = owner
    reported = beyond[np.sort(np.unique(claim, return_index=True)[1])]
    counts = np.searchsorted(group, group[reported], side="right") - np.searchsorted(
        group, group[reported]
    )
    allowed = np.broadcast_to(most, len(rows))[reported]
    words = " ".join(filter(None, ("too many", kind)))
    room = max(block.faults.room("ENV002", element, words), 0)
    for row, count, limit in list(zip(rows[reported], counts, allowed, strict=True))[:room]:
        block.note(
            np.array([row]),
            "ENV002",
            element,
            words,
            explanation,
            found=f"{count:,}",
            expected=f"at most {limit}",
        )
    block.faults.count("ENV002", element, words, max(len(reported) - room, 0))
