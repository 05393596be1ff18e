"""The counts and dollars of a report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from statistics import median
from typing import Any

from cleanclaim.remit.match import Match
from cleanclaim.remit.reasons import categories, is_routine
from cleanclaim.remit.records import Adjustment, Paid, Sent
from cleanclaim.remit.result import Entry, RemitReport, money, reason_name


def summary_of(
    report: RemitReport,
    claims: Sequence[Sent],
    found: Mapping[int, Match],
    payments: Sequence[Paid],
) -> Entry:
    """Counts and dollars of payments that count: those taken back, and reversals, are left out."""
    counting = [one for one in report.claims if not one["superseded"] and one["status"] != "reversal"]  # fmt: skip
    denials = [(claim, line) for claim in counting for line in claim["lines"] if is_denial(line)]
    adjusted: dict[str, list[Decimal]] = defaultdict(list)
    for _, line in denials:
        adjusted[line["category"]].append(lost_on(line))
    answered = {match.claim.key for match in found.values() if match.claim}
    denied = [one for one in counting if one["status"] in {"denied", "partly-denied"}]
    return {
        "payments": len(payments),
        "checks": len({paid.check.key for paid in payments}),
        "claims": len(claims),
        "claims_answered": len(answered),
        "matched": len(report.claims),
        "matched_by": dict(Counter(one["matched_by"] for one in report.claims)),
        "unmatched_payments": len(report.unmatched_payments),
        "unmatched_claims": len(report.unmatched_claims),
        "status": dict(Counter(one["status"] for one in report.claims)),
        "charge_amount": _sum(one["charge_amount"] for one in counting),
        "paid_amount": _sum(one["paid_amount"] for one in counting),
        "patient_amount": _sum(one["patient_amount"] for one in counting),
        "denial_rate": round(len(denied) / len(counting), 4) if counting else None,
        "denied_lines": len(denials),
        "denied_amount": money(sum((lost_on(line) for _, line in denials), Decimal(0))),
        "avoidable_amount": money(sum((lost_on(line) for _, line in denials if line["avoidable"]), Decimal(0))),
        "caught_amount": money(sum((lost_on(line) for _, line in denials if line["caught_by"]), Decimal(0))),
        "denials_no_edit_explains": sum(not line["caught_by"] for _, line in denials),
        "by_category": {name: {"lines": len(amounts), "amount": money(sum(amounts, Decimal(0)))} for name, amounts in sorted(adjusted.items())},
        "by_reason": _by_reason(denials),
        "by_edit": dict(sorted(Counter(code for _, line in denials for code in line["caught_by"]).items())),
        "by_next_step": dict(sorted(Counter(line["next_step"] for _, line in denials).items())),
        "underpaid_amount": _sum(one["difference"] for one in report.underpaid),
        "overpaid_amount": _sum(one["difference"] for one in report.overpaid),
        "imbalances": len(report.imbalances),
        "days_to_payment": _days(found, payments),
    }  # fmt: skip


def is_denial(entry: Entry) -> bool:
    """Whether a line or a claim was denied or reduced for a reason that isn't routine."""
    category = categories().get(entry["category"] or "")
    if category is None or category.is_routine:
        return False
    adjustments = entry["adjustments"]
    if entry.get("reduced"):
        return True
    return not adjustments or any(not is_routine(_adjustment(one)) for one in adjustments)


def lost_on(line: Entry) -> Decimal:
    """The dollars of a line that weren't paid for a reason that isn't routine; the charge if the claim was denied as a whole."""
    if not line["adjustments"]:
        return Decimal(line["charge_amount"] or 0)
    amounts = [_adjustment(one) for one in line["adjustments"]]
    return sum((one.amount for one in amounts if not is_routine(one)), Decimal(0))


def _adjustment(one: Entry) -> Adjustment:
    return Adjustment(one["group"], one["carc"], Decimal(one["amount"]), None)


def _by_reason(denials: Sequence[tuple[Entry, Entry]]) -> Entry:
    found: Counter[str] = Counter()
    for claim, line in denials:
        for one in line["adjustments"] or claim["adjustments"]:
            found[reason_name(one)] += 1
    return dict(sorted(found.items()))


def _sum(amounts: Any) -> str | None:
    return money(sum((Decimal(one) for one in amounts if one), Decimal(0)))


def _days(found: Mapping[int, Match], payments: Sequence[Paid]) -> float | None:
    """The median number of days from sending a claim to its payment."""
    days = [
        (paid.check.day - claim.submitted).days
        for paid in payments
        if (claim := found[paid.key].claim) and paid.check.day and claim.submitted
    ]
    return median(days) if days else None
