"""The tables of a batch of claims: their grain, and for each column its type, meaning and place.

One row of `claims` is a claim, of `diagnoses` a diagnosis on it, of `lines` a service line. The smaller tables hold
what repeats below a claim. Names follow the Tuva Project's claims model where it has one. Codes are stored as on the
wire: no dot, upper case. Money and units are exact decimals. Null means *not stated*.

Every table's key starts with `claim_key`, an integer made at reading, unique in a batch and ascending in reading order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import polars as pl

MONEY: Final = pl.Decimal(15, 2)
QUANTITY: Final = pl.Decimal(15, 3)
PAYER_CLASSES: Final = (
    "medicare",
    "medicaid",
    "commercial",
    "tricare",
    "va",
    "workers_comp",
    "auto",
    "other",
)
PROGRAMMES: Final = ("medicare", "medicaid")
"""Whose rules a payer may have adopted."""


def is_state(value: object) -> bool:
    """True for a state as claims write it: two capital letters."""
    return isinstance(value, str) and len(value) == 2 and value.isalpha() and value.isupper()


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        name: its name.
        dtype: its Polars type.
        meaning: what it holds, in a sentence.
        element: the 837 element it is read from (`P`, `I`, `D` say which guide where they differ).
        box: the CMS-1500 box (or `FL` of the UB-04).
        fhir: the path in a FHIR R4 `Claim`.
        private: True where the value may identify a patient, so that no finding, log or error may hold it.
    """

    name: str
    dtype: pl.DataType | type[pl.DataType]
    meaning: str
    element: str = ""
    box: str = ""
    fhir: str = ""
    private: bool = False


def expected(dtype: pl.DataType | type[pl.DataType]) -> str:
    """What a value of a type looks like, in a user's words."""
    if dtype == pl.Date:
        return "a date (YYYY-MM-DD)"
    if dtype == pl.Boolean:
        return "true or false"
    return "text" if dtype == pl.String else "a number"


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name, its grain (what a row is), its key columns and its columns."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    _by_name: dict[str, Column] = field(init=False, repr=False, compare=False)
    _schema: dict[str, pl.DataType | type[pl.DataType]] = field(
        init=False, repr=False, compare=False
    )
    _empty: pl.DataFrame = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        schema = {column.name: column.dtype for column in self.columns}
        object.__setattr__(self, "_by_name", {column.name: column for column in self.columns})
        object.__setattr__(self, "_schema", schema)
        object.__setattr__(self, "_empty", pl.DataFrame(schema=schema))

    def __getitem__(self, name: str) -> Column:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    @property
    def schema(self) -> dict[str, pl.DataType | type[pl.DataType]]:
        """Column name to Polars type, in order."""
        return self._schema

    def empty(self) -> pl.DataFrame:
        """The table with no rows."""
        return self._empty

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """`frame` with exactly this table's columns, in order and type; absent ones become null.

        Args:
            frame: any frame; columns the table does not have are left out.

        Returns:
            A frame with `schema`. Values that do not fit their type become null.
        """
        present = frame.schema
        if list(present.items()) == list(self.schema.items()):
            return frame
        return frame.select(
            pl.col(name)
            if present.get(name) == dtype
            else pl.col(name).cast(dtype, strict=False)
            if name in present
            else pl.lit(None, dtype=dtype).alias(name)
            for name, dtype in self.schema.items()
        )


_S, _I, _D, _B = pl.String, pl.Int64, pl.Date, pl.Boolean


