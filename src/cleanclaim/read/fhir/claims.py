"""A FHIR R4 Claim, or an ExplanationOfBenefit, as a mapping of the model's columns.

The paths are those of the model's columns. Codes of other systems than the model's (SNOMED CT, CVX
…) are left out and counted, so that nobody takes them for a CPT or ICD code.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final

from cleanclaim.read.fhir.resources import (
    NPI,
    Resource,
    Resources,
    codes,
    codings,
    identifier,
    listed,
    text_of,
)
from cleanclaim.reference.sets import load_set

_TYPES: Final = {"professional": "professional", "institutional": "institutional", "oral": "dental", "vision": "professional"}  # fmt: skip
_SEX: Final = {"male": "M", "female": "F"}
_RELATIONS: Final = {"self": "18", "spouse": "01", "child": "19", "common": "53", "other": "G8", "parent": "G8", "injured": "41"}  # fmt: skip
_ROLES: Final = {
    "rendering": "rendering_npi",
    "performing": "rendering_npi",
    "primary": "rendering_npi",
    "referring": "referring_npi",
    "supervising": "supervising_npi",
    "supervisor": "supervising_npi",
    "attending": "attending_npi",
    "operating": "operating_npi",
    "otheroperating": "other_operating_npi",
    "ordering": "ordering_npi",
}
_OF_LINE: Final = frozenset({"rendering_npi", "referring_npi", "ordering_npi", "supervising_npi"})
_DIAGNOSIS_TYPES: Final = {
    "principal": "principal",
    "admitting": "admitting",
    "patientreasonforvisit": "reason_for_visit",
    "externalcauseofinjury": "external_cause",
    "externalcause": "external_cause",
}
_LATER: Final = ("admitting", "reason_for_visit", "external_cause")
_ICD10: Final = ("icd-10-cm", "sid/icd-10", "2.16.840.1.113883.6.90")
_ICD9: Final = ("icd-9-cm", "2.16.840.1.113883.6.103")
_PROCEDURES: Final = ("ama-assn.org/go/cpt", "hcpcs", "2.16.840.1.113883.6.12", "2.16.840.1.113883.6.285")  # fmt: skip
_DENTAL: Final = ("ada.org", "/cdt", "2.16.840.1.113883.6.13")
_LIKE_PROCEDURE: Final = re.compile(r"\d{4}[0-9A-Z]|[A-Z]\d{4}")
_LIKE_DIAGNOSIS: Final = re.compile(r"[A-TV-Z]\d[0-9A-Z](?:\.?[0-9A-Z]{1,4})?", re.IGNORECASE)
_NDC: Final = "sid/ndc"
_PCS: Final = ("icd-10-pcs", "cms/icd10", "2.16.840.1.113883.6.4")
_REVENUE: Final = 4


class ClaimMapper:
    """Turns resources into claims.

    Attributes:
        left_out: how many codes of other systems were left out, by what they are.
    """

    def __init__(self, resources: Resources) -> None:
        """Map claims that refer to these resources."""
        self._resources = resources
        self.left_out: Counter[str] = Counter()

    def claim(self, resource: Resource) -> dict[str, Any]:
        """One claim."""
        kind = next((_TYPES[code] for code in codes(resource.get("type")) if code in _TYPES), "professional")  # fmt: skip
        team = self._team(resource)
        diagnoses, numbers = self.diagnoses(resource)
        information = _information(resource)
        claim: dict[str, Any] = {
            "claim_id": _claim_id(resource),
            "claim_type": kind,
            "submitted_date": _day(resource.get("created")),
            **self._patient(resource),
            **self._coverage(resource),
            **self._providers(resource),
            **{name: npi for name, npi in team.get(0, {}).items() if name != "ordering_npi"},
            "charge_amount": _money(resource.get("total")),
            "from_date": _day(_period(resource, "billablePeriod", "start")),
            "to_date": _day(_period(resource, "billablePeriod", "end")),
            **_accident(resource),
            **information,
            **_related(resource, information.get("bill_type_code") or ""),
            "diagnoses": diagnoses,
            "claim_codes": self._procedures(resource),
        }
        if kind != "institutional":
            claim["bill_type_code"] = None
        items = enumerate(listed(resource.get("item")), start=1)
        claim["lines"] = [
            {"line_number": n, **self._line(item, team, numbers)} for n, item in items
        ]
        places = {line["place_of_service_code"] for line in claim["lines"]} - {None}
        if kind != "institutional" and len(places) == 1:
            claim["place_of_service_code"] = places.pop()
        return claim

    def _find(self, reference: object, *holders: Resource) -> Resource:
        """The resource that a Reference names; one that is contained refers to others of its holder."""
        return next(
            (found for one in holders if (found := self._resources.find(reference, one))), {}
        )

    def _named(self, reference: object, *holders: Resource) -> Resource:
        """The resource that a Reference names, else what the Reference itself says: an identifier, a name."""
        found = self._find(reference, *holders)
        if found or not isinstance(reference, dict):
            return found
        own = reference.get("identifier")
        told = {"identifier": [own]} if isinstance(own, dict) else {}
        return told | ({"name": reference["display"]} if "display" in reference else {})

    def _patient(self, resource: Resource) -> dict[str, Any]:
        patient = self._find(resource.get("patient"), resource)
        name = next(iter(listed(patient.get("name"))), {})
        given = name.get("given")
        gender = patient.get("gender")
        return {
            "patient_birth_date": _day(patient.get("birthDate")),
            "patient_sex": _SEX.get(gender, "U") if isinstance(gender, str) else None,
            "patient_death_date": _day(patient.get("deceasedDateTime")),
            "patient_last_name": text_of(name.get("family")),
            "patient_first_name": text_of(given[0]) if isinstance(given, list) and given else None,
            "member_id": _member(patient),
        }

    def _coverage(self, resource: Resource) -> dict[str, Any]:
        every = listed(resource.get("insurance"))
        focal = next((one for one in every if one.get("focal") is True), every[0] if every else {})
        coverage = self._named(focal.get("coverage"), resource)
        payors = listed(coverage.get("payor"))
        payer = self._named(payors[0] if payors else None, coverage, resource) or self._named(resource.get("insurer"), resource)  # fmt: skip
        authorization = focal.get("preAuthRef")
        filing = [code for code in codes(coverage.get("type")) if code in _filing_codes()]
        relation = [_RELATIONS[code] for code in codes(coverage.get("relationship")) if code in _RELATIONS]  # fmt: skip
        group = next((one for one in listed(coverage.get("class")) if "group" in codes(one.get("type"))), {})  # fmt: skip
        sequence = focal.get("sequence")
        found = {
            "payer_sequence_code": {1: "P", 2: "S", 3: "T"}.get(sequence) if isinstance(sequence, int) else None,
            "payer_id": _own_number(payer),
            "payer_name": text_of(payer.get("name")),
            "claim_filing_code": filing[0] if filing else None,
            "patient_relationship_code": relation[0] if relation else None,
            "group_number": text_of(group.get("value")),
            "prior_authorization_number": text_of(authorization[0]) if isinstance(authorization, list) and authorization else None,
            "other_payer_count": max(len(every) - 1, 0),
        }  # fmt: skip
        member = text_of(coverage.get("subscriberId")) or _own_number(coverage)
        return {**found, **({"member_id": member} if member else {})}

    def _providers(self, resource: Resource) -> dict[str, Any]:
        billing = self._party(resource.get("provider"), resource)
        facility = self._party(resource.get("facility"), resource)
        billing_at, facility_at = _address(billing), _address(facility)
        return {
            "billing_npi": identifier(billing, NPI),
            "billing_tax_id": identifier(billing, "urn:oid:2.16.840.1.113883.4.4"),
            "billing_taxonomy_code": _taxonomy(billing),
            "billing_state": text_of(billing_at.get("state")),
            "billing_zip_code": text_of(billing_at.get("postalCode")),
            "facility_npi": identifier(facility, NPI),
            "facility_state": text_of(facility_at.get("state")),
            "facility_zip_code": text_of(facility_at.get("postalCode")),
        }

    def _party(self, reference: object, holder: Resource) -> Resource:
        """A provider; for a role, the practitioner or organization with it. An identifier in the Reference itself counts too."""
        found = self._find(reference, holder)
        if found.get("resourceType") == "PractitionerRole":
            who = self._party(found.get("practitioner"), holder) or self._party(found.get("organization"), holder)  # fmt: skip
            return {**who, "specialty": found.get("specialty")}
        own = reference.get("identifier") if isinstance(reference, dict) else None
        return found or ({"identifier": [own]} if isinstance(own, dict) else {})

    def _team(self, resource: Resource) -> dict[int, dict[str, str]]:
        """The providers by their sequence; 0 holds those of the claim as a whole."""
        found: dict[int, dict[str, str]] = {0: {}}
        members = listed(resource.get("careTeam"))
        items = [
            set(_numbers(item.get("careTeamSequence"))) for item in listed(resource.get("item"))
        ]
        some, every = set().union(*items), set(items[0]).intersection(*items) if items else set()
        for member in members:
            npi = identifier(self._party(member.get("provider"), resource), NPI)
            roles = [_ROLES[code] for code in codes(member.get("role")) if code in _ROLES]
            column = roles[0] if roles else "rendering_npi" if len(members) == 1 else None
            if npi is None or column is None:
                continue
            sequence = member.get("sequence")
            if isinstance(sequence, int):
                found[sequence] = {column: npi}
            if sequence in every or sequence not in some or column not in _OF_LINE:
                found[0].setdefault(column, npi)
        return found

    def diagnoses(self, resource: Resource) -> tuple[list[dict[str, Any]], dict[int, int]]:
        """The diagnoses, those that lines can point to first, and their numbers by sequence; 0 for one that is left out."""
        rows: list[tuple[bool, int, dict[str, Any]]] = []
        left_out: list[int] = []
        for ordinal, one in enumerate(listed(resource.get("diagnosis")), start=1):
            condition = self._find(one.get("diagnosisReference"), resource)
            concept = one.get("diagnosisCodeableConcept") or condition.get("code")
            version_and_code = _icd(concept)
            sequence = one.get("sequence")
            number = sequence if isinstance(sequence, int) else ordinal
            if version_and_code is None:
                self.left_out["diagnosis"] += 1
                left_out.append(number)
                continue
            version, code = version_and_code
            kinds = [kind for item in listed(one.get("type")) for said in codes(item) if (kind := _DIAGNOSIS_TYPES.get(said))]  # fmt: skip
            kind = kinds[0] if kinds else "other"
            row = {
                "diagnosis_code": code,
                "icd_version": version,
                "diagnosis_type": kind,
                "present_on_admission_code": _present(one.get("onAdmission")),
            }
            rows.append((kind in _LATER, number, row))
        rows.sort(key=lambda one: (one[0], one[2]["diagnosis_type"] != "principal", one[1]))
        numbers = dict.fromkeys(left_out, 0)
        numbers |= {sequence: number for number, (_, sequence, _) in enumerate(rows, start=1)}
        found = [{"diagnosis_number": n, **row} for n, (_, _, row) in enumerate(rows, start=1)]
        if found and found[0]["diagnosis_type"] == "other":
            found[0]["diagnosis_type"] = "principal"
        return found, numbers

    def _procedures(self, resource: Resource) -> list[dict[str, Any]]:
        found = []
        for one in listed(resource.get("procedure")):
            pcs = [code for system, code in codings(one.get("procedureCodeableConcept")) if _is_of(system, _PCS)]  # fmt: skip
            if pcs:
                day = _day(one.get("date"))
                found.append({"kind": "procedure", "code_qualifier": "BBR", "code": pcs[0].replace(".", ""), "from_date": day, "to_date": day})  # fmt: skip
        return found

    def _line(self, item: Resource, team: Mapping[int, Mapping[str, str]], numbers: Mapping[int, int]) -> dict[str, Any]:  # fmt: skip
        qualifier, code = self._procedure(item.get("productOrService"))
        first = item.get("servicedDate") or _period(item, "servicedPeriod", "start")
        last = item.get("servicedDate") or _period(item, "servicedPeriod", "end")
        location = codes(item.get("locationCodeableConcept"))
        revenue = codes(item.get("revenue"))
        quantity = item.get("quantity")
        asked = [numbers.get(n, n) for n in _numbers(item.get("diagnosisSequence"))]
        pointers = [n for n in asked if n > 0][:4]
        modifiers = [said[0].upper() for one in listed(item.get("modifier")) if (said := codes(one))][:4]  # fmt: skip
        drugs = [one for part in listed(item.get("detail")) for system, one in codings(part.get("productOrService")) if _NDC in system]  # fmt: skip
        line: dict[str, Any] = {
            "procedure_code": code,
            "procedure_qualifier": qualifier,
            **{f"modifier_{n}": one for n, one in enumerate(modifiers, start=1)},
            "revenue_center_code": revenue[0].zfill(_REVENUE) if revenue else None,
            "charge_amount": _money(item.get("net")),
            "units": _number(quantity.get("value"), 3) if isinstance(quantity, dict) else None,
            "unit_basis_code": "UN" if isinstance(quantity, dict) else None,
            "place_of_service_code": location[0] if location else None,
            **{f"diagnosis_pointer_{n}": one for n, one in enumerate(pointers, start=1)},
            "from_date": _day(first),
            "to_date": _day(last),
            "ndc": drugs[0] if drugs else None,
        }
        for number in _numbers(item.get("careTeamSequence")):
            for column, npi in team.get(number, {}).items():
                if column in _OF_LINE:
                    line.setdefault(column, npi)
        return line

    def _procedure(self, concept: object) -> tuple[str | None, str | None]:
        """The qualifier and the code of a service; a code of another system has qualifier ZZ and isn't judged."""
        found = [(system, code.upper()) for system, code in codings(concept) if "data-absent" not in system]  # fmt: skip
        for system, code in found:
            if _is_of(system, _DENTAL) or (_is_of(system, _PROCEDURES) and _is_dental(code)):
                return "AD", code
            if _is_of(system, _PROCEDURES) or (not system and _LIKE_PROCEDURE.fullmatch(code)):
                return "HC", code
        if not found:
            return None, None
        self.left_out["procedure"] += 1
        return "ZZ", found[0][1]


