"""Spans of days: which days claims are from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

import numpy as np
import polars as pl

Span = tuple[date, date]
"""A first and a last day."""
Spans = tuple[Span, ...]
"""Spans in order, with more than `LONGEST_GAP` days between them."""
LONGEST_GAP: Final = 31
"""Claims this many days apart or fewer belong to one span: nothing is missing between them."""
EVERY_DAY: Final[Spans] = ((date.min, date.max),)


def spans_of(*days: pl.Series) -> Spans:
    """The spans that some days make up; nulls are left out."""
    distinct = pl.concat([column.rename("day") for column in days]).drop_nulls().unique().sort()
    if distinct.is_empty():
        return ()
    ends = np.flatnonzero(np.diff(distinct.to_physical().to_numpy()) > LONGEST_GAP)
    first = distinct.gather([0, *(int(end) + 1 for end in ends)]).to_list()
    last = distinct.gather([*(int(end) for end in ends), distinct.len() - 1]).to_list()
    return tuple(zip(first, last, strict=True))


def spans_together(parts: Iterable[Spans]) -> Spans:
    """The spans of several groups of claims, in all."""
    merged: list[Span] = []
    for first, last in sorted(span for part in parts for span in part):
        if merged and (first - merged[-1][1]).days <= LONGEST_GAP:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return tuple(merged)


def to_json(spans: Spans) -> list[list[str]]:
    """Spans as ISO dates."""
    return [[first.isoformat(), last.isoformat()] for first, last in spans]


def from_json(spans: Iterable[Iterable[str]]) -> Spans:
    """Spans from what `to_json` makes."""
    pairs = (tuple(date.fromisoformat(day) for day in span) for span in spans)
    return tuple((first, last) for first, last in pairs)
