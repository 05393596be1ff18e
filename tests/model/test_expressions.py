"""Expressions that edits share."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from cleanclaim.model.expressions import in_ranges

_CODE = st.text("0129", min_size=1, max_size=3)
_RANGE = st.tuples(_CODE, _CODE)


@given(st.lists(st.one_of(st.none(), _CODE), min_size=1, max_size=8), st.lists(_RANGE, min_size=1, max_size=6))  # fmt: skip
def test_one_search_finds_what_each_range_holds(
    codes: list[str | None], ranges: list[tuple[str, str]]
) -> None:
    frame = pl.DataFrame({"code": codes}, schema={"code": pl.String})
    found = frame.select(in_ranges("code", ranges)).to_series().fill_null(value=False).to_list()
    assert found == [
        code is not None and any(first <= code <= last for first, last in ranges) for code in codes
    ]
