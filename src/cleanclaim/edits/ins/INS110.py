"""INS110: an inpatient procedure that Medicare doesn't cover."""

from __future__ import annotations

import polars as pl

from cleanclaim.derived.ages import completed_years
from cleanclaim.derived.claims import Claims
from cleanclaim.edits.edit import Disposition, Rows, Source, fails, passes, query_edit, unchecked
from cleanclaim.edits.ins.procedures import HEART, MANUAL, NO_ATTRIBUTES, ON_STAYS, READ, SUPPLY, Mce, claims_with, no_attributes, procedures
from cleanclaim.edits.samples import institutional
from cleanclaim.reference import Reference

_STAY = {"bill_type_code": "111", "admission_date": "2026-05-10"}
_OLDEST = 60
"""Up to this age, a lumbar disc prosthesis is covered."""
_WITH = (
    ("noncovered_6", "noncovered_6", "with a diagnosis on the claim"),
    ("noncovered_7", "noncovered_7", "with a diagnosis on the claim"),
    ("noncovered_z302", "noncovered_z302", "for sterilization (Z30.2)"),
)
"""Procedures that aren't covered together with a diagnosis: attribute of the procedure, of the diagnosis, and why."""


def _codes(*codes: str) -> list[dict[str, str]]:
    return [{"kind": "procedure", "code_qualifier": "BBQ", "code": code} for code in codes]


@query_edit(
    code="INS110",
    name="inpatient-procedure-not-covered",
    disposition=Disposition.SUSPEND,
    carc="96",
    scope="claim",
    needs=("icd10pcs_attributes", "icd10cm_attributes"),
    payers=("medicare",),
    others="off",
    source=(
        Source(MANUAL, "edit 11, non-covered procedure", "CMS", READ),
        Source("Medicare Claims Processing Manual", "chapter 3, section 20.2.1 (Medicare Code Editor)", "CMS", READ),
    ),
    column="claim_codes.code",
    message="Medicare doesn't cover procedure {procedure_code}{why}.",
    suggestion="Check the code. If it is right, bill the procedure's charges as non-covered.",
    when=ON_STAYS,
    unchecked=no_attributes,
    unchecked_reason=NO_ATTRIBUTES,
    supply=SUPPLY,
    examples=(
        fails("a pancreas transplant without type 1 diabetes", institutional(**_STAY, diagnoses=["K86.1"], claim_codes=_codes("0FYG0Z0")), says="diabetes"),
        passes("with type 1 diabetes", institutional(**_STAY, diagnoses=["E10.65"], claim_codes=_codes("0FYG0Z0"))),
        passes("together with a kidney", institutional(**_STAY, diagnoses=["K86.1"], claim_codes=_codes("0FYG0Z0", "0TY00Z0"))),
        fails("sterilization", institutional(**_STAY, diagnoses=["Z30.2"], claim_codes=_codes("0UL74ZZ")), says="Z30.2"),
        passes("the same operation for a tumor", institutional(**_STAY, diagnoses=["C57.00"], claim_codes=_codes("0UL74ZZ"))),
        fails("a disc prosthesis at 76", institutional(**_STAY, diagnoses=["M51.360"], claim_codes=_codes("0SR20JZ")), says="over 60"),
        passes("at 60", institutional(**_STAY, diagnoses=["M51.360"], patient_birth_date="1966-02-14", claim_codes=_codes("0SR20JZ"))),
        fails("at 61", institutional(**_STAY, diagnoses=["M51.360"], patient_birth_date="1965-02-14", claim_codes=_codes("0SR20JZ"))),
        passes("at 46", institutional(**_STAY, diagnoses=["M51.360"], patient_birth_date="1980-02-14", claim_codes=_codes("0SR20JZ"))),
        fails("autologous marrow in acute leukemia", institutional(**_STAY, diagnoses=["C91.00"], claim_codes=_codes("30233G0")), says="with a diagnosis"),
        passes("another operation in acute leukemia", institutional(**_STAY, diagnoses=["C91.00"], claim_codes=_codes("0DTJ4ZZ"))),
        fails(
            "marrow in multiple myeloma, through September 2018",
            institutional(bill_type_code="111", admission_date="2018-09-20", from_date="2018-09-30", diagnoses=["C90.00"], claim_codes=_codes("30230G2")),
        ),
        passes("in lymphoma", institutional(**_STAY, diagnoses=["C85.90"], claim_codes=_codes("30233G0"))),
        passes("another payer", institutional(**_STAY, payer_class="commercial", claim_filing_code="CI", diagnoses=["K86.1"], claim_codes=_codes("0FYG0Z0"))),
        fails(
            "both parts of an artificial heart outside a trial",
            institutional(bill_type_code="111", admission_date="2020-05-10", from_date="2020-05-12", claim_codes=_codes("02RK0JZ", "02RL0JZ")),
            says="trial",
        ),
        passes(
            "one part of an artificial heart",
            institutional(bill_type_code="111", admission_date="2020-05-10", from_date="2020-05-12", claim_codes=_codes("02RK0JZ", "0DTJ4ZZ")),
        ),
        passes(
            "in a trial",
            institutional(
                bill_type_code="111",
                admission_date="2020-05-10",
                from_date="2020-05-12",
                diagnoses=["I50.9", "Z00.6"],
                claim_codes=_codes("02RK0JZ", "02RL0JZ"),
            ),
        ),
        unchecked(
            "a year without a table", institutional(bill_type_code="111", admission_date="2031-05-10", from_date="2031-05-12", claim_codes=_codes("0FYG0Z0"))
        ),
    ),
)
def inpatient_procedure_not_covered(claims: Claims, reference: Reference) -> Rows:
    """A procedure of a stay that the Medicare Code Editor lists as not covered, always or on a condition (edit 11).

    The conditions: a pancreas transplant without type 1 diabetes and without a kidney transplant; a lumbar disc prosthesis over age 60; operations for
    sterilization; transplants of blood-forming cells with some leukemias; until 2022-03-31, both parts of an artificial heart outside a clinical trial.

    What to do: check the code and the diagnoses.
    """
    has = {name: pl.col("claim_key").is_in(claims_with(claims, reference, name)) for name in ("diabetes_type_1", "clinical_trial", *(dx for _, dx, _ in _WITH))}
    any_kidney, both_hearts = pl.col("kidney_transplant").any().over("claim_key"), pl.all_horizontal(pl.col(part).any().over("claim_key") for part in HEART)
    why = (
        pl.when(pl.col("noncovered"))
        .then(pl.lit(""))
        .when(pl.col("pancreas_transplant") & ~any_kidney & ~has["diabetes_type_1"])
        .then(pl.lit(" without type 1 diabetes and without a kidney transplant"))
        .when(pl.any_horizontal(HEART) & both_hearts & ~has["clinical_trial"])
        .then(pl.lit(" outside a clinical trial (Z00.6)"))
        .when(pl.col("noncovered_over_60") & (completed_years("patient_birth_date", "admission_date") > _OLDEST))
        .then(pl.lit(f" for patients over {_OLDEST}"))
    )
    for procedure, diagnosis, reason in _WITH:
        why = why.when(pl.col(procedure) & has[diagnosis]).then(pl.lit(f" {reason}"))
    rows = procedures(claims, reference).with_columns(why.alias("why")).filter(pl.col("why").is_not_null())
    return rows.select("claim_key", "procedure_code", "on_date", "why", "position", Mce.NON_COVERED.evidence)
