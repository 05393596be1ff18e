"""Short forms for claims: a head, the diagnoses, the lines.

>>> c("medicare 2024-08-12 11", "I10 E119", "99213-25 17110@2")  # doctest: +SKIP

The head names the payer's class, the day, and a place of service (professional) or a type of bill (institutional).
A diagnosis is CODE, CODE/Y (present on admission), a:CODE (admitting), r:CODE (reason for the visit) or e:CODE (external cause).
A line is [REVENUE/]CODE[-MODIFIER...][*UNITS[MJ|DA]][@POINTERS][$CHARGE][+DAY[..DAY]][~PLACE]; days count from the claim's first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from corpus import case, people, plain
from corpus.case import Case, Claim, Rule, diagnosis, institutional, line, professional, same_patient

Make = Callable[[Random], Claim]
RULES: list[Rule] = []
_LINE = re.compile(
    r"(?:(?P<revenue>\w{4})/)?(?P<code>\w*)(?P<modifiers>(?:-\w+)*)(?:\*(?P<units>[\d.-]+)(?P<basis>MJ|DA)?)?(?:@(?P<to>[\d,]+))?"
    r"(?:\$(?P<charge>-?[\d.]+))?(?:\+(?P<first>\d+)(?:\.\.(?P<last>\d+))?)?(?:~(?P<place>\w\w))?"
)
_DAYS: dict[str, Callable[[date], date]] = {
    "d": lambda day: day,
    "x": lambda day: day - timedelta(days=30),
    "early": lambda day: day - timedelta(days=9),
    "late": lambda day: day + timedelta(days=500),
}
_KINDS = {"a": ("admitting", "ABJ"), "r": ("reason_for_visit", "APR"), "e": ("external_cause", "ABN")}


def c(head: str, dx: str, lines: str, *, age: float | None = None, sex: str | None = None, **more: Any) -> Make:
    """A claim, made when the dice are there."""

    def make(dice: Random) -> Claim:
        payer, day_text, where = head.split()
        day = date.fromisoformat(day_text)
        fields, raw = _fields(dict(more), day, dice)
        rows = _rows(lines, day, raw, dice, hospital=len(where) == 3)
        no_admitting = fields.pop("no_admitting", False)
        listed = [_diagnosis(text) for text in dx.split()]
        if len(where) == 3:
            fields.setdefault("admission_hour", "0900")
            fields = {"bill_type_code": where, "claim_frequency_code": where[2]} | fields
            claim = institutional(dice, payer=payer, day=day, lines=rows, diagnoses=listed, **fields)
        else:
            claim = professional(dice, payer=payer, day=day, lines=rows, diagnoses=listed, place_of_service_code=where, **fields)
        if no_admitting:
            claim["diagnoses"] = [each for each in claim["diagnoses"] if each.get("diagnosis_type") != "admitting"]
        if age is not None:
            claim["patient_birth_date"] = day - timedelta(days=int(age * 365.25) + (20 if age >= 1 else 0))
        claim["patient_sex"] = sex or _needed_sex(claim) or claim["patient_sex"]
        return claim

    return make


def _fields(fields: dict[str, Any], day: date, dice: Random) -> tuple[dict[str, Any], dict[str, Any]]:
    """The claim's own fields with their days and numbers, and what belongs to lines."""
    for name in ("accident_date", "admission_date", "submitted_date", "patient_birth_date", "to_date"):
        text = fields.get(name)
        if isinstance(text, str):
            fields[name] = _DAYS[text](day) if text in _DAYS else date.fromisoformat(text)
    for name, value in list(fields.items()):
        if name.endswith("_npi") and value == 1:
            fields[name] = people.npi(dice)
    if fields.get("clia_number") == 1:
        fields["clia_number"] = "34D1234567"
    raw = {name.removeprefix("line_"): fields.pop(name) for name in list(fields) if name.startswith("line_") or name == "ordered"}
    return fields, raw


