"""The `diagnoses` and `claim_codes` tables: the composites of HI segments."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from cleanclaim.model import MONEY
from cleanclaim.read.x837.cells import Cells
from cleanclaim.read.x837.composites import DIAGNOSES, KINDS, Composites
from cleanclaim.x12.index import Slices
from cleanclaim.x12.strings import Ints, nulls

_RANKED: Final = ("principal", "other", "admitting", "reason_for_visit", "external_cause")


def code_tables(c: Cells) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The diagnoses and the other codes of a block."""
    every = c.composites.read()
    return _diagnoses(c, every), _claim_codes(c, every)


def _diagnoses(c: Cells, every: Composites) -> pl.DataFrame:
    """The diagnoses: those that lines can point to come first, in order.

    Admitting, reason-for-visit and external-cause ones follow.
    """
    s = c.s
    rank = np.array([max(_RANKED.index(kind) - 1, 0) for kind, _ in DIAGNOSES.values()])
    kept = np.flatnonzero((every.number >= 0) & (every.number < len(DIAGNOSES)))
    ranks = rank[every.number[kept]]
    if ranks.any():
        kept = kept[np.lexsort((kept, ranks, every.claim[kept]))]
    own = every.only(kept)
    number, key, given = own.number, own.claim + c.origin.first_claim_key, own.given
    sent = s.component(given, 2)
    code = c.code(sent)
    plain = code.str.replace_all(".", "", literal=True) if c.has_point(sent) else code
    plain = plain.replace("", None) if c.has_point(sent) else plain
    return pl.DataFrame(
        {
            "claim_key": key,
            "diagnosis_number": _ordinals(key),
            "diagnosis_code": plain,
            "code_qualifier": c.code(own.qualifier),
            "diagnosis_type": pl.Series([kind for kind, _ in DIAGNOSES.values()]).gather(number),
            "icd_version": np.array([version for _, version in DIAGNOSES.values()])[number],
            "present_on_admission_code": c.code(s.component(given, 9)),
            "code_as_sent": _as_sent(c, sent, plain),
            "position": c.position(sent[0], own.row),
        }
    )


def _as_sent(c: Cells, sent: Slices, plain: pl.Series) -> pl.Series:
    """The code as sent, if blanks, dots or lower case were removed from it."""
    block = c.s.block
    if not (block.is_padded or c.has_point(sent) or block.has_lower(*sent)):
        return nulls(len(plain), pl.String)
    text = block.strings(*sent, strip=False)
    same = (text == plain).fill_null(value=True)
    return text.set(same, None)


def _ordinals(keys: Ints) -> Ints:
    """1, 2, 3 … within each run of equal keys (which ascend)."""
    return np.arange(1, len(keys) + 1) - np.searchsorted(keys, keys)


def _claim_codes(c: Cells, every: Composites) -> pl.DataFrame:
    s = c.s
    own = every.only(every.number >= len(DIAGNOSES))
    given = own.given
    code = s.component(given, 2)
    start, length = s.component(given, 4)
    is_span = length >= 17
    last = (np.where(is_span, start + 9, start), np.where(is_span, 8, length))
    kinds = pl.Series(KINDS)
    has_no_end = (pl.col("kind") == "occurrence_span") & ~pl.Series(is_span)
    return pl.DataFrame(
        {
            "claim_key": own.claim + c.origin.first_claim_key,
            "kind": kinds.gather(own.number),
            "code_qualifier": c.code(own.qualifier),
            "code": c.code(code),
            "from_date": c.days((start, length)),
            "to_date": c.days(last),
            "amount": c.number(s.component(given, 5), MONEY),
            "position": c.position(code[0], own.row),
        }
    ).with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("claim_key", "kind").alias("ordinal"),
        pl.when(~has_no_end).then("to_date").alias("to_date"),
    )
