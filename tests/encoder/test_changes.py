"""What changed between two days, and what it affects."""

from __future__ import annotations

import csv
import gzip
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from cleanclaim.encoder import Encoder
from cleanclaim.encoder.changes import (
    ADDED,
    CHANGED,
    ENDED,
    EVERY,
    MADE_BILLABLE,
    MADE_CATEGORY,
    NOTE_ADDED,
    NOTE_REMOVED,
    REVISED,
)
from cleanclaim.encoder.changes_text import changes_json, changes_text
from cleanclaim.errors import ConfigError, InputError


def codes(rows: pl.DataFrame, *kinds: str) -> set[str]:
    return set(rows.filter(pl.col("table") == "icd10cm", pl.col("change").is_in(kinds))["code"])


def test_low_back_pain_became_a_category(encoder: Encoder) -> None:
    rows = encoder.changes("FY2021", "FY2022").rows
    assert {"M5450", "M5451", "M5459"} <= codes(rows, ADDED)
    assert "M545" in codes(rows, MADE_CATEGORY)
    row = rows.filter(code="M545", change=MADE_CATEGORY).to_dicts()[0]
    assert row["instead"] == ["M54.50", "M54.51", "M54.59"]


def test_days_quarters_years_and_releases_are_understood(encoder: Encoder) -> None:
    assert encoder.changes("FY2026", "2026Q1").before == date(2025, 10, 1)
    assert encoder.changes("FY2026", "2026Q1").after == date(2026, 1, 1)
    assert encoder.changes(date(2025, 10, 1), "2026-10-01").after == date(2026, 10, 1)
    with pytest.raises(ConfigError, match="FY26"):
        encoder.changes("FY26", "FY2027")
    with pytest.raises(ConfigError, match="isn't a known table"):
        encoder.changes("FY2026", "FY2027", tables=["nonsense"])


def test_missing_tables_are_listed(encoder: Encoder) -> None:
    found = encoder.changes("FY2026", "FY2027")
    shown = " ".join(found.not_compared)
    assert "titles" in shown
    assert "notes" in shown
    assert "mpfs" in shown
    assert "Not compared" in changes_text(found, None, 3)


def test_going_back_is_the_mirror(encoder: Encoder) -> None:
    there = encoder.changes("FY2025", "FY2026").rows
    back = encoder.changes("FY2026", "FY2025").rows
    assert codes(there, ADDED, MADE_BILLABLE) == codes(back, ENDED, MADE_CATEGORY)


def test_the_same_day_twice_has_no_changes(encoder: Encoder) -> None:
    found = encoder.changes("FY2026", "FY2026")
    assert found.rows.is_empty()
    assert "No changes in icd10cm" in changes_text(found, None, 3)


# ---- impact


def test_favorites(encoder: Encoder, tmp_path: Path) -> None:
    favorites = tmp_path / "favorites.txt"
    favorites.write_text("M54.5  low back pain\nE11.9 diabetes\n99213\n")
    found = encoder.changes("FY2021", "FY2022")
    shown = encoder.impact(found, [favorites])
    [row] = shown.rows.to_dicts()
    assert (row["code"], row["must_change"], row["uses"], row["claims"]) == ("M545", True, 1, 0)
    assert row["instead"] == ["M54.50", "M54.51", "M54.59"]
    assert row["where"] == ["favorites.txt line 1"]
    text = changes_text(found, shown, 20)
    assert "use instead: M54.50, M54.51, M54.59" in text


def test_a_template_with_a_column_of_codes(encoder: Encoder, tmp_path: Path) -> None:
    template = tmp_path / "template.csv"
    template.write_text("name,code\nback,M54.5\nsugar,E11.9\n")
    shown = encoder.impact(encoder.changes("FY2021", "FY2022"), [template])
    assert shown.rows["where"].to_list() == [["template.csv row 2"]]


def test_claims_have_lines_and_dollars(encoder: Encoder, tmp_path: Path) -> None:
    claims = tmp_path / "claims.csv"
    claims.write_text(
        "claim_id,dx1,dx2,cpt,units,charge,dos,pointers,member_id,dob\n"
        "T-1,M54.5,E11.9,97110,1,40.00,2026-05-12,A,W100000001,1980-02-14\n"
        "T-1,M54.5,E11.9,99213,1,85.50,2026-05-12,AB,W100000001,1980-02-14\n"
        "T-1,M54.5,E11.9,83036,1,30.00,2026-05-12,B,W100000001,1980-02-14\n"
    )
    shown = encoder.impact(encoder.changes("FY2021", "FY2022"), [claims])
    [row] = shown.rows.filter("must_change").to_dicts()
    assert (row["code"], row["uses"], row["claims"], row["charges"]) == ("M545", 2, 1, Decimal("125.50"))  # fmt: skip


