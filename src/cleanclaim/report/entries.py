"""Findings, and what was not checked, as JSON objects: a text each, by which the JSON formats write reports of any size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from cleanclaim.report.result import JSON_KEYS, NOT_CHECKED_KEYS, Results
from cleanclaim.text.escaping import json_safe

_EVIDENCE: Final = JSON_KEYS.index("evidence")
_AT_ONCE: Final = 10_000
"""So many objects are held as text at a time."""


def findings(results: Results) -> Iterator[list[str]]:
    """The findings in their order, some thousand objects at a time."""
    for part in results.findings_parts():
        yield from _texts(part, _finding())


def not_checked(results: Results) -> Iterator[list[str]]:
    """What could not be judged, some thousand objects at a time."""
    for part in results.not_checked_parts():
        yield from _texts(part, pl.struct(NOT_CHECKED_KEYS).struct.json_encode())


def _finding() -> pl.Expr:
    """One finding; its evidence, which is JSON already, is set in as it stands."""
    return pl.concat_str(
        pl.struct(JSON_KEYS[:_EVIDENCE]).struct.json_encode().str.strip_suffix("}"),
        pl.lit(',"evidence":'),
        pl.col("evidence").fill_null("{}"),
        pl.lit(","),
        pl.struct(JSON_KEYS[_EVIDENCE + 1 :]).struct.json_encode().str.strip_prefix("{"),
    )


def _texts(rows: pl.DataFrame, text: pl.Expr) -> Iterator[list[str]]:
    for some in rows.iter_slices(_AT_ONCE):
        yield [json_safe(one) for one in some.select(text).to_series()]
