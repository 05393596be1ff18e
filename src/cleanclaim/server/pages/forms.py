"""The two claim forms with their boxes, from top to bottom as on paper; labels are our own words."""

from __future__ import annotations

from typing import Final

from cleanclaim.server.pages.form import LETTERS, Box, Form, Part

_SEXES: Final = (("", "not said"), ("F", "female"), ("M", "male"), ("U", "unknown"))
_PAYERS: Final = (
    ("", "not said"), ("MB", "Medicare Part B"), ("MC", "Medicaid"), ("CI", "commercial"), ("BL", "Blue Cross or Blue Shield"), ("16", "Medicare Advantage"),
    ("CH", "TRICARE"), ("VA", "Veterans Affairs"), ("WC", "workers' compensation"), ("AM", "automobile"),
)  # fmt: skip
_PAYERS_UB: Final = (("", "not said"), ("MA", "Medicare Part A"), *_PAYERS[1:])
_CMS_LINE: Final = (
    Box("from_date", "24A", "Date", "from_date", "2026-05-12"),
    Box(
        "place_of_service_code",
        "24B",
        "Place",
        "place_of_service_code",
        "11",
        table="place_of_service",
    ),
    Box("procedure_code", "24D", "Procedure", "procedure_code", "99213", codes="CPT,HCPCS"),
    Box("modifiers", "24D", "Modifiers", "modifiers", table="modifiers"),
    Box("diagnosis_pointers", "24E", "Pointers", "diagnosis_pointers", "AB"),
    Box("charge_amount", "24F", "Charge", "charge_amount", "125.00"),
    Box("units", "24G", "Units", "units", "1"),
    Box("rendering_npi", "24J", "Rendering NPI", "rendering_npi"),
)
CMS_1500: Final = Form(
    name="cms-1500",
    title="CMS-1500",
    other="ub-04",
    parts=(
        Part("boxes", "Patient and payer", (
            Box("claim_filing_code", "1", "Kind of coverage", "claim_filing_code", options=_PAYERS, width=8),
            Box("member_id", "1a", "Insured's ID", "member_id", width=4),
            Box("patient_birth_date", "3", "Birth date", "patient_birth_date", "1950-02-14", width=4),
            Box("patient_sex", "3", "Sex", "patient_sex", options=_SEXES, width=4),
            Box("referring_npi", "17b", "Referring NPI", "referring_npi", width=4),
        )),
        Part("diagnoses", "21 Diagnoses"),
        Part("boxes", "Authorization", (
            Box("original_reference_number", "22", "Payer's number of the earlier claim", "original_reference_number", width=6),
            Box("prior_authorization_number", "23", "Authorization", "prior_authorization_number", width=6),
        )),
        Part("lines", "24 Services", _CMS_LINE),
        Part("boxes", "Account and provider", (
            Box("claim_id", "26", "Patient's account", "claim_id", "A1001", width=6),
            Box("billing_npi", "33a", "Billing NPI", "billing_npi", "1234567893", width=6),
        )),
    ),
    diagnoses=tuple((f"diagnosis_{letter}", letter, "") for letter in LETTERS),
    lines=6,
    fixed={},
    has_poa=False,
    example={
        "claim_id": "A1001", "claim_filing_code": "MB", "member_id": "1EG4TE5MK72", "patient_birth_date": "1950-02-14", "patient_sex": "F",
        "billing_npi": "1234567893", "diagnosis_A": "M54.5", "diagnosis_B": "E11.9",
        "from_date_1": "2026-05-12", "place_of_service_code_1": "11", "procedure_code_1": "99213",
        "diagnosis_pointers_1": "A", "charge_amount_1": "125.00", "units_1": "1",
        "from_date_2": "2026-05-12", "place_of_service_code_2": "11", "procedure_code_2": "97110",
        "diagnosis_pointers_2": "A", "charge_amount_2": "80.00", "units_2": "2",
    },
)  # fmt: skip
"""The form of professional claims; its example has a diagnosis that has ended."""
_UB_LINE: Final = (
    Box(
        "revenue_center_code",
        "42",
        "Revenue code",
        "revenue_center_code",
        "0450",
        table="revenue_codes",
    ),
    Box("procedure_code", "44", "HCPCS", "procedure_code", "99283", codes="CPT,HCPCS"),
    Box("modifiers", "44", "Modifiers", "modifiers", table="modifiers"),
    Box("from_date", "45", "Date", "from_date", "2026-05-12"),
    Box("units", "46", "Units", "units", "1"),
    Box("charge_amount", "47", "Charge", "charge_amount", "500.00"),
)
UB_04: Final = Form(
    name="ub-04",
    title="UB-04",
    other="cms-1500",
    parts=(
        Part("boxes", "Bill and patient", (
            Box("claim_id", "3a", "Patient's account", "claim_id", "A1001", width=4),
            Box("bill_type_code", "4", "Type of bill", "bill_type_code", "131", width=2),
            Box("from_date", "6", "From", "from_date", "2026-05-12", width=3),
            Box("to_date", "6", "Through", "to_date", "2026-05-12", width=3),
            Box("patient_birth_date", "10", "Birth date", "patient_birth_date", "1950-02-14", width=2),
            Box("patient_sex", "11", "Sex", "patient_sex", options=_SEXES, width=2),
            Box("admission_date", "12", "Admission", "admission_date", width=2),
            Box("admit_type_code", "14", "Type", "admit_type_code", width=2, table="admission_type"),
            Box("admit_source_code", "15", "Source", "admit_source_code", width=2, table="admission_source"),
            Box("discharge_disposition_code", "17", "Status", "discharge_disposition_code", width=2, table="discharge_status"),
            Box("condition_codes", "18-28", "Condition codes", "condition_codes", width=12),
        )),
        Part("lines", "42-47 Services", _UB_LINE),
        Part("boxes", "Payer", (
            Box("claim_filing_code", "50", "Payer", "claim_filing_code", options=_PAYERS_UB, width=4),
            Box("billing_npi", "56", "Billing NPI", "billing_npi", "1234567893", width=4),
            Box("member_id", "60", "Insured's ID", "member_id", width=4),
            Box("prior_authorization_number", "63", "Authorization", "prior_authorization_number", width=6),
            Box("original_reference_number", "64", "Payer's number of the earlier claim", "original_reference_number", width=6),
        )),
        Part("diagnoses", "66-70 Diagnoses"),
        Part("boxes", "Physicians", (
            Box("attending_npi", "76", "Attending NPI", "attending_npi", "1234567893", width=6),
            Box("operating_npi", "77", "Operating NPI", "operating_npi", width=6),
        )),
    ),
    diagnoses=(
        ("diagnosis_A", "67", "principal"),
        *((f"diagnosis_{letter}", f"67{other}", "other") for letter, other in zip(LETTERS[1:], LETTERS, strict=False)),
        ("diagnosis_admitting", "69", "admitting"),
        ("diagnosis_reason", "70", "reason_for_visit"),
    ),
    lines=8,
    fixed={"claim_type": "institutional"},
    has_poa=True,
    example={
        "claim_id": "H2001", "bill_type_code": "131", "from_date": "2026-05-12", "to_date": "2026-05-12", "claim_filing_code": "MA",
        "member_id": "1EG4TE5MK72", "patient_birth_date": "1950-02-14", "patient_sex": "F", "admit_type_code": "1", "discharge_disposition_code": "01",
        "billing_npi": "1234567893", "attending_npi": "1234567893", "diagnosis_A": "M54.5", "diagnosis_reason": "M54.59",
        "revenue_center_code_1": "0450", "procedure_code_1": "99283", "from_date_1": "2026-05-12", "units_1": "1", "charge_amount_1": "500.00",
        "revenue_center_code_2": "0320", "procedure_code_2": "72100", "from_date_2": "2026-05-12", "units_2": "1", "charge_amount_2": "180.00",
    },
)  # fmt: skip
"""The form of institutional claims; its example has a diagnosis that has ended."""
LISTS: Final = tuple(
    sorted(
        {
            box.table
            for form in (CMS_1500, UB_04)
            for part in form.parts
            for box in part.boxes
            if box.table
        }
    )
)
"""The short lists that boxes offer values of."""
FORMS: Final = {form.name: form for form in (CMS_1500, UB_04)}
