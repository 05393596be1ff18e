"""The helpers that answer one question about one code."""

from __future__ import annotations

from datetime import date

import pytest

from cleanclaim.reference import Reference
from cleanclaim.reference.icd10cm import dotted, successors


@pytest.mark.parametrize(
    ("code", "printed"),
    [("M5450", "M54.50"), ("I10", "I10"), ("S52501A", "S52.501A"), ("E11", "E11")],
)
def test_the_dot_comes_after_the_third_character(code: str, printed: str) -> None:
    assert dotted(code) == printed


@pytest.mark.parametrize(
    ("code", "day", "expected"),
    [
        ("M545", date(2026, 1, 1), ["M5450", "M5451", "M5459"]),
        ("M545", date(2021, 10, 1), ["M5450", "M5451", "M5459"]),
        ("M545", date(2021, 9, 30), []),  # still in force
        (
            "G35",
            date(2026, 1, 1),
            ["G35A", "G35B0", "G35B1", "G35B2", "G35C0", "G35C1", "G35C2", "G35D"],
        ),
        ("G35", date(2024, 1, 1), []),
        ("J449", date(2026, 1, 1), []),  # J44.89 was split from it, but it is still in force
        ("NOCODE", date(2026, 1, 1), []),
    ],
)
def test_successors_are_codes_in_force_that_day(
    reference: Reference, code: str, day: date, expected: list[str]
) -> None:
    assert successors(reference, code, day) == expected


def test_successors_are_followed_through_several_changes(reference: Reference) -> None:
    """A code that was replaced twice leads to the codes that are in force now."""
    conversions = reference.table("conversions").filter("retired")
    once = conversions.select("code", middle="to_code", on="valid_from")
    twice = once.join(conversions.rename({"to_code": "last"}), left_on="middle", right_on="code")
    assert twice.height > 0
    for code, middle, last in twice.select("code", "middle", "last").iter_rows():
        found = successors(reference, code, date(2026, 4, 1))
        assert last in found
        assert middle not in found