CLAIMS: Final = Table(
    "claims",
    "one row a claim",
    ("claim_key",),
    (
        Column("claim_key", _I, "Integer made at reading; unique in a batch."),
        Column(
            "claim_id",
            _S,
            "The provider's own number for the claim (patient control number).",
            "CLM01",
            "26",
            "Claim.identifier",
        ),
        Column(
            "claim_type",
            _S,
            "professional, institutional or dental.",
            "GS08/ST03",
            "",
            "Claim.type",
        ),
        Column("file", _S, "The file the claim was read from, as the user named it."),
        Column(
            "position",
            _I,
            "Byte offset of the claim's CLM segment in the file (uncompressed), or the row number in a table.",
        ),
        Column(
            "segment_number",
            _I,
            "Ordinal of the CLM segment in the file, ISA being 1; null for tables.",
        ),
        Column(
            "is_history",
            _B,
            "True for an earlier claim that is only looked back at, never reported on.",
        ),
        Column(
            "submitted_date",
            _D,
            "The day the transaction was made.",
            "BHT04, else ISA09",
            "",
            "Claim.created",
        ),
        Column(
            "as_of",
            _D,
            "The day the claim is judged on: the option, else submitted_date, else today.",
        ),
        # the patient
        Column(
            "patient_key",
            pl.UInt64,
            "Hash of member id and birth date, else of the subscriber's identity: one number a patient.",
        ),
        Column(
            "member_id",
            _S,
            "Identifier of the member at the payer.",
            "2010BA NM109",
            "1a",
            "Coverage.subscriberId",
            private=True,
        ),
        Column(
            "patient_birth_date",
            _D,
            "Patient's date of birth.",
            "2010BA/2010CA DMG02",
            "3",
            "Patient.birthDate",
            private=True,
        ),
        Column(
            "patient_sex",
            _S,
            "Patient's sex as sent (F, M, U or what was there instead).",
            "2010BA/2010CA DMG03",
            "3",
            "Patient.gender",
        ),
        Column(
            "patient_death_date",
            _D,
            "Date of death where sent.",
            "2000B/2000C PAT06",
            "",
            "Patient.deceasedDateTime",
            private=True,
        ),
        Column(
            "patient_relationship_code",
            _S,
            "Patient's relationship to the insured.",
            "SBR02 or PAT01",
            "6",
            "Coverage.relationship",
        ),
        Column(
            "patient_is_dependent",
            _B,
            "True where the patient has a loop of their own below the subscriber.",
            "2000C",
        ),
        Column("pregnancy_indicator", _S, "Y where the patient is marked pregnant.", "PAT09"),
        # the payer
        Column(
            "payer_sequence_code",
            _S,
            "P primary, S secondary, T tertiary …",
            "2000B SBR01",
            "",
            "Claim.insurance.sequence",
        ),
        Column("payer_id", _S, "The payer's identifier.", "2010BB NM109", "", "Claim.insurer"),
        Column(
            "claim_filing_code", _S, "Kind of payer as sent.", "2000B SBR09", "1", "Coverage.type"
        ),
        Column(
            "payer_class",
            _S,
            "medicare, medicaid, commercial, tricare, va, workers_comp, auto, other or unknown: from claim_filing_code, or the option.",
        ),
        Column(
            "rules_of",
            _S,
            "Whose rules bind the claim where that is not the payer class: medicare or medicaid, as the settings say the payer adopted.",
        ),
        Column(
            "policy_state",
            _S,
            "Whose state's local coverage policies bind the claim where it tells no state itself, as the settings say.",
        ),
        Column("insurance_type_code", _S, "Why Medicare is secondary.", "2000B SBR05"),
        Column(
            "group_number",
            _S,
            "The insured's group or policy number.",
            "2000B SBR03",
            "11",
            "Coverage.class",
            private=True,
        ),
        # providers
        Column(
            "billing_npi",
            _S,
            "NPI of the billing provider.",
            "2010AA NM109",
            "33a",
            "Claim.provider",
        ),
        Column(
            "billing_taxonomy_code", _S, "Taxonomy of the billing provider.", "2000A PRV03", "33b"
        ),
        Column(
            "billing_tax_id",
            _S,
            "Employer or social security number of the billing provider.",
            "2010AA REF02 (EI, SY)",
            "25",
            private=True,
        ),
        Column("billing_state", _S, "State of the billing provider.", "2010AA N402", "33"),
        Column("billing_zip_code", _S, "ZIP code of the billing provider.", "2010AA N403", "33"),
        Column(
            "rendering_npi",
            _S,
            "NPI of who gave the service, where the claim names one.",
            "P 2310B NM109 · I 2310D NM109",
            "24J",
            "Claim.careTeam",
        ),
        Column(
            "rendering_taxonomy_code",
            _S,
            "Taxonomy of the rendering provider.",
            "2310B PRV03",
            "24J",
        ),
        Column(
            "referring_npi",
            _S,
            "NPI of the referring provider.",
            "P 2310A NM109 (DN) · I 2310F",
            "17b",
            "Claim.referral",
        ),
        Column(
            "supervising_npi",
            _S,
            "NPI of the supervising provider.",
            "2310D NM109 (DQ)",
            "17b",
            "Claim.careTeam",
        ),
        Column(
            "facility_npi",
            _S,
            "NPI of the service facility.",
            "P 2310C · I 2310E NM109 (77)",
            "32a",
            "Claim.facility",
        ),
        Column(
            "facility_state", _S, "State of the service facility.", "P 2310C · I 2310E N402", "32"
        ),
        Column(
            "facility_zip_code",
            _S,
            "ZIP code of the service facility.",
            "P 2310C · I 2310E N403",
            "32",
        ),
        Column(
            "attending_npi",
            _S,
            "NPI of the attending provider.",
            "I 2310A NM109 (71)",
            "FL 76",
            "Claim.careTeam",
        ),
        Column(
            "operating_npi",
            _S,
            "NPI of the operating physician.",
            "I 2310B NM109 (72)",
            "FL 77",
            "Claim.careTeam",
        ),
        Column(
            "other_operating_npi",
            _S,
            "NPI of the other operating physician.",
            "I 2310C NM109 (ZZ)",
            "FL 78",
            "Claim.careTeam",
        ),
        # the claim itself
        Column("charge_amount", MONEY, "Total charge.", "CLM02", "28", "Claim.total"),
        Column("patient_paid_amount", MONEY, "What the patient has paid.", "AMT02 (F5)", "29"),
        Column(
            "place_of_service_code",
            _S,
            "Place of service of the claim (professional, dental).",
            "P CLM05-1",
            "24B",
            "Claim.item.locationCodeableConcept",
        ),
        Column(
            "bill_type_code",
            _S,
            "Type of bill: facility, care and frequency, three characters, no leading zero (institutional).",
            "I CLM05-1 + CLM05-3",
            "FL 4",
            "Claim.subType",
        ),
        Column("facility_code_qualifier", _S, "B place of service, A type of bill.", "CLM05-2"),
        Column(
            "claim_frequency_code",
            _S,
            "1 original, 7 replacement, 8 void …",
            "CLM05-3",
            "22",
            "Claim.related",
        ),
        Column("signature_code", _S, "Provider's signature on file.", "CLM06", "31"),
        Column("assignment_code", _S, "Whether assignment is accepted.", "CLM07", "27"),
        Column(
            "benefits_assignment_code",
            _S,
            "Whether benefits are assigned to the provider.",
            "CLM08",
            "13",
        ),
        Column("release_code", _S, "Release of information.", "CLM09", "12"),
        Column(
            "is_auto_accident",
            _B,
            "True where an auto accident is named as cause.",
            "CLM11 (AA)",
            "10b",
            "Claim.accident.type",
        ),
        Column(
            "is_employment_related",
            _B,
            "True where employment is named as cause.",
            "CLM11 (EM)",
            "10a",
            "Claim.accident.type",
        ),
        Column(
            "is_other_accident",
            _B,
            "True where another accident is named as cause.",
            "CLM11 (OA)",
            "10c",
            "Claim.accident.type",
        ),
        Column(
            "accident_state",
            _S,
            "State of the auto accident.",
            "CLM11-4",
            "10b",
            "Claim.accident.locationAddress",
        ),
        Column("accident_country", _S, "Country of the auto accident.", "CLM11-5", "10b"),
        Column(
            "accident_date", _D, "Date of the accident.", "DTP03 (439)", "15", "Claim.accident.date"
        ),
        Column("special_program_code", _S, "Special program.", "CLM12"),
        Column("delay_reason_code", _S, "Why the claim is late.", "CLM20"),
        # dates
        Column(
            "from_date",
            _D,
            "First service date: the least line date, or the statement's (institutional).",
            "P 2400 DTP 472 · I DTP 434",
            "24A",
            "Claim.billablePeriod",
        ),
        Column(
            "to_date",
            _D,
            "Last service date: the greatest line date, or the statement's (institutional).",
            "P 2400 DTP 472 · I DTP 434",
            "24A",
            "Claim.billablePeriod",
        ),
        Column(
            "admission_date",
            _D,
            "Date of admission.",
            "DTP03 (435)",
            "18, FL 12",
            "Claim.supportingInfo",
        ),
        Column(
            "admission_hour", _S, "Hour and minute of admission, HHMM.", "I DTP03 (435)", "FL 13"
        ),
        Column(
            "discharge_date", _D, "Date of discharge.", "DTP03 (096)", "18", "Claim.supportingInfo"
        ),
        Column(
            "discharge_hour", _S, "Hour and minute of discharge, HHMM.", "I DTP03 (096)", "FL 16"
        ),
        Column(
            "onset_date",
            _D,
            "Onset of the current illness.",
            "DTP03 (431)",
            "14",
            "Claim.supportingInfo",
        ),
        Column(
            "last_menstrual_date", _D, "Last menstrual period.", "DTP03 (484)", "14", private=True
        ),
        Column("initial_treatment_date", _D, "First treatment.", "DTP03 (454)", "15"),
        Column(
            "last_seen_date",
            _D,
            "Last seen by the attending or supervising physician.",
            "DTP03 (304)",
            "15",
        ),
        Column(
            "acute_manifestation_date",
            _D,
            "Acute manifestation of a chronic condition.",
            "DTP03 (453)",
            "15",
        ),
        Column("assumed_care_date", _D, "Care assumed.", "DTP03 (090)", "15"),
        Column("relinquished_care_date", _D, "Care relinquished.", "DTP03 (091)", "15"),
        Column(
            "admit_type_code",
            _S,
            "Priority of admission.",
            "I CL101",
            "FL 14",
            "Claim.supportingInfo",
        ),
        Column(
            "admit_source_code", _S, "Point of origin.", "I CL102", "FL 15", "Claim.supportingInfo"
        ),
        Column(
            "discharge_disposition_code",
            _S,
            "Patient's discharge status.",
            "I CL103",
            "FL 17",
            "Claim.supportingInfo",
        ),
        Column("drg_code", _S, "Diagnosis related group as sent.", "I HI (DR)", "FL 71"),
        # references
        Column(
            "original_reference_number",
            _S,
            "The payer's control number of the claim replaced or voided.",
            "REF02 (F8)",
            "22",
            "Claim.related.reference",
        ),
        Column(
            "prior_authorization_number",
            _S,
            "Prior authorization.",
            "REF02 (G1)",
            "23",
            "Claim.insurance.preAuthRef",
        ),
        Column(
            "referral_number",
            _S,
            "Referral number.",
            "REF02 (9F)",
            "23",
            "Claim.insurance.preAuthRef",
        ),
        Column(
            "clia_number",
            _S,
            "CLIA number of the laboratory.",
            "REF02 (X4)",
            "23",
            "Claim.supportingInfo",
        ),
        Column(
            "medical_record_number",
            _S,
            "Medical record number.",
            "REF02 (EA)",
            "FL 3b",
            private=True,
        ),
        Column("has_note", _B, "True where the claim carries a note.", "2300 NTE", "19"),
        Column("has_attachment", _B, "True where paperwork is announced.", "2300 PWK", "19"),
        Column(
            "has_ambulance_certification",
            _B,
            "True where ambulance transport is described.",
            "2300 CR1",
        ),
        Column(
            "has_condition_certification", _B, "True where a condition is certified.", "2300 CRC"
        ),
        Column("has_fixed_format", _B, "True where fixed-format information is sent.", "2300 K3"),
        Column("other_payer_count", _I, "How many other payers the claim names.", "2320 SBR", "9"),
    ),
)

