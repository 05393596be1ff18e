"""Cases, and the claims that they are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from corpus import people, plain

Claim = dict[str, Any]
SAFE = ("I10", "E785", "K219", "E039", "J069", "J029", "L309", "F411", "D649", "E559", "L700", "B351", "R5383", "J309")
"""Diagnoses in force from 2015-10-01 to 2027 that go with any adult and any office visit."""
VISITS = (("99212", "92.00"), ("99213", "125.00"), ("99214", "185.00"))
FIRST, LAST = date(2016, 1, 4), date(2027, 3, 31)


@dataclass
class Case:
    """Claims with one intended defect, or none.

    Attributes:
        claims: the claims in the order in which they are sent.
        at: which of them has the defect.
        line: the line at fault, if the rule is about a line.
        diagnosis: the diagnosis at fault, if the rule is about a diagnosis.
        hard: whether it takes more than a glance.
        earlier: claims sent before, given to the scrubber as history.
        form: the whole text of a file of its own, if its form is the defect.
        why: what is wrong with this one, in words.
    """

    claims: list[Claim] = field(default_factory=list)
    at: int = 0
    line: int | None = None
    diagnosis: int | None = None
    hard: bool = False
    earlier: list[Claim] = field(default_factory=list)
    form: str = ""
    why: str = ""
    x12_only: bool = False


Builder = Callable[[Random, int], Case]


@dataclass(frozen=True)
class Rule:
    """A rule that a claim can break, and what makes claims that break it."""

    name: str
    edits: tuple[str, ...]
    reason: str
    source: str
    count: int
    tables: bool
    kind: str
    build: Builder
    also: tuple[str, ...] = ()


RULES: list[Rule] = []


def rule(
    name: str, edits: str, reason: str, source: str, *, count: int = 11, tables: bool = False, kind: str = "defect", also: str = ""
) -> Callable[[Builder], Builder]:
    """Registers a builder of cases.

    Args:
        name: the rule's name, used in the expectations.
        edits: cleanclaim's edits for it, separated by blanks: any of them is the right reason.
        reason: the rule in words.
        source: document and section.
        count: how many cases to build.
        tables: whether CMS's tables are needed to decide it.
        kind: defect, clean or unchecked.
        also: edits of cleanclaim that may fire as a consequence.
    """

    def register(build: Builder) -> Builder:
        RULES.append(Rule(name, tuple(edits.split()), reason, source, count, tables, kind, build, tuple(also.split())))
        return build

    return register


def some_day(dice: Random, first: date | str = FIRST, last: date | str = LAST) -> date:
    """A day from first to last."""
    first, last = _day(first), _day(last)
    return first + timedelta(days=dice.randrange((last - first).days + 1))


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def line(code: str, *modifiers: str, units: Any = 1, charge: str = "", to: Iterable[int] = (1,), **more: Any) -> dict[str, Any]:
    """A service line."""
    return {
        "procedure_qualifier": "HC" if code else None,
        "procedure_code": code,
        **{f"modifier_{n}": modifier for n, modifier in enumerate(modifiers, 1)},
        "charge_amount": charge or f"{40 + sum(map(ord, code)) % 400}.00",
        "unit_basis_code": "UN",
        "units": units,
        **{f"diagnosis_pointer_{n}": number for n, number in enumerate(to, 1)},
        **more,
    }


def visit(dice: Random) -> dict[str, Any]:
    """An office visit of an established patient."""
    code, charge = dice.choice(VISITS)
    return line(code, charge=charge)


def diagnosis(code: str, **more: Any) -> dict[str, Any]:
    """A diagnosis; its qualifier follows from its place unless given."""
    return {"diagnosis_code": code, **more}


def any_payer(dice: Random) -> str:
    """A class of payer."""
    return dice.choice(("commercial", "commercial", "medicare", "medicare", "medicaid", "tricare", "va", "workers_comp", "auto", "other"))


def professional(
    dice: Random, *, payer: str = "", day: date | None = None, codes: Sequence[str] = (), lines: Sequence[dict[str, Any]] = (), **more: Any
) -> Claim:
    """A right professional claim, changed by what is given."""
    payer = payer or any_payer(dice)
    day = day or some_day(dice)
    claim = _claim(dice, payer, day, codes)
    claim |= {
        "claim_type": "professional",
        "place_of_service_code": "11",
        "facility_code_qualifier": "B",
        "billing_taxonomy_code": "207Q00000X",
        "rendering_npi": people.npi(dice),
        "rendering_taxonomy_code": "207Q00000X",
        "lines": [dict(each) for each in lines] or [visit(dice)],
    }
    return finish(claim, day, more)


def institutional(
    dice: Random, *, payer: str = "", day: date | None = None, codes: Sequence[str] = (), lines: Sequence[dict[str, Any]] = (), stay: int = 0, **more: Any
) -> Claim:
    """A right hospital claim: an outpatient's, or an inpatient's of some days' stay."""
    payer = payer or any_payer(dice)
    day = day or some_day(dice)
    claim = _claim(dice, payer, day, codes)
    if payer == "medicare":
        claim["claim_filing_code"] = "MA"
    usual = [service("0120", units=stay, charge=f"{stay * 900}.00")] if stay else [service("0510", "G0463")]
    claim |= {
        "claim_type": "institutional",
        "bill_type_code": "111" if stay else "131",
        "facility_code_qualifier": "A",
        "billing_taxonomy_code": "282N00000X",
        "attending_npi": people.npi(dice),
        "admit_type_code": "3",
        "admit_source_code": "1",
        "discharge_disposition_code": "01",
        "lines": [dict(each) for each in lines] or usual,
    }
    if stay:
        claim |= {"admission_date": day, "admission_hour": "0900", "discharge_hour": "1100", "to_date": day + timedelta(days=stay)}
        listed = claim["diagnoses"] = list(more.pop("diagnoses", claim["diagnoses"]))
        for each in listed:
            if each["diagnosis_code"] not in plain.poa_exempt():
                each.setdefault("present_on_admission_code", "Y")
        if listed and not any(each.get("diagnosis_type") == "admitting" for each in listed):
            listed.append(diagnosis(listed[0]["diagnosis_code"], diagnosis_type="admitting"))
    return finish(claim, day, more)


