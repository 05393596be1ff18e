"""Diagnoses met with sets whose codes are the beginnings of codes: what the edits on guidelines share."""

from __future__ import annotations

from typing import Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.model.expressions import IS_BILLING_DIAGNOSIS, IS_ICD10
from cleanclaim.reference import Reference

GUIDELINES: Final = "ICD-10-CM Official Guidelines for Coding and Reporting"
IS_CODED: Final = IS_ICD10 & IS_BILLING_DIAGNOSIS & pl.col("in_force")
"""Diagnoses that say why the patient was treated."""


def coded(claims: Claims) -> pl.DataFrame:
    """The diagnoses of the claims: claim_key, diagnosis_number, diagnosis_code, on_date."""
    return claims.diagnoses.filter(IS_CODED).select("claim_key", "diagnosis_number", "diagnosis_code", "on_date")


def begins_like(reference: Reference, table: str) -> pl.Expr:
    """True for diagnoses in a category of a set."""
    categories = reference.table(table)["code"].str.head(3).unique()
    return IS_CODED & pl.col("diagnosis_code").str.head(3).is_in(categories.implode())


def met(diagnoses: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """Diagnoses joined with the rows of a set that are in force and whose `code` their code begins with.

    Args:
        diagnoses: as `coded` returns them.
        rules: with code, valid_from, valid_to and more.
    """
    lengths = rules["code"].str.len_chars().unique().sort()
    parts = [
        diagnoses.with_columns(pl.col("diagnosis_code").str.head(length).alias("code")).join(rules.filter(pl.col("code").str.len_chars() == length), on="code")
        for length in lengths
    ]
    return pl.concat(parts).filter(pl.col("on_date").is_between("valid_from", "valid_to")).drop("valid_from", "valid_to")


def paired(first: pl.DataFrame, diagnoses: pl.DataFrame, other: str) -> pl.DataFrame:
    """Rows joined with the other diagnoses of their claim whose code begins with one of theirs: `other_code` and `other_number`.

    Args:
        first: as `met` returns them.
        diagnoses: as `coded` returns them.
        other: the column of beginnings, separated by blanks.
    """
    others = diagnoses.select("claim_key", pl.col("diagnosis_code").alias("other_code"), pl.col("diagnosis_number").alias("other_number"))
    each = first.with_columns(pl.col(other).str.split(" ").alias("_begins")).explode("_begins")
    joined = each.join(others, on="claim_key").filter(pl.col("other_code").str.starts_with(pl.col("_begins")))
    return joined.drop("_begins")
