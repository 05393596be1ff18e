"""The contract of the JSON that `cleanclaim remit match` writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from cleanclaim.remit.reasons import categories
from cleanclaim.remit.result import (
    CLAIM_KEYS,
    IMBALANCE_KEYS,
    LINE_KEYS,
    PRICE_KEYS,
    PROVIDER_KEYS,
    UNMATCHED_KEYS,
)

_MEANING: Final = {
    "claim_id": "the number of the claim that was sent",
    "claim_file": "its file",
    "remit_claim_id": "the number in the remittance (CLP01)",
    "payer_claim_id": "the payer's number (CLP07)",
    "remit_file": "the file of the remittance",
    "transaction": "its transaction (ST02)",
    "trace": "the check or electronic payment (TRN02)",
    "check_date": "its date",
    "matched_by": "claim_number, line_control, patient_dates_charge, nearest or manual",
    "score": "0 to 1",
    "status": "paid, denied, partly-denied, reversal or forwarded",
    "corrects": "true if it corrects an earlier payment",
    "superseded": "true if it was taken back or replaced later",
    "charge_amount": "as in the file",
    "allowed_amount": "AMT B6, else the charge less CO 45; null if denied",
    "paid_amount": "as in the file",
    "patient_amount": "what the patient owes",
    "adjustments": "the claim's or line's own: group, carc, amount, quantity",
    "remarks": "remark codes",
    "category": ", ".join(categories()),
    "avoidable": "true if it could have been avoided",
    "caught_by": "the edits that explain the denial if they run now, as of the day the claim was sent",
    "fired_before": "those of them that the earlier report has; null without `--report`",
    "next_step": "correct-and-resend, appeal, send-records, bill-patient, bill-other-payer, write-off or none",
    "days_left": "until the payer's limit, from `--as-of`; null if no limit is loaded",
    "lines": "the claim's lines",
    "line_number": "the line of the claim; null if it is none of them",
    "procedure_code": "as billed",
    "adjudicated_code": "as paid",
    "reduced": "true if it was paid for less than billed: fewer units, a lower code, or another reason that isn't routine",
    "reason": "why there is no claim; for a provider adjustment, its code",
    "candidates": "the nearest claims: claim_id, score, reason",
    "expected_amount": "the lesser of charge and price; for a sum, what would balance",
    "difference": "expected less allowed, or less found",
    "basis": "medicare or contract",
    "rule": "line, claim, charge, payment or amount",
    "service_number": "the service in the claim payment",
    "found_amount": "what the file has",
    "position": "byte offset in the file",
    "message": "what is wrong",
    "provider_id": "the provider",
    "amount": "positive if less is paid",
}
_LISTS: Final[Mapping[str, Sequence[str]]] = {
    "claims": CLAIM_KEYS,
    "claims[].lines": LINE_KEYS,
    "unmatched_payments": UNMATCHED_KEYS,
    "unmatched_claims": ("claim_id", "claim_file"),
    "underpaid, overpaid": PRICE_KEYS,
    "imbalances": IMBALANCE_KEYS,
    "provider_adjustments": PROVIDER_KEYS,
}


def remit_contract() -> Iterator[str]:
    """The fields of each list."""
    yield "## remit match\n"
    yield (
        "`cleanclaim remit match … --format json` writes one object with the lists below, `summary`, `not_checked` and `files`. Claims come in the order of"
        " check dates. Dollars are texts with two decimals, signed as in the file.\n"
    )
    told: set[str] = set()
    for name, keys in _LISTS.items():
        yield f"`{name}`:\n"
        yield "| field | what |\n|---|---|"
        yield from (f"| `{key}` | {_MEANING[key]} |" for key in keys if key not in told)
        again = [f"`{key}`" for key in keys if key in told]
        if again:
            yield f"| {', '.join(again)} | as above |"
        told |= set(keys)
        yield ""
