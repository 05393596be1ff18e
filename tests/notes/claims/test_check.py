"""`check --notes`: claims against their notes, in one view, and never a note where it doesn't belong."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import cleanclaim
from cleanclaim import pipeline
from cleanclaim.edits import registry
from cleanclaim.encoder import Encoder
from cleanclaim.errors import UnreadableFile
from cleanclaim.job import Job
from cleanclaim.notes.claims.reader import NoteReader
from cleanclaim.plan import Plan
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference
from cleanclaim.report.formats import FORMATS
from cleanclaim.report.result import Report

STRANGER = "Zebulon Invented"
"""A name that the notes hold and no report may."""


def claim(claim_id: str = "A1", lines: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    """A claim of an office visit."""
    given = lines or [{"procedure_code": "99213", "units": 1}]
    head = {"from_date": "2026-05-12", "place_of_service_code": "11", "payer_class": "commercial"}
    return {"claim_id": claim_id, "diagnoses": ["I10"], "lines": given, **head, **more}


def checked(folder: Path, note: str, *claims: dict[str, Any], name: str = "A1.txt") -> Report:
    """The report on claims whose note is in a folder."""
    (folder / name).write_text(note, encoding="utf-8")
    return cleanclaim.check(list(claims) or claim(), notes=folder, select=["DOC", "EM105"])


def codes(report: Report) -> list[str]:
    """The edits that found something more than information."""
    found = report.findings.filter(report.findings["disposition"].cast(str) != "info")
    return found["code"].to_list()


SIGNED = "\nElectronically signed by A. Sample, MD"
STABLE = "HPI: Established patient.\nASSESSMENT AND PLAN:\n1. Hypertension, at goal. Continue lisinopril." + SIGNED  # fmt: skip


def test_a_claim_that_its_note_supports_has_no_finding(tmp_path: Path) -> None:
    """A right claim is clean, and everything was checked."""
    report = checked(tmp_path, STABLE)
    assert report.findings.is_empty(), report.findings["message"].to_list()
    assert report.not_checked.is_empty()


@pytest.mark.parametrize(
    ("note", "diagnosis", "code"),
    [
        ("HPI: Established patient.\nASSESSMENT AND PLAN:\n1. Contact dermatitis. Hydrocortisone cream.", "J18.9", "DOC101"),
        ("HPI: Denies asthma.\nASSESSMENT AND PLAN:\n1. Contact dermatitis. Hydrocortisone cream.", "J45.909", "DOC102"),
        ("FAMILY HISTORY: Mother had breast cancer.\nASSESSMENT AND PLAN:\n1. Contact dermatitis. Hydrocortisone cream.", "C50.919", "DOC103"),
        ("ASSESSMENT AND PLAN:\n1. History of colon cancer. Colonoscopy next year.", "C18.9", "DOC104"),
        ("ASSESSMENT AND PLAN:\n1. Possible gout. Check uric acid.", "M10.9", "DOC105"),
        ("ASSESSMENT AND PLAN:\n1. Right knee osteoarthritis. Naproxen.", "M17.12", "DOC106"),
        ("ASSESSMENT AND PLAN:\n1. Chronic kidney disease stage 3b. Check BMP.", "N18.9", "DOC107"),
        ("ASSESSMENT AND PLAN:\n1. Chronic kidney disease. Check BMP.", "N18.4", "DOC108"),
        ("ASSESSMENT AND PLAN:\n1. Type 2 diabetes. Continue metformin.", "E10.9", "DOC109"),
        ("ASSESSMENT AND PLAN:\n1. Contact dermatitis. Hydrocortisone cream.\n2. Hypothyroidism", "E03.9", "DOC110"),
        ("ASSESSMENT AND PLAN:\n1. Pneumonia with cough. Start doxycycline.", "R05.9", "DOC111"),
    ],
)  # fmt: skip
def test_diagnoses(tmp_path: Path, note: str, diagnosis: str, code: str) -> None:
    """Each way in which a diagnosis and its note differ has its edit."""
    lines = [{"procedure_code": "36415", "units": 1}]
    report = checked(tmp_path, note + SIGNED, claim(diagnoses=[diagnosis], lines=lines))
    found = [one for one in codes(report) if one != "DOC112"]
    assert found == [code], report.findings["message"].to_list()


@pytest.mark.parametrize(
    ("note", "line", "code"),
    [
        ("ASSESSMENT: Right knee osteoarthritis.\nPLAN: Will inject the right knee next week.", {"procedure_code": "20610"}, "DOC112"),
        ("ASSESSMENT: Right knee osteoarthritis.\nPROCEDURE: The right knee was injected with triamcinolone.", {"procedure_code": "20610", "modifiers": ["LT"]}, "DOC113"),
        ("ASSESSMENT: Right knee osteoarthritis.\nPROCEDURE: The right knee was injected with triamcinolone.", {"procedure_code": "99213", "modifiers": ["25"]}, "DOC114"),
        ("ASSESSMENT: Right knee osteoarthritis.\nTREATMENT: Therapeutic exercise.", {"procedure_code": "97110"}, "DOC115"),
        ("ASSESSMENT: Right knee osteoarthritis.\nTREATMENT: Therapeutic exercise 25 minutes.", {"procedure_code": "97110", "units": 3}, "DOC116"),
        ("HPI: Established patient.\nASSESSMENT: Right knee osteoarthritis.\nPLAN: Start meloxicam 15 mg daily.", {"procedure_code": "99203"}, "DOC117"),
        ("HPI: Established patient.\nASSESSMENT: Right knee osteoarthritis, stable.\nPLAN: Continue meloxicam 15 mg daily.", {"procedure_code": "99214"}, "EM105"),
        ("HPI: Established patient.\nASSESSMENT: Right knee osteoarthritis, worsening.\nPLAN: Start meloxicam 15 mg daily.", {"procedure_code": "99212"}, "EM105"),
    ],
)  # fmt: skip
def test_lines(tmp_path: Path, note: str, line: dict[str, Any], code: str) -> None:
    """Each way in which a line and its note differ has its edit."""
    report = checked(tmp_path, note + SIGNED, claim(diagnoses=["M17.11"], lines=[{"units": 1, **line}]))  # fmt: skip
    assert codes(report) == [code], report.findings["message"].to_list()


def test_a_note_that_is_unsigned_or_of_another_day(tmp_path: Path) -> None:
    """A pending signature holds the claim; no signature at all is information."""
    body = STABLE.removesuffix(SIGNED)
    report = checked(tmp_path, f"Date of service: 05/11/2026\n{body}\nSignature pending")
    assert codes(report) == ["DOC118", "DOC119"]
    report = checked(tmp_path, body)
    assert report.findings["disposition"].cast(str).to_list() == ["info"]


def test_a_claim_without_a_note_is_not_checked(tmp_path: Path) -> None:
    """The edits that read notes say so, and the other claim is checked."""
    report = checked(tmp_path, STABLE, claim("A1"), claim("B2"))
    gaps = report.not_checked
    assert gaps["claim_id"].unique().to_list() == ["B2"]
    assert set(gaps["code"]) == {one.code for one in report.edits}
    assert set(gaps["reason"]) == {"no note for this claim"}


def test_without_notes_nothing_is_said(tmp_path: Path) -> None:
    """Reports of users who give no notes don't change."""
    del tmp_path
    report = cleanclaim.check(claim(), select=["DOC", "EM105"])
    assert report.findings.is_empty()
    assert report.not_checked.is_empty()


