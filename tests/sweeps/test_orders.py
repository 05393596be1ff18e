"""Every procedure of imaging and the laboratory without an order, against CMS's classification of procedures."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import polars as pl

from cleanclaim.edits.samples import medicare
from cleanclaim.reference import Reference
from sweeping import disagreements, sweep

DAY = "2024-08-06"
SELF_REFERRED = ("77063", "77067")
"""Screening mammography: at the patient's own request (42 CFR 410.34)."""
GUIDANCE = ("77002", "77012")
"""Guidance of the physician's own needle, which CMS counts as imaging."""


def imaging_and_tests(data_dir: Path) -> dict[str, bool]:
    """Codes 70010 to 89398 and whether CMS classifies them as imaging or laboratory tests."""
    found: dict[str, bool] = {}
    with gzip.open(data_dir / "data" / "sets" / "RBCS_Taxonomy_RY2024.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            code = next(row[name] for name in row if name.upper() == "HCPCS_CD")
            category = next(row[name] for name in row if name.upper() == "RBCS_CAT_DESC")
            if code.isdigit() and "70010" <= code <= "89398":
                found[code] = category in {"Imaging", "Test"}
    return found


def test_orders(data_dir: Path, reference: Reference) -> None:
    codes = imaging_and_tests(data_dir)
    assert sum(codes.values()) > 1500
    rows = pl.DataFrame(
        [
            (code, needs and code not in (*SELF_REFERRED, *GUIDANCE))
            for code, needs in codes.items()
        ],
        schema={"code": pl.String, "needs": pl.Boolean},
        orient="row",
    )
    claim = medicare(from_date=DAY)
    found = sweep(claim, rows, {"code": "lines.procedure_code"}, reference, ["CLM116"])
    wrong = disagreements(found, "CLM116", pl.col("needs"))
    assert wrong.select("code", "fires").rows() == []
    ordered = medicare(from_date=DAY, referring_npi="1234567893")
    named = sweep(ordered, rows, {"code": "lines.procedure_code"}, reference, ["CLM116"])
    assert disagreements(named, "CLM116", pl.lit(value=False)).rows() == []
