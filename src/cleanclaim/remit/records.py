"""The claims that were sent and the payments for them, as records to match."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

import polars as pl

from cleanclaim.model import Batch
from cleanclaim.remit.tables import Remittance

NOT_A_CHARACTER: Final = "[^0-9A-Z]"
_NOT_A_CHARACTER: Final = re.compile(NOT_A_CHARACTER)


@dataclass(frozen=True, slots=True)
class Person:
    """What a claim or a payment says of its patient.

    Attributes:
        ids: identifiers, without punctuation.
        names: last and first names, of the patient and, on a payment, of the insured.
    """

    ids: frozenset[str]
    names: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SentLine:
    """A line of a claim that was sent."""

    number: int
    code: str | None
    modifiers: tuple[str, ...]
    revenue_code: str | None
    charge: Decimal | None
    units: Decimal | None
    first_day: date | None
    control: str | None
    place: str | None
    diagnoses: frozenset[int]


@dataclass(frozen=True, slots=True)
class Sent:
    """A claim that was sent."""

    key: int
    claim_id: str | None
    file: str
    person: Person
    first_day: date | None
    last_day: date | None
    charge: Decimal | None
    payer_id: str | None
    payer_name: str | None
    payer_class: str | None
    sequence: str | None
    frequency: str | None
    reference: str | None
    submitted: date | None
    lines: tuple[SentLine, ...]

    @property
    def days(self) -> frozenset[date]:
        """The days of service."""
        found = (self.first_day, *(line.first_day for line in self.lines))
        return frozenset(day for day in found if day)

    @property
    def codes(self) -> frozenset[str]:
        """The procedures, and the revenue codes of lines without one."""
        return frozenset(code for line in self.lines if (code := line.code or line.revenue_code))


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A reason why less was paid."""

    group: str
    carc: str
    amount: Decimal
    quantity: Decimal | None


@dataclass(frozen=True, slots=True)
class PaidLine:
    """A service as it was paid."""

    number: int
    code: str | None
    billed_code: str | None
    modifiers: tuple[str, ...]
    revenue_code: str | None
    charge: Decimal
    paid: Decimal
    allowed: Decimal | None
    units: Decimal | None
    billed_units: Decimal | None
    first_day: date | None
    control: str | None
    adjustments: tuple[Adjustment, ...]
    remarks: tuple[str, ...]

    @property
    def sent_code(self) -> str | None:
        """The procedure as it was billed."""
        return self.billed_code or self.code


@dataclass(frozen=True, slots=True)
class Check:
    """A transaction: one check, or one electronic payment."""

    key: int
    file: str
    transaction: str | None
    trace: str | None
    day: date | None
    payer_id: str | None
    payer_name: str | None


@dataclass(frozen=True, slots=True)
class Paid:
    """A claim payment (CLP)."""

    key: int
    check: Check
    claim_id: str | None
    status_code: str | None
    charge: Decimal
    paid: Decimal
    patient: Decimal | None
    payer_claim_id: str | None
    frequency: str | None
    reference: str | None
    filing_code: str | None
    person: Person
    first_day: date | None
    lines: tuple[PaidLine, ...]
    adjustments: tuple[Adjustment, ...]
    remarks: tuple[str, ...]

    @property
    def is_reversal(self) -> bool:
        """Whether it takes back an earlier payment (CLP02 = 22)."""
        return self.status_code == "22"

    @property
    def days(self) -> frozenset[date]:
        """The days of service: the lines', else the statement's first."""
        found = frozenset(line.first_day for line in self.lines if line.first_day)
        return found or frozenset(day for day in (self.first_day,) if day)

    @property
    def codes(self) -> frozenset[str]:
        """The procedures as billed, and the revenue codes of services without one."""
        return frozenset(
            code for line in self.lines if (code := line.sent_code or line.revenue_code)
        )

    @property
    def controls(self) -> frozenset[str]:
        """The provider's numbers of the lines."""
        return frozenset(line.control for line in self.lines if line.control)


def plain(text: str | None) -> str:
    """Letters and digits only, in upper case."""
    return _NOT_A_CHARACTER.sub("", text.upper()) if text else ""


def sent_claims(batch: Batch) -> list[Sent]:
    """The claims of a batch, without earlier ones."""
    claims = batch.claims.filter(~pl.col("is_history").fill_null(value=False))
    lines = _grouped(batch.lines, "claim_key")
    return [_sent(row, lines[row["claim_key"]]) for row in claims.iter_rows(named=True)]


def _sent(row: dict[str, Any], lines: list[dict[str, Any]]) -> Sent:
    return Sent(
        row["claim_key"],
        row["claim_id"],
        row["file"],
        _person([row["member_id"]], [(row["patient_last_name"], row["patient_first_name"])]),
        row["from_date"],
        row["to_date"],
        row["charge_amount"],
        row["payer_id"],
        row["payer_name"],
        row["payer_class"],
        row["payer_sequence_code"],
        row["claim_frequency_code"],
        row["original_reference_number"],
        row["submitted_date"],
        tuple(
            SentLine(
                line["line_number"],
                line["procedure_code"],
                _modifiers(line),
                line["revenue_center_code"],
                line["charge_amount"],
                line["units"],
                line["from_date"],
                line["line_control_number"],
                line["place_of_service_code"],
                frozenset(
                    number for n in range(1, 5) if (number := line[f"diagnosis_pointer_{n}"])
                ),
            )
            for line in lines
        ),
    )


