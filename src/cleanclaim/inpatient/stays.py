"""Hospital stays as a grouper is given them, and why other claims aren't grouped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import polars as pl

from cleanclaim.derived.ages import completed_years
from cleanclaim.model import Batch
from cleanclaim.model.expressions import IS_BILLING_DIAGNOSIS

_RELEASES: Final = (
    (date(2022, 10, 1), 400),
    (date(2023, 4, 1), 401),
    (date(2023, 10, 1), 410),
    (date(2024, 4, 1), 411),
    (date(2024, 10, 1), 420),
    (date(2025, 4, 1), 421),
    (date(2025, 10, 1), 430),
    (date(2026, 4, 1), 431),
    (date(2026, 10, 1), 440),
)
"""The first day of discharge of each version of the grouper (40.0 is 400)."""
FIRST_DISCHARGE: Final = _RELEASES[0][0]
LAST_DISCHARGE: Final = date(2027, 3, 31)
_STILL_A_PATIENT: Final = "30"
_INTERIM: Final = ("2", "3")
_NO_STAY: Final = {"5": "late charges only", "8": "it cancels another bill"}
_PROCEDURES: Final = ("BBR", "BBQ")
_SEXES: Final = {"M": 0, "F": 1}
_UNKNOWN_SEX: Final = 2
_POA: Final = ("Y", "N", "U", "W")
EXEMPT_HOSPITALS: Final = {
    "282NC0060X": "a critical access hospital",
    "282E00000X": "a long-term care hospital",
    "283Q00000X": "a psychiatric hospital",
    "283X00000X": "a rehabilitation hospital",
    "282NC2000X": "a children's hospital",
}
"""By the taxonomy of the billing provider: hospitals outside Medicare's inpatient prospective payment.

They needn't report present on admission, so the rule on hospital-acquired conditions doesn't apply (CMS, "Hospital-Acquired Conditions and Present on
Admission Indicator Reporting Provision", exempt hospitals), and the weights of table 5 aren't theirs.
"""


@dataclass(frozen=True, slots=True)
class Coded:
    """One code of a stay: its number on the claim, the code, and its present-on-admission indicator if it has one."""

    number: int
    code: str
    poa: str | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay as the grouper is given it."""

    version: int
    discharged: date
    age: int
    sex: int
    status: int
    principal: Coded
    secondary: tuple[Coded, ...]
    procedures: tuple[Coded, ...]
    hospital: str | None
    is_interim: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """One claim: the stay to group, or why it isn't grouped."""

    file: str | None
    claim_id: str | None
    sent: str | None
    stay: Stay | None
    reason: str | None


def candidates(batch: Batch, keys: pl.Series) -> Iterator[Candidate]:
    """Each claim with one of these keys, in their order: a stay, or why it isn't one."""
    claims = batch.claims.filter(pl.col("claim_key").is_in(keys.implode()))
    claims = claims.with_columns(
        pl.coalesce("admission_date", "from_date").alias("admitted"),
        pl.coalesce("discharge_date", "to_date", "from_date").alias("discharged"),
    ).with_columns(completed_years("patient_birth_date", "admitted").alias("age"))
    own = pl.col("claim_key").is_in(claims["claim_key"].implode())
    is_pcs = pl.col("code_qualifier").is_in(_PROCEDURES) | pl.col("code_qualifier").is_null()
    diagnoses = _by_claim(batch.diagnoses.filter(own, IS_BILLING_DIAGNOSIS), "diagnosis_number")
    others = batch.claim_codes.filter(own, pl.col("kind") == "procedure", is_pcs)
    procedures = _by_claim(others.sort("ordinal"), "ordinal")
    for claim in claims.iter_rows(named=True):
        key = claim["claim_key"]
        reason = _not_a_stay(claim) or _incomplete(claim, diagnoses.get(key, []))
        stay = None if reason else _stay(claim, diagnoses[key], procedures.get(key, []))
        yield Candidate(claim["file"], claim["claim_id"], claim["drg_code"], stay, reason)


def _by_claim(rows: pl.DataFrame, number: str) -> dict[int, list[dict[str, Any]]]:
    """The rows of each claim, with `number` and `code`."""
    names = {"diagnosis_code": "code", number: "number"}
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows.rename(names, strict=False).iter_rows(named=True):
        found.setdefault(row["claim_key"], []).append(row)
    return found


def _not_a_stay(claim: Mapping[str, Any]) -> str | None:
    """Why a claim is none of a hospital stay; None if it is."""
    bill = (claim["bill_type_code"] or "").lstrip("0")
    if claim["claim_type"] != "institutional":
        return f"a {claim['claim_type']} claim: only hospital stays have a DRG"
    if not bill:
        return "the type of bill is missing"
    if not bill.startswith("11"):
        return f"type of bill {bill}: only hospital stays (11x) have a DRG"
    if bill[2:] in _NO_STAY:
        return f"type of bill {bill}: {_NO_STAY[bill[2:]]}"
    return None


def _incomplete(claim: Mapping[str, Any], diagnoses: Sequence[Mapping[str, Any]]) -> str | None:
    """What the grouper lacks; None if it has all it needs."""
    discharged, age, status = (
        claim[n] for n in ("discharged", "age", "discharge_disposition_code")
    )
    first = diagnoses[0] if diagnoses else {"diagnosis_type": None, "code": None}
    known = discharged is not None and FIRST_DISCHARGE <= discharged <= LAST_DISCHARGE
    lacks = {
        "the day of discharge is missing": discharged is None,
        f"discharged outside {FIRST_DISCHARGE} to {LAST_DISCHARGE}, the days that the grouper knows": not known,
        "the principal diagnosis is missing": first["diagnosis_type"] != "principal"
        or not first["code"],
        "the patient's age at admission isn't known": age is None or age < 0,
        "the discharge status is missing or no number": not (status or "").isdigit(),
    }
    return next((reason for reason, applies in lacks.items() if applies), None)


def _stay(
    claim: Mapping[str, Any],
    diagnoses: Iterable[Mapping[str, Any]],
    procedures: Iterable[Mapping[str, Any]],
) -> Stay:
    principal, *others = (_coded(row) for row in diagnoses if row["code"])
    bill, status = claim["bill_type_code"].lstrip("0"), claim["discharge_disposition_code"]
    return Stay(
        version=next(
            number for first, number in reversed(_RELEASES) if first <= claim["discharged"]
        ),
        discharged=claim["discharged"],
        age=claim["age"],
        sex=_SEXES.get(claim["patient_sex"], _UNKNOWN_SEX),
        status=int(status),
        principal=principal,
        secondary=tuple(others),
        procedures=tuple(_coded(row) for row in procedures if row["code"]),
        hospital=EXEMPT_HOSPITALS.get(claim["billing_taxonomy_code"]),
        is_interim=status == _STILL_A_PATIENT or bill[2:] in _INTERIM,
    )


def _coded(row: Mapping[str, Any]) -> Coded:
    poa = row.get("present_on_admission_code")
    return Coded(row["number"], row["code"], poa if poa in _POA else None)
