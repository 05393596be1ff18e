"""Search codes by words."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.encoder import Encoder, index
from cleanclaim.encoder.result import Result
from cleanclaim.encoder.systems import plain
from cleanclaim.encoder.text import answered
from cleanclaim.errors import ConfigError
from cleanclaim.reference import Reference
from cleanclaim.storage import cache

DAY = date(2026, 5, 12)


def first(encoder: Encoder, text: str, day: date = DAY) -> str:
    return encoder.search(text, on=day)[0].code


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("HTN", "I10"),
        ("DM2", "E11.9"),
        ("CKD 3b", "N18.32"),
        ("runny nose", "J00"),
        ("stomach ache", "R10.9"),
        ("water on the knee", "M25.469"),
        ("sugar", "E11.9"),
        ("heart attack", "I21.9"),
        ("old heart attack", "I25.2"),
        ("s/p cholecystectomy", "Z90.49"),
        ("r/o appendicitis", "K37"),
        ("UTI", "N39.0"),
        ("COPD exacerbation", "J44.1"),
        ("annual physical", "Z00.00"),
        ("left knee pain", "M25.562"),
        ("knee pain left", "M25.562"),
        ("diabetes type 2 with neuropathy", "E11.40"),
        ("low back pain", "M54.50"),
        ("lung cancer", "C34.90"),
        ("spg4", "G11.4"),
    ],
)
def test_what_a_coder_would_pick_comes_first(words: str, code: str, encoder: Encoder) -> None:
    assert first(encoder, words) == code


@pytest.mark.parametrize(
    ("words", "starts"), [("broken wrist", ("S52.5", "S62.1")), ("sprained ankle", ("S93.4",))]
)
def test_injuries_come_with_their_seventh_character(
    words: str, starts: tuple[str, ...], encoder: Encoder
) -> None:
    found = encoder.search(words, on=DAY)[0]
    assert found.code.startswith(starts)
    assert found.code.endswith("A")
    assert found.billable
    assert found.code in found.divides_into


def test_words_choose_the_seventh_character(encoder: Encoder) -> None:
    assert first(encoder, "concussion without loss of consciousness sequela") == "S06.0X0S"
    assert first(encoder, "concussion without loss of consciousness subsequent") == "S06.0X0D"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hypertention", "hypertension"),
        ("diabtes", "diabetes"),
        ("pnuemonia", "pneumonia"),
        ("kne pain", "knee pain"),
        ("athsma", "asthma"),
        ("angleclosure glaucoma", "angle closure glaucoma"),
    ],
)
def test_typos_are_corrected(typed: str, meant: str, encoder: Encoder) -> None:
    assert first(encoder, typed) == first(encoder, meant)


def test_half_a_word_is_enough(encoder: Encoder) -> None:
    assert first(encoder, "hypertens") == "I10"
    codes = [one.code for one in encoder.search("diabetes retino", on=DAY)]
    assert any(code.startswith(("E11.31", "E11.3")) for code in codes)


def test_a_code_finds_itself_and_what_is_below(encoder: Encoder) -> None:
    assert encoder.search("E11.9", on=DAY)[0].code == "E11.9"
    assert encoder.search("s52.501a", on=DAY)[0].code == "S52.501A"
    below = encoder.search("M54.5", on=DAY)
    assert [one.code for one in below] == ["M54.50", "M54.51", "M54.59", "M54.5"]
    assert [one.billable for one in below] == [True, True, True, False]
    assert below[-1].divides_into == ("M54.50", "M54.51", "M54.59")
    assert encoder.search("99213", on=DAY)[0].system == "CPT"


def test_the_day_decides(encoder: Encoder) -> None:
    assert first(encoder, "low back pain", date(2021, 5, 12)) == "M54.5"
    assert first(encoder, "low back pain") == "M54.50"
    assert first(encoder, "multiple sclerosis", date(2024, 5, 12)) == "G35"


def test_systems_are_searched_separately(encoder: Encoder) -> None:
    for name, system in (("icd10cm", "ICD-10-CM"), ("ICD-10-CM", "ICD-10-CM"), ("cpt", "CPT")):
        found = encoder.search("office visit", system=name, on=DAY)
        assert found
        assert {one.system for one in found} == {system}
    with pytest.raises(ConfigError, match="snomed"):
        encoder.search("x", system="snomed")


def test_results_show_what_matched(encoder: Encoder) -> None:
    found = encoder.search("heart attack", on=DAY)[0]
    assert (found.source, found.matched) == ("synonym", ("heart", "attack"))
    assert set(found.as_dict()) >= {"system", "code", "title", "billable", "matched"}


def test_nonsense_has_no_results(encoder: Encoder) -> None:
    assert encoder.search("qqqqzzzz", on=DAY) == []
    assert encoder.search("", on=DAY) == []
    assert encoder.search("?!", on=DAY) == []


@given(text=st.text(max_size=40) | st.lists(st.sampled_from(["acute", "left", "broken", "knee", "type", "2", "E11", "E11.9", "1", "ca", "of", "I", "99213", "s/p"])).map(" ".join), limit=st.integers(1, 25))  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_results_are_always_consistent(
    text: str, limit: int, encoder: Encoder, reference: Reference
) -> None:
    found = encoder.search(text, on=DAY, limit=limit)
    assert len(found) <= limit
    assert len({one.code for one in found}) == len(found)
    assert [one.billable for one in found] == sorted((one.billable for one in found), reverse=True)
    for one in found:
        assert is_in_force(one, reference) == one.billable


def is_in_force(one: Result, reference: Reference) -> bool:
    tables = {"ICD-10-CM": ("icd10cm",), "ICD-9-CM": ("icd9cm",)}.get(
        one.system, ("procedure_codes",)
    )
    rows = [row for table in tables for row in reference.table(table).filter(code=plain(one.code)).iter_rows(named=True)]  # fmt: skip
    return any(row["valid_from"] <= DAY <= row["valid_to"] for row in rows)


@pytest.fixture(scope="module")
def built(reference: Reference) -> index.Index:
    """The index, which is now in the cache of the home that tests share."""
    reference.table("icd10cm_tabular")  # compiled before: both are made under one lock
    return index.load(reference)


def test_a_damaged_index_is_rebuilt(
    built: index.Index, reference: Reference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = index.cache_folder(reference)
    monkeypatch.setenv("CLEANCLAIM_HOME", str(tmp_path))
    folder = index.cache_folder(reference)
    assert folder.is_relative_to(tmp_path)
    shutil.copytree(sound, folder)
    for path in folder.iterdir():
        content = path.read_bytes()
        for damaged in (b"", content[:-2], content[:-2] + b"!!"):
            path.write_bytes(damaged)
            assert cache.load_cached(folder, index._read) is None
        path.write_bytes(content)
    assert cache.load_cached(folder, index._read) is not None
    (folder / "numbers.npz").write_bytes(b"not an archive")
    again = index.load(reference)
    assert again.term_texts == built.term_texts
    assert list(again.postings) == list(built.postings)


def test_search_works_without_a_writable_cache(
    built: index.Index, reference: Reference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("CLEANCLAIM_HOME", str(blocked))
    monkeypatch.setattr(index, "build", lambda *_: built)
    with pytest.warns(UserWarning, match="prepared tables can't be cached"):
        assert index.load(reference) is built
    assert built.stems


def words_of(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


@pytest.mark.parametrize(
    ("name", "at_first", "in_ten"),
    [("doid_phrase_code.json", 0.50, 0.70), ("doid_typo.json", 0.0, 0.65)],
)
def test_disease_ontology(
    name: str, at_first: float, in_ten: float, encoder: Encoder, data_dir: Path
) -> None:
    """Names of diseases that aren't in the tabular list; for a code that isn't billable, any code below it counts."""
    day = date(2026, 5, 12)
    reference = encoder.reference
    listed = {words_of(one) for one in (*reference.table("icd10cm_tabular")["title"], *reference.table("icd10cm_notes")["text"])}  # fmt: skip
    rows = reference.table("icd10cm").filter(
        (reference.table("icd10cm")["valid_from"] <= day) & (reference.table("icd10cm")["valid_to"] >= day)
    )  # fmt: skip
    billable = set(rows["code"])
    pairs = json.loads((data_dir / "data" / "search" / name).read_text(encoding="utf-8"))
    asked = [(text, codes) for text, codes in pairs if words_of(text) not in listed]
    assert len(asked) > 700
    ranks = []
    for text, codes in asked:
        wanted = [plain(code) for code in codes]
        found = [plain(one.code) for one in encoder.search(text, on=day)]
        hits = [
            n
            for n, one in enumerate(found)
            if any(
                one == code or (code not in billable and one.startswith(code)) for code in wanted
            )
        ]
        ranks.append(hits[0] if hits else 99)
    assert sum(rank == 0 for rank in ranks) / len(ranks) >= at_first
    assert sum(rank < 10 for rank in ranks) / len(ranks) >= in_ten


def test_the_official_indexes_are_searched(full: Encoder) -> None:
    found = full.search("acetaminophen poisoning accidental", on=date(2026, 5, 12))
    assert found[0].code.startswith("T39.1X1")
    found = full.search("fall from ladder", on=date(2026, 5, 12))
    assert found[0].code.startswith("W11")


def test_level_ii_codes_are_searched(full: Encoder) -> None:
    day = date(2024, 8, 5)
    assert "E1130" in {
        one.code for one in full.search("standard wheelchair", system="hcpcs", on=day)
    }
    later = full.search("standard wheelchair", system="hcpcs", on=date(2026, 5, 12))
    assert later[0].as_of == date(2024, 9, 30)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("broken left wrist", "S52.502A"),
        ("diabetic foot ulcer", "E11.621"),
        ("diabetes with ketoacidosis", "E11.10"),
        ("dm with ckd", "E11.22"),
        ("type 1 diabetes with ketoacidosis", "E10.10"),
        ("tylenol overdose", "T39.1X1A"),
        ("tramadol overdose", "T40.421A"),
        ("intentional tramadol overdose", "T40.422A"),
        ("kenalog", "J3301"),
        ("chf and htn", "I11.0"),
    ],
)
def test_the_guidelines_decide_what_is_not_said(words: str, code: str, encoder: Encoder) -> None:
    assert first(encoder, words) == code


def test_both_sides_without_a_bilateral_code_are_two_codes(encoder: Encoder) -> None:
    every = encoder.search("bilateral knee pain", on=DAY)
    found = [one for one in every if one.fits and one.billable]
    assert [one.code for one in found] == ["M25.561", "M25.562"]
    assert len({one.code for one in every}) == len(every)


def test_conditions_that_belong_together_give_the_combination_code_and_what_goes_with_it(
    encoder: Encoder,
) -> None:
    found = encoder.search("type 2 dm with ckd stage 3b on insulin", on=DAY)
    roles = {one.code: one.role for one in found if one.role}
    assert found[0].code == "E11.22"
    assert roles == {
        "E11.22": "combination code",
        "N18.32": "additional code, with E11.22",
        "Z79.4": "additional code, with E11.22",
    }


def test_conditions_that_do_not_belong_together_give_a_code_each(encoder: Encoder) -> None:
    found = encoder.search("htn and hyperlipidemia", on=DAY)
    assert [(one.code, one.role) for one in found[:2]] == [("I10", "for 'htn'"), ("E78.5", "for 'hyperlipidemia'")]  # fmt: skip


def test_words_that_nothing_has_are_named(encoder: Encoder) -> None:
    found = encoder.answer("flurbing of the nose", on=DAY)
    assert not found.fits
    assert found.unmatched == ("flurbing",)
    text = answered(found)
    assert text.startswith(
        "Nothing fits 'flurbing of the nose': no code that was found has flurbing."
    )
    assert text.index("Closest, by the other words:") < text.index("R04.0")
    assert "ICD-10-CM index and table of drugs" in text


def test_a_result_without_a_key_word_comes_after_those_that_have_it(encoder: Encoder) -> None:
    found = encoder.answer("tylenol overdose", on=DAY)
    codes = [one for one in found.results if one.billable]  # categories follow
    fits = [one.fits for one in codes]
    assert fits == sorted(fits, reverse=True)
    assert [one.code for one in codes if one.fits] == ["T39.1X1A"]
    assert all("tylenol" in one.missed for one in found.results if not one.fits)


def test_a_code_in_no_list_says_what_to_import(encoder: Encoder) -> None:
    found = encoder.answer("E0601", on=DAY)
    assert found.results == ()
    assert answered(found).splitlines() == [
        "No loaded list has E0601. It has the format of HCPCS Level II: durable medical equipment.",
        "Not searched, because no complete list is loaded:",
        "  HCPCS Level II (drugs, supplies, equipment): cleanclaim reference import (or update) CMS's HCPCS file",
    ]


@pytest.mark.parametrize("words", ["wheelchair", "insulin pump", "B12 shot"])
def test_what_was_not_searched_is_said(words: str, encoder: Encoder) -> None:
    found = encoder.answer(words, on=DAY)
    assert any(name.startswith("HCPCS Level II") for name in found.not_searched)
    assert encoder.answer(words, system="icd9cm", on=DAY).not_searched == ()


def test_a_new_code_without_a_title_gets_one_from_the_code_above(encoder: Encoder) -> None:
    found = encoder.search("M86.8X80", on=date(2026, 10, 5))[0]
    assert (found.title, found.made_title) == (None, "Other osteomyelitis, other site")
    for one in encoder.search("M86.8X", on=date(2026, 10, 5)):
        assert one.title or one.made_title
