"""Sentences with values filled in: as Polars' own, on frames of any chunks."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from cleanclaim.text.wording import worded

FRAME = pl.DataFrame(
    {
        "code": ["99213", None, "J1885", "A", "B"],
        "units": [1, 2, 3, None, 5],
        "rate": [1.0, 2.5, None, 4.0, 5.25],
        "day": [date(2026, 5, 12)] * 5,
        "row": range(5),
    }
)


def test_text_is_what_polars_own_function_writes() -> None:
    for template, names in (
        ("{} units of {} on {}", ("units", "code", "day")),
        ("{}", ("rate",)),
        ("at {}%", ("rate",)),
        ("no gap", ()),
    ):
        ours = FRAME.select(worded(template, *names).alias("text"))
        theirs = FRAME.select(pl.format(template, *names).alias("text"))  # noqa: TID251 - what is compared with
        assert ours.equals(theirs), template


@pytest.mark.parametrize("first", range(6))
@pytest.mark.parametrize("kept", [(0,), (4,), (3, 4), (0, 4), (1, 2, 3)])
def test_chunks_make_no_difference(first: int, kept: tuple[int, ...]) -> None:
    parts = pl.concat([FRAME.head(first), FRAME.slice(first)], rechunk=False)
    text = worded("{} of {}", "units", "code").alias("text")
    chosen = pl.col("row").is_in(kept)
    whole = FRAME.filter(chosen).select(text)
    assert parts.filter(chosen).select(text).equals(whole)
    assert parts.lazy().filter(chosen).select(text).collect().equals(whole)


def test_gaps_and_values_must_agree() -> None:
    with pytest.raises(ValueError, match="2 gaps and 1 values"):
        worded("{} {}", "code")
