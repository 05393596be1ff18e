"""The tables of diagnoses and service lines."""

from __future__ import annotations

from typing import Final

import polars as pl

from cleanclaim.model.columns import MONEY, QUANTITY, Column, Table

_S, _I, _D, _B = pl.String, pl.Int64, pl.Date, pl.Boolean

DIAGNOSES: Final = Table(
    "diagnoses",
    "one row for each claim and diagnosis number",
    ("claim_key", "diagnosis_number"),
    (
        Column("claim_key", _I, "The claim."),
        Column(
            "diagnosis_number",
            _I,
            "1 for the first-listed. Those that lines can point to come first, then admitting, reason-for-visit and external-cause ones.",
            "HI01-HI12",
            "21 A-L",
            "Claim.diagnosis.sequence",
        ),
        Column(
            "diagnosis_code",
            _S,
            "The code, no dot, upper case.",
            "HI0x-2",
            "21",
            "Claim.diagnosis.diagnosisCodeableConcept",
        ),
        Column(
            "code_qualifier",
            _S,
            "Qualifier as sent (ABK, ABF, BK …).",
            "HI0x-1",
            "21 ICD Ind.",
            "Claim.diagnosis.diagnosisCodeableConcept.coding.system",
        ),
        Column(
            "diagnosis_type",
            _S,
            "principal (first-listed), other, admitting, reason_for_visit or external_cause.",
            "HI0x-1",
            "21",
            "Claim.diagnosis.type",
        ),
        Column("icd_version", _I, "9 or 10, from the qualifier.", "HI0x-1", "21 ICD Ind."),
        Column(
            "present_on_admission_code",
            _S,
            "Present on admission.",
            "I HI0x-9",
            "FL 67",
            "Claim.diagnosis.onAdmission",
        ),
        Column(
            "code_as_sent",
            _S,
            "The code exactly as in the file, if it differs from diagnosis_code in form (dot, case, blanks).",
        ),
        Column("position", _I, "Byte offset of the code in the file, or row number."),
    ),
)