def paid_claims(remittance: Remittance) -> Iterator[Paid]:
    """The claim payments of a remittance, in file order."""
    checks = {row["check_key"]: _check(row) for row in remittance.checks.iter_rows(named=True)}
    lines = _grouped(remittance.payment_lines, "payment_key")
    reasons: dict[tuple[int, int], list[Adjustment]] = defaultdict(list)
    for row in remittance.adjustments.iter_rows(named=True):
        amount = row["amount"] or Decimal(0)
        own = Adjustment(row["group"] or "", row["carc"] or "", amount, row["quantity"])
        reasons[row["payment_key"], row["service_number"]].append(own)
    remarks: dict[tuple[int, int], list[str]] = defaultdict(list)
    for row in remittance.remarks.iter_rows(named=True):
        remarks[row["payment_key"], row["service_number"]].append(row["rarc"])
    for row in remittance.payments.iter_rows(named=True):
        key = row["payment_key"]
        services = tuple(
            _paid_line(line, reasons[key, number], remarks[key, number])
            for line in lines[key]
            for number in (line["service_number"],)
        )
        check = checks.get(row["check_key"]) or Check(-1, "", None, None, None, None, None)
        yield _paid(row, check, services, (reasons[key, 0], remarks[key, 0]))


def _check(row: dict[str, Any]) -> Check:
    day = row["check_date"] or row["production_date"]
    return Check(row["check_key"], row["file"], row["transaction"], row["trace"], day, row["payer_id"], row["payer_name"])  # fmt: skip


def _paid_line(row: dict[str, Any], adjustments: list[Adjustment], remarks: list[str]) -> PaidLine:
    is_revenue = row["procedure_qualifier"] == "NU"
    code = row["procedure_code"]
    return PaidLine(
        row["service_number"],
        None if is_revenue else code,
        row["billed_code"],
        _modifiers(row),
        code if is_revenue else row["revenue_center_code"],
        row["charge_amount"] or Decimal(0),
        row["paid_amount"] or Decimal(0),
        row["allowed_amount"],
        row["units"],
        row["billed_units"],
        row["from_date"],
        row["line_control_number"],
        tuple(adjustments),
        tuple(remarks),
    )


def _paid(
    row: dict[str, Any],
    check: Check,
    lines: tuple[PaidLine, ...],
    own: tuple[list[Adjustment], list[str]],
) -> Paid:
    return Paid(
        row["payment_key"],
        check,
        row["remit_claim_id"],
        row["status_code"],
        row["charge_amount"] or Decimal(0),
        row["paid_amount"] or Decimal(0),
        row["patient_amount"],
        row["payer_claim_id"],
        row["claim_frequency_code"],
        row["original_reference"],
        row["claim_filing_code"],
        _person(
            [row["patient_id"], row["insured_id"], row["corrected_id"]],
            [(row[f"{who}_last_name"], row[f"{who}_first_name"]) for who in ("patient", "insured")],
        ),
        row["from_date"],
        lines,
        tuple(own[0]),
        tuple(own[1]),
    )


def _person(ids: list[str | None], names: list[tuple[str | None, str | None]]) -> Person:
    return Person(
        frozenset(word for one in ids if (word := plain(one))),
        tuple((plain(last), plain(first)) for last, first in names if plain(last)),
    )


def _modifiers(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(row[f"modifier_{n}"] for n in range(1, 5) if row[f"modifier_{n}"])


def _grouped(frame: pl.DataFrame, key: str) -> dict[Any, list[dict[str, Any]]]:
    rows: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in frame.iter_rows(named=True):
        rows[row[key]].append(row)
    return rows


@dataclass(slots=True)
class Index:
    """The claims that were sent, found by what a payment may say of them."""

    claims: list[Sent]
    by_number: dict[str, list[Sent]] = field(default_factory=lambda: defaultdict(list))
    by_plain_number: dict[str, list[Sent]] = field(default_factory=lambda: defaultdict(list))
    by_control: dict[str, list[Sent]] = field(default_factory=lambda: defaultdict(list))
    by_member: dict[str, list[Sent]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[tuple[str, str], list[Sent]] = field(default_factory=lambda: defaultdict(list))
    by_day: dict[tuple[date, Decimal], list[Sent]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def __post_init__(self) -> None:
        for claim in self.claims:
            if claim.claim_id:
                self.by_number[claim.claim_id.strip().upper()].append(claim)
                self.by_plain_number[plain_number(claim.claim_id)].append(claim)
            for control in {line.control for line in claim.lines if line.control}:
                self.by_control[control].append(claim)
            for member in claim.person.ids:
                self.by_member[member].append(claim)
            for name in claim.person.names:
                self.by_name[name].append(claim)
            for day in claim.days if claim.charge is not None else ():
                self.by_day[day, abs(claim.charge or Decimal(0))].append(claim)


def plain_number(claim_id: str) -> str:
    """A claim number without punctuation and leading zeros."""
    return plain(claim_id).lstrip("0")
