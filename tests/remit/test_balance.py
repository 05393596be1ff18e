"""A remittance balances, or each sum that doesn't hold is named with its place."""

from __future__ import annotations

import io

import pytest

from cleanclaim.read.sources import Held
from cleanclaim.remit.balance import imbalances
from cleanclaim.remit.read import read_remittances
from remittances import era, payment, service, transaction


def told(content: bytes) -> list[tuple[str, str]]:
    remittance, _ = read_remittances([Held("era.835", io.BytesIO(content))])
    return [(one.rule, one.message) for one in imbalances(remittance)]


PAID = service("99213", "100", "60", "CO*45*30", "PR*2*10")


def test_what_balances_is_silent() -> None:
    reversal = payment("A1", "-100", "-60", service("99213", "-100", "-60", "CO*45*-30", "PR*2*-10"), status="22")  # fmt: skip
    whole = payment("A2", "500", "400", adjustments=["CO*45*100"])
    assert told(era(transaction(payment("A1", "100", "60", PAID), reversal, whole))) == []


def test_a_line_that_does_not_balance_is_named_and_so_is_its_claim() -> None:
    short = service("99213", "100", "50", "CO*45*30", "PR*2*10")
    assert told(era(transaction(payment("A1", "100", "50", short)))) == [
        ("claim", "the charge less all adjustments is 60.00, but 50.00 was paid"),
        ("line", "the charge less the line's adjustments is 60.00, but 50.00 was paid"),
    ]


def test_a_claim_is_the_sum_of_its_lines() -> None:
    assert told(era(transaction(payment("A1", "120", "80", PAID)))) == [
        ("charge", "the lines' charges add up to 100.00, but the claim's charge is 120.00"),
    ]


def test_the_payment_is_the_sum_of_the_claims_less_the_provider_adjustments() -> None:
    one = payment("A1", "100", "60", PAID)
    assert told(era(transaction(one, provider="PLB*1*20261231*WO*10~"))) == []
    [(rule, message)] = told(era(transaction(one, provider="PLB*1*20261231*WO*10~", total="60")))
    assert rule == "payment"
    assert message == "the claims' payments less the provider adjustments are 50.00, but the payment's total is 60.00"  # fmt: skip


def test_cents_are_exact() -> None:
    pennies = [payment(f"A{n}", "0.30", "0.10", service("99213", "0.30", "0.10", "CO*45*0.20")) for n in range(1000)]  # fmt: skip
    assert told(era(transaction(*pennies, total="100.00"))) == []
    assert [rule for rule, _ in told(era(transaction(*pennies, total="100.01")))] == ["payment"]


SOUND = era(transaction(payment("A1", "100", "60", PAID)), transaction(payment("A2", "100", "60", PAID), number="0002"))  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"SE*13*0001~", b"SE*12*0001~", "SE01 says 12, but there are 13 segments"),
        (b"SE*13*0001~", b"SE*x*0001~", "SE01 isn't a count, but there are 13 segments"),
        (
            b"SE*13*0001~",
            b"SE*" + b"9" * 5_000 + b"*0001~",
            "SE01 isn't a count, but there are 13 segments",
        ),
        (b"SE*13*0001~", b"SE*13*0009~", "SE02 isn't the control number in ST02"),
        (b"SE*13*0001~\n", b"", "the transaction isn't closed: SE is missing"),
        (b"GE*2*1~", b"GE*1*1~", "GE01 says 1, but there are 2 transactions"),
        (b"GE*2*1~", b"GE*2*7~", "GE02 isn't the control number in GS06"),
        (b"GE*2*1~\n", b"", "the group isn't closed: GE is missing"),
        (b"IEA*1*000000001~", b"IEA*2*000000001~", "IEA01 says 2, but there are 1 groups"),
        (b"IEA*1*000000001~", b"IEA*1*000000002~", "IEA02 isn't the control number in ISA13"),
        (b"IEA*1*000000001~\n", b"", "the interchange isn't closed: IEA is missing"),
    ],
)
def test_counts_and_control_numbers_must_agree(old: bytes, new: bytes, message: str) -> None:
    assert told(SOUND) == []
    assert SOUND.count(old) == 1
    assert told(SOUND.replace(old, new)) == [("envelope", message)]


def test_each_file_has_its_own_envelopes() -> None:
    cut = SOUND[: SOUND.index(b"GE*2")]
    held = [Held(name, io.BytesIO(content)) for name, content in (("a", cut), ("b", SOUND))]
    remittance, _ = read_remittances(held)
    assert [(one.place.check_key, one.message) for one in imbalances(remittance)] == [
        (1, "the interchange isn't closed: IEA is missing"),
        (1, "the group isn't closed: GE is missing"),
    ]
