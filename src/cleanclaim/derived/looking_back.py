"""How far an edit looks back, and whether the loaded claims reach that far.

The loaded claims, earlier ones and those being checked, are from some days. A gap of more than 31
days between them means that claims are missing there. What an edit doesn't find in earlier claims
counts only if they cover all the days that it must look at; what it finds counts in any case.
"""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import polars as pl

from cleanclaim.text.wording import worded

if TYPE_CHECKING:
    from datetime import date

    from cleanclaim.derived.claims import Claims
    from cleanclaim.model.spans import Spans

HISTORY: Final = "history"
"""The `table` of rows of `not_checked` for which earlier claims are missing."""
_KEYS: Final = ("claim_key", "line_number", "diagnosis_number")
_SHOWN: Final = 2
"""How many spans of days are named, the latest ones."""


def covered_since(claims: Claims, asked: pl.DataFrame, on: str) -> pl.Series:
    """For each row the first day since when claims are loaded without a gap; null if none are loaded for the row's own day.

    Args:
        claims: the claims.
        asked: with claim_key and the day that `on` names.
        on: the column with the row's own day.
    """
    apart = claims.covered_apart
    if apart is not None:
        rows = asked.select("claim_key", on).iter_rows()
        return pl.Series("since", [_since(apart[key], day) for key, day in rows], dtype=pl.Date)
    distinct = asked[on].drop_nulls().unique()
    since = [_since(claims.covered, day) for day in distinct]
    known = pl.DataFrame({on: distinct, "since": pl.Series(since, dtype=pl.Date)})
    return asked.select(on).join(known, on=on, how="left", maintain_order="left")["since"]


def _since(spans: Spans, day: date | None) -> date | None:
    """The first day of the span that a day is in."""
    at = -1 if day is None else bisect_right(spans, day, key=itemgetter(0)) - 1
    return spans[at][0] if day is not None and at >= 0 and day <= spans[at][1] else None


def is_covered(
    claims: Claims, asked: pl.DataFrame, first: pl.Expr, on: str = "from_date"
) -> pl.Series:
    """Whether claims are loaded for each row's days, from `first` to the row's own day; null if the row has no day."""
    since = covered_since(claims, asked, on)
    reaches = (pl.lit(since) <= first).fill_null(value=False)
    return asked.select(
        pl.when(pl.col(on).is_not_null()).then(reaches).alias("is_covered")
    ).to_series()


def beyond_history(
    claims: Claims,
    asked: pl.DataFrame | pl.LazyFrame,
    *,
    first: pl.Expr,
    period: str | pl.Expr,
    purpose: str,
    on: str = "from_date",
) -> pl.DataFrame:
    """The rows for which the loaded claims don't reach back far enough, as rows of `not_checked`.

    If the edit finds something on such a row, the engine leaves it out here.

    Args:
        claims: the claims.
        asked: what looks back: keys, and the day that `on` names.
        first: the first day that must be covered.
        period: the days that must be covered, in words: "the 3 years before".
        purpose: why the edit looks back: "to tell whether the patient is new".
        on: the column with the row's own day.
    """
    rows = asked.lazy().collect()
    far = rows.filter(~is_covered(claims, rows, first, on))
    words = pl.lit(period) if isinstance(period, str) else period
    needed = worded(f"{purpose}, claims of {{}} are needed; {{}}", words, _loaded_for(claims, far))
    return far.select(
        *(name for name in _KEYS if name in far.columns),
        needed.alias("reason"),
        worded("--history with the patients' claims of {}", words).alias("supply"),
        pl.lit(HISTORY).alias("table"),
        pl.lit(None, pl.String).alias("procedure_code"),
    ).unique(maintain_order=True)


def _loaded_for(claims: Claims, rows: pl.DataFrame) -> pl.Expr:
    """The days that each row's loaded claims are from, in words."""
    apart = claims.covered_apart
    if apart is None:
        return pl.lit(_loaded(claims.covered))
    return pl.lit(pl.Series([_loaded(apart[key]) for key in rows["claim_key"]], dtype=pl.String))


def _loaded(spans: Spans) -> str:
    """The days that the loaded claims are from, in words."""
    if not spans:
        return "no earlier claims are loaded"
    shown = [
        str(first) if first == last else f"{first} to {last}" for first, last in spans[-_SHOWN:]
    ]
    days = [*shown, *(["earlier days"] if len(spans) > _SHOWN else [])]
    *others, last = days
    return f"those loaded are from {', '.join(others)}{' and ' if others else ''}{last}"
