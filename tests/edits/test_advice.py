"""What is suggested depends on the payer, and one mistake gives one finding."""

from __future__ import annotations

import pytest

from cleanclaim.api import check


def claim(diagnosis: str, *codes: str) -> dict[str, object]:
    return {
        "claim_id": "A1",
        "member_id": "1EG4TE5MK73",
        "billing_npi": "1234567893",
        "patient_birth_date": "1950-01-01",
        "diagnoses": [diagnosis],
        "lines": [
            {
                "procedure_code": code,
                "from_date": "2026-05-12",
                "diagnosis_pointers": [1],
                "units": 1,
                "place_of_service_code": "11",
            }
            for code in codes
        ],
    }


@pytest.mark.parametrize(("payer", "told"), [("medicare", True), ("commercial", False), ("medicaid", False)])  # fmt: skip
def test_only_medicare_patients_get_an_abn(payer: str, told: bool) -> None:
    found = check(claim("J06.9", "83036"), payer_class=payer, select=["LNK"]).findings
    assert found["code"].to_list() == ["LNK104"]
    assert ("ABN" in found["suggestion"][0]) == told
    refused = check(claim("Z02.1", "83036"), payer_class=payer, select=["LNK105"]).findings
    assert ("ABN" in refused["suggestion"][0]) == told


def test_99417_to_medicare_is_one_finding() -> None:
    found = check(claim("I10", "99215", "99417"), payer_class="medicare", select=["PX", "EM", "NCCI", "QTY", "MOD"]).findings  # fmt: skip
    assert found.select("line_number", "code", "suggestion").rows() == [(2, "PX110", "Bill G2212.")]
    shorter = check(claim("I10", "99213", "99417"), payer_class="medicare", select=["PX", "EM", "NCCI"]).findings  # fmt: skip
    assert shorter["code"].to_list() == ["PX110"]
