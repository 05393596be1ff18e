"""Find the claim that each payment is for.

The order is: the claim number, on the same patient; the provider's line numbers; the patient with
the days of service and the charge; then the nearest claim, with a score and the reason. A claim of
another patient never matches, whatever its number. One claim may have several payments: split
claims, several payers, a reversal and its correction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from rapidfuzz import process
from rapidfuzz.fuzz import ratio

from cleanclaim.remit.people import Patient, compared
from cleanclaim.remit.records import Index, Paid, PaidLine, Sent, SentLine, plain_number

LEAST: Final = 0.70
"""The lowest score of a nearest claim that matches."""
MARGIN: Final = 0.05
"""How much better than the second one it must be."""
_LEAST_SHOWN: Final = 0.35
_SHOWN: Final = 3
_LEAST_NUMBER: Final = 70.0
_MOST_FUZZY: Final = 20_000_000
"""The most pairs of numbers to compare letter by letter."""
_PATIENT: Final = {
    Patient.SAME: 0.35,
    Patient.NAMESAKE: 0.2,
    Patient.UNKNOWN: 0.15,
    Patient.RELATIVE: 0.1,
}
_PREDETERMINATION: Final = "25"
_SEQUENCES: Final = {"1": "P", "19": "P", "2": "S", "20": "S", "3": "T", "21": "T"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A claim that a payment may be for.

    Attributes:
        claim: the claim.
        score: 0 to 1.
        reason: what agrees and what doesn't, in words.
    """

    claim: Sent
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Match:
    """The claim that a payment is for.

    Attributes:
        claim: the claim; None if none was found.
        matched_by: claim_number, line_control, patient_dates_charge, nearest or manual.
        score: 0 to 1.
        reason: why none was found.
        candidates: the nearest claims, if none was found.
    """

    claim: Sent | None
    matched_by: str | None = None
    score: float = 0.0
    reason: str = ""
    candidates: tuple[Candidate, ...] = ()


def matches(
    payments: Iterable[Paid],
    index: Index,
    manual: Mapping[str, str] | None = None,
    *,
    by_numbers: bool = False,
) -> dict[int, Match]:
    """The claim of each payment, by the payment's key.

    Args:
        payments: the payments.
        index: the claims that were sent.
        manual: matches made by hand: a payer's claim number, or the number in CLP01, and the number
            of the claim that was sent.
        by_numbers: look only for claim and line numbers; payments without such a claim are left out.
    """
    found: dict[int, Match] = {}
    left: list[Paid] = []
    for paid in payments:
        match = (
            _not_a_payment(paid) or _by_hand(paid, index, manual or {}) or _by_number(paid, index)
        )
        if match is None:
            left.append(paid)
        else:
            found[paid.key] = match
    taken = {match.claim.key for match in found.values() if match.claim}
    for step in (_by_control,) if by_numbers else (_by_control, _by_patient):
        rest = []
        for paid in left:
            match = step(paid, index, taken)
            if match is None or match.claim is None:
                rest.append(paid)
            else:
                found[paid.key] = match
                taken.add(match.claim.key)
        left = rest
    for paid in () if by_numbers else left:
        found[paid.key] = _nearest(paid, index, taken, is_few=len(left) * len(index.claims) <= _MOST_FUZZY)  # fmt: skip
    return found


def _not_a_payment(paid: Paid) -> Match | None:
    """A predetermination says what would be paid, and answers no claim."""
    if paid.status_code != _PREDETERMINATION:
        return None
    return Match(None, reason="a predetermination (CLP02 is 25): no service was paid or denied")


def _by_hand(paid: Paid, index: Index, manual: Mapping[str, str]) -> Match | None:
    named = manual.get(paid.payer_claim_id or "") or manual.get(paid.claim_id or "")
    claims = index.by_number.get(named.strip().upper(), []) if named else []
    return Match(_best(paid, claims), "manual", 1.0) if claims else None


def _by_number(paid: Paid, index: Index) -> Match | None:
    """The claim with this number and patient, unless both its days and its charge are others."""
    if not paid.claim_id:
        return None
    exact = index.by_number.get(paid.claim_id.strip().upper(), [])
    loose = index.by_plain_number.get(plain_number(paid.claim_id), []) if not exact else []
    claims = [one for one in exact or loose if _may_be(paid, one) and not _is_elsewhere(paid, one)]
    if not claims:
        return None
    claim = _best(paid, claims)
    is_sure = compared(claim.person, paid.person) is Patient.SAME
    return Match(claim, "claim_number", (1.0 if is_sure else 0.95) - (0.02 if loose else 0.0))


