"""The glossary: words of the trade, alone and side by side."""

from __future__ import annotations

import pytest

from cleanclaim.encoder import glossary
from cleanclaim.encoder.glossary import find, find_all, meeting, shown, terms


@pytest.mark.parametrize(
    ("word", "name"),
    [("icd", "ICD-10-CM"), ("CPT", "CPT"), ("hcpcs", "HCPCS"), ("ncci", "NCCI"), ("MUE", "MUE"), ("mpfs", "fee schedule"), ("modifiers", "modifier"), ("lcd", "LCD, NCD")],
)  # fmt: skip
def test_words_have_an_entry(word: str, name: str) -> None:
    term = find(word)
    assert term is not None
    assert term.name == name
    assert term.keeper
    assert term.updates


def test_two_words_are_shown_side_by_side_with_how_they_meet() -> None:
    both = find_all("icd vs cpt")
    assert [one.name for one in both] == ["ICD-10-CM", "CPT"]
    text = shown(both)
    for label in ("What it is", "Maintained by", "Purpose", "Format", "Updates", "Examples", "On a claim", "How they meet"):  # fmt: skip
        assert label in text
    assert max(map(len, text.splitlines())) <= 100


def test_every_meeting_is_of_known_terms_and_every_word_is_unique() -> None:
    names = {one.name for one in terms()}
    assert len(names) == len(terms())
    for pair in glossary._read()[1]:
        assert pair <= names
    words = [word for one in terms() for word in (*one.words, one.name.lower())]
    assert len(words) == len(set(words))


def test_a_text_with_another_word_is_not_a_comparison() -> None:
    assert find_all("icd M54.5") == []
    assert find("flurbing") is None
    assert meeting([term for term in (find("icd"), find("npi")) if term]) == []
