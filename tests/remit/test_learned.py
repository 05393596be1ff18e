"""What remittances teach: a denied line is no duplicate's original and uses up no limit; a paid one is and does."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from cleanclaim import History, check
from cleanclaim.edits import registry
from cleanclaim.job import Job
from cleanclaim.pipeline import run as run_job
from cleanclaim.plan import Plan
from cleanclaim.reference import Reference
from cleanclaim.remit.learned import read_outcomes
from command import run
from remittances import era, payment, service, transaction

CLAIMS = """claim_id,line_number,member_id,patient_birth_date,patient_sex,claim_filing_code,payer_class,billing_npi,rendering_npi,submitted_date,from_date,procedure_code,charge_amount,diagnosis_code_1
{id},1,1EG4TE5MK73,1950-02-14,F,MB,medicare,1234567893,1245319599,2026-05-15,{day},83036,30,E11.9
{id},2,1EG4TE5MK73,1950-02-14,F,MB,medicare,1234567893,1245319599,2026-05-15,{day},77067,60,Z12.31
"""
FIRST = (service("83036", "30", "0", "CO*50*30"), service("77067", "60", "40", "CO*45*20"))
PAID = (service("83036", "30", "20", "CO*45*10"), service("77067", "60", "40", "CO*45*20"))
GONE = (service("83036", "-30", "-20", "CO*45*-10"), service("77067", "-60", "-40", "CO*45*-20"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sent.csv").write_text(CLAIMS.format(id="A", day="2026-05-12"))
    (tmp_path / "again.csv").write_text(CLAIMS.format(id="B", day="2026-05-12"))
    (tmp_path / "later.csv").write_text(CLAIMS.format(id="C", day="2026-09-12"))
    return tmp_path


def remit(folder: Path, *transactions: str) -> Path:
    path = folder / "era.835"
    path.write_bytes(era(*transactions))
    return path


def codes(folder: Path, today: str, *remittances: Path) -> list[tuple[str, int]]:
    report = check(folder / today, history=folder / "sent.csv", remit=remittances, select=["HX102", "HX103"])  # fmt: skip
    return sorted(report.findings.select(pl.col("code").cast(pl.String), "line_number").rows())


def test_a_denied_line_is_no_original_and_a_paid_one_is(folder: Path) -> None:
    assert codes(folder, "again.csv") == [("HX103", 1), ("HX103", 2)]
    denied = remit(folder, transaction(payment("A", "90", "40", *FIRST)))
    assert codes(folder, "again.csv", denied) == [("HX103", 2)]
    paid = remit(folder, transaction(payment("A", "90", "60", *PAID)))
    assert codes(folder, "again.csv", paid) == [("HX103", 1), ("HX103", 2)]


def test_a_payment_taken_back_leaves_no_original(folder: Path) -> None:
    first, back = payment("A", "90", "60", *PAID), payment("A", "-90", "-60", *GONE, status="22")
    taken = remit(folder, transaction(first), transaction(back, number="0002", day="20260615"))
    assert codes(folder, "again.csv", taken) == []
    again = transaction(payment("A", "90", "60", *PAID, number="ICN2"), number="0003", day="20260620")  # fmt: skip
    corrected = remit(folder, transaction(first), transaction(back, number="0002", day="20260615"), again)  # fmt: skip
    assert len(codes(folder, "again.csv", corrected)) == 2


def test_a_denied_service_uses_up_no_limit(folder: Path) -> None:
    assert codes(folder, "later.csv") == [("HX102", 2)]
    whole = payment("A", "90", "0", status="4", adjustments=["CO*29*90"], more="DTM*232*20260512~")
    assert codes(folder, "later.csv", remit(folder, transaction(whole))) == []


@pytest.mark.parametrize("other", [payment("A", "95", "0", service("83036", "35", "0", "CO*50*35"), service("77067", "60", "0", "CO*50*60", day="20260511")), payment("Z", "90", "0", *FIRST)])  # fmt: skip
def test_another_day_charge_or_number_is_another_claim(folder: Path, other: str) -> None:
    assert len(codes(folder, "again.csv", remit(folder, transaction(other)))) == 2


def test_a_history_in_memory_and_on_disk_learn_the_same(folder: Path, reference: Reference) -> None:
    kept = History(folder / "kept")
    kept.add([folder / "sent.csv"])
    outcomes = read_outcomes([remit(folder, transaction(payment("A", "90", "40", *FIRST)))])
    edits = tuple(registry.choose(registry.own_edits(), ("HX102", "HX103")))
    job = Job((folder / "again.csv",), reference, edits, history=(kept.folder,), outcomes=outcomes)
    found = []
    for plan in (Plan(), Plan(in_memory=0)):
        with run_job(Job(**{**job.__dict__, "plan": plan})) as results:
            parts = pl.concat(results.findings_parts())
            found.append(sorted(parts.select(pl.col("code").cast(pl.String), "line_number").rows()))
    assert found[0] == found[1] == [("HX103", 2)]


def test_pairs_of_denied_lines_do_not_count(folder: Path) -> None:
    rows = "".join(CLAIMS.format(id=f"H{n}", day="2026-05-12").split("\n", 1)[1] for n in range(20))
    (folder / "sent.csv").write_text(CLAIMS.split("\n", 1)[0] + "\n" + rows)
    (folder / "again.csv").write_text(CLAIMS.format(id="B", day="2026-05-13").replace("E11.9", "J06.9"))  # fmt: skip
    answers = [payment(f"H{n}", "90", "40", *FIRST) for n in range(20)]

    def told(*remittances: Path) -> int:
        report = check(folder / "again.csv", history=folder / "sent.csv", remit=remittances, select=["LNK108"])  # fmt: skip
        return len(report.findings)

    assert told() == 1
    assert told(remit(folder, transaction(*answers))) == 0  # no line of it was ever paid


def test_the_command(folder: Path) -> None:
    path = remit(folder, transaction(payment("A", "90", "40", *FIRST)))
    command = ("check", folder / "again.csv", "--select", "HX103", "--format", "csv")
    done = run(*command, "--history", folder / "sent.csv", "--remit", path)
    assert done.stdout.count(b"HX103") == 1
    done = run(*command, "--remit", path)
    assert done.returncode == 2
    assert b"give --history too" in done.stderr
    done = run(*command, "--history", folder / "sent.csv", "--remit", folder / "none.835")
    assert done.returncode == 2
    assert b"there is no such file" in done.stderr