def _is_dental(code: str) -> bool:
    return code.startswith("D") and code[1:].isdigit()


def _claim_id(resource: Resource) -> str | None:
    for one in listed(resource.get("identifier")):
        value = text_of(one.get("value"))
        if value:
            return value
    return text_of(resource.get("id"))


def _own_number(resource: Resource) -> str | None:
    return next((value for one in listed(resource.get("identifier")) if (value := text_of(one.get("value")))), None)  # fmt: skip


def _member(patient: Resource) -> str | None:
    """The patient's own number at a payer, if the coverage has none."""
    for one in listed(patient.get("identifier")):
        if {"MB", "MC", "MA", "um", "pt"} & set(codes(one.get("type"))):
            return text_of(one.get("value"))
    return None


def _taxonomy(party: Resource) -> str | None:
    for one in listed(party.get("specialty")):
        for system, code in codings(one):
            if "nucc" in system:
                return code
    return None


def _address(party: Resource) -> Resource:
    address = party.get("address")
    return address if isinstance(address, dict) else next(iter(listed(address)), {})


def _accident(resource: Resource) -> dict[str, Any]:
    accident = resource.get("accident")
    if not isinstance(accident, dict):
        return {}
    kinds = set(codes(accident.get("type")))
    place = _address({"address": accident.get("locationAddress")})
    return {
        "accident_date": _day(accident.get("date")),
        "accident_state": text_of(place.get("state")),
        "is_auto_accident": "MVA" in kinds,
        "is_employment_related": "WPA" in kinds,
        "is_other_accident": bool(kinds) and not kinds & {"MVA", "WPA"},
    }


