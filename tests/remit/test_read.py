"""Reading 835 files: every segment and amount, next to another reader."""

from __future__ import annotations

import gzip
import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cleanclaim.read.sources import Held
from cleanclaim.remit import read
from cleanclaim.remit.balance import imbalances
from cleanclaim.remit.tables import TABLES, Remittance
from remittances import era, payment, service, transaction

EXAMPLE = era(
    transaction(
        payment(
            "A1",
            "200.10",
            "100.05",
            service("99213:25", "120.10", "100.05", "CO*45*20.05*1", control="L1", allowed="100.05"),
            service("99213", "80", "0", "CO*16*50**50*30", remarks=["M76", "N56"], billed="99214", billed_units="2"),
            adjustments=[],
            more="NM1*IL*1*ADAMS*PAULA****MI*W9~NM1*74*1******C*W8~NM1*82*1*ROE*ROBIN****XX*1245319599~REF*F8*OLD~DTM*232*20260512~AMT*AU*100.05~MOA***MA01*N1~",
        ),
        provider="PLB*1234567893*20261231*WO:OLD*10.05*L6*-2~",
        total="92.00",
    ),
    transaction(payment("A2", "-50", "-50", status="22"), number="0002", day="20260602"),
)  # fmt: skip


def frames(content: bytes) -> Remittance:
    remittance, [entry] = read.read_remittances([Held("era.835", io.BytesIO(content))])
    assert entry.error is None
    return remittance


def samples(data_dir: Path) -> list[Path]:
    return sorted(path for path in (data_dir / "x12").glob("*/good/835/*") if path.is_file())


def test_what_a_payment_says_is_in_the_tables() -> None:
    got = frames(EXAMPLE)
    assert got.checks.select("transaction", "paid_amount", "check_date", "trace", "payer_name", "payer_id", "payee_id").rows() == [
        ("0001", Decimal("92.00"), date(2026, 6, 1), "CHECK0001", "ANY PAYER", "99999", "1234567893"),
        ("0002", Decimal("-50.00"), date(2026, 6, 2), "CHECK0002", "ANY PAYER", "99999", "1234567893"),
    ]  # fmt: skip
    paid = got.payments.row(0, named=True)
    assert {name: paid[name] for name in ("check_key", "remit_claim_id", "charge_amount", "insured_id", "corrected_id", "rendering_npi", "original_reference", "from_date", "covered_amount")} == {
        "check_key": 0, "remit_claim_id": "A1", "charge_amount": Decimal("200.10"), "insured_id": "W9", "corrected_id": "W8", "rendering_npi": "1245319599",
        "original_reference": "OLD", "from_date": date(2026, 5, 12), "covered_amount": Decimal("100.05"),
    }  # fmt: skip
    first, second = got.payment_lines.iter_rows(named=True)
    assert (first["procedure_code"], first["modifier_1"], first["line_control_number"], first["allowed_amount"]) == ("99213", "25", "L1", Decimal("100.05"))  # fmt: skip
    assert (second["billed_code"], second["units"], second["billed_units"], second["from_date"]) == ("99214", 1, 2, date(2026, 5, 12))  # fmt: skip
    assert got.adjustments.select(
        "service_number", "group", "carc", "amount", "quantity"
    ).rows() == [
        (1, "CO", "45", Decimal("20.05"), 1),
        (2, "CO", "16", Decimal(50), None),
        (2, "CO", "50", Decimal(30), None),
    ]
    assert got.remarks.select("service_number", "rarc").rows() == [(0, "MA01"), (0, "N1"), (2, "M76"), (2, "N56")]  # fmt: skip
    assert got.provider_adjustments.select("reason", "reference", "amount").rows() == [("WO", "OLD", Decimal("10.05")), ("L6", None, Decimal(-2))]  # fmt: skip


def test_every_segment_is_kept_with_its_place() -> None:
    got = frames(EXAMPLE)
    texts = [part.strip().decode() for part in EXAMPLE.split(b"~")][:-1]
    assert got.segments["text"].to_list() == texts
    assert got.segments["segment_number"].to_list() == list(range(1, len(texts) + 1))
    for row in got.segments.iter_rows(named=True):
        assert EXAMPLE[row["position"] :].startswith(row["text"].encode())
    owners = got.segments.filter(pl.col("name") == "LQ").select("payment_key", "service_number")
    assert owners.rows() == [(0, 2), (0, 2)]


