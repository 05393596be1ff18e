"""Every unit limit at and above its value, on one line and over two, by its adjudication indicator, against CMS's files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cleanclaim.edits.samples import institutional, medicare
from cleanclaim.reference import Reference
from corpus import plain
from published import Published
from sweeping import disagreements, sweep

DAY = "2024-08-06"
EDITS = {1: "QTY101", 2: "QTY102", 3: "QTY103"}
SCHEMA = {
    "code": pl.String,
    "first": pl.Int64,
    "second": pl.Int64,
    "value": pl.Int64,
    "indicator": pl.Int64,
}


@pytest.mark.parametrize("kind", ["practitioner", "hospital"])
def test_limits(kind: str, cms: Published, data_dir: Path) -> None:
    reference = Reference.load(store=cms.store.path)
    limits = plain.limits(kind)
    assert len(limits) > 14_000
    rows = pl.DataFrame(
        [
            (code, first, second, value, indicator)
            for code, (value, indicator) in limits.items()
            for first, second in {(value or 1, 0), (value + 1, 0), (max(value, 1), 1)}
        ],
        schema=SCHEMA,
        orient="row",
    )
    rows = rows.with_columns(
        pl.when(pl.col("second") > 0).then("code").otherwise(pl.lit("J3490")).alias("other"),
        pl.col("second").clip(1).alias("two"),
    )
    lines: list[dict[str, Any]] = [
        {"procedure_code": "99213"},
        {"procedure_code": "99213", "modifier_1": "59"},
    ]
    claim = (medicare if kind == "practitioner" else institutional)(
        from_date=DAY, lines=lines, **({} if kind == "practitioner" else {"to_date": DAY})
    )
    places = {
        "code": "lines.1.procedure_code",
        "first": "lines.1.units",
        "other": "lines.2.procedure_code",
        "two": "lines.2.units",
    }
    found = sweep(
        claim,
        rows.filter(pl.col("code") != "J3490"),
        places,
        reference,
        [*EDITS.values(), "QTY104"],
    )
    value, first, second = (pl.col(name) for name in ("value", "first", "second"))
    over = {1: first > value, 2: first + second > value, 3: first + second > value}
    for indicator, edit in EDITS.items():
        expected = (pl.col("indicator") == indicator) & (value > 0) & over[indicator]
        assert disagreements(found, edit, expected).rows() == [], edit
    assert disagreements(found, "QTY104", value == 0).rows() == []