DIAGNOSES: Final = Table(
    "diagnoses",
    "one row a claim and diagnosis number",
    ("claim_key", "diagnosis_number"),
    (
        Column("claim_key", _I, "The claim."),
        Column(
            "diagnosis_number",
            _I,
            "1 for the first-listed. Those that lines point at come first; admitting, reason-for-visit and external-cause ones follow.",
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
            "The code exactly as it stood in the file, where that differs from diagnosis_code in form (dot, case, blanks).",
        ),
        Column("position", _I, "Byte offset of the code in the file, or row number."),
    ),
)

LINES: Final = Table(
    "lines",
    "one row a claim and line number",
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
            "Last day of service (the same day where one was sent).",
            "2400 DTP03 (472)",
            "24A",
            "Claim.item.serviced",
        ),
        Column(
            "rendering_npi",
            _S,
            "Who gave the service: the line's, else the claim's.",
            "2420A NM109, else 2310B",
            "24J",
            "Claim.item.careTeamSequence",
        ),
        Column(
            "rendering_taxonomy_code",
            _S,
            "Taxonomy of who gave the service: the line's, else the claim's.",
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
        Column("has_note", _B, "True where the line carries a note.", "2400 NTE", "24 shaded"),
        Column("has_attachment", _B, "True where paperwork is announced on the line.", "2400 PWK"),
        Column(
            "has_certification",
            _B,
            "True where the line carries an ambulance, oxygen or condition certification.",
            "2400 CR1/CR3/CRC",
        ),
    ),
)