@pytest.mark.parametrize("size", [1 << 10, 1 << 20])
def test_blocks_of_any_size_give_the_same_tables(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = era(*(transaction(*(payment(f"A{n}-{k}", "80", "60", service("97110", "80", "60", "CO*45*20")) for k in range(9)), number=f"{n:04d}") for n in range(9)))  # fmt: skip
    whole = frames(many)
    monkeypatch.setattr(read, "_CHUNK", size)
    for name in TABLES:
        assert getattr(frames(many), name).equals(getattr(whole, name))
    assert whole.payments["payment_key"].to_list() == list(range(81))
    assert whole.payments["check_key"].to_list() == [n // 9 for n in range(81)]
    assert imbalances(whole) == []


def test_a_file_without_a_remittance_is_named() -> None:
    claims = b"ISA*00*          *00*          *ZZ*A              *ZZ*B              *260101*1200*^*00501*000000001*0*T*:~\nST*837*1~\nSE*2*1~\n"  # fmt: skip
    _, [entry] = read.read_remittances([Held("claims.837", io.BytesIO(claims))])
    assert entry.error == "claims.837: the file has no remittance (transaction 835)"
    _, [entry] = read.read_remittances([Held("note.txt", io.BytesIO(b"no claims"))])
    assert entry.error == "note.txt: no interchange header (ISA) was found"


def test_a_damaged_gzip_is_named(tmp_path: Path) -> None:
    whole = gzip.compress(EXAMPLE)
    for name, data in (("cut.gz", whole[:60]), ("odd.gz", whole[:2] + bytes(20))):
        (tmp_path / name).write_bytes(data)
        _, [entry] = read.read_remittances([tmp_path / name])
        assert entry.error is not None
        assert entry.error.startswith(f"{tmp_path / name}: the packed file is damaged")


def test_an_amount_that_is_no_number_is_reported_and_the_rest_is_read() -> None:
    broken = EXAMPLE.replace(b"SVC*HC:99213:25*120.10", b"SVC*HC:99213:25*12O.10")
    got = frames(broken)
    assert got.payments.height == 2
    [fault] = [one for one in imbalances(got) if one.rule == "amount"]
    assert fault.message == "SVC02 should be an amount with at most two decimals and isn't"
    assert broken[fault.place.position :].startswith(b"SVC*HC:99213:25")


def test_every_sample_is_read(data_dir: Path) -> None:
    remittance, files = read.read_remittances(samples(data_dir))
    assert len(files) == 17
    assert [one.error for one in files] == [None] * 17
    assert remittance.payments.height == 35
    assert remittance.faults.is_empty()


def test_another_reader_sees_the_same(data_dir: Path) -> None:
    oxedi = pytest.importorskip("oxedi")
    compared = 0
    for path in samples(data_dir):
        if not path.read_bytes().lstrip().startswith(b"ISA"):
            continue  # it starts at its transaction, which the other reader doesn't read
        other = oxedi.parse_file(str(path)).tables.to_polars()
        ours, [entry] = read.read_remittances([path])
        assert entry.error is None
        compared += 1
        assert text(other["claims"], "claim_id", "claim_status", "payer_control_number", "patient_id") == ours.payments.select(
            "remit_claim_id", "status_code", "payer_claim_id", "patient_id"
        ).rows()  # fmt: skip
        assert amounts(other["claims"], "charge_amount", "payment_amount", "patient_responsibility") == amounts(
            ours.payments, "charge_amount", "paid_amount", "patient_amount"
        )  # fmt: skip
        assert amounts(other["services"], "charge_amount", "payment_amount", "allowed_amount") == amounts(
            ours.payment_lines, "charge_amount", "paid_amount", "allowed_amount"
        )  # fmt: skip
        assert text(other["adjustments"], "group_code", "reason_code") == ours.adjustments.select("group", "carc").rows()  # fmt: skip
        assert amounts(other["adjustments"], "amount") == amounts(ours.adjustments, "amount")
        assert amounts(other["provider_adjustments"], "amount") == amounts(ours.provider_adjustments, "amount")  # fmt: skip
        assert amounts(other["payments"], "total_payment_amount") == amounts(ours.checks, "paid_amount")  # fmt: skip
    assert compared >= 15


def text(frame: pl.DataFrame, *names: str) -> list[Any]:
    columns = [pl.col(name).map_elements(lambda one: one.decode().strip() or None, pl.String) for name in names]  # fmt: skip
    return frame.select(columns).rows()


def amounts(frame: pl.DataFrame, *names: str) -> list[Any]:
    return frame.select(pl.col(name).cast(pl.Decimal(15, 2)) for name in names).rows()