LINES: Final = Table(
    "lines",
    "one row for each claim and line number",
    ("claim_key", "line_number"),
    (
        Column("claim_key", _I, "The claim."),
        Column(
            "line_number",
            _I,
            "1 for the first line of the claim.",
            "LX",
            "24",
            "Claim.item.sequence",
        ),
        Column("line_control_number", _S, "The provider's number for the line.", "2400 REF02 (6R)"),
        Column(
            "position",
            _I,
            "Byte offset of the line's service segment (SV1, SV2, SV3), or row number.",
        ),
        Column(
            "procedure_qualifier",
            _S,
            "Code system of the procedure (HC, HP, IV, WK, AD …).",
            "P SV101-1 · I SV202-1 · D SV301-1",
        ),
        Column(
            "procedure_code",
            _S,
            "CPT, HCPCS or other procedure code, upper case.",
            "P SV101-2 · I SV202-2 · D SV301-2",
            "24D",
            "Claim.item.productOrService",
        ),
        *(
            Column(
                f"modifier_{n}",
                _S,
                f"Modifier {n}.",
                f"P SV101-{n + 2} · I SV202-{n + 2}",
                "24D",
                f"Claim.item.modifier[{n - 1}]",
            )
            for n in range(1, 5)
        ),
        Column(
            "procedure_description",
            _S,
            "Description sent with the code.",
            "P SV101-7 · I SV202-7",
            "24 shaded",
            private=True,
        ),
        Column(
            "revenue_center_code",
            _S,
            "Revenue code, four digits (institutional).",
            "I SV201",
            "FL 42",
            "Claim.item.revenue",
        ),
        Column(
            "charge_amount",
            MONEY,
            "Charge of the line.",
            "P SV102 · I SV203 · D SV302",
            "24F",
            "Claim.item.net",
        ),
        Column("non_covered_amount", MONEY, "Non-covered charge.", "I SV207", "FL 48"),
        Column(
            "unit_basis_code", _S, "UN units, MJ minutes, DA days, F2.", "P SV103 · I SV204", "24G"
        ),
        Column(
            "units",
            QUANTITY,
            "Units (or minutes) of service.",
            "P SV104 · I SV205 · D SV306",
            "24G",
            "Claim.item.quantity",
        ),
        Column(
            "place_of_service_code",
            _S,
            "Place of service of the line: its own, else the claim's.",
            "P SV105, else CLM05-1",
            "24B",
            "Claim.item.locationCodeableConcept",
        ),
        Column(
            "line_place_of_service_code",
            _S,
            "Place of service sent on the line itself.",
            "P SV105",
            "24B",
        ),
        *(
            Column(
                f"diagnosis_pointer_{n}",
                _I,
                f"Diagnosis pointer {n}: the number of a diagnosis.",
                f"P SV107-{n} · D SV311-{n}",
                "24E",
                f"Claim.item.diagnosisSequence[{n - 1}]",
            )
            for n in range(1, 5)
        ),
        Column("emergency_code", _S, "Emergency.", "P SV109", "24C"),
        Column("epsdt_code", _S, "EPSDT.", "P SV111", "24H"),
        Column("family_planning_code", _S, "Family planning.", "P SV112", "24H"),
        Column(
            "from_date",
            _D,
            "First day of service.",
            "2400 DTP03 (472)",
            "24A",
            "Claim.item.serviced",
        ),
        Column(
            "to_date",
            _D,
            "Last day of service (the same as the first if only one was sent).",
            "2400 DTP03 (472)",
            "24A",
            "Claim.item.serviced",
        ),
        Column(
            "rendering_npi",
            _S,
            "NPI of the rendering provider: the line's, else the claim's.",
            "2420A NM109, else 2310B",
            "24J",
            "Claim.item.careTeamSequence",
        ),
        Column(
            "rendering_taxonomy_code",
            _S,
            "Taxonomy of the rendering provider: the line's, else the claim's.",
            "2420A PRV03, else 2310B",
            "24J",
        ),
        Column(
            "referring_npi",
            _S,
            "Referring provider: the line's, else the claim's.",
            "2420F NM109, else 2310A",
            "17b",
        ),
        Column("ordering_npi", _S, "Ordering provider of the line.", "2420E NM109 (DK)", "17b"),
        Column(
            "supervising_npi",
            _S,
            "Supervising provider: the line's, else the claim's.",
            "2420D NM109, else 2310D",
            "17b",
        ),
        Column(
            "facility_npi",
            _S,
            "Service facility: the line's, else the claim's.",
            "2420C NM109, else 2310C",
            "32a",
        ),
        Column(
            "ndc",
            _S,
            "National drug code as sent.",
            "2410 LIN03",
            "24A shaded",
            "Claim.item.detail",
        ),
        Column("ndc_quantity", QUANTITY, "Quantity of the drug.", "2410 CTP04", "24A shaded"),
        Column("ndc_unit_code", _S, "Unit of the drug's quantity.", "2410 CTP05-1", "24A shaded"),
        Column(
            "prior_authorization_number",
            _S,
            "Prior authorization: the line's, else the claim's.",
            "2400 REF02 (G1)",
            "23",
        ),
        Column(
            "clia_number", _S, "CLIA number: the line's, else the claim's.", "2400 REF02 (X4)", "23"
        ),
        Column("tooth_code", _S, "First tooth (dental).", "D TOO02"),
        Column("has_note", _B, "True if the line has a note.", "2400 NTE", "24 shaded"),
        Column("has_attachment", _B, "True if the line announces paperwork.", "2400 PWK"),
        Column(
            "has_certification",
            _B,
            "True if the line has an ambulance, oxygen or condition certification.",
            "2400 CR1/CR3/CRC",
        ),
        Column(
            "outcome",
            _S,
            "What the payer decided on an earlier line: paid, denied, or reversed (the payment was taken back). Known from remittances only.",
        ),
    ),
)

INHERITED: Final = (
    "rendering_npi",
    "rendering_taxonomy_code",
    "referring_npi",
    "supervising_npi",
    "facility_npi",
    "prior_authorization_number",
    "clia_number",
)
"""What a line takes from its claim if it has no value of its own."""
