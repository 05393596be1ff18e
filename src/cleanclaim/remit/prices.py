"""Lines that were allowed more or less than their price: the payer's contract, or Medicare's fee schedule."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from cleanclaim.remit import outcome
from cleanclaim.remit.contracts import Contracts
from cleanclaim.remit.lines import paired
from cleanclaim.remit.records import Paid, PaidLine, Sent, SentLine
from cleanclaim.remit.result import Entry, money

_CENT: Final = Decimal("0.01")
_FIRST_PAYER: Final = frozenset({"1", "19", "4", None})
Medicare = Mapping[tuple[int, int], tuple[Decimal | None, str | None]]
"""Medicare's price of each line, by claim key and line number, and why there is none."""


@dataclass(slots=True)
class Compared:
    """The lines that were compared with their price.

    Attributes:
        underpaid: allowed less.
        overpaid: allowed more.
        unpriced: how many lines have no price, by reason.
    """

    underpaid: list[Entry] = field(default_factory=list)
    overpaid: list[Entry] = field(default_factory=list)
    unpriced: Counter[str] = field(default_factory=Counter)


def compared(
    payments: Iterable[tuple[Paid, Sent]], contracts: Contracts | None, medicare: Medicare
) -> Compared:
    """Compare what was allowed with the price of each line.

    Only first payers are compared: what a second payer allows depends on the first. Denied lines
    aren't underpaid, and payers without a contract aren't compared, Medicare aside.

    Args:
        payments: payments that count, with their claims.
        contracts: the user's contracts.
        medicare: Medicare's prices.
    """
    result = Compared()
    for paid, claim in payments:
        basis = _basis(claim, contracts)
        if basis is None or paid.status_code not in _FIRST_PAYER or outcome.is_denied_whole(paid):
            continue
        for line, services in _by_line(paid, claim):
            if any(outcome.is_denied(service, paid) for service in services):
                continue
            price = _price(claim, line, contracts if basis == "contract" else None, medicare)
            if isinstance(price, str):
                result.unpriced[price] += 1
                continue
            _compare(result, _Line(paid, claim, line, services), price, basis)
    return result


def _basis(claim: Sent, contracts: Contracts | None) -> str | None:
    if contracts is not None and contracts.has(claim):
        return "contract"
    return "medicare" if claim.payer_class == "medicare" else None


def _by_line(paid: Paid, claim: Sent) -> list[tuple[SentLine, list[PaidLine]]]:
    found: dict[int, list[PaidLine]] = defaultdict(list)
    pairs = paired(paid, claim)
    lines: dict[int, SentLine] = {}
    for service in paid.lines:
        line = pairs.get(service.number)
        if line is not None:
            found[line.number].append(service)
            lines[line.number] = line
    return [(lines[number], services) for number, services in found.items()]


def _price(claim: Sent, line: SentLine, contracts: Contracts | None, medicare: Medicare) -> Decimal | str:  # fmt: skip
    """The price of a line, or why there is none."""
    amount, why = medicare.get((claim.key, line.number), (None, None))
    if contracts is None:
        return amount if amount is not None else why or "no price is loaded"
    price = contracts.price(claim, line, amount)
    return price if price is not None else "the contract has no price for it"


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a claim with the services that a payer paid for it."""

    paid: Paid
    claim: Sent
    line: SentLine
    services: list[PaidLine]

    @property
    def allowed(self) -> Decimal:
        """What was allowed for all services together."""
        found = (outcome.allowed_on_line(one, self.paid) for one in self.services)
        return sum((one for one in found if one is not None), Decimal(0))

    def expected(self, price: Decimal) -> Decimal:
        """The lesser of charge and price, for the units that were paid."""
        lesser = price if self.line.charge is None else min(price, self.line.charge)
        units = [one.units for one in self.services if one.units is not None]
        billed = self.line.units
        if billed and len(units) == len(self.services) and 0 < sum(units) < billed:
            return (lesser * sum(units) / billed).quantize(_CENT, ROUND_HALF_UP)
        return lesser


def _compare(result: Compared, one: _Line, price: Decimal, basis: str) -> None:
    expected, allowed = one.expected(price), one.allowed
    difference = expected - allowed
    if abs(difference) < _CENT:
        return
    entry: Entry = {
        "claim_id": one.claim.claim_id,
        "line_number": one.line.number,
        "expected_amount": money(expected),
        "allowed_amount": money(allowed),
        "difference": money(difference),
        "basis": basis,
    }
    (result.underpaid if difference > 0 else result.overpaid).append(entry)
