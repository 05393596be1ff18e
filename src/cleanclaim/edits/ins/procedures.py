"""Inpatient procedure codes with their validity and their Medicare Code Editor attributes: what the edits on procedures share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import IntEnum
from typing import Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.derived.validity import ICD10_BEGINS
from cleanclaim.edits.edit import Rows, RowTable, Test
from cleanclaim.model.expressions import IS_BILLING_DIAGNOSIS, in_force
from cleanclaim.reference import Reference

ON_STAYS: Final[Mapping[RowTable, Test]] = {"claims": pl.col("is_inpatient")}
"""The claims that the Medicare Code Editor judges."""
MANUAL: Final = "Definitions of Medicare Code Edits"
READ: Final = date(2026, 11, 28)
NO_ATTRIBUTES: Final = "no table of procedure attributes covers the day of discharge"
SUPPLY: Final = "a version of cleanclaim with the Medicare Code Editor's tables for that year"
HEART: Final = ("heart_replacement_a", "heart_replacement_b")
"""The attributes of the two parts of an artificial heart."""
_NAME: Final = "inpatient procedures"
_DIAGNOSES: Final = "diagnoses of stays with procedures"
_OF_THE_STAY: Final = (
    "claim_key",
    "bill_type_code",
    "patient_sex",
    "patient_birth_date",
    "admission_date",
    pl.coalesce("discharge_date", "to_date", "from_date").alias("on_date"),
)
_NINE: Final = pl.col("code_qualifier").is_in(["BR", "BQ"]).fill_null(value=False)
_TEN: Final = pl.col("code_qualifier").is_in(["BBR", "BBQ"]).fill_null(value=False)


class Mce(IntEnum):
    """The Medicare Code Editor's edits on procedures, by its numbers."""

    INVALID_CODE = 1
    SEX_CONFLICT = 5
    QUESTIONABLE_ADMISSION = 8
    NON_COVERED = 11
    LIMITED_COVERAGE = 17
    LENGTH_OF_STAY = 19

    @property
    def evidence(self) -> pl.Expr:
        """The number as a finding shows it."""
        return pl.lit(int(self)).alias("mce_edit")


def procedures(claims: Claims, reference: Reference) -> pl.DataFrame:
    """One row a procedure code of a stay.

    claim_key, `number` (1 for the principal procedure), `procedure_code`, `position`, `icd_version` (by the qualifier, else by the day), of the claim
    bill_type_code, patient_sex, patient_birth_date, admission_date and `on_date` (the discharge, else the last day), and each attribute of the table
    `icd10pcs_attributes` on that day, false if the code has none.
    """
    kept = claims.kept.get(_NAME)
    if not isinstance(kept, pl.DataFrame):
        kept = claims.kept[_NAME] = _procedures(claims, reference)
    return kept


def with_attribute(claims: Claims, reference: Reference, *names: str) -> pl.DataFrame:
    """The procedures that have one of these attributes."""
    return procedures(claims, reference).filter(pl.any_horizontal(names))


def no_attributes(claims: Claims, reference: Reference) -> Rows:
    """The stays with a procedure on a day that the table of attributes doesn't cover."""
    rows = procedures(claims, reference).filter(pl.col("icd_version") == 10, ~is_covered(reference, "icd10pcs_attributes"))
    return rows.select("claim_key").unique(maintain_order=True)


def claims_with(claims: Claims, reference: Reference, attribute: str, *, secondary: bool = False) -> pl.Series:
    """The keys of the stays of which a diagnosis has an attribute of the table `icd10cm_attributes` on its day.

    Args:
        claims: the claims.
        reference: the dated tables.
        attribute: a column of the table.
        secondary: only diagnoses after the principal one count.
    """
    first = pl.col("diagnosis_number") > 1 if secondary else pl.lit(value=True)
    kept = claims.kept.get(_DIAGNOSES)
    if not isinstance(kept, pl.DataFrame):
        kept = claims.kept[_DIAGNOSES] = _diagnoses(claims, reference)
    return kept.filter(first, pl.col(attribute))["claim_key"].unique().implode()


def _diagnoses(claims: Claims, reference: Reference) -> pl.DataFrame:
    """The diagnoses of stays with a procedure, with their attributes; those without attributes are left out."""
    stays = procedures(claims, reference)["claim_key"].unique().implode()
    rows = claims.diagnoses.filter(pl.col("claim_key").is_in(stays), IS_BILLING_DIAGNOSIS).select(
        "claim_key", "diagnosis_number", "on_date", pl.col("diagnosis_code").alias("code")
    )
    return rows.join(reference.narrow("icd10cm_attributes", rows["code"]), on="code").filter(in_force("on_date"))


def is_covered(reference: Reference, table: str) -> pl.Expr:
    """Whether a table covers `on_date`."""
    spans = (pl.col("on_date").is_between(first, last) for first, last in reference.coverage(table))
    return pl.any_horizontal(pl.lit(value=False), *spans)


def _procedures(claims: Claims, reference: Reference) -> pl.DataFrame:
    stays = claims.claims.filter(pl.col("is_inpatient")).select(_OF_THE_STAY)
    is_icd = pl.col("code_qualifier").ne_missing("CAH")
    codes = claims.claim_codes.filter(pl.col("kind") == "procedure", pl.col("code").is_not_null(), is_icd)
    by_day = pl.when(pl.col("on_date") < ICD10_BEGINS).then(9).otherwise(10)
    rows = (
        codes.join(stays, on="claim_key", maintain_order="left")
        .with_columns(pl.when(_NINE).then(9).when(_TEN).then(10).otherwise(by_day).alias("icd_version"))
        .select(
            *("claim_key", pl.col("ordinal").alias("number"), pl.col("code").alias("procedure_code"), "position", "icd_version"),
            *(column if isinstance(column, str) else "on_date" for column in _OF_THE_STAY[1:]),
        )
        .with_row_index("row")
    )
    table = reference.narrow("icd10pcs_attributes", rows["procedure_code"])
    names = [name for name, dtype in table.schema.items() if dtype == pl.Boolean]
    found = on_their_day(rows.filter(pl.col("icd_version") == 10, is_covered(reference, "icd10pcs_attributes")), table, names)
    return rows.join(found, on="row", how="left", maintain_order="left").with_columns(pl.col(names).fill_null(value=False)).drop("row")


def on_their_day(rows: pl.DataFrame, table: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The columns of a dated table for each row whose procedure code it has on that day.

    Args:
        rows: with `row`, `procedure_code` and `on_date`.
        table: with `code`, `valid_from`, `valid_to` and the columns.
        names: the columns.
    """
    return (
        rows.select("row", "procedure_code", "on_date").join(table, left_on="procedure_code", right_on="code").filter(in_force("on_date")).select("row", *names)
    )