INHERITED: Final = (
    "rendering_npi",
    "rendering_taxonomy_code",
    "referring_npi",
    "supervising_npi",
    "prior_authorization_number",
    "clia_number",
)
"""What a line takes from its claim where it says nothing itself."""

OTHER_PAYERS: Final = Table(
    "other_payers",
    "one row a claim and other payer, in the order sent",
    ("claim_key", "payer_number"),
    (
        Column("claim_key", _I, "The claim."),
        Column("payer_number", _I, "1 for the first other payer of the claim."),
        Column(
            "payer_sequence_code",
            _S,
            "P primary, S secondary …",
            "2320 SBR01",
            "",
            "Claim.insurance.sequence",
        ),
        Column("claim_filing_code", _S, "Kind of payer.", "2320 SBR09"),
        Column("insurance_type_code", _S, "Why Medicare is secondary.", "2320 SBR05"),
        Column("payer_id", _S, "The other payer's identifier.", "2330B NM109"),
        Column("paid_amount", MONEY, "What the other payer paid.", "2320 AMT02 (D)"),
        Column(
            "non_covered_amount", MONEY, "What the other payer did not cover.", "2320 AMT02 (A8)"
        ),
        Column("patient_owes_amount", MONEY, "What remains for the patient.", "2320 AMT02 (EAF)"),
        Column("adjustment_count", _I, "How many adjustment segments were sent.", "2320 CAS"),
        Column("adjudication_date", _D, "When the other payer decided.", "2330B DTP03 (573)"),
        Column("line_count", _I, "How many lines carry this payer's decision.", "2430 SVD"),
        Column("position", _I, "Byte offset of the SBR segment."),
    ),
)