def test_over_and_under_coding_are_in_one_view_of_text_html_and_json(tmp_path: Path) -> None:
    """The words of the note are in these three formats."""
    note = "HPI: Established patient.\nASSESSMENT AND PLAN:\n1. Chronic kidney disease stage 3b, stable. Check BMP." + SIGNED  # fmt: skip
    lines = [{"procedure_code": "99215", "units": 1}]
    report = checked(tmp_path, note, claim(diagnoses=["N18.9"], lines=lines))
    entries = json.loads(report.to_json())["coding"]
    told = {(one["direction"], one["billed"], one["supported"]) for one in entries}
    assert told == {("under", "N18.9", "N18.32"), ("over", "99215", "99212")}
    assert all(note[one["start"] : one["end"]] in note for one in entries)
    for name in ("text", "html"):
        page = FORMATS[name].render(report).decode()
        assert "Claims against their notes" in page
        assert "Chronic kidney disease stage 3b" in page


@pytest.mark.parametrize("name", ["csv", "sarif", "parquet", "xlsx"])
def test_other_formats_have_no_words_of_notes(tmp_path: Path, name: str) -> None:
    """Words of notes stay where they are asked for."""
    note = f"HPI: Established patient.\nASSESSMENT AND PLAN:\n1. {STRANGER} possible gout. Check uric acid."
    report = checked(tmp_path, note + SIGNED, claim(diagnoses=["M10.9"]))
    assert "DOC105" in codes(report)
    data = FORMATS[name].render(report)
    assert b"note_words" not in data
    assert STRANGER.encode() not in data