def _may_be(paid: Paid, claim: Sent) -> bool:
    """Whether the patient is the same, can't be compared, or has the same services and the same name or member number."""
    patient = compared(claim.person, paid.person)
    if patient is Patient.NAMESAKE:
        return _same_days(paid, claim) is not False or _same_charge(paid, claim)
    if patient is Patient.RELATIVE:
        return _same_days(paid, claim) is True and _same_charge(paid, claim)
    return patient is not Patient.OTHER


def _is_elsewhere(paid: Paid, claim: Sent) -> bool:
    """Whether the days and the charge and the codes are all another claim's."""
    if _same_days(paid, claim) is not False or _same_charge(paid, claim):
        return False
    return not (paid.codes & claim.codes)


def _same_days(paid: Paid, claim: Sent) -> bool | None:
    """Whether they share a day of service; None if one of them has no days."""
    if not paid.days or not claim.days:
        return None
    if paid.days & claim.days:
        return True
    first, last = claim.first_day, claim.last_day
    return bool(first and last and any(first <= day <= last for day in paid.days))


def _same_charge(paid: Paid, claim: Sent) -> bool:
    return claim.charge is not None and abs(paid.charge) == abs(claim.charge)


def _best(paid: Paid, claims: list[Sent]) -> Sent:
    """The claim that agrees most: its charge, days, payer and codes, and, if still equal, the last one sent before the payment."""
    if len(claims) == 1:
        return claims[0]
    return max(claims, key=lambda claim: agreement(paid, claim))


def agreement(paid: Paid, claim: Sent) -> tuple[float, ...]:
    """How well a payment and a claim with the same number fit, to compare with other claims."""
    payer = _same_payer(paid, claim)
    sequence = _SEQUENCES.get(paid.status_code or "") == claim.sequence
    is_before = not (claim.submitted and paid.check.day) or claim.submitted <= paid.check.day
    reference = paid.payer_claim_id not in {None, claim.reference}
    frequency = (paid.frequency or "1") == (claim.frequency or "1")
    return (
        is_before,
        _same_charge(paid, claim),
        _same_days(paid, claim) is True,
        payer,
        sequence,
        len(paid.codes & claim.codes),
        reference,
        frequency,
        claim.submitted.toordinal() if claim.submitted else 0,
    )


def _same_payer(paid: Paid, claim: Sent) -> bool:
    check = paid.check
    if check.payer_id and check.payer_id == claim.payer_id:
        return True
    if not check.payer_name or not claim.payer_name:
        return False
    return ratio(check.payer_name.upper(), claim.payer_name.upper()) >= 85