CLAIM_CODES: Final = Table(
    "claim_codes",
    "one row a claim, kind and ordinal: the other codes of an HI segment",
    ("claim_key", "kind", "ordinal"),
    (
        Column("claim_key", _I, "The claim."),
        Column(
            "kind",
            _S,
            "condition, occurrence, occurrence_span, value, procedure (ICD-10-PCS), anesthesia, treatment or drg.",
            "HI0x-1",
        ),
        Column("ordinal", _I, "1 for the first of its kind on the claim."),
        Column("code_qualifier", _S, "Qualifier as sent.", "HI0x-1"),
        Column("code", _S, "The code.", "HI0x-2", "FL 18-41, 74"),
        Column("from_date", _D, "Its date, or the first day of its span.", "HI0x-4"),
        Column("to_date", _D, "The last day of its span.", "HI0x-4"),
        Column("amount", MONEY, "Its amount (value codes).", "HI0x-5", "FL 39-41"),
        Column("position", _I, "Byte offset of the code."),
    ),
)

SYNTAX_FAULTS: Final = Table(
    "syntax_faults",
    "one row a fault of the file's own form: envelope, segments, elements",
    ("file", "ordinal"),
    (
        Column("file", _S, "The file."),
        Column("ordinal", _I, "1 for the first fault of the file."),
        Column("fault", _S, "The edit that reports it: ENV001 … ENV006."),
        Column("claim_key", _I, "The claim it lies in; null where it lies in none."),
        Column("segment_number", _I, "Ordinal of the segment in the file, ISA being 1."),
        Column("position", _I, "Byte offset of the segment or element in the file."),
        Column("element", _S, "The segment or element, such as CLM05-3."),
        Column("found", _S, "What stood there; only its length where it may identify a patient."),
        Column("expected", _S, "What should have stood there."),
        Column("explanation", _S, "The fault in one sentence of plain words."),
    ),
)

