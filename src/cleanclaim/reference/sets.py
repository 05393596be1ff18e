"""The small sets that cleanclaim writes itself: code values and facts, in our own words.

Each set is a readable CSV in `set_data`. Every set is dated: `valid_from` and `valid_to` are
inclusive, 1900-01-01 and 9999-12-31 if a fact has no known start or end.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import polars as pl

RELEASE: Final = "cleanclaim sets 2026-11-23"
_TYPES: Final = {
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "age_from": pl.Int64,
    "age_to": pl.Int64,
    "minutes": pl.Int64,
    "icd_version": pl.Int64,
    "facility": pl.Boolean,
    "inpatient": pl.Boolean,
    "ncci_associated": pl.Boolean,
}
"""The types of the columns that aren't text."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a set is, and the source of its facts."""

    meaning: str
    source: str


SETS: Final[dict[str, Facts]] = {
    "modifiers": Facts(
        "Modifiers with their family",
        "CMS HCPCS Level II modifier records; NCCI Policy Manual, chapter I, section E",
    ),
    "modifier_conflicts": Facts(
        "Pairs of modifiers that contradict each other on one line", "named row by row"
    ),
    "modifier_services": Facts(
        "Services that a modifier is only for, or never for", "named row by row"
    ),
    "organ_procedures": Facts(
        "Ranges of procedures on one organ, and diagnoses that never explain them",
        "section ranges of the code set; ICD-10-CM chapters",
    ),
    "limb_procedures": Facts(
        "Ranges of procedures on one part of a limb, and the parts that may explain them",
        "section ranges of the code set",
    ),
    "medicare_ages": Facts("Ages at which Medicare covers a screening", "named row by row"),
    "notice_conflicts": Facts(
        "Beneficiary notice modifiers that contradict each other", "CMS Change Request 6563"
    ),
    "place_of_service": Facts(
        "Places of service",
        "CMS Place of Service Code Set; Medicare Claims Processing Manual, chapter 26, section 10.5",
    ),
    "claim_filing": Facts(
        "Claim filing indicator (SBR09) and its class of payer", "837 implementation guides, SBR09"
    ),
    "diagnosis_qualifiers": Facts(
        "HI qualifiers: kind of diagnosis and code set", "837 implementation guides, HI"
    ),
    "visit_codes": Facts(
        "Visit codes: category, new or established patient, kind of visit",
        "Medicare Claims Processing Manual, chapter 12, section 30.6",
    ),
    "procedure_age": Facts(
        "Ages that a procedure code's definition requires", "the code's own definition"
    ),
    "procedure_sex": Facts(
        "Procedure code ranges for organs of one sex", "section ranges of the code set"
    ),
    "unlisted_codes": Facts(
        "Unlisted and not otherwise classified codes",
        "CMS HCPCS NOC list; unlisted codes by number",
    ),
    "carc": Facts("Claim adjustment reason codes (CARCs)", "X12 code source 139 (values only)"),
    "rarc": Facts(
        "Remittance advice remark codes (RARCs) in common use",
        "CMS, X12 code source 411 (values only)",
    ),
    "adjustment_groups": Facts(
        "Claim adjustment group codes: who is responsible for the amount",
        "835 implementation guide, CAS01 (values only)",
    ),
    "revenue_codes": Facts(
        "Revenue codes",
        "Medicare Claims Processing Manual, chapter 25 (values only; the official list is the NUBC's)",
    ),
    "claim_frequency": Facts(
        "Claim frequency codes", "NUBC type of bill, third digit (values only)"
    ),
    "facility_types": Facts(
        "Type of bill: first two digits",
        "Medicare Claims Processing Manual, chapter 25 (values only)",
    ),
    "poa_categories": Facts(
        "Diagnosis categories that are, or never are, exempt from present on admission",
        "ICD-10-CM Official Guidelines, appendix I; CMS, POA exempt lists",
    ),
    "revenue_ranges": Facts(
        "Ranges of revenue codes in use, and whether an outpatient line needs a procedure code",
        "Medicare Claims Processing Manual, chapter 25, section 75.4, and chapter 4, section 20 (values only)",
    ),
    "revenue_conflicts": Facts(
        "Ranges of procedures, and the revenue codes that they can't have on an outpatient bill",
        "Medicare Claims Processing Manual, chapter 25, section 75.4, FL 42 (values only)",
    ),
    "discharge_status": Facts(
        "Patient discharge status codes",
        "Medicare Claims Processing Manual, chapter 25 (values only)",
    ),
    "admission_type": Facts(
        "Priority of admission codes", "Medicare Claims Processing Manual, chapter 25 (values only)"
    ),
    "admission_source": Facts(
        "Point of origin codes", "Medicare Claims Processing Manual, chapter 25 (values only)"
    ),
    "side_required": Facts(
        "Procedures on paired organs, fingers or toes, or eyelids",
        "Medicare Claims Processing Manual, chapter 12, section 40.7; HCPCS anatomic modifiers",
    ),
    "therapy_codes": Facts(
        "Codes that are always therapy, and their plans of care",
        "Medicare Claims Processing Manual, chapter 5, sections 10.6 and 20",
    ),
    "timed_codes": Facts("Time-based codes", "the code's own definition"),
    "single_dose_drugs": Facts(
        "Single-dose container drugs whose discarded amount is paid",
        "CMS, Discarded Drugs and Biologicals: JW and JZ modifier policy",
    ),
    "clia_tests": Facts(
        "CLIA laboratory tests: waived with modifier QW, waived without it, or never waived",
        "CMS, Clinical Laboratory Fee Schedule; tests granted waived status under CLIA",
    ),
    "medicare_instead": Facts(
        "Codes that Medicare replaces with another code",
        "CMS, Medicare Physician Fee Schedule (status I); Medicare Claims Processing Manual, chapter 12",
    ),
    "ordered_services": Facts(
        "Ranges of tests that need an order",
        "Medicare Claims Processing Manual, chapter 26, section 10.4, item 17",
    ),
    "prolonged_codes": Facts(
        "Prolonged services and the visits they extend", "the code's own definition"
    ),
    "visit_places": Facts(
        "Places of service that a kind of visit can't have", "the code's own definition"
    ),
    "combined_diagnoses": Facts(
        "Pairs of diagnoses that one code, or a linked code, says together",
        "ICD-10-CM Official Guidelines for Coding and Reporting; ICD-10-CM Index",
    ),
    "never_first": Facts(
        "Diagnoses that add to another one and are never listed first",
        "ICD-10-CM Official Guidelines for Coding and Reporting",
    ),
    "not_together": Facts(
        "Pairs of diagnoses that the guidelines don't code together",
        "ICD-10-CM Official Guidelines for Coding and Reporting",
    ),
    "companion_diagnoses": Facts(
        "Diagnoses that are coded only together with another one",
        "ICD-10-CM Official Guidelines for Coding and Reporting",
    ),
    "diagnosis_order": Facts(
        "Diagnoses that come before others",
        "ICD-10-CM Official Guidelines for Coding and Reporting",
    ),
    "pregnancy_conditions": Facts(
        "Diseases that have a code of their own in pregnancy",
        "ICD-10-CM Official Guidelines for Coding and Reporting, section I.C.15",
    ),
    "preventive_diagnoses": Facts(
        "Diagnoses that Medicare's preventive services are billed with",
        "Medicare Claims Processing Manual, chapter 18; CMS, Medicare preventive services chart",
    ),
    "companion_procedures": Facts(
        "Procedures that are billed only with another one", "named row by row"
    ),
    "panels": Facts(
        "Laboratory panels and the tests that make them up",
        "Medicare Claims Processing Manual, chapter 16, section 90.2; the code's own definition",
    ),
    "integral_symptoms": Facts(
        "Symptoms that belong to a disease",
        "ICD-10-CM Official Guidelines for Coding and Reporting, section I.B.5",
    ),
    "states": Facts("States, territories and military posts", "USPS abbreviations"),
}


@cache
def load_set(name: str) -> pl.DataFrame:
    """Return one set, typed, with `release`.

    Args:
        name: a key of `SETS`.

    Returns:
        The set, sorted by `code` and `valid_from`.
    """
    path = files("cleanclaim.reference") / "set_data" / f"{name}.csv"
    text = pl.read_csv(path.read_bytes(), infer_schema=False)
    typed = [_typed(column) for column in text.columns]
    return (
        text.select(typed)
        .with_columns(pl.lit(RELEASE).alias("release"))
        .sort("code", "valid_from")
        .set_sorted("code")
    )


def _typed(column: str) -> pl.Expr:
    dtype = _TYPES.get(column, pl.String)
    if dtype == pl.Boolean:
        return pl.col(column) == "true"
    return pl.col(column).cast(dtype) if dtype != pl.Date else pl.col(column).str.to_date()
