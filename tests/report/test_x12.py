"""999, 277CA and TA1 written for an 837: read back, balanced, and without patients' data where the form allows it."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pytest

import cleanclaim
from cleanclaim.ack.read import LAYOUT, Acknowledgments, read_acknowledgments
from cleanclaim.errors import InputError
from cleanclaim.read.sources import Held
from cleanclaim.read.x837.spans import Names
from cleanclaim.report.formats import ANSWERS
from cleanclaim.x12.rewrite import X12File
from invented import BILLING, SMALL, subscriber, transaction
from places import ROOT

EXAMPLE = ROOT / "examples" / "clinic-day.837"
SOUND = transaction("005010X222A1", BILLING + subscriber(2) + SMALL.format(name="A1", day=1))


def answered(path: Path, content: bytes, name: str, select: str = "ENV") -> bytes:
    path = path / "sent.837"
    path.write_bytes(content)
    return ANSWERS[name].render(cleanclaim.check(path, select=select))


def read(content: bytes) -> Acknowledgments:
    found = read_acknowledgments([Held("answer", io.BytesIO(content))])
    assert found.errors == []
    return found


def check_counts(content: bytes) -> None:
    from cleanclaim.correct.envelope import envelope_faults  # noqa: PLC0415

    assert list(envelope_faults(Names(X12File(content, LAYOUT)))) == []


def test_a_sound_file_is_accepted(tmp_path: Path) -> None:
    content = answered(tmp_path, SOUND, "999")
    check_counts(content)
    [answer] = read(content).answers
    assert (answer.control_number, answer.status, answer.sets[0].is_accepted) == ("1", "accepted", True)  # fmt: skip
    [ta1] = read(answered(tmp_path, SOUND, "ta1")).answers
    assert (ta1.status, ta1.control_number, ta1.reasons) == ("accepted", "000000001", [])


FAULTS = [
    (b"*125***11:B:1*", b"****11:B:1*", ("CLM", "02", "1")),
    (b"*125***11:B:1*", b"*12A***11:B:1*", ("CLM", "02", "6")),
    (b"D8*20260501~", b"D8*20261301~", ("DTP", "03", "8")),
    (b"*11:B:1*Y*A", b"*11:B:1*Q*A", ("CLM", "06", "7")),
    (b"SV1*HC:99213*125*UN*1***1:2~", b"", ("SV1", None, "3")),
    (b"HI*ABK", b"QQQ*1~HI*ABK", ("QQQ", None, "1")),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), FAULTS, ids=[f"{one[2][0]}-{one[2][2]}-{n}" for n, one in enumerate(FAULTS)])  # fmt: skip
def test_each_fault_has_its_segment_element_code_and_claim(old: bytes, new: bytes, expected: tuple[str, str | None, str], tmp_path: Path) -> None:  # fmt: skip
    broken = SOUND.replace(old, new)
    assert broken != SOUND
    content = answered(tmp_path, broken, "999")
    check_counts(content)
    found = read(content)
    [one] = found.answers[0].sets
    assert not one.is_accepted
    told = [(f.segment, f.element, f.code) for f in one.faults]
    assert expected in told
    position = next(int(f.position) for f in one.faults if (f.segment, f.element, f.code) == expected)  # fmt: skip
    segments = broken[broken.index(b"ST*") :].split(b"~")
    assert expected[2] == "3" or segments[position - 1].startswith(expected[0].encode())
    assert next(f.claim_id for f in one.faults if (f.segment, f.element, f.code) == expected) == "A1"  # fmt: skip


def test_a_wrong_trailer_is_told_at_its_level(tmp_path: Path) -> None:
    found = read(answered(tmp_path, SOUND.replace(b"GE*1*1~", b"GE*3*1~"), "999"))
    assert found.answers[0].reasons == ["the number of transaction sets is wrong"]
    broken = SOUND[: SOUND.rindex(b"SE*")] + b"SE*99*0001~" + SOUND[SOUND.index(b"GE*1*1") :]
    [one] = read(answered(tmp_path, broken, "999")).answers[0].sets
    assert one.reasons == ["the number of segments is wrong"]
    [ta1] = read(answered(tmp_path, SOUND.replace(b"IEA*1*", b"IEA*5*"), "ta1")).answers
    assert (ta1.status, ta1.reasons) == ("rejected", ["the number of groups is wrong"])


def test_a_patients_values_are_not_repeated(tmp_path: Path) -> None:
    broken = SOUND.replace(b"D8*19800214*F", b"D8*QUIXWOOD*Z9")
    content = answered(tmp_path, broken, "999")
    assert b"IK4" in content
    assert b"QUIXWOOD" not in content
    assert b"INVENTED" not in content


def test_a_277ca_balances_and_names_every_claim() -> None:
    report = cleanclaim.check(EXAMPLE, select=["DX", "CLM", "MOD"])
    content = ANSWERS["277ca"].render(report)
    check_counts(content)
    found = read(content)
    by_claim: dict[str, set[str]] = {}
    for one in found.claims:
        by_claim.setdefault(one.claim_id, set()).add(one.status)
    assert set(by_claim) == set(report.claims["claim_id"])
    hard = set(report.findings.filter(report.findings["disposition"].cast(str).is_in(["reject", "return"]))["claim_id"])  # fmt: skip
    assert {claim for claim, told in by_claim.items() if told & {"rejected", "returned"}} == hard
    first = next(one for one in found.claims if one.claim_id == "CD-001")
    assert (first.codes, first.message) == (["A7:21"], "DX102 M54.5 ended 2021-09-30 and is not valid on 2026-05-12.")  # fmt: skip
    words = [line.split("*") for line in content.decode().split("~\n")]
    counts = {one[1]: int(one[2]) for one in words if one[0] == "QTY"}
    assert counts["90"] + counts["AA"] == counts["QA"] + counts["QC"] == 28
    amounts = [Decimal(one[2]) for one in words if one[0] == "AMT"]
    assert amounts[:2] == amounts[2:]
    assert sum(amounts[:2]) == Decimal(report.summary["charge_amount"])


def test_an_answer_needs_the_file(tmp_path: Path) -> None:
    report = cleanclaim.check({"claim_id": "A1", "diagnoses": ["I10"], "lines": ["99213"]} | {"lines": [{"procedure_code": "99213"}]}, select="DX")  # fmt: skip
    with pytest.raises(InputError, match="answers an 837 file"):
        ANSWERS["999"].render(report)


@pytest.mark.parametrize("name", ["999", "277ca"])
def test_another_program_finds_the_answers_valid(name: str, tmp_path: Path) -> None:
    document = pytest.importorskip("pyx12.x12n_document")
    params = pytest.importorskip("pyx12.params")
    path = tmp_path / "answer.x12"
    path.write_bytes(ANSWERS[name].render(cleanclaim.check(EXAMPLE)))
    assert document.x12n_document(params.params(), str(path), io.StringIO(), None) is True
