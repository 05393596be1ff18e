"""The entries of a report: each payment with its claim, its lines, why less was paid, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from cleanclaim.remit import outcome
from cleanclaim.remit.chains import Chains
from cleanclaim.remit.limits import STEPS, Limits
from cleanclaim.remit.lines import paired
from cleanclaim.remit.match import Match
from cleanclaim.remit.reasons import (
    Reason,
    category_of,
    downcoded,
    is_routine,
    reason_of,
    remarks_for,
)
from cleanclaim.remit.records import Adjustment, Paid, PaidLine, Sent, SentLine
from cleanclaim.remit.result import Entry, money
from cleanclaim.remit.trace import Fired, explaining

_NO_FIX: Final = "write-off"


@dataclass(frozen=True, slots=True)
class Context:
    """What entries are made with.

    Attributes:
        fired: the edits that fire on each claim, by claim key.
        before: the edits of an earlier report, by claim number, each with its file; None without one.
        limits: the limits that are loaded.
        as_of: the day from which days are counted.
        unlimited: the payments whose payer has no limit for a step, by payer and step; collected here.
    """

    fired: Mapping[int, list[Fired]]
    before: Mapping[str, list[tuple[str, Fired]]] | None
    limits: Limits
    as_of: date
    unlimited: dict[tuple[str, str], set[int]]


@dataclass(frozen=True, slots=True)
class _Why:
    """Why less was paid on a line or claim, and what to do."""

    reason: Reason | None
    amount: Decimal
    caught: tuple[Fired, ...] = ()
    before: tuple[str, ...] | None = None

    @property
    def rank(self) -> tuple[bool, bool, Decimal, bool]:
        """The reason that matters most on a claim comes first."""
        if self.reason is None:
            return False, False, Decimal(-1), False
        name = self.reason.category.name
        return True, not self.reason.category.is_routine, self.amount, name == "patient-responsibility"  # fmt: skip


def claim_entry(paid: Paid, match: Match, chains: Chains, context: Context) -> Entry:
    """One claim payment with its claim."""
    claim = match.claim
    assert claim is not None  # noqa: S101 - for the type checker: only matched payments have entries
    is_moot = paid.is_reversal or paid.key in chains.superseded
    own = _why(paid.adjustments, paid.remarks, None, claim, context)
    lines: list[tuple[_Why, Entry]] = []
    services = paired(paid, claim)
    for service in paid.lines:
        line = services.get(service.number)
        lines.append(_service(paid, service, line, own, claim, context, is_moot=is_moot))
    if not paid.lines:
        lines = [_as_sent(paid, line, own, claim, context, is_moot=is_moot) for line in claim.lines]
    whys = [own, *(why for why, _ in lines)]
    main = max(whys, key=lambda one: one.rank)
    caught = _codes([edit for why in whys for edit in why.caught])
    before = None if own.before is None else tuple(dict.fromkeys(code for why in whys for code in why.before or ()))  # fmt: skip
    return {
        "claim_id": claim.claim_id,
        "claim_file": claim.file,
        **_of_payment(paid),
        "matched_by": match.matched_by,
        "score": match.score,
        "status": outcome.status_of(paid),
        "corrects": paid.key in chains.corrects,
        "superseded": paid.key in chains.superseded,
        "charge_amount": money(paid.charge),
        "allowed_amount": money(outcome.allowed_on_claim(paid)),
        "paid_amount": money(paid.paid),
        "patient_amount": money(_patient(paid)),
        "adjustments": _adjustments(paid.adjustments),
        "remarks": list(paid.remarks),
        **_told(main, caught, before, (paid, claim), context, is_moot=is_moot),
        "lines": [entry for _, entry in lines],
    }


def _of_payment(paid: Paid) -> Entry:
    check = paid.check
    return {
        "remit_claim_id": paid.claim_id,
        "payer_claim_id": paid.payer_claim_id,
        "remit_file": check.file,
        "transaction": check.transaction,
        "trace": check.trace,
        "check_date": check.day.isoformat() if check.day else None,
    }


def unmatched_entry(paid: Paid, match: Match) -> Entry:
    """One claim payment without a claim."""
    return {
        **{name: value for name, value in _of_payment(paid).items() if name in {"remit_file", "remit_claim_id", "payer_claim_id"}},
        "reason": match.reason,
        "candidates": [{"claim_id": one.claim.claim_id, "score": one.score, "reason": one.reason} for one in match.candidates],
    }  # fmt: skip


def _service(
    paid: Paid,
    service: PaidLine,
    line: SentLine | None,
    own: _Why,
    claim: Sent,
    context: Context,
    *,
    is_moot: bool,
) -> tuple[_Why, Entry]:
    why = _why_of_line(service, paid, line, claim, context)
    is_inherited = outcome.is_denied_whole(paid) and (why.reason is None or why.reason.category.is_routine)  # fmt: skip
    if is_inherited and own.reason is not None:
        why = _inherited(own, line, claim, context)
    entry: Entry = {
        "line_number": line.number if line else None,
        "procedure_code": service.sent_code or (line.code if line else None) or service.revenue_code,
        "adjudicated_code": service.code or service.revenue_code,
        "reduced": outcome.is_reduced(service, paid),
        "charge_amount": money(service.charge),
        "allowed_amount": None if outcome.is_denied_whole(paid) else money(outcome.allowed_on_line(service, paid)),
        "paid_amount": money(service.paid),
        "patient_amount": money(outcome.patient_amount(service.adjustments)),
        "adjustments": _adjustments(service.adjustments),
        "remarks": list(service.remarks),
        **_told(why, _codes(why.caught), why.before, (paid, claim), context, is_moot=is_moot),
    }  # fmt: skip
    return why, entry


def _as_sent(
    paid: Paid, line: SentLine, own: _Why, claim: Sent, context: Context, *, is_moot: bool
) -> tuple[_Why, Entry]:
    """A line of a claim that was paid or denied as a whole."""
    is_denied = outcome.is_denied_whole(paid)
    why = _inherited(own, line, claim, context) if is_denied else _Why(None, Decimal(0), before=() if own.before is not None else None)  # fmt: skip
    entry: Entry = {
        "line_number": line.number,
        "procedure_code": line.code or line.revenue_code,
        "adjudicated_code": None,
        "reduced": False,
        "charge_amount": money(line.charge),
        "allowed_amount": None,
        "paid_amount": "0.00" if is_denied else None,
        "patient_amount": None,
        "adjustments": [],
        "remarks": [],
        **_told(why, _codes(why.caught), why.before, (paid, claim), context, is_moot=is_moot),
    }
    return why, entry


def _why(
    adjustments: Sequence[Adjustment],
    remarks: Sequence[str],
    line: SentLine | None,
    claim: Sent,
    context: Context,
) -> _Why:
    reason = reason_of(adjustments, remarks)
    amount = sum((abs(one.amount) for one in adjustments if not is_routine(one)), Decimal(0))
    return _traced(_Why(reason, amount), line, claim, context)


def _why_of_line(
    service: PaidLine, paid: Paid, line: SentLine | None, claim: Sent, context: Context
) -> _Why:
    """Why less was paid on a line; a visit paid at a lower level says so by its code alone."""
    remarks = remarks_for(service.remarks, paid.remarks)
    why = _why(service.adjustments, remarks, line, claim, context)
    is_told = why.reason is not None and not why.reason.category.is_routine
    if is_told or paid.is_reversal or not outcome.is_lower_visit(service):
        return why
    return _traced(replace(why, reason=downcoded(why.reason)), line, claim, context)


def _inherited(own: _Why, line: SentLine | None, claim: Sent, context: Context) -> _Why:
    """The claim's reason on one of its lines."""
    return _traced(_Why(own.reason, Decimal(0)), line, claim, context)


