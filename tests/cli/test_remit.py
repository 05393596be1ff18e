"""`cleanclaim remit`: keep, list, show, remove and match."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from cleanclaim import remit_match
from command import run
from places import ROOT
from remittances import era, payment, service, transaction

CLAIMS = ROOT / "examples" / "clinic-day.837"


@pytest.fixture
def remittance(tmp_path: Path) -> Path:
    path = tmp_path / "era.835"
    path.write_bytes(
        era(
            transaction(
                payment("CD-001", "80", "0", service("97110:GP", "80", "0", "CO*146*80", remarks=["M76"])),
                payment("CD-002", "180", "90", service("99214", "180", "90", "CO*45*60", "PR*2*30"), patient="30", member="W100000002", name="BAKER*PAT"),
                payment("?", "1", "1", member="W900000000", name="QUIXWOOD*TOBY"),
                provider="PLB*1234567893*20261231*WO:X*5~",
            )
        )
    )  # fmt: skip
    return path


def test_match_writes_text_csv_and_json(remittance: Path, tmp_path: Path) -> None:
    done = run("remit", "match", remittance, "--claims", CLAIMS, "--as-of", "2026-07-01")
    text = done.stdout.decode()
    assert done.returncode == 0, done.stderr
    assert "CD-001  denied  charged $80.00, paid $0.00" in text
    assert "line 1, 97110:" not in text.split("CD-001")[0]
    assert "DX102 would have caught it" in text
    assert "next: correct the claim and send it again" in text
    assert "Payments without a claim:" in text
    assert "QUIXWOOD" not in text + done.stderr.decode()
    output = tmp_path / "result.json"
    assert run("remit", "match", remittance, "--claims", CLAIMS, "--as-of", "2026-07-01", "--format", "json", "--output", output).returncode == 0  # fmt: skip
    content = json.loads(output.read_text())
    assert output.stat().st_mode & 0o077 == 0
    assert content == remit_match(remittance, CLAIMS, as_of="2026-07-01").to_dict()
    assert content["provider_adjustments"][0]["amount"] == "5.00"
    rows = list(csv.DictReader(io.StringIO(run("remit", "match", remittance, "--claims", CLAIMS, "--format", "csv").stdout.decode())))  # fmt: skip
    assert [(row["claim_id"], row["line_number"], row["adjustments"]) for row in rows] == [("CD-001", "1", "CO-146:80.00"), ("CD-002", "1", "CO-45:60.00 PR-2:30.00")]  # fmt: skip


def test_a_store_is_added_to_listed_shown_and_removed_from(remittance: Path, tmp_path: Path) -> None:  # fmt: skip
    store = tmp_path / "kept"
    added = run("remit", "add", store, remittance)
    assert added.stdout.decode().startswith("added file 1: 1 check, 3 claim payments, 2026-06-01 to 2026-06-01")  # fmt: skip
    assert "1 file, 3 claim payments" in run("remit", "list", store).stdout.decode()
    assert json.loads(run("remit", "list", store, "--format", "json").stdout)["files"][0]["number"] == 1  # fmt: skip
    shown = run("remit", "show", store, "1").stdout.decode()
    assert "claim CD-001 (payer's number ICN1, status 1): charged $80.00, paid $0.00" in shown
    assert "CO-146 $80.00" in shown
    content = json.loads(run("remit", "show", store, "--format", "json").stdout)
    assert len(content["payments"]) == 3
    assert "QUIXWOOD" not in shown + json.dumps(content)
    assert run("remit", "remove", store, "1").returncode == 0
    assert "0 files" in run("remit", "list", store).stdout.decode()


def test_what_cannot_be_read_is_told_and_the_rest_is_matched(remittance: Path, tmp_path: Path) -> None:  # fmt: skip
    done = run("remit", "match", remittance, tmp_path / "missing.835", "--claims", CLAIMS)
    assert done.returncode == 2
    assert b"missing.835: there is no such file" in done.stderr
    assert b"CD-001  denied" in done.stdout
    contracts = tmp_path / "contracts.csv"
    contracts.write_text("a,b\n1,2\n")
    done = run("remit", "match", remittance, "--claims", CLAIMS, "--contracts", contracts)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"expected the columns payer_id,procedure_code" in done.stderr.replace(b", ", b",")
