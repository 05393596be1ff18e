"""Which element of an 837 a column of the model is, and how its value is written there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from cleanclaim.errors import RewriteError
from cleanclaim.read.dates import parse

Form = Callable[[str], str]
"""Writes a value as X12 has it."""


@dataclass(frozen=True, slots=True)
class Place:
    """An element.

    Attributes:
        part: where its segment is: own, providers, billing, subscriber, patient or line.
        segment: the segment's name, with the value of its qualifier, such as REF F8.
        element: the element's number, or number and component, such as 05-3.
        form: how the value is written.
    """

    part: str
    segment: str
    element: str
    form: Form


def code(value: str) -> str:
    """A code: upper case, without blanks around it."""
    return value.strip().upper()


def text(value: str) -> str:
    """A text as it is, without blanks around it."""
    return value.strip()


def diagnosis(value: str) -> str:
    """A diagnosis code, without its dot."""
    return code(value).replace(".", "")


def amount(value: str) -> str:
    """A number without a sign for dollars, thousands or idle zeros.

    Raises:
        RewriteError: it isn't a number.
    """
    try:
        number = Decimal(value.replace("$", "").replace(",", "").strip() or "0")
    except InvalidOperation:
        raise RewriteError("expected a number") from None
    if not number.is_finite():
        raise RewriteError("expected a number")
    plain = f"{number:f}"
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain) or "0"


def day(value: str) -> str:
    """A date as CCYYMMDD.

    Raises:
        RewriteError: it isn't a date.
    """
    found = parse(value.strip()) if value.strip() else None
    if found is None:
        raise RewriteError("expected a date (YYYY-MM-DD)")
    own: date = found.date
    return f"{own:%Y%m%d}"


_CLAIM: Final[Mapping[str, Place]] = {
    "charge_amount": Place("own", "CLM", "02", amount),
    "place_of_service_code": Place("own", "CLM", "05-1", code),
    "claim_frequency_code": Place("own", "CLM", "05-3", code),
    "signature_code": Place("own", "CLM", "06", code),
    "assignment_code": Place("own", "CLM", "07", code),
    "benefits_assignment_code": Place("own", "CLM", "08", code),
    "release_code": Place("own", "CLM", "09", code),
    "special_program_code": Place("own", "CLM", "12", code),
    "delay_reason_code": Place("own", "CLM", "20", code),
    "original_reference_number": Place("own", "REF F8", "02", text),
    "prior_authorization_number": Place("own", "REF G1", "02", text),
    "referral_number": Place("own", "REF 9F", "02", text),
    "clia_number": Place("own", "REF X4", "02", code),
    "medical_record_number": Place("own", "REF EA", "02", text),
    "patient_paid_amount": Place("own", "AMT F5", "02", amount),
    **{
        f"{name}_date": Place("own", f"DTP {qualifier} D8", "03", day)
        for name, qualifier in {
            "onset": "431", "last_menstrual": "484", "initial_treatment": "454", "last_seen": "304", "acute_manifestation": "453", "accident": "439",
            "admission": "435", "discharge": "096", "assumed_care": "090", "relinquished_care": "091",
        }.items()
    },
    "admit_type_code": Place("own", "CL1", "01", code),
    "admit_source_code": Place("own", "CL1", "02", code),
    "discharge_disposition_code": Place("own", "CL1", "03", code),
    "payer_sequence_code": Place("subscriber", "SBR", "01", code),
    "insurance_type_code": Place("subscriber", "SBR", "05", code),
    "group_number": Place("subscriber", "SBR", "03", text),
    "claim_filing_code": Place("subscriber", "SBR", "09", code),
    "member_id": Place("subscriber", "NM1 IL", "09", text),
    "payer_id": Place("subscriber", "NM1 PR", "09", text),
    "payer_name": Place("subscriber", "NM1 PR", "03", text),
    "patient_birth_date": Place("patient", "DMG", "02", day),
    "patient_sex": Place("patient", "DMG", "03", code),
    "billing_npi": Place("billing", "NM1 85", "09", code),
    "billing_taxonomy_code": Place("billing", "PRV", "03", code),
    "billing_tax_id": Place("billing", "REF EI", "02", code),
    "billing_state": Place("billing", "N4", "02", code),
    "billing_zip_code": Place("billing", "N4", "03", code),
    **{
        name: Place("providers", f"NM1 {qualifier}", "09", code)
        for name, qualifier in {
            "rendering_npi": "82", "referring_npi": "DN", "supervising_npi": "DQ", "facility_npi": "77", "attending_npi": "71", "operating_npi": "72",
            "other_operating_npi": "ZZ",
        }.items()
    },
}  # fmt: skip
_OF_LINE: Final[Mapping[str, Place]] = {
    "line_control_number": Place("line", "REF 6R", "02", text),
    "prior_authorization_number": Place("line", "REF G1", "02", text),
    "clia_number": Place("line", "REF X4", "02", code),
    "from_date": Place("line", "DTP 472 D8", "03", day),
    "ndc": Place("line", "LIN", "03", code),
    "ndc_quantity": Place("line", "CTP", "04", amount),
    "ndc_unit_code": Place("line", "CTP", "05-1", code),
    "rendering_npi": Place("line", "NM1 82", "09", code),
    "referring_npi": Place("line", "NM1 DN", "09", code),
    "ordering_npi": Place("line", "NM1 DK", "09", code),
    "supervising_npi": Place("line", "NM1 DQ", "09", code),
    "facility_npi": Place("line", "NM1 77", "09", code),
}
_MODIFIERS: Final = {f"modifier_{n}": n + 2 for n in range(1, 5)}
_SERVICES: Final[Mapping[str, Mapping[str, str]]] = {
    "SV1": {
        "procedure_qualifier": "01-1", "procedure_code": "01-2", **{name: f"01-{n}" for name, n in _MODIFIERS.items()}, "procedure_description": "01-7",
        "charge_amount": "02", "unit_basis_code": "03", "units": "04", "place_of_service_code": "05", "line_place_of_service_code": "05",
        **{f"diagnosis_pointer_{n}": f"07-{n}" for n in range(1, 5)}, "emergency_code": "09", "epsdt_code": "11", "family_planning_code": "12",
    },
    "SV2": {
        "revenue_center_code": "01", "procedure_qualifier": "02-1", "procedure_code": "02-2", **{name: f"02-{n}" for name, n in _MODIFIERS.items()},
        "procedure_description": "02-7", "charge_amount": "03", "unit_basis_code": "04", "units": "05", "non_covered_amount": "07",
    },
    "SV3": {
        "procedure_qualifier": "01-1", "procedure_code": "01-2", **{name: f"01-{n}" for name, n in _MODIFIERS.items()}, "charge_amount": "02",
        "place_of_service_code": "03", "line_place_of_service_code": "03", "units": "06", **{f"diagnosis_pointer_{n}": f"11-{n}" for n in range(1, 5)},
    },
}  # fmt: skip
_FORMS: Final[Mapping[str, Form]] = {
    "charge_amount": amount,
    "units": amount,
    "non_covered_amount": amount,
    "procedure_description": text,
    **{f"diagnosis_pointer_{n}": amount for n in range(1, 5)},
}
DIAGNOSIS: Final[Mapping[str, tuple[int, Form]]] = {
    "code_qualifier": (1, code),
    "diagnosis_code": (2, diagnosis),
    "present_on_admission_code": (9, code),
}
"""The component of each column of a diagnosis, and how its value is written."""


def place_of_claim(name: str) -> Place | None:
    """The place of a column of claims; None if it can't be changed."""
    return _CLAIM.get(name)


def place_of_line(name: str, service: str) -> Place | None:
    """The place of a column of lines, by the name of the service segment; None if it can't be changed."""
    own = _SERVICES.get(service, {}).get(name)
    if own is not None:
        return Place("line", service, own, _FORMS.get(name, code))
    return _OF_LINE.get(name)
