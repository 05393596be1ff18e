"""Which codes exclude each other (Excludes1), or belong together, by the notes they inherit."""

from __future__ import annotations

import zipfile
from datetime import date
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cleanclaim.reference import Reference
from cleanclaim.reference.icd10cm import (
    excludes1_between,
    excludes1_candidates,
    note_links,
    notes_of,
)
from cleanclaim.reference.tabular import compile_tabular


def excludes1_pairs(reference: Reference, codes: pl.Series) -> pl.DataFrame:
    """The pairs among some codes that an Excludes1 note forbids, as the edit finds them."""
    known = codes.drop_nulls().unique(maintain_order=True)
    one_claim = pl.Series([1] * len(known), dtype=pl.Int64)
    later, earlier = excludes1_candidates(reference, one_claim, known)
    candidates = pl.DataFrame({"code": known[later], "other_code": known[earlier]})
    return excludes1_between(reference, candidates)


def pairs(reference: Reference, *codes: str) -> set[frozenset[str]]:
    found = excludes1_pairs(reference, pl.Series(codes))
    assert found.columns == ["code", "other_code", "note_id", "owner", "text", "heading"]
    shown = [frozenset(pair) for pair in found.select("code", "other_code").iter_rows()]
    assert len(shown) == len(set(shown)), "each pair appears once"
    return set(shown)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("E109", "E119"),  # each names the other
        ("M5450", "F4541"),  # the note stands at the category M54
        ("M5459", "S39012A"),  # a seventh-character code below the code named
        ("O0900", "Z331"),  # named by a range that ends in a letter, O00-O9A
        ("E109", "P702"),  # the note stands at the chapter
        ("S060X0A", "S0610AA"),  # a reference without parentheses
        ("F0781", "S060X1A"),  # the seventh character A …
        ("C9101", "Z856"),
    ],
)
def test_these_exclude_each_other_in_either_order(
    reference: Reference, one: str, other: str
) -> None:
    assert pairs(reference, one, other) == {frozenset((one, other))}
    assert pairs(reference, other, one) == {frozenset((one, other))}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("F0781", "S060X1S"),  # … and not S
        ("E119", "Z794"),  # a use additional code
        ("I10", "E119"),
        ("D729", "D72824"),  # D72 names D72.824 in its own Excludes1: a code can't exclude itself
        ("M2600", "M278"),  # the same at a section
        ("F067", "I6902"),  # I69.01-I69.11- is two references, not a range
        ("E109", "E109"),
    ],
)
def test_these_do_not(reference: Reference, one: str, other: str) -> None:
    assert pairs(reference, one, other) == set()


def test_a_pair_shows_the_code_that_carries_the_note(reference: Reference) -> None:
    row = excludes1_pairs(reference, pl.Series(["F4541", "M5450"])).row(0, named=True)
    assert (row["code"], row["other_code"], row["owner"]) == ("M5450", "F4541", "M54")
    assert row["text"] == "psychogenic dorsalgia (F45.41)"


def test_missing_or_unknown_codes_have_no_pair(reference: Reference) -> None:
    for codes in ([], [None], ["E109"], ["NOTACODE", "E10", ""]):
        assert excludes1_pairs(reference, pl.Series(codes, dtype=pl.String)).is_empty()


def test_pairs_are_those_found_note_by_note(reference: Reference) -> None:
    """The joins against a plain reading of the same notes, one code and note at a time."""
    codes = [
        *reference.table("icd10cm")["code"].sample(250, seed=11),
        *("E109", "E119", "M5450", "F4541", "Z331", "O0900", "S060X0A", "S0610AA", "D729"),
    ]
    kept = reference.table("icd10cm_notes").filter(pl.col("kind") == "excludes1")["note_id"]
    scopes: dict[int, list[str]] = {n: [] for n in kept}
    targets: dict[int, list[tuple[str, int | None, str | None]]] = {n: [] for n in kept}
    for note, prefix in reference.table("icd10cm_note_scopes").select("note_id", "prefix").rows():
        if note in scopes:
            scopes[note].append(prefix)
    columns = ("note_id", "prefix", "char_position", "characters")
    for note, *target in reference.table("icd10cm_note_targets").select(columns).rows():
        if note in targets:
            targets[note].append(tuple(target))
    expected = set()
    for note, own in scopes.items():
        carriers = [(c, p) for c in codes for p in own if c.startswith(p)]
        named = [
            c
            for c in codes
            for prefix, at, allowed in targets[note]
            if c.startswith(prefix)
            and (at is None or (len(c) >= at and c[at - 1] in (allowed or "")))
        ]
        expected |= {
            frozenset((c, other)) for c, p in carriers for other in named if not other.startswith(p)
        }
    assert pairs(reference, *codes) == expected
    assert len(expected) > 50


