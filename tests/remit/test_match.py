"""Which claim a payment is for: by its number, its lines, its patient, or the nearest; never another patient's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cleanclaim.remit.result import RemitReport
from invented import BILLING
from invented import transaction as claims_of
from remittances import era, payment, service, transaction

Matching = Callable[..., RemitReport]
GUIDE = "005010X222A1"


def person(number: int, member: str, last: str, first: str, payer: str = "99999", sequence: str = "P") -> str:  # fmt: skip
    return (
        f"HL*{number}*1*22*0~SBR*{sequence}*18*******CI~NM1*IL*1*{last}*{first}****MI*{member}~N3*2 OAK ST~N4*RALEIGH*NC*27601~DMG*D8*19800214*F~"
        f"NM1*PR*2*PAYER {payer}*****PI*{payer}~"
    )


def claim(number: str, *lines: str, charge: str, frequency: str = "1", more: str = "") -> str:
    body = "".join(f"LX*{n}~{line}" for n, line in enumerate(lines, start=1))
    return f"CLM*{number}*{charge}***11:B:{frequency}*Y*A*Y*Y~{more}HI*ABK:I10~{body}"


def line(code: str, charge: str, day: str = "20260512", control: str = "") -> str:
    own = f"REF*6R*{control}~" if control else ""
    return f"SV1*HC:{code}*{charge}*UN*1***1~DTP*472*D8*{day}~{own}"


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    body = (
        BILLING
        + person(2, "W111111111", "STONE", "RUTH")
        + claim("AC-100001", line("99213", "125", control="L-1-1"), line("36415", "12", control="L-1-2"), charge="137")
        + claim("AC-100002", line("99214", "180", "20260519"), charge="180")
        + person(3, "W222222222", "FIELD", "OMAR")
        + claim("AC-200001", line("99213", "125"), charge="125")
        + person(4, "W333333333", "BROOK", "ANNA")
        + claim("AC-300001", line("97110", "80"), line("97140", "70"), charge="150")
        + person(5, "W333333333", "BROOK", "BENJAMIN")
        + claim("AC-300002", line("99212", "90"), charge="90")
    )  # fmt: skip
    path = tmp_path_factory.mktemp("sent") / "sent.837"
    path.write_bytes(claims_of(GUIDE, body))
    return path


RUTH: dict[str, str] = {"member": "W111111111", "name": "STONE*RUTH"}
OMAR: dict[str, str] = {"member": "W222222222", "name": "FIELD*OMAR"}
ANNA: dict[str, str] = {"member": "W333333333", "name": "BROOK*ANNA"}
FIRST = (
    service("99213", "125", "100", "CO*45*25"),
    service("36415", "12", "3", "CO*45*9"),
)


def only(report: RemitReport) -> dict[str, Any]:
    [entry] = report.claims
    return entry


def found(report: RemitReport) -> list[tuple[Any, ...]]:
    return [(one["remit_claim_id"], one["claim_id"], one["matched_by"]) for one in report.claims]


def test_by_claim_number(matching: Matching, sent: Path) -> None:
    report = matching(era(transaction(payment("AC-100001", "137", "103", *FIRST, **RUTH))), claims=sent)  # fmt: skip
    entry = only(report)
    assert (entry["claim_id"], entry["matched_by"], entry["score"]) == ("AC-100001", "claim_number", 1.0)  # fmt: skip
    assert [one["line_number"] for one in entry["lines"]] == [1, 2]
    assert len(report.unmatched_claims) == 4


def test_an_equal_number_of_another_patient_is_no_match(matching: Matching, sent: Path) -> None:
    stranger = payment("AC-100001", "55", "40", service("99211", "55", "40", "CO*45*15", day="20260401"), member="W987654321", name="GRANT*IVO")  # fmt: skip
    report = matching(era(transaction(stranger)), claims=sent)
    assert report.claims == []
    [left] = report.unmatched_payments
    assert left["remit_claim_id"] == "AC-100001"
    assert left["candidates"][0]["claim_id"] == "AC-100001"
    assert "another patient" in left["candidates"][0]["reason"]
    assert len(report.unmatched_claims) == 5


def test_a_number_that_is_another_patients_by_mistake_finds_the_right_claim(matching: Matching, sent: Path) -> None:  # fmt: skip
    wrong = payment("AC-100001", "125", "100", service("99213", "125", "100", "CO*45*25"), **OMAR)
    assert found(matching(era(transaction(wrong)), claims=sent)) == [("AC-100001", "AC-200001", "patient_dates_charge")]  # fmt: skip


def test_by_line_control_number(matching: Matching, sent: Path) -> None:
    lines = (
        service("99213", "125", "100", "CO*45*25", control="L-1-1"),
        service("36415", "12", "3", "CO*45*9", control="L-1-2"),
    )
    report = matching(era(transaction(payment("GARBLED", "137", "103", *lines, **RUTH))), claims=sent)  # fmt: skip
    assert found(report) == [("GARBLED", "AC-100001", "line_control")]


def test_by_patient_days_and_charge(matching: Matching, sent: Path) -> None:
    for given in (RUTH, {"member": "", "name": "STONE*RUTH"}, {"member": "W111111111", "name": "*"}):  # fmt: skip
        report = matching(era(transaction(payment("0", "180", "150", service("99214", "180", "150", "CO*45*30", day="20260519"), **given))), claims=sent)  # fmt: skip
        assert found(report) == [("0", "AC-100002", "patient_dates_charge")]


def test_the_nearest_has_a_score_and_what_is_too_far_is_listed(matching: Matching, sent: Path) -> None:  # fmt: skip
    near = payment("AC-10002", "181", "150", service("99214", "181", "150", "CO*45*31", day="20260519"), **RUTH)  # fmt: skip
    far = payment("ZZ-9", "40", "30", service("99211", "40", "30", "CO*45*10", day="20250101"), **OMAR)  # fmt: skip
    report = matching(era(transaction(near, far)), claims=sent)
    entry = only(report)
    assert (entry["claim_id"], entry["matched_by"]) == ("AC-100002", "nearest")
    assert 0.7 <= entry["score"] < 0.9
    [left] = report.unmatched_payments
    assert left["reason"].startswith("the nearest claim isn't near enough")
    assert left["candidates"][0]["score"] < 0.7


def test_members_of_a_family_are_different_patients(matching: Matching, sent: Path) -> None:
    ben = payment("AC-300001", "90", "70", service("99212", "90", "70", "CO*45*20"), member="W333333333", name="BROOK*BENJAMIN")  # fmt: skip
    assert found(matching(era(transaction(ben)), claims=sent)) == [("AC-300001", "AC-300002", "patient_dates_charge")]  # fmt: skip


def test_ids_with_a_suffix_and_nicknames_are_the_same_patient(matching: Matching, sent: Path) -> None:  # fmt: skip
    suffixed = payment("AC-200001", "125", "100", service("99213", "125", "100", "CO*45*25"), member="W22222222201", name="FIELD*OMAR J")  # fmt: skip
    assert only(matching(era(transaction(suffixed)), claims=sent))["score"] == 1.0


def test_a_new_identifier_with_the_same_name_is_the_same_patient_if_the_claim_agrees(matching: Matching, sent: Path) -> None:  # fmt: skip
    line = service("99213", "125", "100", "CO*45*25")
    renewed = payment("AC-200001", "125", "100", line, member="NEW888888", name="FIELD*OMAR")
    assert found(matching(era(transaction(renewed)), claims=sent)) == [("AC-200001", "AC-200001", "claim_number")]  # fmt: skip
    elsewhere = service("99211", "40", "30", "CO*45*10", day="20250101")
    namesake = payment("AC-200001", "40", "30", elsewhere, member="NEW888888", name="FIELD*OMAR")
    assert matching(era(transaction(namesake)), claims=sent).claims == []


def test_by_hand(matching: Matching, sent: Path) -> None:
    stranger = payment("???", "55", "40", service("99211", "55", "40", "CO*45*15"), number="ICN77", member="X", name="GRANT*IVO")  # fmt: skip
    report = matching(era(transaction(stranger)), claims=sent, manual={"ICN77": "AC-200001"})
    assert found(report) == [("???", "AC-200001", "manual")]


def test_a_reversal_takes_back_the_first_payment_and_the_next_corrects_it(matching: Matching, sent: Path) -> None:  # fmt: skip
    first = transaction(payment("AC-200001", "125", "0", service("99213", "125", "0", "CO*16*125", remarks=["M76"]), **OMAR))  # fmt: skip
    back = payment("AC-200001", "-125", "0", service("99213", "-125", "0", "CO*16*-125"), status="22", **OMAR)  # fmt: skip
    again = payment("AC-200001", "125", "100", service("99213", "125", "100", "CO*45*25"), number="ICN2", **OMAR)  # fmt: skip
    for second in ((back, again), (again, back)):
        report = matching(era(first), era(transaction(*second, number="0002", day="20260620")), claims=sent)  # fmt: skip
        told = {one["status"]: one for one in report.claims}
        assert (told["denied"]["superseded"], told["denied"]["corrects"]) == (True, False)
        assert (told["denied"]["next_step"], told["denied"]["category"]) == ("none", "coding")
        assert (told["reversal"]["superseded"], told["reversal"]["charge_amount"]) == (False, "-125.00")  # fmt: skip
        assert (told["paid"]["corrects"], told["paid"]["superseded"]) == (True, False)
        assert report.summary["paid_amount"] == "100.00"
        assert report.summary["denied_lines"] == 0
    assert [one["check_date"] for one in report.claims] == ["2026-06-01", "2026-06-20", "2026-06-20"]  # fmt: skip


def test_a_second_payer_corrects_nothing(matching: Matching, sent: Path) -> None:
    first = payment("AC-200001", "125", "80", service("99213", "125", "80", "CO*45*25", "PR*2*20"), **OMAR)  # fmt: skip
    second = payment("AC-200001", "125", "20", service("99213", "125", "20", "OA*23*105"), status="2", number="S1", **OMAR)  # fmt: skip
    report = matching(era(transaction(first)), era(transaction(second, number="0002", payer="SECOND", payer_id="77777")), claims=sent)  # fmt: skip
    assert [(one["status"], one["corrects"], one["superseded"]) for one in report.claims] == [("paid", False, False)] * 2  # fmt: skip
    assert report.summary["denied_lines"] == 0


def test_a_split_claim_has_several_payments(matching: Matching, sent: Path) -> None:
    one = payment("AC-300001", "80", "60", service("97110", "80", "60", "CO*45*20"), number="A", **ANNA)  # fmt: skip
    two = payment("AC-300001", "70", "0", service("97140", "70", "0", "CO*97*70"), number="B", **ANNA)  # fmt: skip
    report = matching(era(transaction(one, two)), claims=sent)
    assert [(c["claim_id"], c["status"], c["superseded"], c["lines"][0]["line_number"]) for c in report.claims] == [
        ("AC-300001", "paid", False, 1),
        ("AC-300001", "denied", False, 2),
    ]  # fmt: skip
    assert len(report.unmatched_claims) == 4


def test_two_equal_claims_are_given_one_payment_each(matching: Matching, tmp_path: Path) -> None:
    body = BILLING + person(2, member="W1", last="STONE", first="RUTH") + "".join(claim(f"T-{n}", line("97110", "80"), charge="80") for n in (1, 2))  # fmt: skip
    path = tmp_path / "twice.837"
    path.write_bytes(claims_of(GUIDE, body))
    paid = [payment(f"X{n}", "80", "60", service("97110", "80", "60", "CO*45*20"), number=f"N{n}", member="W1", name="STONE*RUTH") for n in (1, 2)]  # fmt: skip
    report = matching(era(transaction(*paid)), claims=path)
    assert {one["claim_id"] for one in report.claims} == {"T-1", "T-2"}