def _traced(why: _Why, line: SentLine | None, claim: Sent, context: Context) -> _Why:
    caught = explaining(why.reason, line, context.fired.get(claim.key, ()))
    before = None
    if context.before is not None:
        earlier = context.before.get(claim.claim_id or "", [])
        of_file = [fired for file, fired in earlier if file == claim.file]
        fired = of_file or [one for _, one in earlier]
        before = tuple(one.code for one in explaining(why.reason, line, fired))
    return replace(why, reason=_clearer(why.reason, caught), caught=tuple(caught), before=before)


def _clearer(reason: Reason | None, caught: Sequence[Fired]) -> Reason | None:
    """A reason that the payer's codes leave open is told by the edit that explains it."""
    if reason is None or reason.category.name != "other" or not caught:
        return reason
    category = category_of(caught[0].carc, caught[0].rarc)
    return replace(reason, category=category, next_step=category.next_step)


def _told(
    why: _Why,
    caught: list[str],
    before: tuple[str, ...] | None,
    of: tuple[Paid, Sent],
    context: Context,
    *,
    is_moot: bool,
) -> Entry:
    reason = why.reason
    step = "none" if is_moot or reason is None else _step(why, of[0])
    return {
        "category": reason.category.name if reason else None,
        "avoidable": (reason.category.is_avoidable or bool(caught)) if reason else None,
        "caught_by": caught,
        "fired_before": None if before is None else list(before),
        "next_step": step,
        "days_left": _days_left(step, *of, context),
    }


def _step(why: _Why, paid: Paid) -> str:
    """What to do: what an edit proves can't be repaired is written off, and a forwarded claim needs nothing for the patient's share."""
    reason = why.reason
    assert reason is not None  # noqa: S101 - for the type checker
    name = reason.category.name
    if name == "bundling" and why.caught and not any(one.fix for one in why.caught):
        return _NO_FIX if reason.next_step == reason.category.next_step else reason.next_step
    if name == "timely-filing" and why.caught:
        return _NO_FIX
    if reason.category.is_routine and outcome.status_of(paid) == "forwarded":
        return "none"
    return reason.next_step


def _days_left(step: str, paid: Paid, claim: Sent, context: Context) -> int | None:
    if STEPS.get(step) is None:
        return None
    last = context.limits.last_day(step, paid, claim)
    if last is None:
        key = (claim.payer_id or claim.payer_class or "", STEPS[step] or "")
        context.unlimited.setdefault(key, set()).add(paid.key)
        return None
    return (last - context.as_of).days


def _patient(paid: Paid) -> Decimal:
    if paid.patient is not None:
        return paid.patient
    every = [*paid.adjustments, *(one for line in paid.lines for one in line.adjustments)]
    return outcome.patient_amount(every)


def _adjustments(adjustments: Sequence[Adjustment]) -> list[Entry]:
    return [
        {
            "group": one.group,
            "carc": one.carc,
            "amount": money(one.amount),
            "quantity": None if one.quantity is None else f"{one.quantity.normalize():f}",
        }
        for one in adjustments
    ]


def _codes(fired: Sequence[Fired]) -> list[str]:
    return list(dict.fromkeys(one.code for one in fired))
