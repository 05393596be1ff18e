"""Diagnoses met with sets whose codes are the beginnings of codes: what the edits on guidelines share."""

from __future__ import annotations

from collections.abc import Callable
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
    said = claims.diagnoses.select("claim_key", "diagnosis_number", "diagnosis_code", "on_date", IS_CODED.alias("_coded"))
    return said.filter("_coded").drop("_coded")


def begins_like(table: str, column: str = "code") -> Callable[[Reference], pl.Expr]:
    """A test for diagnoses whose code begins with one of a set's beginnings.

    Args:
        table: the set.
        column: its column of beginnings; those of one cell are separated by blanks.
    """

    def test(reference: Reference) -> pl.Expr:
        beginnings = reference.table(table)[column].drop_nulls().str.split(" ").explode().unique()
        lengths = beginnings.str.len_chars()
        return IS_CODED & pl.any_horizontal(
            pl.col("diagnosis_code").str.head(length).is_in(beginnings.filter(lengths == length).implode()) for length in lengths.unique()
        )

    return test


def met(diagnoses: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """Diagnoses joined with the rows of a set that are in force and whose `code` their code begins with.

    Args:
        diagnoses: as `coded` returns them.
        rules: with code, valid_from, valid_to and more.
    """
    lengths = rules["code"].str.len_chars().unique().sort()
    beginnings = pl.concat_list(pl.col("diagnosis_code").str.head(length) for length in lengths).list.unique(maintain_order=True)
    begun = diagnoses.with_columns(beginnings.alias("code")).explode("code")
    return begun.join(rules, on="code").filter(pl.col("on_date").is_between("valid_from", "valid_to")).drop("valid_from", "valid_to")


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
