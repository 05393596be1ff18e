"""The tabular list in memory: one code's place, title, parents, divisions and seventh characters."""

from __future__ import annotations

from datetime import date

import pytest

from cleanclaim.encoder.codebook import Codebook
from cleanclaim.reference import Reference

DAY = date(2026, 5, 12)


@pytest.fixture(scope="module")
def book(reference: Reference) -> Codebook:
    return Codebook(reference)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("E11", ["E110", "E111", "E112", "E113", "E114", "E115", "E116", "E118", "E119", "E11A"]),
        ("W2100", []),
        ("E119", []),
        ("NOCODE", []),
    ],
)
def test_children_are_the_next_level_down(book: Codebook, code: str, expected: list[str]) -> None:
    assert book.children(code) == expected


def test_chapters_and_sections_have_children_too(book: Codebook) -> None:
    assert book.children("CHAPTER 1")[0] == "A00-A09"
    assert book.children("A00-A09")[:2] == ["A00", "A01"]


def test_the_places_above_lead_from_chapter_to_stem(book: Codebook) -> None:
    above = book.above("S52501A")
    assert [place.code for place in above] == [
        "CHAPTER 19", "S50-S59", "S52", "S525", "S5250", "S52501",
    ]  # fmt: skip
    assert above[2].title == "Fracture of forearm"
    assert [place.code for place in book.above("B20")] == ["CHAPTER 1", "B20-B20"]
    assert book.above("NOCODE") == []


@pytest.mark.parametrize(
    ("code", "stem"),
    [
        ("S52501A", "S52501"),
        ("W2100XA", "W2100"),
        ("T360X1A", "T360X1"),
        ("O0900", "O0900"),
        ("S52501Z", None),  # no such seventh character
        ("NOCODES", None),
    ],
)
def test_a_code_with_a_seventh_character_is_at_its_stem(
    book: Codebook, code: str, stem: str | None
) -> None:
    place = book.place_of(code)
    assert (place.code if place else None) == stem


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
def test_titles_are_the_official_words(book: Codebook, code: str, title: str | None) -> None:
    assert book.title(code, DAY) == title


def test_seventh_characters_have_code_character_and_meaning(book: Codebook) -> None:
    choices = book.sevenths("S52501")
    assert len(choices) == 16
    assert choices[0] == ("S52501A", "A", "initial encounter for closed fracture")
    assert book.sevenths("E119") == []
