"""Tests taken apart mark the rows that they mark as a whole."""

from __future__ import annotations

from functools import reduce
from operator import and_

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanclaim.engine.row_tests import conditions_of, met, plan_of

_COLUMNS = ("a", "b", "c")
_MAYBE = st.sampled_from([True, False, None])
_SIMPLE = st.one_of(
    st.sampled_from([pl.col(name) for name in _COLUMNS]),
    st.sampled_from([~pl.col("a"), pl.col("b").fill_null(value=False), pl.col("a") | pl.col("c")]),
    st.sampled_from([pl.col("a").is_null(), pl.col("n") == 1, pl.col("n").is_in([1, 2])]),
    st.sampled_from([pl.lit(value=True), pl.col("a").any(), pl.col("n") == pl.col("n").max()]),
)
_CHAIN = st.lists(_SIMPLE, min_size=1, max_size=4).map(lambda parts: reduce(and_, parts))
_TEST = st.one_of(
    _CHAIN,
    _CHAIN.map(lambda test: test.fill_null(value=False)),
    st.builds(lambda one, other: one & other.fill_null(value=False), _CHAIN, _CHAIN),
)
_ROW = st.fixed_dictionaries({**dict.fromkeys(_COLUMNS, _MAYBE), "n": st.sampled_from([1, 2, 3])})
_TYPES = {**dict.fromkeys(_COLUMNS, pl.Boolean), "n": pl.Int64}


@given(st.lists(_ROW, min_size=1, max_size=6), st.lists(_TEST, min_size=1, max_size=12))
def test_each_test_marks_the_same_rows_as_by_itself(
    rows: list[dict[str, object]], tests: list[pl.Expr]
) -> None:
    frame = pl.DataFrame(rows, schema=_TYPES)
    named = {f"T{n}": test.alias(f"T{n}") for n, test in enumerate(tests)}
    found = met(frame, plan_of(named))
    for name, test in named.items():
        whole = frame.with_columns(test)[name].fill_null(value=False)
        marks = found.get(name)
        assert (whole.to_list() if whole.any() else None) == (None if marks is None else marks.tolist())  # fmt: skip


def test_conditions_are_what_a_test_joins_by_and() -> None:
    a, b, c = (pl.col(name) for name in _COLUMNS)
    parts = conditions_of(((a & b) & (c | a)).alias("test"))
    assert [str(part) for part in parts] == [str(a), str(b), str(c | a)]
    assert len(conditions_of((a & b).fill_null(value=False) & c)) == 3
    assert len(conditions_of((a & b).fill_null(value=True))) == 1
    assert len(conditions_of(a | b)) == 1
    assert len(conditions_of(~(a & b))) == 1
    assert len(conditions_of(a ^ b)) == 1


def test_a_condition_of_several_tests_is_kept_once() -> None:
    long, other = ["x"] * 50, [*["x"] * 49, "y"]  # whose texts are cut before they differ
    tests = {"A": pl.col("a") & pl.col("s").is_in(long), "B": pl.col("a") & pl.col("s").is_in(other)}  # fmt: skip
    assert len(plan_of(tests).conditions) == 3


def test_what_no_row_can_meet_any_more_is_not_worked_out() -> None:
    seen: list[int] = []

    def look(column: pl.Series) -> pl.Series:
        seen.append(len(column))
        return column == 1

    late = pl.col("n").map_batches(look, return_dtype=pl.Boolean)
    frame = pl.DataFrame({"a": [False, None], "n": [1, 2]})
    assert met(frame, plan_of({"T": pl.col("a") & late})) == {}
    assert seen == []
    found = met(frame, plan_of({"T": pl.col("a").is_null() & late}))
    assert (found, seen) == ({}, [2])


def test_a_condition_that_is_no_condition_is_an_error() -> None:
    with pytest.raises(TypeError, match="Int64"):
        met(pl.DataFrame({"n": [1]}), plan_of({"T": pl.col("n")}))
