"""Diagnoses of hospital stays and whether they are exempt from present on admission: what the edits on it share."""

from __future__ import annotations

from typing import Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.model.expressions import IS_BILLING_DIAGNOSIS, IS_ICD10, in_force
from cleanclaim.reference import Reference

IS_HOSPITAL_STAY: Final = pl.col("bill_type_code").str.contains(r"^11[1-79A-Z]$").fill_null(value=False)
"""A hospital's inpatient bill (11x) that asks for payment and isn't void."""
NO_LIST: Final = "no list of codes exempt from present on admission covers the day of discharge"
SUPPLY: Final = "cleanclaim reference import: CMS's list of POA exempt codes for that fiscal year"
_INITIAL: Final = pl.col("diagnosis_code").str.contains(r"^[ST].{5}[ABC]$")
"""An injury under active treatment: never exempt."""
_IS_CAUSE: Final = pl.col("diagnosis_type") == "external_cause"
_LATER: Final = pl.col("diagnosis_code").str.contains(r"^[ST].{5}[D-S]$")
"""An injury's later encounter or sequela: exempt."""
_NOT_LISTED: Final = pl.col("diagnosis_code").str.contains(r"^(S0211|S99121|S99239|T83113|T83123)")
"""Newer codes, of which CMS's list of 2020 left some out."""
_NAME: Final = "stay diagnoses"


def stay_diagnoses(claims: Claims, reference: Reference) -> pl.DataFrame:
    """One row a principal, other or external cause ICD-10-CM diagnosis of a hospital stay.

    claim_key, diagnosis_number, diagnosis_code, on_date, rules_of, billing_taxonomy_code, `mark` (the present-on-admission indicator), `exempt` (null if
    unknown), `listed` (true if that is from CMS's list for the day of discharge, false if from the categories of the guidelines), and `reports` (some
    diagnosis of the claim has an indicator).
    """
    kept = claims.kept.get(_NAME)
    if not isinstance(kept, pl.DataFrame):
        kept = claims.kept[_NAME] = _stay_diagnoses(claims, reference)
    return kept


def _stay_diagnoses(claims: Claims, reference: Reference) -> pl.DataFrame:
    mark = pl.col("present_on_admission_code").alias("mark")
    rows = claims.diagnoses.filter(IS_HOSPITAL_STAY, IS_BILLING_DIAGNOSIS | _IS_CAUSE, IS_ICD10, pl.col("in_force")).select(
        *("claim_key", "diagnosis_number", "diagnosis_code", "on_date", "rules_of", "billing_taxonomy_code"), mark
    )
    spans = (pl.col("on_date").is_between(first, last) for first, last in reference.coverage("poa_exempt"))
    rows = rows.with_row_index("row").with_columns(
        pl.any_horizontal(pl.lit(value=False), *spans).alias("listed"), pl.col("mark").is_not_null().any().over("claim_key").alias("reports")
    )
    return rows.with_columns(
        pl.when("listed").then(pl.col("row").is_in(_on_list(rows, reference).implode())).otherwise(_by_category(rows, reference)).alias("exempt")
    ).drop("row")


def _on_list(rows: pl.DataFrame, reference: Reference) -> pl.Series:
    """The rows whose code CMS's list has on their day."""
    covered = rows.filter("listed")
    if covered.is_empty():
        return covered["row"]
    return covered.join(reference.table("poa_exempt"), left_on="diagnosis_code", right_on="code").filter(in_force("on_date"))["row"]


def _by_category(rows: pl.DataFrame, reference: Reference) -> pl.Series:
    """What the longest category that begins each code says; null if it is unknown."""
    known = dict(reference.table("poa_categories").select("code", "exempt").iter_rows())
    says = {"yes": True, "no": False}
    matched = [pl.col("diagnosis_code").str.slice(0, n).replace_strict(known, default=None, return_dtype=pl.String) for n in (4, 3, 1)]
    category = pl.coalesce(matched).replace_strict(says, default=None, return_dtype=pl.Boolean)
    return rows.select(
        pl.when(_INITIAL).then(pl.lit(value=False)).when(_LATER & ~_NOT_LISTED).then(pl.lit(value=True)).otherwise(category).alias("exempt")
    ).to_series()
