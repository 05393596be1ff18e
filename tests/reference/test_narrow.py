from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cleanclaim.reference import Reference
from cleanclaim.reference.narrow import rows_of

CODES = st.text(alphabet="AB1X", max_size=3)


@given(st.lists(CODES), st.lists(st.one_of(CODES, st.none())))
def test_rows_are_those_of_a_filter(codes: list[str], keys: list[str | None]) -> None:
    table = pl.DataFrame(
        {"code": sorted(codes), "n": range(len(codes))}, schema_overrides={"code": pl.String}
    )
    wanted = pl.Series(keys, dtype=pl.String)
    expected = table.filter(pl.col("code").is_in(wanted.drop_nulls().to_list()))
    assert_frame_equal(rows_of(table, wanted), expected)


@pytest.mark.parametrize("many", [0, 1, 1_000, 1_001, 20_000])
def test_few_and_many_codes_give_the_same_rows(reference: Reference, many: int) -> None:
    table = reference.table("icd10cm")
    codes = table["code"].sample(many, seed=7)
    expected = table.filter(pl.col("code").is_in(codes.implode()))
    assert_frame_equal(reference.narrow("icd10cm", codes), expected)


def test_without_codes_there_are_no_rows(reference: Reference) -> None:
    assert reference.narrow("icd10cm", pl.Series([None])).is_empty()
    assert reference.narrow("icd10cm", pl.Series([], dtype=pl.String)).is_empty()
