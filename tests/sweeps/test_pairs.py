"""200,000 pairs of procedures in both orders, without and with modifiers, against CMS's file."""

from __future__ import annotations

import random
from pathlib import Path

import polars as pl
import pytest

from cleanclaim.edits.samples import medicare
from cleanclaim.reference import Reference
from corpus import plain
from published import Published
from sweeping import disagreements, sweep

DAY = "2024-08-06"
MANY = 200_000
ASSOCIATED = (
    *("E1", "E2", "E3", "E4", "FA", "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "TA", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9"),
    *("LT", "RT", "LC", "LD", "RC", "LM", "RI", "24", "25", "57", "58", "78", "79", "27", "59", "91", "XE", "XS", "XP", "XU"),
)  # fmt: skip
"""NCCI-associated modifiers (NCCI Policy Manual, chapter I, section E)."""
NOT = ("22", "50", "51", "76", "77", "GP", "KX", "RR")


@pytest.fixture(scope="module")
def found(cms: Published, data_dir: Path) -> pl.DataFrame:
    pairs = plain.active_pairs()
    chance = random.Random(15)  # noqa: S311 - a sample, the same for the same seed
    chosen = chance.sample(sorted(pairs), MANY)
    rows = []
    for number, (one, two) in enumerate(chosen):
        first, second = (one, two) if number % 2 else (two, one)
        modifier = (
            (None, *ASSOCIATED, *NOT)[number % (1 + len(ASSOCIATED) + len(NOT))]
            if number % 3 == 0
            else None
        )
        place = number % 6 < 3  # on the first or on the second line
        rows.append(
            (
                first,
                second,
                modifier if place else None,
                None if place else modifier,
                pairs[one, two],
                modifier,
            )
        )
    names = ("first", "second", "modifier_1", "modifier_2", "indicator", "modifier")
    table = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    claim = medicare(from_date=DAY, lines=["99213", "99213"])
    places = {
        "first": "lines.1.procedure_code",
        "second": "lines.2.procedure_code",
        "modifier_1": "lines.1.modifier_1",
        "modifier_2": "lines.2.modifier_1",
    }
    return sweep(claim, table, places, Reference.load(store=cms.store.path), ["NCCI101", "NCCI102"])


def test_no_modifier_helps(found: pl.DataFrame) -> None:
    assert disagreements(found, "NCCI101", pl.col("indicator") == "0").rows() == []


def test_a_modifier_helps(found: pl.DataFrame, reference: Reference) -> None:
    visits = reference.table("visit_codes")["code"].implode()
    is_visit = pl.col("first").is_in(visits) | pl.col("second").is_in(visits)
    is_apart = pl.col("modifier").is_in(ASSOCIATED).fill_null(value=False)
    expected = (pl.col("indicator") == "1") & ~is_apart
    wrong = disagreements(found, "NCCI102", expected)
    assert wrong.filter(~is_visit).rows() == []
    assert wrong.filter("fires").rows() == []  # visits are another edit's