def service(revenue: str, code: str = "", *modifiers: str, **more: Any) -> dict[str, Any]:
    """A hospital line."""
    return line(code, *modifiers, to=(), revenue_center_code=revenue, **more)


def _claim(dice: Random, payer: str, day: date, codes: Sequence[str]) -> Claim:
    state, zip_code = dice.choice(people.STATES)
    age = dice.randint(66, 88) if payer == "medicare" else dice.randint(24, 60)
    return {
        "patient_name": (dice.choice(people.FAMILY_NAMES), dice.choice(people.GIVEN_NAMES)),
        "member_id": people.medicare_id(dice) if payer == "medicare" else f"W{dice.randrange(10**9):09d}",
        "patient_birth_date": date(day.year - age, dice.randint(1, 12), dice.randint(1, 28)),
        "patient_sex": dice.choice("FM"),
        "patient_relationship_code": "18",
        "payer_sequence_code": "P",
        "payer_id": f"{dice.randrange(10**5):05d}",
        "claim_filing_code": dice.choice(people.FILING[payer]),
        "payer_class": payer,
        "billing_npi": people.npi(dice),
        "billing_tax_id": f"99{dice.randrange(10**7):07d}",
        "billing_state": state,
        "billing_zip_code": zip_code,
        "claim_frequency_code": "1",
        "signature_code": "Y",
        "assignment_code": "A",
        "benefits_assignment_code": "Y",
        "release_code": "Y",
        "diagnoses": [diagnosis(code) for code in codes or [dice.choice(SAFE)]],
    }


def finish(claim: Claim, day: date, more: dict[str, Any]) -> Claim:
    """Dates of lines, the total, and the day on which the claim is sent."""
    claim |= {"from_date": day, "to_date": claim.get("to_date", day)}
    claim |= more
    for each in claim["lines"]:
        each.setdefault("from_date", day)
        each.setdefault("to_date", each["from_date"])
    if "charge_amount" not in claim:
        claim["charge_amount"] = f"{sum(float(each['charge_amount'] or 0) for each in claim['lines']):.2f}"
    last = max(claim["to_date"], *(each["to_date"] for each in claim["lines"] if each["to_date"]))
    claim.setdefault("submitted_date", last + timedelta(days=4 + day.day % 15))
    return claim


def same_patient(claim: Claim, other: Claim) -> Claim:
    """The claim, for the patient of another one, from the same providers."""
    shared = ("patient_name", "member_id", "patient_birth_date", "patient_sex", "payer_id", "claim_filing_code", "payer_class", "billing_npi", "billing_tax_id")
    return claim | {name: other[name] for name in (*shared, "rendering_npi", "rendering_taxonomy_code") if name in other}
