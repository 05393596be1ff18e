"""Every amount of claim and line as missing, negative, zero, small and large, against a plain reading of what each may be."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from cleanclaim.edits.samples import institutional, professional
from cleanclaim.reference import Reference
from sweeping import disagreements, sweep

AMOUNTS = (
    None,
    "-99999.99",
    "-1",
    "-0.01",
    "0",
    "0.01",
    "0.5",
    "1",
    "1.5",
    "124.99",
    "125",
    "125.01",
    "250",
    "9999999.99",
)
EDITS = ("CLM107", "CLM108")
CLAIMS = {"professional": professional(), "institutional": institutional()}


def decimals(texts: list[str | None]) -> pl.Series:
    values = [None if text is None else Decimal(text) for text in texts]
    return pl.Series(values, dtype=pl.Decimal(15, 3))


@pytest.mark.parametrize("kind", CLAIMS)
def test_total_and_line_charge(kind: str, reference: Reference) -> None:
    pairs = [(total, line) for total in AMOUNTS for line in AMOUNTS]
    rows = pl.DataFrame(
        {
            "total": decimals([total for total, _ in pairs]),
            "line": decimals([line for _, line in pairs]),
        }
    )
    places = {"total": "claims.charge_amount", "line": "lines.charge_amount"}
    found = sweep(CLAIMS[kind], rows, places, reference, ["CLM107"])
    total, line = pl.col("total"), pl.col("line")
    wrong = total.is_null() | (total <= 0) | (line.is_not_null() & (total != line))
    assert disagreements(found, "CLM107", wrong).rows() == []


@pytest.mark.parametrize("kind", CLAIMS)
@pytest.mark.parametrize("place", ["lines.charge_amount", "lines.non_covered_amount"])
def test_negative_on_a_line(kind: str, place: str, reference: Reference) -> None:
    rows = pl.DataFrame({"amount": decimals(list(AMOUNTS))})
    found = sweep(CLAIMS[kind], rows, {"amount": place}, reference, ["CLM132"])
    assert disagreements(found, "CLM132", pl.col("amount") < 0).rows() == []


@pytest.mark.parametrize("kind", CLAIMS)
@pytest.mark.parametrize(
    ("code", "basis", "in_parts"),
    [
        ("99213", "UN", False),
        ("99213", None, False),
        ("93000", "UN", False),
        ("J1885", "UN", True),
        ("A0425", "UN", True),
        ("00100", "MJ", True),
        ("G0463", "UN", True),
    ],
)
def test_units(
    kind: str, code: str, basis: str | None, in_parts: bool, reference: Reference
) -> None:
    line = {"procedure_code": code, "unit_basis_code": basis}
    if kind == "institutional":
        line["revenue_center_code"] = "0510"
    claim = (professional if kind == "professional" else institutional)(lines=[line])
    rows = pl.DataFrame({"units": decimals(list(AMOUNTS))})
    found = sweep(claim, rows, {"units": "lines.units"}, reference, ["CLM108"])
    units = pl.col("units")
    part = units != units.floor()
    wrong = units.is_null() | (units <= 0) | (part if not in_parts else pl.lit(value=False))
    assert disagreements(found, "CLM108", wrong).rows() == []


@pytest.mark.parametrize("kind", CLAIMS)
@pytest.mark.parametrize("place", ["claims.patient_paid_amount", "lines.non_covered_amount"])
def test_amounts_that_may_be_missing(kind: str, place: str, reference: Reference) -> None:
    rows = pl.DataFrame({"amount": decimals(list(AMOUNTS))})
    found = sweep(CLAIMS[kind], rows, {"amount": place}, reference, EDITS)
    for edit in EDITS:
        assert disagreements(found, edit, pl.lit(value=False)).rows() == []
