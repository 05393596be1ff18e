"""Whether the loaded claims reach as far back as an edit must look."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from cleanclaim.derived.claims import Claims
from cleanclaim.derived.looking_back import beyond_history, covered_since, is_covered
from cleanclaim.edits.samples import professional
from cleanclaim.model.spans import Spans
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference

_AUGUST = (date(2024, 8, 1), date(2024, 8, 31))
_SPRING = (date(2026, 2, 1), date(2026, 5, 12))
_FIRST = pl.col("from_date") - pl.duration(days=90)
_DAY = date(2026, 5, 12)


def claims(reference: Reference, *spans: tuple[date, date]) -> Claims:
    batch = replace(batch_of([professional()]), covered=spans)
    return Claims.of(batch, reference)


@pytest.mark.parametrize(
    ("day", "since"),
    [
        (date(2026, 5, 12), date(2026, 2, 1)),
        (date(2026, 2, 1), date(2026, 2, 1)),
        (date(2026, 1, 31), None),
        (date(2024, 8, 31), date(2024, 8, 1)),
        (date(2024, 7, 31), None),
        (date(2026, 5, 13), None),
        (None, None),
    ],
)
def test_since_when_claims_are_loaded(
    day: date | None, since: date | None, reference: Reference
) -> None:
    loaded = claims(reference, _AUGUST, _SPRING)
    days = pl.Series("from_date", [day, day, None], dtype=pl.Date)
    asked = pl.DataFrame({"claim_key": [0, 0, 0], "from_date": days})
    assert covered_since(loaded, asked, "from_date").to_list() == [since, since, None]


def test_claims_that_know_nothing_of_each_other(reference: Reference) -> None:
    """Each is judged by the days of its own claims."""
    batch = batch_of([professional(claim_id="A"), professional(claim_id="B", member_id="W9")])
    apart = replace(batch, covered_apart={0: (_SPRING,), 1: ((_DAY, _DAY),)})
    loaded = Claims.of(apart, reference)
    assert covered_since(loaded, loaded.lines, "from_date").to_list() == [_SPRING[0], _DAY]
    assert is_covered(loaded, loaded.lines, _FIRST).to_list() == [True, False]
    [row] = beyond_history(
        loaded, loaded.lines, first=_FIRST, period="x", purpose="to see"
    ).to_dicts()
    assert row["claim_key"] == 1
    assert row["reason"].endswith("those loaded are from 2026-05-12")
    with pytest.raises(ValueError, match="nothing of each other"):
        _ = loaded.covered


@pytest.mark.parametrize(
    ("first", "is_far_enough"),
    [(_DAY - timedelta(days=90), True), (_DAY - timedelta(days=89), False)],
)
def test_every_day_of_the_window_must_be_covered(
    first: date, is_far_enough: bool, reference: Reference
) -> None:
    loaded = claims(reference, (first, _DAY))
    assert is_covered(loaded, loaded.lines, _FIRST).to_list() == [is_far_enough]
    far = beyond_history(
        loaded, loaded.lines, first=_FIRST, period="the 90 days before", purpose="to see"
    )
    assert far.height == (0 if is_far_enough else 1)


def test_a_line_without_a_day_is_another_edits_business(reference: Reference) -> None:
    loaded = claims(reference, _SPRING)
    lines = loaded.lines.with_columns(pl.lit(None, pl.Date).alias("from_date"))
    assert is_covered(loaded, lines, _FIRST).to_list() == [None]
    assert beyond_history(loaded, lines, first=_FIRST, period="a", purpose="b").is_empty()


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ((), "no earlier claims are loaded"),
        (((_DAY, _DAY),), "those loaded are from 2026-05-12"),
        ((_AUGUST, (_DAY, _DAY)), "those loaded are from 2024-08-01 to 2024-08-31 and 2026-05-12"),
        (
            ((date(2020, 1, 1), date(2020, 1, 1)), _AUGUST, (_DAY, _DAY)),
            "those loaded are from 2024-08-01 to 2024-08-31, 2026-05-12 and earlier days",
        ),
    ],
)
def test_the_reason_says_what_is_loaded_and_what_is_needed(
    spans: Spans, words: str, reference: Reference
) -> None:
    loaded = claims(reference, *spans)
    [row] = beyond_history(
        loaded, loaded.lines, first=_FIRST, period="the 90 days before", purpose="to see"
    ).to_dicts()
    assert row == {
        "claim_key": 0,
        "line_number": 1,
        "reason": f"to see, claims of the 90 days before are needed; {words}",
        "supply": "--history with the patients' claims of the 90 days before",
        "table": "history",
        "procedure_code": None,
    }
