"""What became of a claim: its status, and the amounts of its lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from cleanclaim.remit.reasons import is_routine
from cleanclaim.remit.records import Adjustment, Paid, PaidLine

_FORWARDED: Final = frozenset({"19", "20", "21", "23"})
_VISITS: Final = ("99202", "99499")
"""The first and the last code of evaluation and management."""
_ZERO: Final = Decimal(0)


def is_denied(line: PaidLine, paid: Paid) -> bool:
    """Whether nothing of a line was allowed, for a reason that isn't routine."""
    if line.paid or paid.is_reversal:
        return False
    if paid.status_code == "4" and line.charge:
        return True
    return _is_refused([*line.adjustments])


def is_denied_whole(paid: Paid) -> bool:
    """Whether the claim as a whole was denied, without looking at its lines."""
    if paid.is_reversal or paid.paid:
        return False
    return paid.status_code == "4" or _is_refused(paid.adjustments)


def _is_refused(adjustments: Sequence[Adjustment]) -> bool:
    special = sum((abs(one.amount) for one in adjustments if not is_routine(one)), _ZERO)
    shared = sum((abs(one.amount) for one in adjustments if is_routine(one) and (one.group == "PR" or one.carc == "23")), _ZERO)  # fmt: skip
    return special > 0 and not shared


def is_reduced(line: PaidLine, paid: Paid) -> bool:
    """Whether a line was paid, but less than its price: fewer units, a lower code, or another reason that isn't routine."""
    if is_denied(line, paid) or paid.is_reversal:
        return False
    is_other_code = bool(line.billed_code and line.code and line.billed_code != line.code)
    return is_other_code or any(one.amount and not is_routine(one) for one in line.adjustments)


def is_lower_visit(line: PaidLine) -> bool:
    """Whether a visit was paid as one of a lower level: within a family, CPT's codes are in the order of the levels."""
    billed, paid = line.billed_code or "", line.code or ""
    is_visit = _VISITS[0] <= paid < billed <= _VISITS[1] and len(billed) == len(paid) == len(_VISITS[0])  # fmt: skip
    return is_visit and billed[:-1] == paid[:-1]


def status_of(paid: Paid) -> str:
    """Paid, denied, partly-denied, reversal or forwarded."""
    if paid.is_reversal:
        return "reversal"
    if paid.status_code in _FORWARDED:
        return "forwarded"
    if is_denied_whole(paid):
        return "denied"
    asked = [line for line in paid.lines if line.charge]
    denied = [line for line in asked if is_denied(line, paid)]
    if not denied:
        return "paid"
    return "denied" if len(denied) == len(asked) else "partly-denied"


def allowed_on_line(line: PaidLine, paid: Paid) -> Decimal | None:
    """What was allowed: AMT B6, else the charge less CO 45; None if the line was denied."""
    if is_denied(line, paid):
        return None
    if line.allowed is not None:
        return line.allowed
    return line.charge - _discount(line.adjustments)


def allowed_on_claim(paid: Paid) -> Decimal | None:
    """The sum of the lines, or the charge less CO 45 if there are none; None if the claim was denied."""
    if status_of(paid) == "denied" or is_denied_whole(paid):
        return None
    if not paid.lines:
        return paid.charge - _discount(paid.adjustments)
    found = [one for line in paid.lines if (one := allowed_on_line(line, paid)) is not None]
    return sum(found, _ZERO) - _discount(paid.adjustments) if found else None


def patient_amount(adjustments: Iterable[Adjustment]) -> Decimal:
    """What the patient owes: the adjustments of group PR."""
    return sum((one.amount for one in adjustments if one.group == "PR"), _ZERO)


def _discount(adjustments: Iterable[Adjustment]) -> Decimal:
    return sum((one.amount for one in adjustments if one.group == "CO" and one.carc == "45"), _ZERO)
