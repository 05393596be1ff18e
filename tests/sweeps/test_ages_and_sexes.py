"""Every diagnosis with an age or sex attribute, at every border of age and date, against a plain reading of the Medicare Code Editor's flags."""

from __future__ import annotations

from datetime import date
from itertools import product
from pathlib import Path

import polars as pl
import pytest

from cleanclaim.edits.samples import institutional, professional
from cleanclaim.reference import Reference
from corpus import plain
from sweeping import disagreements, sweep

AGES = (0, 1, 8, 9, 11, 12, 14, 15, 17, 18, 55, 56, 64, 65, 124)
DAYS = (date(2019, 9, 30), date(2019, 10, 1), date(2026, 4, 1))
GROUPS = ("newborn", "pediatric", "maternity", "adult")
LAST_DAY_OF_SEX = date(2024, 9, 30)


def fits(flags: list[str], age: int, day: date) -> bool:
    """Whether the editor's age groups take the patient."""
    maternity = range(9, 65) if day >= date(2019, 10, 1) else range(12, 56)
    ranges = {
        "newborn": range(1),
        "pediatric": range(18),
        "maternity": maternity,
        "adult": range(15, 125),
    }
    return all(age in ranges[group] for group in GROUPS if group in flags)


def flags_on(day: date) -> dict[str, list[str]]:
    """The flags of every code in force on a day."""
    return {
        code: flags.split("|")
        for code, periods in plain.periods().items()
        for first, last, flags in periods
        if first <= day <= last
    }


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_ages(day: date, reference: Reference, data_dir: Path) -> None:
    coded = [(code, flags) for code, flags in flags_on(day).items() if set(flags) & set(GROUPS)]
    assert len(coded) > 3_000
    rows = pl.DataFrame(
        [
            (code, date(day.year - age, 1, 1), not fits(flags, age, day))
            for (code, flags), age in product(coded, AGES)
        ],
        schema={"code": pl.String, "born": pl.Date, "wrong": pl.Boolean},
        orient="row",
    )
    claim = professional(from_date=day.isoformat(), patient_sex="U")
    places = {"code": "diagnoses.diagnosis_code", "born": "claims.patient_birth_date"}
    found = sweep(claim, rows, places, reference, ["DX113"])
    assert disagreements(found, "DX113", pl.col("wrong")).to_dicts() == []


@pytest.mark.parametrize("day", [LAST_DAY_OF_SEX, date(2024, 10, 1)], ids=str)
def test_sexes(day: date, reference: Reference, data_dir: Path) -> None:
    wanted = {"male": "M", "female": "F"}
    before = flags_on(LAST_DAY_OF_SEX)
    in_force = flags_on(day)
    rows = pl.DataFrame(
        [
            (code, sex, any(flag in in_force[code] and own != sex for flag, own in wanted.items()))
            for code, flags in before.items()
            if set(flags) & set(wanted) and code in in_force
            for sex in "MF"
        ],
        schema={"code": pl.String, "sex": pl.String, "wrong": pl.Boolean},
        orient="row",
    )
    assert rows.height > 7_000
    assert rows["wrong"].any() == (day == LAST_DAY_OF_SEX)
    claim = institutional(
        from_date=day.isoformat(),
        to_date=day.isoformat(),
        patient_birth_date=f"{day.year - 30}-01-01",
    )
    places = {"code": "diagnoses.diagnosis_code", "sex": "claims.patient_sex"}
    found = sweep(claim, rows, places, reference, ["DX114"])
    assert disagreements(found, "DX114", pl.col("wrong")).to_dicts() == []
