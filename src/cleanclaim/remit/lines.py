"""Which line of a claim each service paid is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cleanclaim.remit.records import Paid, PaidLine, Sent, SentLine

_Test = Callable[[PaidLine, SentLine], bool]


def paired(paid: Paid, claim: Sent) -> dict[int, SentLine]:
    """The line that each service paid is, by the service's number; services that are no line are left out.

    The provider's line numbers come first. A line sent without one is returned with its ordinal
    (005010X221A1, loop 2110, REF 6R). Then code, charge and day decide. A payer may split a line
    into several services, so in the end a line may be found twice.
    """
    found: dict[int, SentLine] = {}
    numbers = _numbers(claim)
    for service in paid.lines:
        line = numbers.get(service.control or "")
        if line is not None and (_is_code(service, line) or _is_charge(service, line)):
            found[service.number] = line
    for test in _TESTS:
        free = [line for line in claim.lines if line not in found.values()]
        for service in paid.lines:
            if service.number in found:
                continue
            line = next((one for one in free if test(service, one)), None)
            if line is not None:
                found[service.number] = line
                free.remove(line)
    for service in paid.lines:
        if service.number not in found:
            again = next((one for one in claim.lines if _is_code(service, one)), None)
            if again is not None:
                found[service.number] = again
    return found


def _numbers(claim: Sent) -> dict[str, SentLine]:
    own = {line.control: line for line in claim.lines if line.control}
    return own or {str(line.number): line for line in claim.lines}


def _is_code(service: PaidLine, line: SentLine) -> bool:
    codes = {service.billed_code, service.code} - {None}
    if line.code and codes:
        return line.code in codes
    return line.revenue_code is not None and line.revenue_code == service.revenue_code


def _is_charge(service: PaidLine, line: SentLine) -> bool:
    return line.charge is not None and abs(line.charge) == abs(service.charge)


def _is_day(service: PaidLine, line: SentLine) -> bool:
    return service.first_day is not None and service.first_day == line.first_day


def _is_modified(service: PaidLine, line: SentLine) -> bool:
    return set(service.modifiers) == set(line.modifiers)


_TESTS: Final[tuple[_Test, ...]] = (
    lambda a, b: _is_code(a, b) and _is_modified(a, b) and _is_charge(a, b) and _is_day(a, b),
    lambda a, b: _is_code(a, b) and _is_charge(a, b) and _is_day(a, b),
    lambda a, b: _is_code(a, b) and _is_modified(a, b) and _is_charge(a, b),
    lambda a, b: _is_code(a, b) and _is_charge(a, b),
    lambda a, b: _is_code(a, b) and _is_day(a, b),
    _is_code,
    lambda a, b: _is_charge(a, b) and _is_day(a, b),
    _is_charge,
)
