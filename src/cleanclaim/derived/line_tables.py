"""The tables of lines, of their modifiers and of the diagnoses they point at."""

from __future__ import annotations

from typing import Final

import polars as pl

from cleanclaim.derived.ages import completed_years
from cleanclaim.derived.pointers import Pointers
from cleanclaim.model import Batch
from cleanclaim.model.arrays import taken
from cleanclaim.model.expressions import MODIFIERS
from cleanclaim.model.keys import found_in, keys_of, unpivoted

OF_THE_CLAIM: Final = (
    "claim_id", "claim_type", "is_history", "as_of", "submitted_date", "file", "patient_key", "patient_birth_date", "patient_sex", "payer_class", "rules_of",
    "stands", "billing_npi", "billing_taxonomy_code", "bill_type_code", "claim_frequency_code",
)  # fmt: skip
"""What lines and diagnoses carry of the claim above them."""
_ABOVE_LINES: Final = tuple(map(pl.col, (*OF_THE_CLAIM, "diagnosis_count", "line_count", "is_inpatient")))  # fmt: skip
_PROVIDER: Final = pl.coalesce("rendering_npi", "billing_npi").alias("provider_npi")
_WITH_MODIFIER: Final = (
    "claim_key", "line_number", "procedure_code", "from_date", "to_date", "claim_type", "payer_class", "patient_key", "is_history", "as_of",
)  # fmt: skip
_WITH_DIAGNOSIS: Final = (
    "claim_key", "line_number", "procedure_code", *MODIFIERS, "from_date", "claim_type", "payer_class", "patient_key", "patient_age", "patient_sex",
    "is_history",
)  # fmt: skip


def line_table(batch: Batch, claims: pl.DataFrame) -> pl.DataFrame:
    """One row a line; see `cleanclaim.derived.claims.Claims.lines`."""
    at = found_in(keys_of(batch.claims), keys_of(batch.lines))
    return batch.lines.hstack(taken(claims.select(_ABOVE_LINES), at)).with_columns(
        completed_years("patient_birth_date", "from_date").alias("patient_age"), _PROVIDER
    )


def modifier_table(lines: pl.DataFrame) -> pl.DataFrame:
    """One row a line and modifier; see `cleanclaim.derived.claims.Claims.line_modifiers`."""
    rows, numbers, values = unpivoted(lines, MODIFIERS)
    return taken(lines.select(_WITH_MODIFIER), rows).with_columns(
        pl.Series("modifier_number", numbers + 1), values.alias("modifier")
    )


def pointer_table(pointers: Pointers) -> pl.DataFrame:
    """One row a line and pointer as sent; see `cleanclaim.derived.claims.Claims.pointers`."""
    keys = pointers.batch.lines.select("claim_key", "line_number")
    return taken(keys, pointers.rows).with_columns(
        pl.Series("pointer_position", pointers.positions + 1),
        pointers.numbers.alias("diagnosis_number"),
    )


def line_diagnosis_table(lines: pl.DataFrame, pointers: Pointers) -> pl.DataFrame:
    """One row a line and diagnosis it points at; see `cleanclaim.derived.claims.Claims.line_diagnoses`."""
    there = pointers.at >= 0
    codes = pointers.batch.diagnoses.select("diagnosis_number", "diagnosis_code", "icd_version")
    return (
        taken(lines.select(_WITH_DIAGNOSIS), pointers.rows[there])
        .hstack(taken(codes, pointers.at[there]))
        .with_columns(pl.Series("pointer_position", pointers.positions[there] + 1))
    )
