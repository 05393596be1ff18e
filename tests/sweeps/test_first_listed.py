"""Every external cause, manifestation and unacceptable principal diagnosis, listed first and second, against the Medicare Code Editor's flags."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from cleanclaim.edits.samples import institutional
from cleanclaim.reference import Reference
from corpus import plain
from sweeping import disagreements, sweep

DAY = date(2026, 4, 1)
UNDERDOSING = re.compile(r"^T(3[6-9]|4\d|50).{2}6|^T(3[6-9]|4\d|50).6")
STAY = {
    "bill_type_code": "111",
    "admission_date": "2026-03-30",
    "from_date": "2026-03-30",
    "to_date": "2026-04-01",
}


@pytest.mark.parametrize(
    ("flag", "edit"), [("ecodepdx", "DX109"), ("manifestation", "DX108"), ("unacceptable", "DX110")]
)
def test_principal_diagnoses(flag: str, edit: str, reference: Reference, data_dir: Path) -> None:
    flagged = set(plain.flagged(flag, DAY))
    codes = sorted(code for code in plain.periods() if plain.in_force(code, DAY))
    assert len(codes) == 74_719
    claim = institutional(
        **STAY, diagnoses=["J18.9", {"diagnosis_code": "N17.9", "present_on_admission_code": "Y"}]
    )
    if (
        edit == "DX110"
    ):  # the editor's list lacks the newest underdosing codes; the guidelines name them all (I.C.19.e.5.c)
        flagged |= {code for code in codes if UNDERDOSING.match(code)}
        flagged -= set(plain.flagged("reqsdx", DAY))  # the stay has a second diagnosis
    rows = pl.DataFrame({"code": codes, "wrong": [code in flagged for code in codes]})
    first = sweep(claim, rows, {"code": "diagnoses.1.diagnosis_code"}, reference, [edit])
    assert disagreements(first, edit, pl.col("wrong")).rows() == []
    if edit != "DX108":  # a manifestation needs its cause before it, wherever it is
        second = sweep(
            claim, rows.filter("wrong"), {"code": "diagnoses.2.diagnosis_code"}, reference, [edit]
        )
        assert disagreements(second, edit, pl.lit(value=False)).rows() == []