def _by_control(paid: Paid, index: Index, taken: set[int]) -> Match | None:
    """The claim with the same line numbers; many providers number the lines of every claim from 1, so more must agree."""
    best: tuple[float, bool, Sent] | None = None
    shared = {id(one): one for control in paid.controls for one in index.by_control.get(control, [])}  # fmt: skip
    for claim in shared.values():
        patient = compared(claim.person, paid.person)
        if patient in {Patient.OTHER, Patient.RELATIVE}:
            continue
        lines = {line.control: line for line in claim.lines if line.control}
        asked = [line for line in paid.lines if line.control]
        agreed = sum(_agrees(line, lines.get(line.control or "")) for line in asked)
        is_own = all(len(index.by_control[line.control or ""]) == 1 for line in asked)
        needed = len(asked) if not (patient is Patient.SAME and is_own) else max(1, len(asked) // 2)
        if agreed < needed or (patient is not Patient.SAME and not is_own):
            continue
        score = agreed / len(asked)
        rank = (score, claim.key not in taken, claim)
        if best is None or rank[:2] > best[:2]:
            best = rank
    return Match(best[2], "line_control", round(0.85 + 0.1 * best[0], 2)) if best else None


def _agrees(line: PaidLine, own: SentLine | None) -> bool:
    """Whether a service paid is this line: two of its code, its charge and its day agree."""
    if own is None:
        return False
    code = line.sent_code == own.code if own.code else line.revenue_code == own.revenue_code
    charge = own.charge is not None and abs(line.charge) == abs(own.charge)
    day = line.first_day == own.first_day
    return code + charge + day >= 2


def _by_patient(paid: Paid, index: Index, taken: set[int]) -> Match | None:
    """The claim of the same patient with the same days and charge."""
    found = [
        claim
        for claim in _of_patient(paid, index)
        if _same_charge(paid, claim)
        and _same_days(paid, claim)
        and compared(claim.person, paid.person) is Patient.SAME
    ]
    if not found:
        return None
    claim = max(
        found,
        key=lambda one: (
            len(paid.codes & one.codes),
            one.key not in taken,
            _number(paid, one),
            agreement(paid, one),
            -one.key,
        ),
    )
    return Match(claim, "patient_dates_charge", 0.9)


def _of_patient(paid: Paid, index: Index) -> list[Sent]:
    found: dict[int, Sent] = {}
    for member in paid.person.ids:
        found |= {one.key: one for one in index.by_member.get(member, [])}
    for name in paid.person.names:
        found |= {one.key: one for one in index.by_name.get(name, [])}
    for day in paid.days:
        found |= {one.key: one for one in index.by_day.get((day, abs(paid.charge)), [])}
    return list(found.values())


def _number(paid: Paid, claim: Sent) -> float:
    """How alike the claim numbers are, 0 to 1; a number that was cut off is alike."""
    a, b = plain_number(paid.claim_id or ""), plain_number(claim.claim_id or "")
    if not a or not b:
        return 0.0
    short, long = sorted((a, b), key=len)
    if len(short) >= 8 and short != long and long.startswith(short):
        return 0.95
    return ratio(a, b) / 100


def _nearest(paid: Paid, index: Index, taken: set[int], *, is_few: bool) -> Match:
    near = {one.key: one for one in _of_patient(paid, index)}
    if paid.claim_id:
        near |= {one.key: one for one in index.by_number.get(paid.claim_id.strip().upper(), [])}
        number = plain_number(paid.claim_id)
        if is_few and number:
            alike = process.extract(number, index.by_plain_number.keys(), scorer=ratio, score_cutoff=_LEAST_NUMBER, limit=_SHOWN)  # fmt: skip
            near |= {one.key: one for name, _, _ in alike for one in index.by_plain_number[name]}
    scored = [(_scored(paid, claim), claim.key not in taken) for claim in near.values()]
    scored.sort(key=lambda one: (one[0].score, one[1]), reverse=True)
    shown = tuple(
        one for one, _ in scored if one.score >= _LEAST_SHOWN or _number(paid, one.claim) == 1
    )[:_SHOWN]
    if not shown:
        return Match(None, reason="no claim is like it")
    best = shown[0]
    if compared(best.claim.person, paid.person) is Patient.OTHER or best.score < LEAST:
        return Match(None, reason=f"the nearest claim isn't near enough: {best.reason}", candidates=shown)  # fmt: skip
    second = shown[1].score if len(shown) > 1 else 0.0
    if best.score - second < MARGIN:
        return Match(None, reason="two claims are equally near", candidates=shown)
    return Match(best.claim, "nearest", best.score, best.reason, shown)


def _is_part(paid: Paid, claim: Sent) -> bool:
    """Whether every service paid is a line of the claim, with its code and charge: a split claim."""
    left = [(line.code or line.revenue_code, abs(line.charge or 0)) for line in claim.lines]
    for service in paid.lines:
        one = (service.sent_code or service.revenue_code, abs(service.charge))
        if one not in left:
            return False
        left.remove(one)
    return bool(paid.lines)


def _scored(paid: Paid, claim: Sent) -> Candidate:
    """The score of a claim, and what agrees: patient 0.35, number 0.25, days and charge 0.15 each (0.12 for whole lines), codes 0.10."""
    patient = compared(claim.person, paid.person)
    number = _number(paid, claim)
    days, charge = _same_days(paid, claim), _same_charge(paid, claim)
    share = len(paid.codes & claim.codes) / len(paid.codes) if paid.codes else 0.0
    is_part = not charge and _is_part(paid, claim)
    score = (
        _PATIENT.get(patient, 0.0)
        + 0.25 * max(0.0, 2 * number - 1)
        + 0.15 * (days is True)
        + (0.15 if charge else 0.12 if is_part else 0.0)
        + 0.10 * share
    )
    if patient is Patient.OTHER:
        score = min(score, 0.5)
    words = [
        patient.value,
        "the same claim number" if number == 1 else "a similar claim number" if number > 0.75 else "another claim number",
        "the same days" if days else "days can't be compared" if days is None else "other days",
        "the same charge" if charge else "a part of the charge" if is_part else "another charge",
    ]  # fmt: skip
    return Candidate(claim, round(score, 2), ", ".join(words))
