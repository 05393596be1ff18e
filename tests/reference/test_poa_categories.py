"""The categories for present on admission agree with CMS's list of a year."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from pathlib import Path

import polars as pl

from cleanclaim.reference import Reference

NOT_LISTED = ("S0211", "S99121", "S99239", "T83113", "T83123")


def test_the_categories_agree_with_the_list(reference: Reference, data_dir: Path) -> None:
    with zipfile.ZipFile(data_dir / "data" / "icd10cm" / "poa-exempt-codes-2020.zip") as packed:
        lines = packed.read("POAexemptCodes2020.txt").decode("cp1252").splitlines()[1:]
    exempt = {line.split("\t")[1].replace(".", "") for line in lines}
    says = dict(reference.table("poa_categories").select("code", "exempt").iter_rows())
    day = pl.lit(date(2020, 1, 1))
    codes = reference.table("icd10cm").filter(day.is_between("valid_from", "valid_to"))["code"]
    wrong, decided = [], 0
    for code in codes:
        category = next((says[code[:n]] for n in (4, 3, 1) if code[:n] in says), "unknown")
        if re.fullmatch(r"[ST].{5}[ABC]", code):
            category = "no"
        elif re.fullmatch(r"[ST].{5}[D-S]", code) and not code.startswith(NOT_LISTED):
            category = "yes"
        decided += category != "unknown"
        if category != "unknown" and (category == "yes") != (code in exempt):
            wrong.append(code)
    assert wrong == []
    assert decided > 69_000
