"""Rules of the ICD-10-CM guidelines: a claim that breaks one is flagged by an edit that the map of the rules names for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cleanclaim.edits.registry import own_edits
from cleanclaim.edits.samples import institutional, professional
from cleanclaim.engine.check import check
from cleanclaim.read.objects import batch_of
from cleanclaim.reference import Reference
from documentation.rule_map import rules

NEWBORN = "2026-05-12"
STAY = {
    "bill_type_code": "111",
    "from_date": "2026-05-10",
    "to_date": "2026-05-14",
    "admission_date": "2026-05-10",
}
BROKEN: list[tuple[str, str, Mapping[str, Any]]] = [
    ("I.A.3", "DX103", professional(diagnoses=["E11"])),
    ("I.A.12.a", "DX107", professional(diagnoses=["B20", "Z21"])),
    ("I.B.8", "DX130", professional(diagnoses=["J32.1", "J01.10"])),
    ("I.B.13", "DX116", professional(diagnoses=["H40.1111", "H40.1121"])),
    ("II (UHDDS)", "DX110", institutional(diagnoses=["Z59.00"], **STAY)),
    ("IV.M", "DX133", professional(diagnoses=["Z01.810"])),
    ("I.C.1.a.2.d", "DX107", professional(diagnoses=["B20", "Z21"])),
    ("I.C.1.a.2.g", "DX131", professional(diagnoses=["O26.02", "B20"])),
    ("I.C.1.c", "DX123", professional(diagnoses=["Z16.11", "N39.0"])),
    ("I.C.1.d.1.b", "DX133", institutional(diagnoses=["A41.9", "R65.20"])),
    ("I.C.1.d.5", "DX134", institutional(diagnoses=["A41.9", "T81.42XA"])),
    ("I.C.1.e", "DX132", institutional(diagnoses=["A41.02", "B95.62"])),
    ("I.C.1.g.1.b", "DX111", professional(diagnoses=["J12.82", "U07.1"])),
    ("I.C.2.c.1", "DX108", professional(diagnoses=["D63.0", "C18.9"])),
    ("I.C.2.c.2", "DX133", professional(diagnoses=["D64.81", "C18.9"])),
    ("I.C.2.n", "DX107", professional(diagnoses=["C91.01", "Z85.6"])),
    ("I.C.2.r", "DX111", professional(diagnoses=["C80.2", "T86.11"])),
    ("I.C.4.a", "DX122", professional(diagnoses=["E11.9", "N18.31"])),
    ("I.C.4.a.4", "DX131", professional(diagnoses=["O26.02", "E11.9"])),
    ("I.C.4.a.6", "DX108", professional(diagnoses=["E08.9"])),
    ("I.C.5.a", "DX133", professional(diagnoses=["F45.42"])),
    ("I.C.5.b.2", "DX107", professional(diagnoses=["F10.10", "F10.20"])),
    ("I.C.7.a", "DX116", professional(diagnoses=["H40.1111", "H40.1121"])),
    ("I.C.9.a", "DX122", professional(diagnoses=["I10", "I50.9"])),
    ("I.C.9.a.1", "DX112", professional(diagnoses=["I11.0"])),
    ("I.C.9.a.1", "DX134", professional(diagnoses=["I50.9", "I11.0"])),
    ("I.C.9.a.2", "DX112", professional(diagnoses=["I12.9"])),
    ("I.C.9.a.3", "DX112", professional(diagnoses=["I13.0"])),
    ("I.C.9.a.7", "DX128", professional(diagnoses=["R03.0", "I10"])),
    ("I.C.9.a.10", "DX133", professional(diagnoses=["I16.0"])),
    ("I.C.9.b", "DX122", professional(diagnoses=["I25.10", "I20.9"])),
    ("I.C.9.d.3", "DX107", professional(diagnoses=["I69.351", "Z86.73"])),
    ("I.C.9.e.4", "DX133", institutional(diagnoses=["I22.0"])),
    ("I.C.9.e.5", "DX107", professional(diagnoses=["I21.A1", "I24.89"])),
    ("I.C.10.a", "DX133", professional(diagnoses=["J44.0"])),
    ("I.C.13.d.1", "DX107", professional(diagnoses=["M81.0", "M80.08XA"])),
    ("I.C.14.a", "DX132", professional(diagnoses=["N18.31", "N18.4"])),
    ("I.C.15.a.1", "DX113", professional(patient_birth_date="2026-05-01", diagnoses=["O80"])),
    ("I.C.15.a.1", "DX107", professional(diagnoses=["Z33.1", "O99.011"])),
    ("I.C.15.a.3", "DX126", professional(diagnoses=["O99.012", "Z3A.34"])),
    ("I.C.15.a.7", "DX137", professional(diagnoses=["O99.012"])),
    ("I.C.15.b.1", "DX107", professional(diagnoses=["Z34.01", "O99.011"])),
    ("I.C.15.b.2", "DX123", professional(diagnoses=["I10", "O09.511"])),
    ("I.C.15.d", "DX131", professional(diagnoses=["O26.02", "I10"])),
    ("I.C.15.i", "DX132", professional(diagnoses=["O24.410", "O24.112"])),
    ("I.C.15.n", "DX125", institutional(diagnoses=["O80", "O72.1", "Z37.0"])),
    ("I.C.15.p", "DX123", professional(diagnoses=["O94", "N94.10"])),
    (
        "I.C.16.a.2",
        "DX119",
        professional(patient_birth_date=NEWBORN, diagnoses=["P07.16", "Z38.00"]),
    ),
    ("I.C.16.d", "DX134", professional(patient_birth_date=NEWBORN, diagnoses=["P07.36", "P07.16"])),
    ("I.C.16.e", "DX107", professional(patient_birth_date=NEWBORN, diagnoses=["P05.16", "P07.16"])),
    ("I.C.16.g", "DX132", institutional(patient_birth_date=NEWBORN, diagnoses=["P95", "Q21.0"])),
    ("I.C.18.c", "DX107", professional(diagnoses=["K57.31", "K92.2"])),
    ("I.C.18.e", "DX117", professional(diagnoses=["R40.20", "R40.2110"])),
    ("I.C.18.e", "DX132", professional(diagnoses=["S06.0X0A", "R40.2110", "R40.2420"])),
    ("I.C.19.d", "DX135", professional(diagnoses=["T23.361A", "T23.261A"])),
    ("I.C.19.d.6", "DX134", institutional(diagnoses=["T31.10", "T21.31XA"])),
    ("I.C.19.f", "DX134", professional(diagnoses=["S00.83XA", "T74.12XA"])),
    ("I.C.20.a.2", "DX138", professional(diagnoses=["S83.511D", "W19.XXXA"])),
    ("I.C.20.b", "DX136", professional(diagnoses=["S83.511D", "Y92.322"])),
    ("I.C.20.c", "DX136", professional(diagnoses=["T36.0X1A", "Y93.61"])),
    ("I.C.20.i", "DX138", professional(diagnoses=["S83.511A", "W19.XXXS"])),
    ("I.C.21.c.3", "DX132", professional(diagnoses=["T86.11", "Z94.0"])),
    ("I.C.21.c.8", "DX133", professional(diagnoses=["Z08"])),
    ("I.C.21.c.9", "DX119", professional(diagnoses=["I10", "Z52.4"])),
    ("I.C.21.c.11", "DX133", professional(diagnoses=["N39.0", "Z3A.20"])),
    ("I.C.21.c.13", "DX124", professional(diagnoses=["Z00.00", "R73.03"])),
    ("I.C.21.c.17", "DX123", professional(diagnoses=["Z59.00", "I10"])),
]


@pytest.fixture(scope="module")
def found(reference: Reference) -> dict[str, set[str]]:
    """The edits that fire on each claim, by its number in the list."""
    claims = [
        {**claim, "claim_id": str(number), "member_id": f"W{number:09}"}
        for number, (_, _, claim) in enumerate(BROKEN)
    ]
    findings = check(batch_of(claims), reference, own_edits()).findings
    by_claim: dict[str, set[str]] = {}
    for claim_id, code in findings.select("claim_id", "code").iter_rows():
        by_claim.setdefault(claim_id, set()).add(code)
    return by_claim


@pytest.mark.parametrize(
    ("number", "edit"),
    [(number, edit) for number, (_, edit, _) in enumerate(BROKEN)],
    ids=[f"{section}-{edit}" for section, edit, _ in BROKEN],
)
def test_a_broken_rule_is_flagged(number: int, edit: str, found: dict[str, set[str]]) -> None:
    assert edit in found.get(str(number), set())


def test_the_map_names_these_edits_for_their_rules() -> None:
    mapped = {(rule.section, edit) for rule in rules() for edit in rule.edits}
    assert {(section, edit) for section, edit, _ in BROKEN} - mapped == set()