def _rows(lines: str, day: date, raw: dict[str, Any], dice: Random, *, hospital: bool) -> list[dict[str, Any]]:
    rows = [_line(text, day, hospital=hospital) for text in lines.split()]
    for n in raw.pop("ordered", ()):
        rows[n - 1]["ordering_npi"] = people.npi(dice)
    for name, by_line in raw.items():
        for n, value in by_line.items():
            rows[n - 1]["tail" if name == "tails" else name] = people.npi(dice) if value == 1 else value
    return rows


def _needed_sex(claim: Claim) -> str:
    """The sex that one of the diagnoses has, if any (by the Medicare Code Editor's lists)."""
    flags = {flag for each in claim["diagnoses"] for _, _, flags in plain.periods().get(each["diagnosis_code"], ()) for flag in flags.split("|")}
    return "F" if "female" in flags else "M" if "male" in flags else ""


def _diagnosis(text: str) -> dict[str, Any]:
    kind, _, code = text.rpartition(":")
    code, _, present = code.partition("/")
    more: dict[str, Any] = {"present_on_admission_code": present if present != "-" else None} if present else {}
    if kind:
        more["diagnosis_type"] = _KINDS[kind][0]
    return diagnosis(code, **more)


def _line(text: str, day: date, *, hospital: bool) -> dict[str, Any]:
    found = _LINE.fullmatch(text)
    if found is None:
        raise ValueError(text)
    part = found.groupdict()
    modifiers = [each for each in part["modifiers"].split("-") if each]
    units = part["units"] or "1"
    pointers = [int(n) for n in (part["to"] or "1").split(",")]
    more: dict[str, Any] = {}
    if hospital:
        revenue, code = (part["revenue"], part["code"]) if part["revenue"] else (part["code"], "")
        part["code"], pointers = code, []
        more["revenue_center_code"] = revenue
        if revenue in {"0022", "0023", "0024"}:
            more["procedure_qualifier"] = "HP"
    if part["place"]:
        more["line_place_of_service_code"] = part["place"]
    if part["first"]:
        more["from_date"] = day + timedelta(days=int(part["first"]))
        more["to_date"] = day + timedelta(days=int(part["last"] or part["first"]))
    return line(part["code"], *modifiers, units=units, charge=part["charge"] or "", to=pointers, **more) | {"unit_basis_code": part["basis"] or "UN"}


def k(
    *made: Make, at: int = -1, line: int | None = None, dx: int | None = None, earlier: Sequence[Make] = (), hard: bool = False, same: bool = True
) -> Callable[[Random], Case]:
    """A case: its claims (of one patient, unless said otherwise), and which of them is meant."""

    def build(dice: Random) -> Case:
        before = [make(dice) for make in earlier]
        claims = [make(dice) for make in made]
        first = (before + claims)[0]
        if same and len(before) + len(claims) > 1:
            before = [_of(each, first) for each in before]
            claims = [_of(each, first) for each in claims]
        only = any(_needs_x12(each) for each in before + claims)
        return Case(claims, at=at % len(claims), line=line, diagnosis=dx, hard=hard, earlier=before, x12_only=only)

    return build


def _of(claim: Claim, first: Claim) -> Claim:
    kept = {name: value for name, value in claim.items() if name in {"rendering_npi", "rendering_taxonomy_code"} and claim.get("other_doctor")}
    joined = same_patient(claim, first) | kept
    joined.pop("other_doctor", None)
    return joined


def _needs_x12(claim: Claim) -> bool:
    named = ("segments", "others", "loops", "note", "in_pack")
    return any(claim.get(name) for name in named) or any(each.get(name) for each in claim["lines"] for name in (*named, "tail"))


def bad(name: str, edits: str, reason: str, source: str, *cases: Callable[[Random], Case], also: str = "", tables: bool = False, kind: str = "defect") -> None:
    """Registers a rule, and claims that break it."""
    built = list(cases)
    RULES.append(Rule(name, tuple(edits.split()), reason, source, len(built), tables, kind, lambda dice, n: built[n](dice), tuple(also.split())))


def ok(name: str, reason: str, source: str, *cases: Callable[[Random], Case], tables: bool = False) -> None:
    """Registers right claims that look suspicious."""
    bad(name, "", reason, source, *cases, tables=tables, kind="clean")


__all__ = ["RULES", "bad", "c", "case", "k", "ok"]
