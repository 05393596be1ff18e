"""Diagnoses met with the code sets: in force on their days or not, and what the Medicare Code Editor says of them."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Final

import numpy as np
import polars as pl

from cleanclaim.model.arrays import Codes, days, taken
from cleanclaim.reference import Reference
from cleanclaim.reference.periods import Periods

ATTRIBUTES: Final = (
    "newborn",
    "pediatric",
    "maternity",
    "adult",
    "male",
    "female",
    "manifestation",
    "external_cause",
    "unacceptable_principal",
    "requires_secondary",
    "unspecified_laterality",
    "questionable_admission",
    "wrong_procedure",
)
"""Medicare Code Editor attributes that `Claims.diagnoses` carries, each true or false on the diagnosis date."""

ICD10_BEGINS: Final = date(2015, 10, 1)
_SYSTEMS: Final = {"icd10cm": 10, "icd9cm": 9}


def validity(diagnoses: pl.DataFrame, codes: Codes, reference: Reference) -> pl.DataFrame:
    """in_force, ever_in_force, first_valid, last_valid and release of each diagnosis."""
    version = diagnoses["icd_version"].to_numpy()
    first_day, last_day = days(diagnoses["on_date"]), days(diagnoses["last_date"])
    parts: dict[str, pl.Series] = {}
    for name, number in _SYSTEMS.items():
        of_system = version == number
        if parts and not of_system.any():
            continue
        periods = Periods.of(reference, name)
        first, count = periods.spans(codes)
        count = np.where(of_system, count, 0)
        in_force = [periods.rows_on((first, count), day) >= 0 for day in (first_day, last_day)]
        ever = count > 0
        begins = taken(periods.table.select("valid_from"), np.where(ever, first, -1))
        said = periods.table.select("valid_to", "release")
        ends = taken(said, np.where(ever, first + count - 1, -1))
        own = {
            "in_force": pl.Series(in_force[0] & in_force[1]),
            "ever_in_force": pl.Series(ever),
            "first_valid": begins["valid_from"],
            "last_valid": ends["valid_to"],
            "release": ends["release"].cast(pl.String),
        }
        mask = pl.Series(of_system)
        parts = {
            column: values.zip_with(mask, parts[column]) if parts else values
            for column, values in own.items()
        }
    return pl.DataFrame(parts)


def is_loaded(reference: Reference) -> pl.Expr:
    """Whether the validity table of a dated diagnosis' code system covers its days; null where there is no date or code, or the system is the wrong one."""
    return reference.derived("days that validity covers", lambda: _is_loaded(reference))


def _is_loaded(reference: Reference) -> pl.Expr:
    loaded = _loaded(reference, "icd10cm", 10) | _loaded(reference, "icd9cm", 9)
    is_known = pl.col("on_date").is_not_null() & pl.col("diagnosis_code").is_not_null()
    return pl.when(is_known & _right_system()).then(loaded)


def _loaded(reference: Reference, table: str, version: int) -> pl.Expr:
    spans = [
        pl.col("on_date").is_between(start, end) & pl.col("last_date").is_between(start, end)
        for start, end in reference.coverage(table)
    ]
    return pl.any_horizontal(pl.lit(value=False), *spans) & (pl.col("icd_version") == version)


def _right_system() -> pl.Expr:
    """ICD-9 before 2015-10-01, ICD-10 from then on (45 CFR 162.1002)."""
    return (
        pl.when(pl.col("icd_version") == 9)
        .then(pl.col("on_date") < ICD10_BEGINS)
        .otherwise(pl.col("last_date") >= ICD10_BEGINS)
    )


def _known(table: pl.DataFrame) -> pl.DataFrame:
    return table.select(
        name if name in table.columns else pl.lit(value=False).alias(name) for name in ATTRIBUTES
    )


def attributes(diagnoses: pl.DataFrame, codes: Codes, reference: Reference) -> pl.DataFrame:
    """Each of `ATTRIBUTES` of each diagnosis on its day, false where the tables say nothing."""
    version = diagnoses["icd_version"].to_numpy()
    on = days(diagnoses["on_date"])
    parts = []
    for name, number in _SYSTEMS.items():
        of_system = version == number
        if not of_system.any():
            continue
        periods = Periods.of(reference, f"{name}_attributes")
        first, count = periods.spans(codes)
        spans = first, np.where(of_system, count, 0)
        known = reference.derived(f"attributes of {name}", partial(_known, periods.table))
        rows = taken(known, periods.rows_on(spans, on))
        parts.append(rows.select(pl.all().fill_null(value=False)))
    if not parts:
        unknown = np.zeros(diagnoses.height, dtype=bool)
        return pl.DataFrame(dict.fromkeys(ATTRIBUTES, unknown))
    if len(parts) == 1:
        return parts[0]
    return pl.DataFrame([one | other for one, other in zip(*parts, strict=True)])
