"""Mappings, dataclasses and frames as claims."""

from __future__ import annotations

import doctest
from dataclasses import dataclass, field
from datetime import date

import polars as pl
import pytest

import cleanclaim
from cleanclaim.errors import TableError
from cleanclaim.read import objects

BACK_PAIN = {
    "claim_id": "A1",
    "diagnoses": ["M54.5"],
    "lines": [{"procedure_code": "97110", "from_date": "2026-05-12"}],
}


@dataclass
class Line:
    procedure_code: str
    from_date: date


@dataclass
class Claim:
    claim_id: str
    diagnoses: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def test_mappings_dataclasses_and_frames_are_one() -> None:
    claim = Claim("A1", ["M54.5"], [Line("97110", date(2026, 5, 12))])
    frames = {
        "claims": pl.DataFrame({"claim_id": ["A1"], "diagnosis_code_1": ["M54.5"]}),
        "lines": pl.DataFrame(
            {"claim_id": ["A1"], "procedure_code": ["97110"], "from_date": [date(2026, 5, 12)]}
        ),
    }
    reports = [cleanclaim.check(given, select=["DX102"]) for given in (BACK_PAIN, claim, frames)]
    messages = [report.findings["message"].to_list() for report in reports]
    assert messages == [["M54.5 ended 2021-09-30 and is not valid on 2026-05-12."]] * 3


def test_every_fault_of_a_mapping_is_told() -> None:
    wrong = {
        "claim_id": "A1",
        "patient_birth_day": "1980-01-01",
        "lines": [
            {"procedure_code": "97110", "units": "two", "modifiers": ["1", "2", "3", "4", "5"]}
        ],
    }
    with pytest.raises(TableError) as told:
        cleanclaim.check(wrong)
    assert [fault.split(", found")[0] for fault in told.value.faults] == [
        "claim 1: lines.modifiers expects a list of at most 4",
        "claim 1: claims has no column 'patient_birth_day'; did you mean 'patient_birth_date'?",
        "claim 1: lines.units expects a number",
    ]
    with pytest.raises(TableError, match="must be a mapping or a dataclass, not int"):
        cleanclaim.check([7])
    with pytest.raises(TableError) as told:
        cleanclaim.check({"claim_id": "A1", "patient_birth_date": "in the spring"})
    assert "spring" not in str(told.value)


def test_examples_in_the_documentation() -> None:
    tried = doctest.testmod(objects)
    assert tried.attempted
    assert not tried.failed


def test_half_of_a_character_is_an_error_like_any_other() -> None:
    claim = {"claim_id": "A\ud800", "lines": [{"procedure_code": "99213\udfff"}]}
    with pytest.raises(TableError) as raised:
        objects.batch_of([claim])
    assert [str(fault).partition(" expects ")[0] for fault in raised.value.faults] == [
        "claim 1: claims.claim_id",
        "claim 1: lines.procedure_code",
    ]
    assert "lone surrogate" in str(raised.value)
