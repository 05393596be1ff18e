"""Terms word by word, general words with a part of the body, sides, queries and the page."""

from __future__ import annotations

from datetime import date

import pytest

from cleanclaim.notes import sites
from cleanclaim.notes.page import Answer, page
from cleanclaim.notes.passages import sentences
from cleanclaim.notes.sides import said_side, side_in_note, side_near
from cleanclaim.notes.suggest import INDEX, Options, Suggester
from cleanclaim.notes.suggestion import CODE, CONSIDER
from cleanclaim.notes.terms import is_abbreviation_only, plain, terms, tokens

ON = date(2026, 5, 12)


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("Tumor of the left kidney.", {"D49.519"}),
        ("Liver and lung metastases.", {"C78.7", "C78.00"}),
        ("Metastatic lesions in the liver, lung and bone.", {"C78.7", "C78.00", "C79.51"}),
        ("Abdominal and chest pain.", {"R10.9", "R07.9"}),
        ("Pain in the right iliac fossa.", {"R10.31"}),
        ("Tenderness in the right iliac fossa.", {"R10.813"}),
        ("Sprain, right ankle.", {"S93.409A"}),
        ("Tick bite on the left knee.", {"S80.269A"}),
        ("Nodule in the right lung.", {"R91.1"}),
        ("Nodules in both lungs.", {"R91.8"}),
        ("Loss of muscle mass in the leg.", set()),
        ("Pain. The knee is normal.", set()),
    ],
)
def test_a_general_word_takes_its_site(words: str, codes: set[str]) -> None:
    """The table of sites gives the code of a general word at a part of the body."""
    found = sites.find(words, list(tokens(words, 0, len(words))))
    assert {one.codes[0] for one in found} == codes


@pytest.mark.parametrize(
    ("note", "code"),
    [
        ("Hepatitis B and C.", "B19.20"),
        ("PAD.", "I73.9"),
        ("A history of hypertension, type 2 diabetes.", "I10"),
        ("Left hemiparesis.", "G81.94"),
    ],
)
def test_terms_in_text(suggester: Suggester, note: str, code: str) -> None:
    """A term is found in running text."""
    found = suggester.suggest(note, Options(ON, mode=INDEX))
    assert code in {one.code for one in found if one.disposition in {CODE, CONSIDER}}


@pytest.mark.parametrize(
    ("note", "code"),
    [
        ("A pad was placed.", "I73.9"),
        ("Ten days of arterial lines.", "I77.6"),
        ("The appendix is normal.", "K37"),
        ("Pulmonary artery pressure.", "I28.8"),
        ("Pain and abdominal scars.", "R10.9"),
        ("CRP 12 mg/l.", "G90.50"),
        ("He left the hospital on dialysis day.", "Z99.2"),
    ],
)
def test_words_that_are_no_terms(suggester: Suggester, note: str, code: str) -> None:
    """A word that only looks like a term is none."""
    found = suggester.suggest(note, Options(ON, mode=INDEX))
    assert code not in {one.code for one in found}


def test_no_term_is_listed_twice_with_different_codes() -> None:
    """Each term has one default."""
    assert len(terms()) > 4000
    assert all(terms().values())
    assert is_abbreviation_only("pad")
    assert not is_abbreviation_only("PAD")
    assert plain("PVCs") == "pvcs"


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("R knee pain", "right"),
        ("L. hip", "left"),
        ("L spine films", None),
        ("L5 radiculopathy", None),
        ("left knee, right hip", None),
        ("b/l knee pain", "bilateral"),
        ("the wright family", None),
    ],
)
def test_sides(text: str, side: str | None) -> None:
    """A side is a word or a letter of its own."""
    assert said_side(text) == side


def test_the_nearest_side_counts() -> None:
    """With two sides in a sentence, that of the clause counts."""
    note = "Left knee pain and right hip pain."
    (sentence,) = sentences(note)
    assert side_near(note, 5, 14, sentence) == "left"
    assert side_near(note, 25, 33, sentence) == "right"


def test_the_side_is_taken_from_the_note(suggester: Suggester) -> None:
    """A side that only the history gives is used; two sides leave it open."""
    note = "HPI: Pain of the left knee for months.\nFamily History: right knee replacement in mother.\nASSESSMENT:\n1. Knee osteoarthritis"
    assert side_in_note(note, "Osteoarthritis of unspecified knee", sentences(note)) == "left"
    both = note.replace("for months", "and right knee")
    assert side_in_note(both, "Osteoarthritis of unspecified knee", sentences(both)) is None


def test_queries_are_neutral(suggester: Suggester) -> None:
    """A vague code has a question that quotes the note, and the codes that an answer could lead to."""
    note = "ASSESSMENT:\n1. Carpal tunnel syndrome\n2. CHF\n3. Gout, left foot"
    found = {one.code: one for one in suggester.suggest(note, Options(ON))}
    assert found["G56.00"].query == (
        'The note says "Carpal tunnel syndrome". Which side is affected (right, left or both)? '
        "Please document it if it is known, or that it can't be determined."
    )
    assert {code for code, _ in found["G56.00"].alternatives} >= {"G56.01", "G56.02", "G56.03"}
    assert "systolic" in (found["I50.9"].query or "")


def test_a_specific_code_has_no_query(suggester: Suggester) -> None:
    """Nothing is asked if the code says all."""
    found = suggester.suggest("ASSESSMENT: Right carpal tunnel syndrome.", Options(ON))
    assert [one.query for one in found if one.code == "G56.01"] == [None]


def test_the_page_shows_the_note(suggester: Suggester) -> None:
    """The page has the whole note, marked, and nothing of it can be markup or a script."""
    note = "HPI: <script>alert(1)</script> Denies fever.\r\nASSESSMENT: Gout & asthma.\u202e"
    found = suggester.suggest(note, Options(ON))
    shown = page([Answer("a<b>.txt", note, found, ("what the model would add: no answer",))])
    assert "<script>" not in shown
    assert "a&lt;b&gt;.txt" in shown
    assert "\u202e" not in shown
    assert '<mark class="code" id="w1-1"' in shown
    assert ">Gout</a></mark> &amp; <mark" in shown
    assert "Not checked: what the model would add" in shown
    assert "default-src 'none'" in shown
    assert "https://" not in shown


def test_the_page_of_nothing() -> None:
    """A note without conditions has a page too."""
    assert "Nothing to code was found." in page([Answer(None, "Well.", [])])
