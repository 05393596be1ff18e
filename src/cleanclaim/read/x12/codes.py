"""The `diagnoses` and `claim_codes` tables: the composites of HI segments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.model import MONEY
from cleanclaim.read.x12.cells import Cells
from cleanclaim.read.x12.index import Rows, Slices, word
from cleanclaim.read.x12.strings import Ints, nulls

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
"""Kind and code system of a diagnosis by its qualifier; ZZ is 4010's reason for visit."""
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
_MOST_CODES: Final = 12
"""Composites in an HI segment."""
_KINDS: Final = ("principal", "other", "admitting", "reason_for_visit", "external_cause")


def code_tables(c: Cells) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The diagnoses and the other codes of a block."""
    every = _composites(c)
    return _diagnoses(c, every), _claim_codes(c, every)


@dataclass(frozen=True, slots=True)
class Composites:
    """The composites of HI segments.

    Attributes:
        key: the claim of each.
        row: its segment.
        given: where it stands.
        qualifier: where its qualifier stands, and `word` what that is.
    """

    key: Ints
    row: Rows
    given: Slices
    qualifier: Slices
    word: npt.NDArray[np.uint64]


def _composites(c: Cells) -> Composites:
    """One row a composite, in order of appearance."""
    s = c.s
    hi = s.find("HI")
    inside, owner = c.loops.owner_of(hi)
    hi = hi[inside]
    rows: list[Ints] = []
    owners: list[Ints] = []
    places: list[Ints] = []
    for number in range(1, _MOST_CODES + 1):
        there = s.counts[hi] >= number
        if not there.any():
            break
        start, length = s.element(hi[there], number)
        filled = length > 0
        rows.append(hi[there][filled])
        owners.append(owner[there][filled])
        places.append(np.stack([start[filled], length[filled]]))
    empty = np.zeros(0, np.int64)
    place = np.concatenate(places, axis=1) if places else np.zeros((2, 0), np.int64)
    order = np.argsort(place[0], kind="stable")
    row = np.concatenate([empty, *rows])[order]
    given = (place[0][order], place[1][order])
    qualifier = s.component(given, 1)
    words = s.words(qualifier)
    return Composites(
        key=np.concatenate([empty, *owners])[order] + c.origin.first_claim_key,
        row=row,
        given=given,
        qualifier=qualifier,
        word=np.where(qualifier[1] <= 8, words, np.uint64(0)),
    )


def _diagnoses(c: Cells, every: Composites) -> pl.DataFrame:
    """What lines point at first, in order; then admitting, reason-for-visit and external-cause diagnoses."""
    s = c.s
    known = list(DIAGNOSES)
    number = _numbered(every.word, known)
    rank = np.array([max(_KINDS.index(DIAGNOSES[code][0]) - 1, 0) for code in known])
    kept = np.flatnonzero(number >= 0)
    ranks = rank[number[kept]]
    if ranks.any():
        kept = kept[np.lexsort((kept, ranks, every.key[kept]))]
    number, key, given = number[kept], every.key[kept], (every.given[0][kept], every.given[1][kept])
    sent = s.component(given, 2)
    code = c.code(sent)
    plain = code.str.replace_all(".", "", literal=True) if c.has_point(sent) else code
    plain = plain.replace("", None) if c.has_point(sent) else plain
    return pl.DataFrame(
        {
            "claim_key": key,
            "diagnosis_number": _ordinals(key),
            "diagnosis_code": plain,
            "code_qualifier": c.code((every.qualifier[0][kept], every.qualifier[1][kept])),
            "diagnosis_type": pl.Series([kind for kind, _ in DIAGNOSES.values()]).gather(number),
            "icd_version": np.array([version for _, version in DIAGNOSES.values()])[number],
            "present_on_admission_code": c.code(s.component(given, 9)),
            "code_as_sent": _as_sent(c, sent, plain),
            "position": c.position(sent[0], every.row[kept]),
        }
    )


def _as_sent(c: Cells, sent: Slices, plain: pl.Series) -> pl.Series:
    """The code as it stands, where blanks, points or lower case were taken out of it."""
    block = c.s.block
    if not (block.is_padded or c.has_point(sent) or block.has_lower(*sent)):
        return nulls(len(plain), pl.String)
    text = block.strings(*sent, strip=False)
    same = (text == plain).fill_null(value=True)
    return text.set(same, None)


def _numbered(words: npt.NDArray[np.uint64], codes: list[str]) -> Ints:
    """Which of the codes each word is, lower case allowed; -1 for none."""
    number = np.full(len(words), -1, dtype=np.int64)
    for n, code in enumerate(codes):
        number[(words == word(code)) | (words == word(code.lower()))] = n
    return number


def _ordinals(keys: Ints) -> Ints:
    """1, 2, 3 … within each run of equal keys (which ascend)."""
    return np.arange(1, len(keys) + 1) - np.searchsorted(keys, keys)


def _claim_codes(c: Cells, every: Composites) -> pl.DataFrame:
    s = c.s
    number = _numbered(every.word, list(OTHER_CODES))
    kept = np.flatnonzero(number >= 0)
    given = (every.given[0][kept], every.given[1][kept])
    code = s.component(given, 2)
    start, length = s.component(given, 4)
    is_span = length >= 17
    last = (np.where(is_span, start + 9, start), np.where(is_span, 8, length))
    kinds = pl.Series(list(OTHER_CODES.values()))
    return pl.DataFrame(
        {
            "claim_key": every.key[kept],
            "kind": kinds.gather(number[kept]),
            "code_qualifier": c.code((every.qualifier[0][kept], every.qualifier[1][kept])),
            "code": c.code(code),
            "from_date": c.days((start, length)),
            "to_date": c.days(last),
            "amount": c.number(s.component(given, 5), MONEY),
            "position": c.position(code[0], every.row[kept]),
        }
    ).with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("claim_key", "kind").alias("ordinal")
    )
