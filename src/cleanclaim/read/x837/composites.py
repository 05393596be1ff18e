"""The composites of HI segments: their position, claim and kind of code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from cleanclaim.read.x837.loops import Loops
from cleanclaim.x12.index import Rows, Segments, Slices, word
from cleanclaim.x12.strings import Ints

DIAGNOSES: Final = {
    "ABK": ("principal", 10),
    "BK": ("principal", 9),
    "ABF": ("other", 10),
    "BF": ("other", 9),
    "ABJ": ("admitting", 10),
    "BJ": ("admitting", 9),
    "APR": ("reason_for_visit", 10),
    "PR": ("reason_for_visit", 9),
    "ABN": ("external_cause", 10),
    "BN": ("external_cause", 9),
    "ZZ": ("reason_for_visit", 9),
}
"""Kind and code system of a diagnosis, by qualifier; ZZ is 4010's reason for visit."""
OTHER_CODES: Final = {
    "BG": "condition",
    "BH": "occurrence",
    "BI": "occurrence_span",
    "BE": "value",
    "BBR": "procedure",
    "BBQ": "procedure",
    "BR": "procedure",
    "BQ": "procedure",
    "CAH": "procedure",
    "BP": "anesthesia",
    "BO": "anesthesia",
    "TC": "treatment",
    "DR": "drg",
}
QUALIFIERS: Final = (*DIAGNOSES, *OTHER_CODES)
KINDS: Final = (*(kind for kind, _ in DIAGNOSES.values()), *OTHER_CODES.values())
"""The kind of code, by the qualifier's number in `QUALIFIERS`."""
MOST_READ: Final = 25
"""How many codes of one kind are read for each claim.

No guide allows more, and edits compare diagnoses with each other.
"""
_MOST_IN_SEGMENT: Final = 12


@dataclass(frozen=True, slots=True)
class Composites:
    """The composites of HI segments, in order of appearance.

    Attributes:
        claim: the claim of each, counted from 0 in the block.
        row: its segment.
        given: its position.
        qualifier: its qualifier's position.
        number: the qualifier's number in `QUALIFIERS`, -1 if unknown.
        kind: the number of the first qualifier of the same kind, -1 if unknown.
    """

    claim: Ints
    row: Rows
    given: Slices
    qualifier: Slices
    number: Ints
    kind: Ints

    def read(self) -> Composites:
        """The composites that are read: at most `MOST_READ` of each kind for each claim."""
        if not _beyond(self.claim, MOST_READ).any():
            return self
        kept = np.ones(len(self.claim), dtype=bool)
        for kind in np.unique(self.kind):
            own = np.flatnonzero(self.kind == kind)
            kept[own[_beyond(self.claim[own], MOST_READ)]] = False
        return self.only(kept)

    def only(self, rows: npt.NDArray[np.bool_] | Ints) -> Composites:
        """The composites in these rows."""
        return Composites(
            claim=self.claim[rows],
            row=self.row[rows],
            given=(self.given[0][rows], self.given[1][rows]),
            qualifier=(self.qualifier[0][rows], self.qualifier[1][rows]),
            number=self.number[rows],
            kind=self.kind[rows],
        )


def composites(s: Segments, loops: Loops) -> Composites:
    """The composites of a block's claims."""
    hi = s.find("HI")
    inside, owner = loops.owner_of(hi)
    hi = hi[inside]
    empty = np.zeros(0, np.int64)
    rows, owners, places = [empty], [empty], [np.zeros((2, 0), np.int64)]
    for number in range(1, _MOST_IN_SEGMENT + 1):
        there = s.counts[hi] >= number
        if not there.any():
            break
        start, length = s.element(hi[there], number)
        filled = length > 0
        rows.append(hi[there][filled])
        owners.append(owner[there][filled])
        places.append(np.stack([start[filled], length[filled]]))
    place = np.concatenate(places, axis=1)
    order = np.argsort(place[0], kind="stable")
    given = (place[0][order], place[1][order])
    qualifier = s.component(given, 1)
    words = np.where(qualifier[1] <= 8, s.words(qualifier), np.uint64(0))
    kinds = _numbered(words)
    return Composites(
        claim=np.concatenate(owners)[order],
        row=np.concatenate(rows)[order],
        given=given,
        qualifier=qualifier,
        number=kinds[0],
        kind=kinds[1],
    )


def _numbered(words: npt.NDArray[np.uint64]) -> tuple[Ints, Ints]:
    """The qualifier of each word, ignoring case, and the first qualifier of its kind."""
    number = np.full(len(words), -1, dtype=np.int64)
    for n, code in enumerate(QUALIFIERS):
        number[(words == word(code)) | (words == word(code.lower()))] = n
    first = np.array([*(KINDS.index(kind) for kind in KINDS), -1])
    return number, first[number]


def _beyond(sorted_keys: Ints, most: int) -> npt.NDArray[np.bool_]:
    """True for each key after the first `most` equal ones."""
    over = np.zeros(len(sorted_keys), dtype=bool)
    if len(sorted_keys) > most:
        over[most:] = sorted_keys[most:] == sorted_keys[:-most]
    return over
