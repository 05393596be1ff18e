"""The practice year: the same for the same seed, with what is planted in it."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

import practice_year
from places import ROOT

PRACTICE = ROOT / "examples" / "practice"


@pytest.fixture(scope="module")
def year() -> practice_year.Year:
    return practice_year.Year(260, 17)


def rows(name: str) -> list[dict[str, str]]:
    with (PRACTICE / name).open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_example_is_what_the_tool_writes(year: practice_year.Year, tmp_path: Path) -> None:
    practice_year.write(year, tmp_path)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (PRACTICE / path.name).read_bytes(), path.name
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 300_000


def test_one_physician_bills_too_high(year: practice_year.Year) -> None:
    raised = Counter(
        claim.patient.provider.npi
        for claim in year.claims
        for line in claim.lines
        if line.why == "the record supports one level less"
    )
    assert set(raised) == {practice_year.UP_CODER}
    assert raised[practice_year.UP_CODER] > 80


def test_one_coder_forgets_modifier_25(year: practice_year.Year) -> None:
    forgotten = Counter(
        claim.coder
        for claim in year.claims
        for line in claim.lines
        if line.true_modifiers == "25" and not line.modifiers
    )
    assert set(forgotten) == {practice_year.FORGETFUL}
    assert forgotten[practice_year.FORGETFUL] == json.loads((PRACTICE / "habits.json").read_text())["modifier_25_forgotten"]  # fmt: skip


def test_diabetes_visits_double() -> None:
    months = Counter(row["from_date"][:7] for row in rows("claims.csv") if row["diagnosis_code_1"] == "E11.9" and row["line_number"] == "1")  # fmt: skip
    assert months["2025-12"] >= 1.7 * months["2025-01"]


def test_g35_is_divided() -> None:
    codes = {row["diagnosis_code_1"]: row["from_date"] for row in rows("claims.csv") if row["diagnosis_code_1"].startswith("G35")}  # fmt: skip
    assert set(codes) == {"G35", "G35.A"}
    days = [(row["from_date"] >= "2025-10-01") == (row["diagnosis_code_1"] == "G35.A") for row in rows("claims.csv") if row["diagnosis_code_1"].startswith("G35")]  # fmt: skip
    assert all(days)


def test_numbers_have_their_check_digits() -> None:
    for row in rows("claims.csv"):
        assert practice_year.npi_is_valid(row["billing_npi"])
        assert practice_year.npi_is_valid(row["rendering_npi"])