TABLES: Final[Mapping[str, Table]] = {
    table.name: table
    for table in (CLAIMS, DIAGNOSES, LINES, OTHER_PAYERS, CLAIM_CODES, SYNTAX_FAULTS)
}


@dataclass(frozen=True, slots=True)
class Batch:
    """The tables of one batch of claims. A batch holds whole patients.

    Attributes hold one frame a table of this module, each with exactly that table's schema; `has_history`, true where earlier claims were given, even if
    none of them is of these patients; and `history_pairs`, what the earlier claims of all patients show (`cleanclaim.derive.pairs_shown`) where an edit asks
    for that.
    """

    claims: pl.DataFrame
    diagnoses: pl.DataFrame
    lines: pl.DataFrame
    other_payers: pl.DataFrame = field(default_factory=OTHER_PAYERS.empty)
    claim_codes: pl.DataFrame = field(default_factory=CLAIM_CODES.empty)
    syntax_faults: pl.DataFrame = field(default_factory=SYNTAX_FAULTS.empty)
    has_history: bool = False
    history_pairs: pl.DataFrame | None = None

    @classmethod
    def of(cls, frames: Mapping[str, pl.DataFrame]) -> Batch:
        """A batch from frames by table name, each made to conform; absent tables are empty."""
        own: dict[str, Any] = {
            name: table.conform(frames[name]) if name in frames else table.empty()
            for name, table in TABLES.items()
        }
        return cls(**own)

    def frames(self) -> dict[str, pl.DataFrame]:
        """The frames by table name."""
        return {name: getattr(self, name) for name in TABLES}


def concat(batches: Iterable[Batch]) -> Batch:
    """One batch of several whose claim keys do not overlap."""
    parts = list(batches)
    if len(parts) == 1:
        return parts[0]
    frames = [batch.frames() for batch in parts]
    whole = Batch.of(
        {
            name: pl.concat([part[name] for part in frames], rechunk=True)
            for name in TABLES
            if frames
        }
    )
    told = [batch.history_pairs for batch in parts if batch.history_pairs is not None]
    return replace(
        whole,
        has_history=any(batch.has_history for batch in parts),
        history_pairs=told[0] if told else None,
    )