def test_a_note_that_cannot_be_read_is_named_and_shows_nothing(tmp_path: Path) -> None:
    """Its claim isn't checked, and others are."""
    (tmp_path / "B2.txt").write_bytes(f"{STRANGER} \xff".encode("latin-1"))
    report = checked(tmp_path, STABLE, claim("A1"), claim("B2"))
    assert set(report.not_checked["claim_id"]) == {"B2"}
    assert "the note of this claim couldn't be read" in set(report.not_checked["reason"])
    assert any("B2.txt" in one and "UTF-8" in one for one in report.notes)
    assert STRANGER not in report.to_json()


def test_notes_that_belong_to_no_claim_are_counted(tmp_path: Path) -> None:
    """Perhaps the folder is the wrong one."""
    (tmp_path / "other.txt").write_text("x", encoding="utf-8")
    report = checked(tmp_path, STABLE)
    assert "1 note in the notes folder belongs to no claim that was checked." in report.notes


def test_json_lines_name_claims_by_id(tmp_path: Path) -> None:
    """One file for all notes; characters that file names can't have are no trouble."""
    line = json.dumps({"id": "A/1", "note": STABLE})
    report = checked(tmp_path, line, claim("A/1"), name="notes.jsonl")
    assert report.not_checked.is_empty()


def test_two_notes_for_a_claim_are_a_fault(tmp_path: Path) -> None:
    """Neither is taken."""
    (tmp_path / "A1.md").write_text(STABLE, encoding="utf-8")
    report = checked(tmp_path, STABLE)
    assert set(report.not_checked["claim_id"]) == {"A1"}
    assert any("another note" in one for one in report.notes)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """The error names it."""
    with pytest.raises(UnreadableFile, match="nowhere"):
        cleanclaim.check(claim(), notes=tmp_path / "nowhere")


def test_on_disk_the_same_is_found(tmp_path: Path) -> None:
    """Claims that don't fit in memory are held against their notes too."""
    (tmp_path / "notes").mkdir()
    for name in ("A1", "B2", "C3"):
        (tmp_path / "notes" / f"{name}.txt").write_text(STABLE, encoding="utf-8")
    claims = [claim(name, [{"procedure_code": "99214", "units": 1}]) for name in ("A1", "B2", "C3")]
    reference = Reference.load()
    edits = tuple(registry.choose(registry.own_edits(), ("DOC", "EM105"), ()))
    reader = NoteReader.of(tmp_path / "notes", Encoder(reference))
    plan = replace(Plan(), in_memory=1)
    job = Job((), reference, edits, plan=plan, held=batch_of(claims), notes=reader)
    with pipeline.run(job) as results:
        assert not isinstance(results, Report)
        found = [code for part in results.findings_parts() for code in part["code"]]
    assert found == ["EM105"] * 3
