"""Corrected claims: what was decided changes, and nothing else; a replacement holds one claim with correct counts."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleanclaim.correct import fix
from cleanclaim.correct.corrector import Terms
from cleanclaim.correct.decisions import Decision, decisions_text, read_decisions
from cleanclaim.correct.envelope import envelope_faults
from cleanclaim.correct.safe import OURS
from cleanclaim.edits.samples import interchange
from cleanclaim.engine.findings import FINDINGS
from cleanclaim.errors import TableError
from cleanclaim.model import TABLES, Batch, concat
from cleanclaim.read.x837 import read_x12
from cleanclaim.read.x837.layout import CLAIMS
from cleanclaim.read.x837.spans import Names
from cleanclaim.x12.rewrite import X12File
from command import run
from invented import (  # fmt: skip
    BILLING,
    DENTAL,
    INSTITUTIONAL,
    PROFESSIONAL,
    dependents,
    subscriber,
    transaction,
)
from places import ROOT
from remittances import era, payment, service
from remittances import transaction as paid

EXAMPLE = ROOT / "examples" / "clinic-day.837"
NOTHING = pl.DataFrame(schema=FINDINGS)
MOVED = {"claim_key", "position", "segment_number", "file", "submitted_date", "patient_key"}
FILES = {
    "professional": transaction("005010X222A1", BILLING + subscriber(2) + PROFESSIONAL),
    "institutional": transaction("005010X223A2", BILLING + subscriber(2) + INSTITUTIONAL),
    "dental": transaction("005010X224A2", BILLING + subscriber(2) + DENTAL),
    "dependents": transaction("005010X222A1", dependents()),
}
Writing = Callable[[str], Path]


@pytest.fixture
def written(tmp_path: Path) -> Writing:
    def write(name: str) -> Path:
        path = tmp_path / f"{name}.837"
        path.write_bytes(FILES[name])
        return path

    return write


def batch_of(content: bytes) -> Batch:
    return concat(read_x12(io.BytesIO(content), file="x.837", form=False))


def claims_of(content: bytes) -> dict[str, list[dict[str, Any]]]:
    """Every value of the tables but those of places, by table."""
    batch = batch_of(content)
    ids = batch.claims.select("claim_key", _id="claim_id")
    found = {}
    for name in TABLES:
        frame = getattr(batch, name)
        if "claim_key" not in frame.columns:
            continue
        whole = frame.join(ids, on="claim_key", how="left", maintain_order="left")
        found[name] = whole.drop(MOVED & set(whole.columns)).to_dicts()
    return found


def decided(claim_id: str, field: str, before: str, after: str, line: int | None = None, diagnosis: int | None = None) -> Decision:  # fmt: skip
    return Decision(claim_id, line, diagnosis, "", field, before, after, "Robin")


def fixed(path: Path, *decisions: Decision, safe: bool = True) -> fix.Repaired:
    _, corrector = fix.read_file(path)
    return fix.repaired(corrector, NOTHING, decisions, safe=safe)


@pytest.mark.parametrize("name", FILES)
def test_an_untouched_file_comes_back_byte_for_byte(name: str, written: Writing) -> None:
    path = written(name)
    assert fixed(path, safe=False).content == path.read_bytes()


CHANGES = [
    (decided("P1", "lines.modifier_1", "25", "59", line=1), b"SV1*HC:99213:25:GT*", b"SV1*HC:99213:59:GT*"),
    (decided("P1", "lines.modifier_1", "25", "", line=1), b"SV1*HC:99213:25:GT*", b"SV1*HC:99213:GT*"),
    (decided("P1", "lines.modifier_3", "", "KX", line=1), b"SV1*HC:99213:25:GT*", b"SV1*HC:99213:25:GT:KX*"),
    (decided("P1", "lines.units", "2.5", "3", line=2), b"*UN*2.5*22*", b"*UN*3*22*"),
    (decided("P1", "lines.place_of_service_code", "", "11", line=1), b"*UN*1***1:2**Y~", b"*UN*1*11**1:2**Y~"),
    (decided("P1", "lines.diagnosis_pointer_2", "2", "", line=1), b"***1:2**Y~", b"***1**Y~"),
    (decided("P1", "lines.from_date", "2026-05-12", "2026-05-11", line=1), b"LX*1~SV1*HC:99213:25:GT*125.25*UN*1***1:2**Y~DTP*472*D8*20260512~", b"LX*1~SV1*HC:99213:25:GT*125.25*UN*1***1:2**Y~DTP*472*D8*20260511~"),
    (decided("P1", "lines.prior_authorization_number", "", "X9", line=1), b"REF*6R*L1~NTE", b"REF*6R*L1~REF*G1*X9~NTE"),
    (decided("P1", "diagnoses.diagnosis_code", "E11.9", "E11.65", diagnosis=2), b"ABF:E119*ABF:Z794", b"ABF:E1165*ABF:Z794"),
    (decided("P1", "diagnoses.diagnosis_code", "", "Z79.85", diagnosis=4), b"ABF:Z794~", b"ABF:Z794*ABF:Z7985~"),
    (decided("P1", "claims.prior_authorization_number", "AUTH1", "AUTH2"), b"REF*G1*AUTH1~", b"REF*G1*AUTH2~"),
    (decided("P1", "claims.referral_number", "", "R7"), b"REF*EA*CHART~", b"REF*EA*CHART~REF*9F*R7~"),
    (decided("P1", "claims.accident_date", "2026-04-30", "2026-04-29"), b"DTP*439*D8*20260430~", b"DTP*439*D8*20260429~"),
    (decided("P1", "claims.rendering_npi", "1245319599", "1093718892"), b"NM1*82*1*ROE*RICK****XX*1245319599~PRV*PE*PXC*207Q00000X~NM1*77", b"NM1*82*1*ROE*RICK****XX*1093718892~PRV*PE*PXC*207Q00000X~NM1*77"),
    (decided("P1", "claims.member_id", "W000002", "W000003"), b"MI*W000002~", b"MI*W000003~"),
    (decided("P1", "claims.patient_birth_date", "1980-02-14", "1980-12-14"), b"D8*19800214*F", b"D8*19801214*F"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "old", "new"), CHANGES, ids=[f"{one.field}-{n}" for n, (one, _, _) in enumerate(CHANGES)])  # fmt: skip
def test_a_decision_changes_its_element_and_nothing_else(one: Decision, old: bytes, new: bytes, written: Writing) -> None:  # fmt: skip
    path = written("professional")
    content = path.read_bytes()
    assert content.count(old) == 1
    done = fixed(path, one, safe=False)
    expected = content.replace(old, new)
    counted = done.content.replace(b"SE*57*", b"SE*56*") if new.count(b"~") > old.count(b"~") else done.content  # fmt: skip
    assert _without_counts(counted) == _without_counts(expected)
    assert [change.by for change in done.decided] == ["Robin"]
    assert list(envelope_faults(Names(X12File(done.content, CLAIMS)))) == []


def _without_counts(content: bytes) -> bytes:
    return b"~".join(part for part in content.split(b"~") if not part.startswith(b"SE*"))


def test_what_is_not_as_the_decision_says_is_refused_and_nothing_is_written(written: Writing, tmp_path: Path) -> None:  # fmt: skip
    path = written("professional")
    wrong = [
        decided("P1", "lines.modifier_1", "GT", "59", line=1),
        decided("P2", "lines.modifier_1", "25", "59", line=1),
        decided("P1", "lines.modifier_1", "25", "59", line=7),
        decided("P1", "lines.units", "1", "many", line=1),
        decided("P1", "claims.patient_key", "", "1"),
        decided("P1", "lines.modifier_2", "GT", "5*9", line=1),
        decided("P1", "claims.attending_npi", "", "1245319599"),
    ]
    with pytest.raises(TableError) as told:
        fixed(path, *wrong)
    assert [fault.partition(": ")[2] for fault in told.value.faults] == [
        "lines.modifier_1: the file has another value than `from`",
        "lines.modifier_1: the file has no claim with this number",
        "lines.modifier_1: the claim has 2 lines",
        "lines.units: expected a number",
        "claims.patient_key: cleanclaim can't change this field of an 837; correct it in your billing system",
        "lines.modifier_2: the value for SV101-4 holds '*', a separator of this file",
        "claims.attending_npi: the claim has no NM1 71; add it in your billing system",
    ]  # fmt: skip


def test_safe_repairs_change_the_form_only(tmp_path: Path) -> None:
    content = FILES["professional"]
    messy = content.replace(b"ABF:E119*", b"ABF:e11.9*").replace(b"HC:99213:25:GT", b"HC:99213: 25:gt")  # fmt: skip
    messy = messy.replace(b"GE*1*1~", b"GE*9*1~")
    path = tmp_path / "messy.837"
    path.write_bytes(messy)
    done = fixed(path)
    assert done.content == content.replace(b"HC:j1885", b"HC:J1885")
    assert {one.by for one in done.changes} == {OURS}
    loose: dict[str, list[dict[str, Any]]] = {"diagnoses": [], "syntax_faults": []}
    assert claims_of(done.content) | loose == claims_of(messy) | loose


def test_a_claim_without_lines_is_no_hindrance(tmp_path: Path) -> None:
    file = tmp_path / "a.837"
    file.write_text(interchange(("LX*", ""), ("SV1*", ""), ("DTP*472", "")))
    done = run("fix", file, "--output", tmp_path / "b.837")
    assert done.returncode == 0, done.stderr
    assert b"SE*22*0001" in (tmp_path / "b.837").read_bytes()


def test_the_order_of_modifiers_is_a_safe_repair(tmp_path: Path) -> None:
    path = tmp_path / "late.837"
    path.write_bytes(FILES["professional"].replace(b"HC:99213:25:GT", b"HC:71046:RT:26"))
    output = tmp_path / "fixed.837"
    assert run("fix", path, "--output", output).returncode == 0
    assert b"HC:71046:26:RT" in output.read_bytes()
    rows = list(csv.DictReader(fix.record_of(output).read_text().splitlines()))
    assert [(row["edit"], row["from"], row["to"]) for row in rows if row["edit"] == "MOD110"] == [("MOD110", "RT", "26"), ("MOD110", "26", "RT")]  # fmt: skip


def test_decisions_are_written_to_fill_in_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    assert run("fix", EXAMPLE, "--write-decisions", path).returncode == 0
    rows = list(csv.DictReader(path.read_text().splitlines()))
    first = next(row for row in rows if row["claim_id"] == "CD-001")
    assert (first["edit"], first["field"], first["diagnosis_number"], first["from"], first["to"]) == ("DX102", "diagnoses.diagnosis_code", "1", "M545", "")  # fmt: skip
    assert read_decisions(path, "me") == []
    chosen = Decision("CD-001", None, 1, "DX102", "diagnoses.diagnosis_code", "M545", "M54.51", "me")  # fmt: skip
    path.write_text(decisions_text([chosen]))
    output = tmp_path / "fixed.837"
    assert run("fix", EXAMPLE, "--decisions", path, "--output", output).returncode == 0
    assert output.read_bytes() == EXAMPLE.read_bytes().replace(b"ABK:M545~", b"ABK:M5451~", 1)
    assert output.stat().st_mode & 0o077 == 0


def test_interactive(tmp_path: Path) -> None:
    output = tmp_path / "fixed.837"
    answers = "M54.51\n" + "\n" * 50
    done = run("fix", EXAMPLE, "--interactive", "--output", output, "--by", "Robin", stdin=answers.encode())  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert output.read_bytes() == EXAMPLE.read_bytes().replace(b"ABK:M545~", b"ABK:M5451~", 1)
    assert "Robin" in fix.record_of(output).read_text()


@pytest.mark.parametrize(
    ("old", "new", "segment"),
    [("GS*", "GS*HC*EXAMPLE*EXAMPLEPAYER*20260515", "GS"), ("BHT*", "BHT*0019*00", "BHT"), ("HL*2", "HL*2", "below a provider")],
)  # fmt: skip
def test_a_damaged_envelope_is_not_sent_again(
    old: str, new: str, segment: str, tmp_path: Path
) -> None:
    file = tmp_path / "a.837"
    file.write_text(interchange((old, new)))
    words = ("correct", "EXAMPLE-1", "--claims", file, "--frequency", "8", "--reference-number", "1")  # fmt: skip
    done = run(*words, "--output", tmp_path / "b.837")
    assert done.returncode == 2
    assert segment in done.stderr.decode()
    assert b"internal error" not in done.stderr
    assert not (tmp_path / "b.837").exists()


TERMS = Terms("7", "ICN9", 42, datetime(2026, 6, 2, 9, 30, tzinfo=UTC), "Robin")


@pytest.mark.parametrize("name", FILES)
def test_a_replacement_reads_back_as_the_same_claim(name: str, written: Writing) -> None:
    path = written(name)
    before = claims_of(path.read_bytes())
    for claim_id in batch_of(path.read_bytes()).claims["claim_id"]:
        _, corrector = fix.read_file(path)
        [claim] = corrector.claims[claim_id]
        content = corrector.again(claim, [], TERMS)
        assert list(envelope_faults(Names(X12File(content, CLAIMS)))) == []
        after = claims_of(content)
        [got] = after.pop("claims")
        [sent] = [row for row in before["claims"] if row["claim_id"] == claim_id]
        bill_type = {"bill_type_code": (sent["bill_type_code"] or "")[:-1] + "7"} if sent["bill_type_code"] else {}  # fmt: skip
        assert got == {**sent, "claim_frequency_code": "7", "original_reference_number": "ICN9", **bill_type}  # fmt: skip
        for table, rows in after.items():
            if table != "syntax_faults":
                assert rows == [row for row in before[table] if row["_id"] == claim_id]


def test_a_replacement_has_no_faults_of_form(written: Writing) -> None:
    for name in FILES:
        path = written(name)
        _, corrector = fix.read_file(path)
        first = next(iter(corrector.claims.values()))[0]
        content = corrector.again(first, [], TERMS)
        before = concat(read_x12(io.BytesIO(path.read_bytes()), file="x.837")).syntax_faults
        after = concat(read_x12(io.BytesIO(content), file="x.837")).syntax_faults
        assert set(after["fault"]) <= set(before["fault"])


PICKED = [CHANGES[n] for n in (0, 3, 4, 6, 8, 10)]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(picks=st.lists(st.sampled_from(PICKED), unique_by=lambda one: one[0].field))
def test_any_changes_leave_all_other_bytes(
    picks: list[tuple[Decision, bytes, bytes]], written: Writing
) -> None:
    path = written("professional")
    done = fixed(path, *(one for one, _, _ in picks), safe=False)
    back = [replace(one, before=one.after, after=one.before) for one, _, _ in picks]
    path.write_bytes(done.content)
    assert fixed(path, *back, safe=False).content == FILES["professional"]
    assert len(done.changes) == len(picks)
    assert len(done.content.split(b"~")) == len(FILES["professional"].split(b"~"))


def test_the_payers_number_comes_from_the_last_payment_that_counts(tmp_path: Path) -> None:
    remittance = tmp_path / "era.835"
    line = service("97110:GP", "80", "0", "CO*146*80")
    back = payment("CD-001", "-80", "0", service("97110:GP", "-80", "0", "CO*146*-80"), status="22", number="FIRST")  # fmt: skip
    again = payment("CD-001", "80", "0", line, number="SECOND")
    remittance.write_bytes(era(paid(payment("CD-001", "80", "0", line, number="FIRST")), paid(back, again, number="0002", day="20260615")))  # fmt: skip
    output = tmp_path / "again.837"
    command = ("correct", "CD-001", "--claims", EXAMPLE, "--frequency", "7", "--output", output)
    assert run(*command, "--remit", remittance, "--control-number", "7").returncode == 0
    assert b"REF*F8*SECOND~" in output.read_bytes()
    assert b"CLM*CD-001*80***11:B:7*" in output.read_bytes()
    done = run(*command)
    assert done.returncode == 2
    assert b"the payer's number of the claim is missing" in done.stderr
    done = run("correct", "CD-001", "--claims", EXAMPLE, "--frequency", "8", "--output", output, "--reference-number", "X")  # fmt: skip
    assert done.returncode == 0
    assert b"B:8*" in output.read_bytes()
    assert b"no claim has the number NONE" in run("correct", "NONE", *command[2:]).stderr


def test_every_sample_can_be_corrected(data_dir: Path) -> None:
    done = 0
    for path in sorted((data_dir / "x12").glob("*/good/837*/*"))[:60]:
        try:
            content, corrector = fix.read_file(path)
        except Exception:  # noqa: BLE001, S112 - levels are missing, or there is no claim
            continue
        assert fix.repaired(corrector, NOTHING, [], safe=False).content == content
        for claims in list(corrector.claims.values())[:2]:
            _, fresh = fix.read_file(path)
            claim = fresh.claims[claims[0].claim_id][0]
            made = fresh.again(claim, [], TERMS)
            [got] = claims_of(made)["claims"]
            assert got["original_reference_number"] == "ICN9"
            done += 1
    assert done > 30
