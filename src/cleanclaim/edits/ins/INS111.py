"""INS111: an inpatient procedure that Medicare covers only in approved hospitals or with limits."""

from __future__ import annotations

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.ins.procedures import MANUAL, NO_ATTRIBUTES, ON_STAYS, READ, SUPPLY, claims_with, no_attributes, procedures
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

    Organ transplants, heart assist devices and the like are covered in approved hospitals, or up to a limit. The claim may be right. A procedure that
    isn't covered at all is reported as that instead.

    What to do: check the hospital's approval.
    """
    in_trial = claims_with(claims, reference, "clinical_trial").with_columns(pl.lit(value=True).alias("in_trial"))
    diabetes = claims_with(claims, reference, "diabetes_type_1").with_columns(pl.lit(value=True).alias("has_diabetes"))
    parts = pl.col("heart_replacement_a") | pl.col("heart_replacement_b")
    both = pl.col("heart_replacement_a").any().over("claim_key") & pl.col("heart_replacement_b").any().over("claim_key")
    covered_pancreas = pl.col("has_diabetes").fill_null(value=False) | pl.col("kidney_transplant").any().over("claim_key")
    in_trial_only = parts & both & pl.col("in_trial").fill_null(value=False)
    return (
        procedures(claims, reference)
        .lazy()
        .join(in_trial, on="claim_key", how="left", maintain_order="left")
        .join(diabetes, on="claim_key", how="left", maintain_order="left")
        .filter((pl.col("limited_coverage") & ~(pl.col("pancreas_transplant") & ~covered_pancreas)) | in_trial_only)
        .select("claim_key", "procedure_code", "on_date", "position", pl.lit(17).alias("mce_edit"))
    )
