"""Words as the search compares them, and the synonyms."""

from __future__ import annotations

import doctest
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanclaim.encoder import encoder, stems, synonyms, systems
from cleanclaim.encoder.stems import stem, tokens
from cleanclaim.reference import Reference


@pytest.mark.parametrize("module", [stems, systems, encoder], ids=["words", "systems", "encoder"])
def test_examples_in_the_documentation(module: object) -> None:
    tried = doctest.testmod(module)  # type: ignore[arg-type]
    assert tried.attempted
    assert not tried.failed


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tumour", "tumor"),
        ("anaemia", "anemia"),
        ("oedema", "edema"),
        ("diarrhoea", "diarrhea"),
        ("paralysed", "paralyzed"),
        ("Sjögren's", "sjogren"),
        ("Ménière\u2019s disease", "meniere disease"),
        ("œsophagus", "esophagus"),
        ("leucocytosis", "leukocytosis"),
        ("type IIa", "type 2a"),
        ("stage IV", "stage 4"),
        ("β thalassaemia", "beta thalassemia"),
    ],
)  # fmt: skip
def test_spellings_are_alike(one: str, other: str) -> None:
    assert tokens(one) == tokens(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hypertensive", "hypertension"),
        ("fractures", "fracture"),
        ("arthritic", "arthritis"),
        ("stenotic", "stenosis"),
        ("ulcerative", "ulcer"),
        ("leukemic", "leukemia"),
        ("dystrophic", "dystrophy"),
        ("malignancy", "malignant"),
    ],
)
def test_forms_of_a_word_have_one_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hypotension", "hypertension"),
        ("hyperthyroidism", "hypothyroidism"),
        ("stage 3a", "stage 3b"),
    ],
)
def test_different_words_stay_different(one: str, other: str) -> None:
    assert [stem(word) for word in tokens(one)] != [stem(word) for word in tokens(other)]


@given(st.text())
def test_any_text_has_words(text: str) -> None:
    for word in tokens(text):
        assert re.fullmatch(r"[a-z0-9.]+", word)
        assert stem(word)


def test_every_synonym_leads_to_a_place(reference: Reference) -> None:
    places = set(reference.table("icd10cm_tabular")["code"])
    unknown = sorted({code for code, _ in synonyms.load().codes if code not in places})
    assert unknown == []


def test_synonyms_are_listed_once() -> None:
    shown = [(code, " ".join(sorted(synonyms.load().stems(text)))) for code, text in synonyms.load().codes]  # fmt: skip
    twice = sorted({one for one in shown if shown.count(one) > 1})
    assert twice == []


def test_no_synonym_is_empty() -> None:
    known = synonyms.load()
    assert all(known.stems(text) for _, text in known.codes)
    assert all(one for names in known.phrases.values() for one in names)
    assert all(known.series.values())


def test_lists_survive_a_dump() -> None:
    known = synonyms.load()
    restored = synonyms.Synonyms.restore(known.dump())
    assert (restored.words, restored.phrases, restored.series) == (known.words, known.phrases, known.series)  # fmt: skip
    assert restored.written_out("s/p fall w/o injury") == known.written_out("s/p fall w/o injury")


@pytest.mark.parametrize("line", ["[nonsense]", "[phrases]\nno sign here", "[codes]\nI10 high"])
def test_a_wrong_line_is_named(line: str) -> None:
    with pytest.raises(ValueError, match="line"):
        synonyms.parse(line)


def test_numbered_names() -> None:
    known = synonyms.load()
    assert known.numbered("spg4") == (*known.stems("hereditary spastic paraplegia"), "4")
    assert known.numbered("xyz4") is None
    assert known.numbered("spg") is None
