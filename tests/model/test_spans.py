"""Which days claims are from."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanclaim.model.spans import EVERY_DAY, from_json, spans_of, spans_together, to_json

_DAY = date(2026, 5, 1)
_DAYS = st.lists(st.integers(0, 400).map(lambda n: _DAY + timedelta(days=n)), max_size=20)


def days(*offsets: int | None) -> pl.Series:
    given = [None if n is None else _DAY + timedelta(days=n) for n in offsets]
    return pl.Series(given, dtype=pl.Date)


@pytest.mark.parametrize(
    ("offsets", "spans"),
    [
        ((), []),
        ((None,), []),
        ((0,), [(0, 0)]),
        ((31, 0, None, 31), [(0, 31)]),
        ((0, 32), [(0, 0), (32, 32)]),
        ((0, 20, 51, 100, 110), [(0, 51), (100, 110)]),
    ],
)
def test_a_gap_of_more_than_31_days_splits(
    offsets: tuple[int | None, ...], spans: list[tuple[int, int]]
) -> None:
    expected = tuple((_DAY + timedelta(days=a), _DAY + timedelta(days=b)) for a, b in spans)
    assert spans_of(days(*offsets)) == expected
    assert from_json(to_json(expected)) == expected


@given(st.lists(_DAYS, max_size=5))
def test_groups_of_claims_have_the_spans_of_all_of_them(groups: list[list[date]]) -> None:
    columns = [pl.Series(group, dtype=pl.Date) for group in groups]
    whole = spans_of(*columns, days())
    assert spans_together(spans_of(column) for column in columns) == whole


def test_every_day_takes_in_all_others() -> None:
    assert spans_together([EVERY_DAY, spans_of(days(0, 100))]) == EVERY_DAY