_INFORMATION: Final = {
    "discharge-status": "discharge_disposition_code",
    "admtype": "admit_type_code",
    "pointoforigin": "admit_source_code",
    "drg": "drg_code",
    "typeofbill": "bill_type_code",
}


def _information(resource: Resource) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in listed(resource.get("supportingInfo")):
        kinds = set(codes(one.get("category")))
        said = codes(one.get("code"))
        for kind, column in _INFORMATION.items():
            if kind in kinds and said:
                found.setdefault(column, said[0])
        if "admissionperiod" in kinds:
            found.setdefault("admission_date", _day(_period(one, "timingPeriod", "start")))
            found.setdefault("discharge_date", _day(_period(one, "timingPeriod", "end")))
        if "onset" in kinds:
            found.setdefault("onset_date", _day(one.get("timingDate")))
    bill = found.get("bill_type_code")
    if bill is not None:
        found["bill_type_code"] = bill.lstrip("0")
    return found


def _related(resource: Resource, bill: str) -> dict[str, Any]:
    frequency = bill[-1] if len(bill) >= 3 else "1"
    for one in listed(resource.get("related")):
        reference = one.get("reference")
        number = text_of(reference.get("value")) if isinstance(reference, dict) else None
        kinds = set(codes(one.get("relationship")))
        if number and kinds & {"prior", "replaced", "replaces", "7"}:
            again = "8" if resource.get("status") == "cancelled" else "7"
            again = frequency if frequency in {"7", "8"} else again
            return {"original_reference_number": number, "claim_frequency_code": again}
    return {"claim_frequency_code": frequency}


