"""Which payments of a claim were taken back, and which correct an earlier one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from cleanclaim.remit.match import Match
from cleanclaim.remit.outcome import status_of
from cleanclaim.remit.reasons import category_of
from cleanclaim.remit.records import Paid

_REPLACES: Final = frozenset({"7", "8"})
_NO_DAY: Final = date.min


@dataclass(slots=True)
class Chains:
    """The payments that were superseded and those that correct one, by the payments' keys."""

    superseded: set[int] = field(default_factory=set)
    corrects: set[int] = field(default_factory=set)


def in_order(payments: Iterable[Paid]) -> list[Paid]:
    """Payments in the order of check dates, then as in the files."""
    return sorted(payments, key=lambda one: (one.check.day or _NO_DAY, one.key))


def chains(payments: Iterable[Paid], found: Mapping[int, Match]) -> Chains:
    """Follow the payments of each claim by one payer.

    A reversal (CLP02 = 22) takes back the last payment that still counts. What comes after it, or in
    the same transaction, corrects it. A payment of a replacement claim (CLP09 = 7) replaces the
    earlier one without a reversal, and so does a new decision on services that were denied before:
    nothing was paid that could be taken back.
    """
    groups: dict[tuple[object, ...], list[Paid]] = defaultdict(list)
    for paid in in_order(payments):
        groups[_claim(paid, found[paid.key])].append(paid)
    result = Chains()
    for group in groups.values():
        _follow(group, result)
    return result


def _claim(paid: Paid, match: Match) -> tuple[object, ...]:
    """The claim and the payer; claims with one number for one patient are versions of one."""
    payer = paid.check.payer_id or paid.check.payer_name
    if match.claim is None:
        return ("unmatched", paid.claim_id, paid.person.ids, payer)
    claim = match.claim
    return (claim.claim_id or claim.key, claim.person.ids, payer)


def _follow(group: list[Paid], result: Chains) -> None:
    reversals = [one for one in group if one.is_reversal]
    open_reversals = 0
    counted: list[Paid] = []
    for paid in group:
        if paid.is_reversal:
            open_reversals += 1
            before = _taken_back(paid, counted)
            if before is not None:
                result.superseded.add(before.key)
                counted = [one for one in counted if one.key != before.key]
            continue
        is_after = open_reversals > 0 or _is_with_reversal(paid, reversals, counted)
        replaced = None if is_after else _replaced(paid, counted)
        if is_after or replaced is not None:
            result.corrects.add(paid.key)
            open_reversals = max(0, open_reversals - 1)
        if replaced is not None:
            result.superseded.add(replaced.key)
            counted = [one for one in counted if one.key != replaced.key]
        counted.append(paid)


def _replaced(paid: Paid, counted: list[Paid]) -> Paid | None:
    """The earlier payment that a payment replaces without a reversal."""
    if (paid.frequency or "") in _REPLACES and counted:
        return counted[-1]
    if _is_duplicate(paid):
        return None
    denied = [one for one in counted if status_of(one) == "denied" and not _same_check(one, paid)]
    return next((one for one in reversed(denied) if _services(one) == _services(paid)), None)


def _is_duplicate(paid: Paid) -> bool:
    """Whether it was denied because the claim was decided before: that decision stands."""
    given = [*paid.adjustments, *(one for line in paid.lines for one in line.adjustments)]
    return bool(given) and all(category_of(one.carc, None).name == "duplicate" for one in given)


def _services(paid: Paid) -> tuple[object, ...]:
    """What was decided on: the services and their charges."""
    return paid.charge, *sorted((one.sent_code or "", one.charge) for one in paid.lines)


def _taken_back(reversal: Paid, counted: list[Paid]) -> Paid | None:
    """The payment that a reversal takes back: the last with the payer's number, else the opposite amount, before it."""
    others = [one for one in counted if not _same_check(one, reversal)]
    earlier = others or [one for one in counted if one.key < reversal.key]
    numbers = {reversal.payer_claim_id, reversal.reference} - {None}
    for test in (
        lambda one: one.payer_claim_id in numbers and one.charge == -reversal.charge,
        lambda one: one.charge == -reversal.charge and one.paid == -reversal.paid,
        lambda one: one.charge == -reversal.charge,
        lambda one: one.payer_claim_id in numbers,
    ):
        found = [one for one in earlier if test(one)]
        if found:
            return found[-1]
    return earlier[-1] if len(earlier) == 1 else None


def _same_check(one: Paid, other: Paid) -> bool:
    return one.check.key == other.check.key


def _is_with_reversal(paid: Paid, reversals: list[Paid], counted: list[Paid]) -> bool:
    """Whether its check takes back an earlier payment further down."""
    return bool(counted) and any(
        _same_check(paid, one) and not _same_check(counted[-1], one) and one.key > paid.key
        for one in reversals
    )