def test_claims_of_several_files_are_distinguished(encoder: Encoder, tmp_path: Path) -> None:
    files = [tmp_path / "monday.csv", tmp_path / "tuesday.csv"]
    for path in files:
        path.write_text(
            "claim_id,dx1,cpt,units,charge,dos,pointers\n"
            "A1,M54.5,99213,1,100.00,2026-05-12,A\n"
            "A1,M54.5,97110,1,40.00,2026-05-12,A\n"
        )
    shown = encoder.impact(encoder.changes("FY2021", "FY2022"), files)
    row = shown.rows.row(0, named=True)
    assert (row["code"], row["uses"], row["claims"], row["charges"]) == ("M545", 4, 2, Decimal("280.00"))  # fmt: skip
    assert row["where"] == ["claim A1 line 1", "claim A1 line 2"] * 2


def test_a_file_without_codes_is_named(encoder: Encoder, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("nothing here\n")
    with pytest.raises(InputError, match=r"empty\.txt: no codes found"):
        encoder.impact(encoder.changes("FY2021", "FY2022"), [empty])
    with pytest.raises(InputError, match="missing"):
        encoder.impact(encoder.changes("FY2021", "FY2022"), [tmp_path / "missing.837"])


def test_no_affected_code_is_reported(encoder: Encoder, tmp_path: Path) -> None:
    favorites = tmp_path / "favorites.txt"
    favorites.write_text("I10\n")
    found = encoder.changes("FY2021", "FY2022")
    shown = encoder.impact(found, [favorites])
    assert "(1 code checked)" in changes_text(found, shown, 5)
    assert changes_json(found, shown)["impact"]["codes"] == []


# ---- real data


def test_fy2021_against_fy2026(full: Encoder, data_dir: Path) -> None:
    """The order file of January 2021 against the publisher's dates of 2026-04-01, both read independently here."""
    folder = data_dir / "data" / "icd10cm"
    with zipfile.ZipFile(folder / "icd10cm-order-files-FY2021.zip") as archive:
        lines = archive.read(archive.namelist()[0]).decode("latin-1").splitlines()
    then = {line[6:13].strip() for line in lines if line.strip() and line[14] == "1"}
    with gzip.open(folder / "icd10cm_validity_oracle.csv.gz", "rt", encoding="utf-8") as stream:
        rows = [(row["code"], row["start"].replace("-", ""), row["end"].replace("-", "")) for row in csv.DictReader(stream)]  # fmt: skip
    now = {code for code, start, end in rows if start <= "20260401" <= end}
    assert (len(then), len(now)) == (72_621, 74_719)
    found = full.changes("2021-01-01", "2026-04-01", tables=["icd10cm"])
    assert codes(found.rows, ADDED, MADE_BILLABLE) == now - then
    assert codes(found.rows, ENDED, MADE_CATEGORY) == then - now
    assert codes(found.rows, MADE_CATEGORY) == {code for code in then - now if any(other.startswith(code) for other in now)}  # fmt: skip
    assert found.not_compared == ()


def test_titles_and_notes_of_two_tabular_lists(full: Encoder) -> None:
    rows = full.changes("2025-04-01", "2026-04-01", tables=["icd10cm"]).rows
    kinds = set(rows["change"])
    assert {ADDED, REVISED, NOTE_ADDED, NOTE_REMOVED} <= kinds
    revised = rows.filter(change=REVISED)
    assert (revised["before"] != revised["after"]).all()
    notes = full.reference.table("icd10cm_notes")
    shown = rows.filter(change=NOTE_ADDED).select("code", pl.col("column").alias("kind"), pl.col("after").alias("text"))  # fmt: skip
    assert shown.join(notes, on=["code", "kind", "text"], how="anti").is_empty()


def test_fee_schedules_by_their_names(full: Encoder) -> None:
    found = full.changes("MPFS 2024C", "MPFS 2025D")
    assert found.compared == ("mpfs",)
    every = found.rows.filter(code=EVERY).to_dicts()
    assert [(row["column"], row["before"], row["after"]) for row in every] == [("conversion_factor", "33.2875", "32.3465")]  # fmt: skip
    visit = found.rows.filter(pl.col("code") == "99213", pl.col("change") == CHANGED)
    assert "nonfacility_total" in set(visit["column"])


def test_a_unit_limit_touches_only_lines_above_it(full: Encoder, tmp_path: Path) -> None:
    found = full.changes("MPFS 2024C", "MPFS 2025D")
    lowered = found.rows.clear().vstack(
        pl.DataFrame(
            [{"table": "mue_practitioner", "code": code, "change": CHANGED, "column": "max_units", "before": "9", "after": "2", "instead": []} for code in ("97110", "99213")],
            schema=found.rows.schema,
        )
    )  # fmt: skip
    claims = tmp_path / "claims.csv"
    claims.write_text(
        "claim_id,dx1,cpt,units,charge,dos,member_id,dob\n"
        "T-1,M54.50,97110,4,40.00,2026-05-12,W100000001,1980-02-14\n"
        "T-1,M54.50,99213,1,85.00,2026-05-12,W100000001,1980-02-14\n"
    )
    shown = full.impact(type(found)(found.before, found.after, lowered, (), ()), [claims])
    assert shown.rows["code"].to_list() == ["97110"]