def _icd(concept: object) -> tuple[int, str] | None:
    for system, code in codings(concept):
        if _is_of(system, _ICD10) or (not system and _LIKE_DIAGNOSIS.fullmatch(code)):
            return 10, code.upper()
        if _is_of(system, _ICD9):
            return 9, code.upper()
    return None


def _present(concept: object) -> str | None:
    found = codes(concept)
    return found[0].upper()[:1] if found else None


def _is_of(system: str, parts: tuple[str, ...]) -> bool:
    lower = system.lower()
    return any(part in lower for part in parts)


def _period(holder: Resource, name: str, end: str) -> object:
    period = holder.get(name)
    return period.get(end) if isinstance(period, dict) else None


def _day(value: object) -> date | None:
    """A date or moment as a date; a year or a month alone isn't one."""
    if not isinstance(value, str) or len(value) < 10:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def _money(value: object) -> Decimal | None:
    return _number(value.get("value"), 2) if isinstance(value, dict) else None


def _number(value: object, scale: int) -> Decimal | None:
    """A number that the model can hold exactly; anything else is unknown."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    number = Decimal(value)
    fits = number.is_finite() and abs(number) < 10**12 and number == round(number, scale)
    return number if fits else None


def _numbers(value: object) -> list[int]:
    return [one for one in value if isinstance(one, int)] if isinstance(value, list) else []


@cache
def _filing_codes() -> frozenset[str]:
    return frozenset(load_set("claim_filing")["code"])
