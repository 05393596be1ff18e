"""What a sentence says about a condition."""

from __future__ import annotations

import pytest

from cleanclaim.notes.assertion import assertion


@pytest.mark.parametrize(
    ("sentence", "condition", "meaning"),
    [
        ("She denies chest pain.", "chest pain", "denied"),
        ("No fever, chills, or cough.", "cough", "denied"),
        ("No fever but has a cough.", "cough", "present"),
        ("Pneumonia was ruled out.", "Pneumonia", "denied"),
        ("Asthma: none", "Asthma", "denied"),
        ("Mother had breast cancer.", "breast cancer", "family"),
        ("Diabetes runs in the family.", "Diabetes", "family"),
        ("Mother states he has a cough.", "cough", "present"),
        ("Her husband has influenza.", "influenza", "other-person"),
        ("Possible pneumonia.", "pneumonia", "uncertain"),
        ("Cough, likely due to asthma.", "asthma", "uncertain"),
        ("Left shoulder pain, likely tendinopathy.", "Left shoulder pain", "present"),
        ("Pneumonia versus bronchitis.", "bronchitis", "uncertain"),
        ("History of stroke.", "stroke", "past"),
        ("A 62-year-old man with gout.", "gout", "present"),
        ("A 62 year old man with gout.", "gout", "present"),
        ("Old infarction.", "infarction", "past"),
        ("Prior to the pain he was well.", "pain", "present"),
        ("Return if you have chest pain.", "chest pain", "hypothetical"),
        ("Aspirin to prevent stroke.", "stroke", "hypothetical"),
        ("Obesity without diabetes.", "Obesity", "present"),
        ("Pneumonia, not improving.", "Pneumonia", "present"),
    ],
)
def test_meaning(sentence: str, condition: str, meaning: str) -> None:
    """A trigger holds for the conditions in its scope."""
    start = sentence.index(condition)
    found = assertion(sentence, start, start + len(condition), (0, len(sentence), "hpi"))
    assert found.meaning == meaning


def test_the_section_says_it_without_a_trigger() -> None:
    """A condition in the family history is a relative's."""
    assert assertion("Gout.", 0, 4, (0, 5, "family")).meaning == "family"


def test_the_trigger_is_evidence() -> None:
    """The words that say so are where the offsets say."""
    note = "Hx: denies gout."
    found = assertion(note, 11, 15, (4, 16, "hpi"))
    assert note[found.start : found.end] == "denies"
