"""Denials and payments by hand: five claims, of which four are answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from polars.testing import assert_frame_equal

import cleanclaim
from cleanclaim.analysis.page import analysis_page
from cleanclaim.analysis.run import Analysis, Payments, analyze
from cleanclaim.edits import registry
from cleanclaim.job import Job
from cleanclaim.plan import Plan
from cleanclaim.reference import Reference
from command import run
from places import ROOT
from remittances import era, payment, service, transaction

P1, P2 = "1245319599", "1093718892"
CLAIMS = f"""claim_id,line_number,member_id,patient_last_name,patient_first_name,patient_birth_date,payer_name,payer_id,rendering_npi,submitted_date,from_date,procedure_code,charge_amount,diagnosis_code_1
A,1,W100000001,ADAMS,PAT,1980-02-14,ONE,99991,{P1},2026-05-15,2026-05-12,99213,100,M54.5
B,1,W100000001,ADAMS,PAT,1980-02-14,ONE,99991,{P1},2026-05-15,2026-05-13,99214,200,I10
C,1,W100000001,ADAMS,PAT,1980-02-14,TWO,99992,{P2},2026-05-20,2026-05-14,97110,50,M54.5
D,1,W100000001,ADAMS,PAT,1980-02-14,TWO,99992,{P2},2026-05-20,2026-05-18,99213,120,M54.5
D,2,W100000001,ADAMS,PAT,1980-02-14,TWO,99992,{P2},2026-05-20,2026-05-18,83036,30,M54.5
E,1,W100000001,ADAMS,PAT,1980-02-14,TWO,99992,{P2},2026-05-20,2026-05-19,99213,100,I10
"""
ONE: dict[str, str] = {"payer": "ONE", "payer_id": "99991"}
TWO: dict[str, str] = {"payer": "TWO", "payer_id": "99992"}
JUNE = transaction(
    payment("A", "100", "80", service("99213", "100", "80", "CO*45*20", day="20260512"), number="1"),
    payment("B", "200", "0", service("99214", "200", "0", "CO*197*200", day="20260513"), number="2"),
    **ONE,
)  # fmt: skip
REST = transaction(
    payment("C", "50", "0", service("97110", "50", "0", "CO*146*50", day="20260514"), number="3"),
    payment("D", "150", "90", service("99213", "120", "90", "CO*45*30", day="20260518"), service("83036", "30", "0", "CO*119*30", day="20260518"), number="4"),
    number="0002", **TWO,
)  # fmt: skip
JULY = transaction(payment("B", "200", "150", service("99214", "200", "150", "CO*45*50", day="20260513"), number="5", frequency="7"), number="0003", day="20260701", **ONE)  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    folder = tmp_path_factory.mktemp("payments")
    claims, remit, contract = folder / "claims.csv", folder / "era.835", folder / "contract.csv"
    claims.write_text(CLAIMS)
    remit.write_bytes(era(JUNE, REST, JULY))
    contract.write_text(
        "payer_id,procedure_code,modifier,place_of_service_code,valid_from,valid_to,rate,percent_of_medicare\n99991,99213,,,2026-01-01,,85.50,\n"
    )
    return claims, remit, contract


@pytest.fixture(scope="module")
def made(files: tuple[Path, Path, Path]) -> Analysis:
    claims, remit, contract = files
    return cleanclaim.analyze(claims, diagnoses="chapter", checks=False, remit=remit, contracts=contract)  # fmt: skip


def rows(made: Analysis, name: str, key: str, *columns: str) -> dict[str, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in made.tables[name].select(key, *columns).iter_rows()}


def test_the_measures_of_all_claims(made: Analysis) -> None:
    got = {name: value for name, (value,) in rows(made, "payment_kpis", "measure", "value").items()}
    assert got == {
        "claims": 5,
        "claims_answered": 4,
        "denied": 3,  # B, C and a line of D
        "denied_whole": 2,  # B, C
        "denial_rate": 0.75,  # 3 of 4
        "denial_rate_of_charges": 0.8,  # (200 + 50 + 150) of 500
        "first_pass_yield": 0.25,  # A
        "days_to_payment": 17,  # A 17, B 47, D 12
        "charge_amount": 500,
        "denied_amount": 280,  # 200 + 50 + 30
        "recovered_amount": 150,  # B in July
        "lost_amount": 30,  # D, line 2: the benefit is used up
        "open_amount": 50,  # C
        "underpaid_amount": 5.5,  # A: 85.50 less 80
        "unmatched_payments": 0,
    }


def test_by_payer_provider_and_month(made: Analysis) -> None:
    columns = ("claims", "denied", "denial_rate", "first_pass_yield", "denied_amount", "recovered_amount", "lost_amount", "open_amount", "underpaid_amount")  # fmt: skip
    first, second = (2, 1, 0.5, 0.5, 200, 150, 0, 0, 5.5), (2, 2, 1.0, 0.0, 80, 0, 30, 50, 0)
    assert rows(made, "denials_by_payer", "payer", *columns) == {"ONE": first, "TWO": second}
    assert rows(made, "denials_by_provider", "provider", *columns) == {P1: first, P2: second}
    assert rows(made, "denials_by_month", "month", "claims", "denial_rate", "days_to_payment") == {"2026-06": (4, 0.75, 17)}  # fmt: skip


def test_by_reason_and_edit(made: Analysis) -> None:
    assert rows(made, "denials_by_reason", "reason", "category", "lines", "claims", "denied_amount") == {
        "CO-197": ("authorization", 1, 1, 200), "CO-146": ("coding", 1, 1, 50), "CO-119": ("non-covered", 1, 1, 30),
    }  # fmt: skip
    assert rows(made, "denials_by_edit", "code", "lines", "denied_amount") == {"none": (2, 230), "DX102": (1, 50)}  # fmt: skip


def test_what_became_of_findings(made: Analysis) -> None:
    columns = ("fired", "denied", "denied_otherwise", "paid", "precision")
    got = rows(made, "edit_outcomes", "code", *columns)
    assert got["DX102"] == (3, 1, 1, 1, 0.3333)  # C as it says; D for another reason; A was paid


def test_the_page_and_the_command(made: Analysis, files: tuple[Path, Path, Path], tmp_path: Path) -> None:  # fmt: skip
    page = analysis_page(made)
    assert "Denied dollars by reason" in page
    assert "CO-197" in page
    claims, remit, _ = files
    done = run("analyze", claims, "--remit", remit, "--no-checks", "--format", "json", "--output", tmp_path / "out")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert '"denials_by_payer"' in (tmp_path / "out" / "analysis.json").read_text()
    done = run("analyze", claims, "--remit", tmp_path / "none.835", "--no-checks")
    assert done.returncode == 2
    assert b"there is no such file" in done.stdout


def test_second_payers_and_reversals_do_not_count(files: tuple[Path, Path, Path], tmp_path: Path) -> None:  # fmt: skip
    line = service("99213", "100", "80", "CO*45*20", day="20260512")
    back = payment("A", "-100", "-80", service("99213", "-100", "-80", "CO*45*-20", day="20260512"), status="22", number="1")  # fmt: skip
    second = payment("A", "100", "20", service("99213", "100", "20", "OA*23*80", day="20260512"), status="2", number="9")  # fmt: skip
    path = tmp_path / "again.835"
    path.write_bytes(era(transaction(payment("A", "100", "80", line, number="1"), **ONE), transaction(back, number="0002", day="20260615", **ONE), transaction(second, number="0003", day="20260616", **TWO)))  # fmt: skip
    made = cleanclaim.analyze(files[0], diagnoses="chapter", checks=False, remit=path)
    got = {name: value for name, (value,) in rows(made, "payment_kpis", "measure", "value").items()}
    assert (got["claims_answered"], got["denied"], got["recovered_amount"], got["first_pass_yield"]) == (1, 0, 0, 0)  # fmt: skip


def test_claims_that_dont_fit_in_memory_give_the_same_numbers(reference: Reference) -> None:
    """A month of claims with damaged numbers, reversals and split claims, in groups of some patients each."""
    month = ROOT / "examples" / "month"
    edits = tuple(registry.choose(registry.own_edits()))
    job = Job((month / "sent.837",), reference, edits)
    payments = Payments((month / "answer.835",), as_of=date(2026, 7, 1))
    whole = analyze(job, diagnoses="chapter", checks=False, payments=payments)
    parts = analyze(replace(job, plan=Plan(40, 40)), diagnoses="chapter", checks=False, payments=payments)  # fmt: skip
    for name in ("payment_kpis", "denials_by_payer", "denials_by_provider", "denials_by_month", "denials_by_reason", "denials_by_edit", "edit_outcomes"):  # fmt: skip
        assert_frame_equal(parts.tables[name], whole.tables[name])
