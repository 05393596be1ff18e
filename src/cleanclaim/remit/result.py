"""The result of matching: what became of every claim, as the JSON format writes it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

Entry = dict[str, Any]
"""A JSON object."""
CLAIM_KEYS: Final = (
    "claim_id", "claim_file", "remit_claim_id", "payer_claim_id", "remit_file", "transaction", "trace", "check_date", "matched_by", "score",
    "status", "corrects", "superseded", "charge_amount", "allowed_amount", "paid_amount", "patient_amount", "adjustments", "remarks", "category",
    "avoidable", "caught_by", "fired_before", "next_step", "days_left", "lines",
)  # fmt: skip
"""Keys of a claim in JSON."""
LINE_KEYS: Final = (
    "line_number", "procedure_code", "adjudicated_code", "reduced", "charge_amount", "allowed_amount", "paid_amount", "patient_amount", "adjustments",
    "remarks", "category", "avoidable", "caught_by", "fired_before", "next_step", "days_left",
)  # fmt: skip
"""Keys of a line in JSON."""
UNMATCHED_KEYS: Final = ("remit_file", "remit_claim_id", "payer_claim_id", "reason", "candidates")
PRICE_KEYS: Final = ("claim_id", "line_number", "expected_amount", "allowed_amount", "difference", "basis")  # fmt: skip
IMBALANCE_KEYS: Final = (
    "rule", "remit_file", "transaction", "remit_claim_id", "service_number", "expected_amount", "found_amount", "difference", "position", "message",
)  # fmt: skip
PROVIDER_KEYS: Final = ("remit_file", "transaction", "trace", "check_date", "provider_id", "reason", "amount", "position")  # fmt: skip


@dataclass(frozen=True)
class RemitReport:
    """What became of every claim and payment; each attribute is a list of JSON objects.

    Attributes:
        claims: one entry per claim payment that was matched, in the order of check dates.
        unmatched_payments: claim payments without a claim.
        unmatched_claims: claims without a payment.
        underpaid: lines that were allowed less than their price.
        overpaid: lines that were allowed more than their price.
        imbalances: sums of the remittance that don't hold.
        provider_adjustments: amounts that belong to no claim (PLB).
        summary: counts and dollars.
        not_checked: what couldn't be checked, and what to load.
        files: what happened to every file.
    """

    claims: list[Entry] = field(default_factory=list)
    unmatched_payments: list[Entry] = field(default_factory=list)
    unmatched_claims: list[Entry] = field(default_factory=list)
    underpaid: list[Entry] = field(default_factory=list)
    overpaid: list[Entry] = field(default_factory=list)
    imbalances: list[Entry] = field(default_factory=list)
    provider_adjustments: list[Entry] = field(default_factory=list)
    summary: Entry = field(default_factory=dict)
    not_checked: list[Entry] = field(default_factory=list)
    files: list[Entry] = field(default_factory=list)

    @property
    def unread(self) -> list[Entry]:
        """Files that were not read, or not to their end."""
        return [one for one in self.files if one["error"]]

    def to_dict(self) -> Entry:
        """The report as the object that the JSON format writes."""
        return {
            "claims": self.claims,
            "unmatched_payments": self.unmatched_payments,
            "unmatched_claims": self.unmatched_claims,
            "underpaid": self.underpaid,
            "overpaid": self.overpaid,
            "imbalances": self.imbalances,
            "provider_adjustments": self.provider_adjustments,
            "summary": self.summary,
            "not_checked": self.not_checked,
            "files": self.files,
        }

    def to_json(self) -> str:
        """The report as JSON text, one claim per line."""
        content = self.to_dict()
        parts = [f'"{name}": {_value(value)}' for name, value in content.items()]
        return "{" + ",\n".join(parts) + "}"


def _value(value: object) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(json.dumps(one) for one in value) + "\n]"
    return json.dumps(value)


def reason_name(adjustment: Entry) -> str:
    """The group and the code of an adjustment, such as CO-45; a benefit may name no group."""
    return "-".join(filter(None, (adjustment["group"], adjustment["carc"])))


def money(amount: Decimal | None) -> str | None:
    """An amount as text with two decimals, signed as in the file."""
    return None if amount is None else f"{amount:.2f}"
