"""The helpers that answer one question about one code."""

from __future__ import annotations

from datetime import date

import pytest

from cleanclaim.reference import Reference
from cleanclaim.reference.icd10cm import (
    ancestors,
    children,
    dotted,
    seventh_choices,
    stem_of,
    successors,
    title_of,
)


@pytest.mark.parametrize(
    ("code", "printed"),
    [("M5450", "M54.50"), ("I10", "I10"), ("S52501A", "S52.501A"), ("E11", "E11")],
)
def test_the_dot_stands_after_the_third_character(code: str, printed: str) -> None:
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
        ("J449", date(2026, 1, 1), []),  # J44.89 was split from it, but it goes on
        ("NOCODE", date(2026, 1, 1), []),
    ],
)
def test_successors_are_codes_in_force_that_day(
    reference: Reference, code: str, day: date, expected: list[str]
) -> None:
    assert successors(reference, code, day) == expected


def test_successors_are_followed_through_several_changes(reference: Reference) -> None:
    """A code that was replaced twice leads to what is in force at last."""
    conversions = reference.table("conversions").filter("retired")
    once = conversions.select("code", middle="to_code", on="valid_from")
    twice = once.join(conversions.rename({"to_code": "last"}), left_on="middle", right_on="code")
    assert twice.height > 0
    for code, middle, last in twice.select("code", "middle", "last").iter_rows():
        found = successors(reference, code, date(2026, 4, 1))
        assert last in found
        assert middle not in found


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("E11", ["E110", "E111", "E112", "E113", "E114", "E115", "E116", "E118", "E119", "E11A"]),
        ("W2100", ["W2100XA", "W2100XD", "W2100XS"]),
        ("E119", []),
        ("NOCODE", []),
    ],
)
def test_children_are_the_next_level_down(
    reference: Reference, code: str, expected: list[str]
) -> None:
    assert children(reference, code) == expected


def test_chapters_and_sections_have_children_too(reference: Reference) -> None:
    assert children(reference, "CHAPTER 1")[0] == "A00-A09"
    assert children(reference, "A00-A09")[:2] == ["A00", "A01"]


def test_ancestors_lead_from_chapter_to_stem(reference: Reference) -> None:
    above = ancestors(reference, "S52501A")
    assert [code for code, _ in above] == [
        "CHAPTER 19", "S50-S59", "S52", "S525", "S5250", "S52501",
    ]  # fmt: skip
    assert above[2][1] == "Fracture of forearm"
    assert [code for code, _ in ancestors(reference, "B20")] == ["CHAPTER 1", "B20-B20"]
    assert ancestors(reference, "NOCODE") == []


@pytest.mark.parametrize(
    ("code", "stem"),
    [
        ("S52501A", "S52501"),
        ("W2100XA", "W2100"),
        ("T360X1A", "T360X1"),
        ("O0900", "O0900"),
        ("S52501Z", "S52501"),
        ("NOCODES", None),
    ],
)
def test_a_code_hangs_from_its_stem(reference: Reference, code: str, stem: str | None) -> None:
    assert stem_of(reference, code) == stem


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("E119", "Type 2 diabetes mellitus without complications"),
        ("M54", "Dorsalgia"),
        ("W2100XA", "Struck by hit or thrown ball, unspecified type, initial encounter"),
        ("H401110", "Primary open-angle glaucoma, right eye, stage unspecified"),
        ("S52501Z", None),  # no such seventh character
        ("NOCODE", None),
        ("", None),
    ],
)
def test_titles_are_the_official_words(reference: Reference, code: str, title: str | None) -> None:
    assert title_of(reference, code) == title


def test_seventh_choices_tell_code_character_and_meaning(reference: Reference) -> None:
    choices = seventh_choices(reference, "S52501")
    assert len(choices) == 16
    assert choices[0] == ("S52501A", "A", "initial encounter for closed fracture")
    assert seventh_choices(reference, "E119") == []
