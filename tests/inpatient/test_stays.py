"""Which claims are hospital stays that can be grouped, and why the others can't."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from cleanclaim.edits.samples import institutional, professional
from cleanclaim.inpatient.stays import Candidate, candidates
from cleanclaim.read.objects import batch_of

STAY: dict[str, Any] = {
    "bill_type_code": "111", "admission_date": "2026-05-10", "from_date": "2026-05-10", "to_date": "2026-05-14", "discharge_disposition_code": "01",
    "patient_birth_date": "1950-05-11", "patient_sex": "F", "diagnoses": ["I50.23", {"diagnosis_code": "N17.9", "present_on_admission_code": "N"}],
}  # fmt: skip


def only(claim: dict[str, Any]) -> Candidate:
    batch = batch_of([claim])
    [found] = candidates(batch, pl.Series(batch.claims["claim_key"]))
    return found


def test_a_stay_is_given_to_the_grouper_as_the_claim_has_it() -> None:
    pcs = [
        {"kind": "procedure", "code_qualifier": "BBQ", "ordinal": 2, "code": "02703DZ"},
        {"kind": "procedure", "code_qualifier": "CAH", "code": "99213"},
        {"kind": "condition", "code": "G0"},
    ]
    stay = only(institutional(**STAY, claim_codes=pcs)).stay
    assert stay is not None
    assert (stay.version, stay.age, stay.sex, stay.status) == (
        431,
        75,
        1,
        1,
    )  # one day before the birthday
    assert stay.principal.code == "I5023"
    assert [(coded.number, coded.code, coded.poa) for coded in stay.secondary] == [(2, "N179", "N")]
    assert [coded.code for coded in stay.procedures] == ["02703DZ"]
    assert not stay.is_interim


@pytest.mark.parametrize(
    ("day", "version"),
    [
        ("2022-10-01", 400),
        ("2023-03-31", 400),
        ("2023-04-01", 401),
        ("2026-09-30", 431),
        ("2027-03-31", 440),
    ],
)
def test_the_day_of_discharge_chooses_the_version(day: str, version: int) -> None:
    stay = only(
        institutional(**{**STAY, "admission_date": "2022-09-20", "discharge_date": day})
    ).stay
    assert stay is not None
    assert stay.version == version


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        (professional(), "a professional claim"),
        (institutional(), "type of bill 131"),
        (institutional(**{**STAY, "bill_type_code": None}), "type of bill is missing"),
        (institutional(**{**STAY, "bill_type_code": "118"}), "cancels another bill"),
        (institutional(**{**STAY, "bill_type_code": "115"}), "late charges"),
        (institutional(**{**STAY, "to_date": "2022-09-30"}), "discharged outside 2022-10-01"),
        (institutional(**{**STAY, "diagnoses": []}), "principal diagnosis is missing"),
        (institutional(**{**STAY, "patient_birth_date": None}), "age at admission"),
        (
            institutional(**{**STAY, "discharge_disposition_code": None}),
            "discharge status is missing",
        ),
    ],
)
def test_other_claims_say_why_they_are_not_grouped(claim: dict[str, Any], reason: str) -> None:
    found = only(claim)
    assert found.stay is None
    assert reason in str(found.reason)


def test_interim_bills_and_exempt_hospitals_are_known() -> None:
    stay = only(
        institutional(
            **{**STAY, "discharge_disposition_code": "30", "billing_taxonomy_code": "282NC0060X"}
        )
    ).stay
    assert stay is not None
    assert stay.is_interim
    assert stay.hospital == "a critical access hospital"
