"""INS111: an inpatient procedure that Medicare covers only in approved hospitals or with limits."""

from __future__ import annotations

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.ins.procedures import HEART, MANUAL, NO_ATTRIBUTES, ON_STAYS, READ, SUPPLY, Mce, claims_with, no_attributes, procedures
from cleanclaim.edits.samples import institutional
from cleanclaim.reference import Reference

_STAY = {"bill_type_code": "111", "admission_date": "2026-05-10"}


def _codes(*codes: str) -> list[dict[str, str]]:
    return [{"kind": "procedure", "code_qualifier": "BBQ", "code": code} for code in codes]


@query_edit(
    code="INS111",
    name="limited-coverage",
    disposition=Disposition.INFO,
    carc="96",
    scope="claim",
    needs=("icd10pcs_attributes", "icd10cm_attributes"),
    payers=("medicare",),
    others="off",
    source=Source(MANUAL, "edit 17, limited coverage", "CMS", READ),
    column="claim_codes.code",
    message="Medicare limits its coverage of procedure {procedure_code}, for example to approved hospitals.",
    suggestion="Check that the hospital is approved for it and that the coverage conditions are met.",
    when=ON_STAYS,
    unchecked=no_attributes,
    unchecked_reason=NO_ATTRIBUTES,
    supply=SUPPLY,
    examples=(
        fails("a liver transplant", institutional(**_STAY, diagnoses=["K74.60"], claim_codes=_codes("0FY00Z0"))),
        passes("an operation without limits", institutional(**_STAY, diagnoses=["K35.80"], claim_codes=_codes("0DTJ4ZZ"))),
        passes("a pancreas that isn't covered at all", institutional(**_STAY, diagnoses=["K86.1"], claim_codes=_codes("0FYG0Z0"))),
        fails("a pancreas with type 1 diabetes", institutional(**_STAY, diagnoses=["E10.65"], claim_codes=_codes("0FYG0Z0"))),
        passes(
            "both parts of an artificial heart outside a trial aren't covered at all",
            institutional(bill_type_code="111", admission_date="2020-05-10", from_date="2020-05-12", claim_codes=_codes("02RK0JZ", "02RL0JZ")),
        ),
        passes(
            "one part of an artificial heart, in a trial",
            institutional(
                bill_type_code="111",
                admission_date="2020-05-10",
                from_date="2020-05-12",
                diagnoses=["I50.9", "Z00.6"],
                claim_codes=_codes("02RK0JZ", "0DTJ4ZZ"),
            ),
        ),
        passes("another payer", institutional(**_STAY, payer_class="commercial", claim_filing_code="CI", claim_codes=_codes("0FY00Z0"))),
        fails(
            "an artificial heart in a trial",
            institutional(
                bill_type_code="111",
                admission_date="2020-05-10",
                from_date="2020-05-12",
                diagnoses=["I50.9", "Z00.6"],
                claim_codes=_codes("02RK0JZ", "02RL0JZ"),
            ),
        ),
        unchecked(
            "a year without a table", institutional(bill_type_code="111", admission_date="2031-05-10", from_date="2031-05-12", claim_codes=_codes("0FY00Z0"))
        ),
    ),
)
def limited_coverage(claims: Claims, reference: Reference) -> Rows:
    """A procedure of a stay that the Medicare Code Editor lists as of limited coverage (edit 17).

    Organ transplants, heart assist devices and similar procedures are covered in approved hospitals, or up to a limit. The claim may be right. A procedure that
    isn't covered at all is reported as that instead.

    What to do: check the hospital's approval.
    """
    in_trial, has_diabetes = (pl.col("claim_key").is_in(claims_with(claims, reference, name)) for name in ("clinical_trial", "diabetes_type_1"))
    both_hearts = pl.all_horizontal(pl.col(part).any().over("claim_key") for part in HEART)
    is_covered = ~pl.col("pancreas_transplant") | has_diabetes | pl.col("kidney_transplant").any().over("claim_key")
    limited = (pl.col("limited_coverage") & is_covered) | (pl.any_horizontal(HEART) & both_hearts & in_trial)
    return procedures(claims, reference).filter(limited).select("claim_key", "procedure_code", "on_date", "position", Mce.LIMITED_COVERAGE.evidence)
