"""Titles next to the codes that suggestions name."""

from __future__ import annotations

import polars as pl
import pytest

from cleanclaim import check
from cleanclaim.edits.samples import professional
from cleanclaim.reference import Reference
from cleanclaim.verdicts.titles import MOST, with_titles


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Use M54.50, M54.59 as the record supports.",
            "Use M54.50 (Low back pain, unspecified), M54.59 (Other low back pain) as the record supports.",
        ),
        ("Use I10.", "Use I10 (Essential (primary) hypertension)."),
        (
            "List S52.501A and I10 first.",
            "List S52.501A (Unspecified fracture of the lower end of right radius, initial …) and I10 first.",
        ),
        ("It is one of: S52.501A initial encounter; S52.501D subsequent encounter.", None),
        ("It was denied with M76, and N20.", None),
        ("Use G2212 instead of 99417, or J1885.", None),
        ("Use Z99.99.", None),
        ("M54.50 (Low back pain, unspecified) is one.", None),
        (None, None),
    ],
)
def test_each_code_shows_its_title(
    text: str | None, expected: str | None, reference: Reference
) -> None:
    found = with_titles(pl.Series("suggestion", [text, None], dtype=pl.String), reference)
    assert found.to_list() == [expected or text, None]


def test_many_codes_are_looked_up_by_the_reader(reference: Reference) -> None:
    codes = ["E11.0", "E11.1", "E11.2", "E11.3", "E11.4", "E11.5", "E11.6", "E11.8", "E11.9"]
    texts = [f"It divides into {', '.join(codes[:count])}." for count in (MOST, MOST + 1)]
    few, many = with_titles(pl.Series(texts), reference)
    assert few.count("(") == MOST
    assert many == f"{texts[1]} `cleanclaim lookup CODE` shows what each one means."


def test_reports_show_titles(reference: Reference) -> None:
    report = check(professional(diagnoses=["M54.5"]), select=["DX102"], reference=reference)
    assert "M54.51 (Vertebrogenic low back pain)" in report.findings["suggestion"][0]
