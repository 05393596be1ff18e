"""Reports to write out: of claims built in Python, and of files."""

from __future__ import annotations

from typing import Any

import pytest

from cleanclaim.edits.registry import own_edits
from cleanclaim.edits.samples import institutional, interchange, professional
from cleanclaim.job import Job
from cleanclaim.pipeline import run_whole
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference
from cleanclaim.report.result import Report

MEMBER = "QZX987654321"
BORN = "1957-11-03"
HOSTILE = '<script>alert("1")</script>'
PATIENT: dict[str, Any] = {"member_id": MEMBER, "patient_birth_date": BORN}


@pytest.fixture(scope="session")
def report(reference: Reference) -> Report:
    """A clean claim and three at fault, numbered plainly, with markup and with a formula."""
    claims = [
        professional(claim_id="A-1", diagnoses=["M54.5"], **PATIENT),
        professional(
            claim_id=HOSTILE, diagnoses=["E11", "S52.501"], from_date="2026-05-13", **PATIENT
        ),
        professional(
            claim_id='=HYPERLINK("x")',
            diagnoses=["E10.9", "E11.9"],
            from_date="2026-05-14",
            **PATIENT,
        ),
        institutional(claim_id="A-4", claim_filing_code="CI", payer_class="commercial", **PATIENT),
    ]
    return run_whole(Job((), reference, own_edits(), held=batch_of(claims)))


@pytest.fixture(scope="session")
def file_report(reference: Reference, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """An 837 whose diagnosis has ended, a broken 837, a CSV, and a file that is no claim at all."""
    folder = tmp_path_factory.mktemp("in put")
    person = [
        ("NM1*IL", f"NM1*IL*1*ZEBEDEE*QUENTIN****MI*{MEMBER}"),
        ("DMG", "DMG*D8*19571103*F"),
    ]
    ended = interchange(("HI*ABK", "HI*ABK:M545"), *person)
    broken = interchange(("SV1*", "SV1*HC:99213*12X*UN*1***9"), ("IEA", ""), *person)
    table = (
        "claim_id,member_id,birth_date,dx1,procedure_code,from_date,charge_amount,units\n"
        f"T-1,{MEMBER},{BORN},M54.5,99213,2026-05-12,100,1\n"
    )
    content = {"ended.837": ended, "broken.837": broken, "t.csv": table, "note.txt": "Dear biller"}
    for name, text in content.items():
        (folder / name).write_text(text)
    return run_whole(Job(tuple(folder / name for name in content), reference, own_edits()))