def test_the_candidates_leave_out_no_pair(reference: Reference) -> None:
    codes = reference.table("icd10cm")["code"].sample(300, seed=5)
    asked = pl.DataFrame(
        list(combinations(codes.to_list(), 2)), schema=["other_code", "code"], orient="row"
    )
    assert_frame_equal(excludes1_between(reference, asked), excludes1_pairs(reference, codes))
    assert excludes1_between(reference, asked.clear()).is_empty()


def test_note_links_show_what_satisfies_a_note(reference: Reference) -> None:
    own = pl.DataFrame({"code": ["F0280", "G309", "E119", "Z794", "I10"]})
    codes = own.join(own.rename({"code": "target_code"}), how="cross")
    first = note_links(reference, codes, "code_first")
    assert first.select("code", "target_code", "owner").rows() == [("F0280", "G309", "F02")]
    additional = note_links(reference, codes, "use_additional")
    assert set(additional.select("code", "target_code").rows()) == {
        ("E119", "Z794"),
        ("G309", "F0280"),
    }


def test_notes_of_show_what_else_is_needed(reference: Reference) -> None:
    found = notes_of(reference, pl.Series(["E119", "I10", "R079"]), "use_additional")
    insulin = found.filter(pl.col("code") == "E119", pl.col("text") == "insulin (Z79.4)")
    assert insulin.select("owner", "heading", "is_exhaustive").rows() == [
        ("E11", "code to identify control using:", True)
    ]
    asked = found.filter(pl.col("container") == insulin["container"][0])
    assert asked.height == 4  # any of the four satisfies the box
    assert "R079" not in found["code"].to_list()


def test_five_thousand_codes_are_paired(reference: Reference) -> None:
    codes = reference.table("icd10cm")["code"].sample(5_000, seed=1)
    assert excludes1_pairs(reference, codes).height > 10_000


@pytest.mark.parametrize(
    ("archive", "day", "newly_apart", "no_longer_apart"),
    [
        ("icd10cm-tables-FY2021.zip", date(2021, 1, 1), 0.005, 0.10),
        ("icd10cm-tables-April-2025.zip", date(2025, 4, 1), 0.0, 0.03),
    ],
)
def test_the_newest_notes_rarely_flag_an_older_claim(
    reference: Reference,
    published: Path,
    tmp_path: Path,
    *,
    archive: str,
    day: date,
    newly_apart: float,
    no_longer_apart: float,
) -> None:
    """One release's notes are used for all years, because publishers remove more exclusions than they add."""
    with zipfile.ZipFile(published / archive) as packed:
        name = next(n for n in packed.namelist() if "tabular" in n.lower() and n.endswith(".xml"))
        (tmp_path / "older.xml").write_bytes(packed.read(name))
    older = reference
    for table, rows in compile_tabular(tmp_path / "older.xml").items():
        older = older.with_table(table, rows.with_columns(pl.lit("older").alias("release")))
    in_both_years = reference.table("icd10cm").filter(
        pl.lit(day).is_between("valid_from", "valid_to"),
        pl.lit(date(2026, 4, 1)).is_between("valid_from", "valid_to"),
        pl.col("code").str.contains("^[A-RUZ].{2,5}$"),  # injuries would outnumber all others
    )
    codes = in_both_years["code"].sample(5_000, seed=1)
    now, then = (
        {frozenset(p) for p in excludes1_pairs(r, codes).select("code", "other_code").iter_rows()}
        for r in (reference, older)
    )
    assert len(now) > 10_000
    assert len(now - then) <= newly_apart * len(now)
    assert len(then - now) <= no_longer_apart * len(then)
