"""Sections and sentences."""

from __future__ import annotations

import pytest

from cleanclaim.notes.passages import Sentence, sentences


def _read(note: str) -> list[tuple[str, str]]:
    return [(one.section, note[one.start : one.end]) for one in sentences(note)]


def test_sections_by_heading() -> None:
    """Headings in capitals, with a colon, in bold, or with text behind them begin a section."""
    note = "CHIEF COMPLAINT\n\nCough.\n\nFamily History: Asthma.\n**Assessment**\n1. Gout\n"
    assert _read(note) == [("complaint", "Cough."), ("family", "Asthma."), ("assessment", "Gout")]


def test_a_word_in_a_sentence_is_no_heading() -> None:
    """A sentence that begins with a heading's word is text."""
    assert _read("HPI:\nHistory of gout. Plan to travel.") == [
        ("hpi", "History of gout."),
        ("hpi", "Plan to travel."),
    ]


def test_the_impression_of_an_image_is_a_result() -> None:
    """A radiologist's impression isn't the assessment."""
    note = "RESULTS\nCT of the chest.\nImpression: Nodule.\nASSESSMENT\nCough."
    assert [section for section, _ in _read(note)] == ["results", "results", "assessment"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Seen by Dr. Smith today. Feels well.", 2),
        ("Takes 2.5 mg daily. No pain.", 2),
        ("Pain, e.g. in the knee, is worse.", 1),
        ("BP is 120/80; pulse 70.", 2),
        ("", 0),
        ("\n \n...\n", 0),
    ],
)
def test_sentences(text: str, count: int) -> None:
    """Periods in abbreviations and numbers don't end a sentence."""
    assert len(sentences(text)) == count


def test_wrapped_lines_are_one_sentence() -> None:
    """A line that goes on in lower case belongs to the line before."""
    note = "HPI:\nShe has had a cough\nfor two weeks.\nNo fever."
    assert _read(note) == [("hpi", "She has had a cough\nfor two weeks."), ("hpi", "No fever.")]


def test_items_lead() -> None:
    """The first sentence of a list item leads it."""
    found = sentences("PLAN:\n1. Gout. Start colchicine.\n- Asthma")
    assert [(one.leads, one.listed) for one in found] == [(True, True), (False, True), (True, True)]


def test_offsets_count_code_points() -> None:
    """Letters outside the Basic Multilingual Plane count once."""
    note = "Assessment: \U0001f600 Gout."
    assert isinstance(sentences(note)[0], Sentence)
    assert _read(note) == [("assessment", "\U0001f600 Gout.")]


def test_a_sentence_without_end_is_cut_at_blanks() -> None:
    note = "Assessment: " + "pain, " * 1_000 + "x" * 4_000
    found = sentences(note)
    assert max(one.end - one.start for one in found) <= 1_500
    covered = "".join(note[one.start : one.end] for one in found)
    assert covered.replace(" ", "") == note.removeprefix("Assessment:").replace(" ", "")
