"""The table of diagnoses, each dated and met with the code sets."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.derived.ages import completed_years
from cleanclaim.derived.billable import why_not_billable
from cleanclaim.derived.line_tables import OF_THE_CLAIM
from cleanclaim.derived.pointers import Pointers
from cleanclaim.derived.validity import ATTRIBUTES, attributes, is_loaded, validity
from cleanclaim.model.arrays import Codes, packed, taken
from cleanclaim.model.keys import found_in, keys_of
from cleanclaim.reference import Reference

_ABOVE_DIAGNOSES: Final = (
    *map(pl.col, OF_THE_CLAIM),
    pl.col("line_count"),
    pl.col("diagnosis_count"),
    pl.col("is_inpatient"),
    pl.col("from_date").alias("claim_from_date"),
    pl.coalesce("discharge_date", "to_date", "from_date").alias("claim_through_date"),
    pl.coalesce("to_date", "from_date").alias("claim_to_date"),
)
_WHY: Final = ("form", "stem", "padded")


def diagnosis_table(claims: pl.DataFrame, pointers: Pointers, reference: Reference) -> pl.DataFrame:
    """One row a diagnosis; see `cleanclaim.derived.claims.Claims.diagnoses`."""
    base = _dated(claims, pointers)
    codes = Codes.of(base["diagnosis_code"])
    dated = base.hstack(validity(base, codes, reference)).with_columns(
        is_loaded(reference).alias("code_loaded")
    )
    return dated.hstack(attributes(dated, codes, reference)).with_columns(
        pl.col(ATTRIBUTES) & pl.col("code_loaded").fill_null(value=False)
    )


def never_billable(diagnoses: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """The ICD-10 rows whose code was never billable; see `cleanclaim.derived.claims.Claims.never_billable`."""
    rows = diagnoses.filter(
        (pl.col("icd_version") == 10)
        & ~pl.col("ever_in_force")
        & pl.col("code_loaded")
        & pl.col("diagnosis_code").is_not_null()
    )
    if rows.is_empty():
        return rows.with_columns(pl.lit(None, pl.String).alias(name) for name in _WHY)
    why = why_not_billable(rows["diagnosis_code"].unique(), reference)
    return rows.join(why, left_on="diagnosis_code", right_on="code", how="left")


def _dated(claims: pl.DataFrame, pointers: Pointers) -> pl.DataFrame:
    first, last = pointers.days()
    diagnoses = pointers.batch.diagnoses
    at = found_in(keys_of(pointers.batch.claims), keys_of(diagnoses))
    institutional = pl.col("claim_type") == "institutional"
    own_day = pl.when("is_inpatient").then("claim_through_date").otherwise("claim_from_date")
    return (
        diagnoses.hstack(taken(claims.select(_ABOVE_DIAGNOSES), at))
        .with_columns(
            pl.when(institutional)
            .then(own_day)
            .otherwise(pl.coalesce(first, "claim_from_date"))
            .alias("on_date"),
            pl.when(institutional)
            .then(own_day)
            .otherwise(pl.coalesce(last, "claim_to_date"))
            .alias("last_date"),
            pl.Series("is_pointed_at", pointers.counts() > 0),
            pl.Series("has_sibling", _has_sibling(diagnoses)),
        )
        .with_columns(completed_years("patient_birth_date", "on_date").alias("patient_age"))
    )


def _has_sibling(diagnoses: pl.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether another diagnosis of the claim begins with the same three characters."""
    keys = keys_of(diagnoses)
    categories = packed(diagnoses["diagnosis_code"].str.slice(0, 3))
    order = np.lexsort((categories, keys))
    keys, categories = keys[order], categories[order]
    same = (keys[1:] == keys[:-1]) & (categories[1:] == categories[:-1])
    found = np.zeros(len(keys), dtype=bool)
    found[order[1:][same]] = True
    found[order[:-1][same]] = True
    return found
