"""Every billable diagnosis against the coverage policies that come with cleanclaim, and against Medicare's preventive services."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import cleanclaim.reference
from cleanclaim.edits.samples import institutional, medicare
from cleanclaim.reference import Reference
from corpus import plain
from sweeping import disagreements, sweep

DAY = "2024-08-06"
POLICIES = Path(cleanclaim.reference.__file__).parent / "starter_data" / "coverage.csv"
PAP = "Z01411 Z01419 Z124 Z1272 Z1279 Z1289 Z725 Z7729 Z779 Z9189 Z9289"
PREVENTIVE = {
    "Z23": "G0008 G0009 G0010 90480",
    "Z1231": "77063 77067",
    "Z121": "81528 82270 G0121 G0328",
    "Z125": "G0102",
    "Z135": "G0117 G0118",
    PAP: "G0101 G0123 G0143 G0144 G0145 G0147 G0148 P3000 P3001 Q0091",
    "Z87891 F1721 Z122": "71271 G0296",
    "Z683 Z684": "G0447 G0473",
    "Z114": "G0432 G0433 G0435",
}
"""Diagnoses and the screenings, vaccinations and counseling that Medicare pays with them (Medicare Claims Processing Manual, chapter 18)."""


def codes() -> list[str]:
    day = date.fromisoformat(DAY)
    return [code for code in plain.periods() if plain.in_force(code, day)]


def begins(code: str, prefixes: str) -> bool:
    return any(code.startswith(prefix) for prefix in prefixes.split())


def policies() -> list[dict[str, str]]:
    with POLICIES.open() as file:
        return [row for row in csv.DictReader(file) if row["kind"] == "national"]


@pytest.mark.parametrize("policy", policies(), ids=lambda policy: policy["policy"])
def test_national_policies(policy: dict[str, str], data_dir: Path, reference: Reference) -> None:
    institution = policy["policy"] == "NCD 190.23"
    procedure = policy["procedures"].split()[0]
    rows = pl.DataFrame(
        [
            (code, not begins(code, policy["diagnoses"]), begins(code, policy["refused"]))
            for code in codes()
        ],
        schema={"code": pl.String, "unsupported": pl.Boolean, "refused": pl.Boolean},
        orient="row",
    )
    assert rows.height > 70_000
    line = {"procedure_code": procedure, "revenue_center_code": "0300" if institution else None}
    claim = (institutional if institution else medicare)(from_date=DAY, to_date=DAY, lines=[line])
    places = {"code": "diagnoses.diagnosis_code"}
    found = sweep(claim, rows, places, reference, ["LNK104", "LNK105"])
    wrong = disagreements(found, "LNK104", pl.col("unsupported"))
    assert wrong.select("code", "fires").head(20).rows() == []
    refused = disagreements(found, "LNK105", pl.col("refused"))
    assert refused.select("code", "fires").head(20).rows() == []


def test_preventive_services(data_dir: Path, reference: Reference) -> None:
    every = codes()
    some = [code for code in every if code[0] == "Z"]
    some += list({code[:3]: code for code in every if code[0] != "Z"}.values())
    some += [code for code in every if code.startswith(("F17", "E66", "N18", "D12", "K6", "R"))]
    rows = pl.DataFrame(
        [
            (procedure, code, not begins(code, prefixes))
            for prefixes, procedures in PREVENTIVE.items()
            for procedure in procedures.split()
            for code in dict.fromkeys(some)
        ],
        schema={"procedure": pl.String, "code": pl.String, "wrong": pl.Boolean},
        orient="row",
    )
    assert rows.height > 60_000
    claim = medicare(from_date=DAY)
    places = {"procedure": "lines.procedure_code", "code": "diagnoses.diagnosis_code"}
    found = sweep(claim, rows, places, reference, ["LNK112"])
    wrong = disagreements(found, "LNK112", pl.col("wrong"))
    assert wrong.select("procedure", "code", "fires").head(20).rows() == []
