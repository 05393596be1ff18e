"""The table of claims, enriched."""

from __future__ import annotations

from functools import cache
from typing import Final

import polars as pl

from cleanclaim.derived.ages import completed_years
from cleanclaim.model import Batch
from cleanclaim.model.arrays import taken
from cleanclaim.model.expressions import IS_BILLING_DIAGNOSIS
from cleanclaim.model.keys import counts_of, found_in, keys_of
from cleanclaim.payers.tables import PACKS, Finder
from cleanclaim.reference import Reference

_INPATIENT_BILLS: Final = ("11", "18", "21", "41")


def claim_table(batch: Batch, reference: Reference) -> pl.DataFrame:
    """One row a claim; see `cleanclaim.derived.claims.Claims.claims`."""
    keys = keys_of(batch.claims)
    lines = batch.lines
    listed = batch.diagnoses.filter(IS_BILLING_DIAGNOSIS)
    charges = lines.group_by("claim_key", maintain_order=True).agg(
        pl.col("charge_amount").sum().alias("line_charge_amount"),
        pl.col("charge_amount").is_null().any().alias("has_line_without_charge"),
    )
    charged = taken(charges.drop("claim_key"), found_in(keys_of(charges), keys))
    payers = payer_finder(reference).packs_of(batch.claims)
    return (
        batch.claims.hstack(charged)
        .hstack(payers)
        .with_columns(
            pl.Series("line_count", counts_of(keys_of(lines), keys)),
            pl.Series("diagnosis_count", counts_of(keys_of(listed), keys)),
            completed_years("patient_birth_date", "from_date").alias("patient_age"),
            _is_inpatient().alias("is_inpatient"),
            _rules_of().alias("rules_of"),
            _stands(batch.claims),
        )
    )


def payer_finder(reference: Reference) -> Finder:
    """Finds the pack of a claim's payer."""

    def make() -> Finder:
        return Finder(reference.table(PACKS).iter_rows(named=True))

    return reference.derived("payer finder", make)


def _stands(claims: pl.DataFrame) -> pl.Series:
    """False for a void, and for a claim that a replacement or void takes the place of; of several the latest stands, history being earlier."""
    frequency = claims["claim_frequency_code"]
    if not ((frequency == "7") | (frequency == "8")).any():
        return pl.Series("stands", [True]).new_from_index(0, claims.height)
    takes_place = pl.col("claim_frequency_code").is_in(["7", "8"]).fill_null(value=False)
    same = ["patient_key", "claim_id"]
    latest = (
        claims.select(*same, "claim_key", "is_history", takes_place.alias("_takes"))
        .filter("_takes")
        .sort(pl.col("is_history").fill_null(value=False), "claim_key", descending=[True, False])
        .group_by(same)
        .agg(pl.col("claim_key").last().alias("_latest"))
    )
    is_replaced = (
        claims.select(*same, "claim_key")
        .join(latest, on=same, how="left", maintain_order="left")
        .select((pl.col("_latest") != pl.col("claim_key")).fill_null(value=False))
        .to_series()
    )
    is_void = (claims["claim_frequency_code"] == "8").fill_null(value=False)
    return (~is_replaced & ~is_void).rename("stands")


@cache
def _rules_of() -> pl.Expr:
    """The programme whose rules bind a claim: what its payer adopted, else the payer itself."""
    programme = pl.col("payer_class").is_in(["medicare", "medicaid"]).fill_null(value=False)
    return pl.coalesce("rules_of", pl.when(programme).then("payer_class"))


@cache
def _is_inpatient() -> pl.Expr:
    bill = pl.col("bill_type_code").str.slice(0, 2).is_in(_INPATIENT_BILLS)
    return ((pl.col("claim_type") == "institutional") & bill).fill_null(value=False)
