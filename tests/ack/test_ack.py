"""Acknowledgments that were received: read, explained, and matched to the claims sent."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from cleanclaim.ack.explain import matched
from cleanclaim.ack.read import Acknowledgments, read_acknowledgments
from cleanclaim.read.sources import Held
from command import run
from invented import BILLING, SMALL, isa, subscriber
from places import ROOT

EXAMPLE = ROOT / "examples" / "clinic-day.837"


def interchange(kind: str, *sets: str) -> bytes:
    body = "".join(f"ST*{one}SE*9*0001~" for one in sets)
    return f"{isa()}GS*{kind}*PAYER*CLINIC*20260601*1200*7*X*005010~{body}GE*{len(sets)}*7~IEA*1*000000001~".encode()  # fmt: skip


def read(content: bytes) -> Acknowledgments:
    return read_acknowledgments([Held("answer", io.BytesIO(content))])


F999 = interchange(
    "FA",
    "999*0001*005010X231A1~AK1*HC*905*005010X222A1~AK2*837*0001*005010X222A1~"
    "IK3*CLM*22*2300*8~CTX*CLM01:CD-002~IK4*5:3*1325*7*9~IK3*HI*24*2300*3~CTX*CLM01:CD-002~IK5*R*5~AK9*R*1*1*0~",
)  # fmt: skip
F277 = interchange(
    "HN",
    "277*0001*005010X214~BHT*0085*08*B1*20260601*1200*TH~HL*1**20*1~NM1*PR*2*PAYER*****PI*99999~TRN*1*X~HL*2*1*21*1~TRN*2*CLINICDAY~STC*A1:19:PR*20260601*WQ*9~"
    "HL*3*2*19*1~TRN*1*0~HL*4*3*PT~TRN*2*CD-001~STC*A7:255:77*20260601*U*80******A7:21**DX IS WRONG~REF*1K*P9~"
    "SVC*HC:97110*80*****1~STC*A7:454*20260601*U*80~REF*FJ*L1~HL*5*3*PT~TRN*2*CD-002~STC*A2:20*20260601*WQ*180~HL*6*3*PT~TRN*2*CD-003~STC*A3:54*20260601*U*1~",
)  # fmt: skip


def test_a_999_names_the_segments_and_claims() -> None:
    found = read(F999)
    [answer] = found.answers
    assert (answer.kind, answer.control_number, answer.status) == ("999", "905", "rejected")
    [one] = answer.sets
    assert not one.is_accepted
    assert [(f.segment, f.position, f.element, f.code, f.claim_id) for f in one.faults] == [
        ("CLM", "22", None, "8", "CD-002"),
        ("CLM", "22", "05-3", "7", "CD-002"),
        ("HI", "24", None, "3", "CD-002"),
    ]
    [claim] = found.claims
    assert (claim.claim_id, claim.status) == ("CD-002", "rejected")
    assert claim.words == ["CLM05-3: the code isn't allowed", "HI: a required segment is missing"]


def test_a_277ca_names_each_claim_and_line() -> None:
    found = read(F277)
    assert found.answers[0].control_number == "CLINICDAY"
    first, line, second, third = found.claims
    assert (first.claim_id, first.status, first.codes, first.message, first.payer_claim_id) == ("CD-001", "rejected", ["A7:255:77", "A7:21"], "DX IS WRONG", "P9")  # fmt: skip
    assert first.words[0] == "rejected: information is invalid (a diagnosis code)"
    assert (line.claim_id, line.line, line.codes) == ("CD-001", "L1", ["A7:454"])
    assert (second.claim_id, second.status) == ("CD-002", "accepted")
    assert (third.claim_id, third.status) == ("CD-003", "returned")


def test_a_ta1_answers_an_interchange() -> None:
    rejected = f"{isa()}TA1*000000905*260515*0800*R*021~IEA*0*000000001~".encode()
    [answer] = read(rejected).answers
    assert (answer.kind, answer.control_number, answer.status, answer.reasons) == ("TA1", "000000905", "rejected", ["the number of groups is wrong"])  # fmt: skip
    assert read(rejected).is_rejected
    assert not read(rejected.replace(b"*R*021", b"*A*000")).is_rejected


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """Two transactions with a claim each."""
    sets = "".join(
        f"ST*837*{n:04d}*005010X222A1~BHT*0019*00*{n}*20260515*1200*CH~NM1*41*2*CLINIC*****46*1~PER*IC*X*TE*5555555555~NM1*40*2*PAYER*****46*2~{BILLING}"
        f"{subscriber(2)}{SMALL.format(name=f'A{n}', day=n)}SE*25*{n:04d}~"
        for n in (1, 2)
    )  # fmt: skip
    path = tmp_path / "sent.837"
    path.write_bytes(f"{isa()}GS*HC*CLINIC*PAYER*20260515*1200*1*X*005010X222A1~{sets}GE*2*1~IEA*1*000000001~".encode())  # fmt: skip
    return path


def told(path: Path, content: bytes, tmp_path: Path) -> dict[str, Any]:
    answer = tmp_path / "answer.x12"
    answer.write_bytes(content)
    done = run("ack", answer, "--claims", path, "--format", "json")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_rejected_transaction_rejects_its_claims(sent: Path, tmp_path: Path) -> None:
    answer = interchange("FA", "999*0001~AK1*HC*1*005010X222A1~AK2*837*0001~IK5*R*4~AK2*837*0002~IK5*A~AK9*P*2*2*1~")  # fmt: skip
    found = told(sent, answer, tmp_path)
    assert [(one["claim_id"], one["status"], one["claim_file"]) for one in found["claims"]] == [
        ("A1", "rejected", str(sent)),
        ("A2", "received", str(sent)),
    ]
    assert found["unanswered"] == []
    ta1 = f"{isa()}TA1*000000001*260515*1200*R*023~IEA*0*000000001~".encode()
    assert {one["status"] for one in told(sent, ta1, tmp_path)["claims"]} == {"rejected"}


def test_the_command_explains_and_lists_what_is_unanswered(tmp_path: Path) -> None:
    path = tmp_path / "status.277"
    path.write_bytes(F277)
    done = run("ack", path, "--claims", EXAMPLE)
    text = done.stdout.decode()
    assert done.returncode == 1
    assert "claim CD-001: rejected\n  rejected: information is invalid (a diagnosis code); rejected: information is invalid (information is missing or invalid): DX IS WRONG" in text  # fmt: skip
    assert "next: correct it and send it again as a new claim" in text
    assert "No answer yet: CD-004, CD-005" in text
    done = run("ack", path, EXAMPLE)
    assert done.returncode == 2
    assert b"clinic-day.837: it holds no acknowledgment (TA1, 999 or 277CA)" in done.stderr


def test_samples_of_others_are_read(data_dir: Path) -> None:
    files = [path for kind in ("999", "277CA", "997") for path in (data_dir / "x12").glob(f"*/good/{kind}/*")]  # fmt: skip
    found = read_acknowledgments(files)
    assert len(files) >= 5
    assert found.errors == []
    assert len(found.answers) >= len(files)
    assert matched(found, None)["unanswered"] is None
