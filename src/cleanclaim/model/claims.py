"""The table of claims."""

from __future__ import annotations

from typing import Final

import polars as pl

from cleanclaim.model.columns import MONEY, Column, Table

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
