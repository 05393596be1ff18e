"""Lines met with the Medicare Physician Fee Schedule and the limits of units."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.model.arrays import Codes, Days, is_among, packed, taken
from cleanclaim.model.expressions import daily_units
from cleanclaim.model.keys import groups
from cleanclaim.reference import Reference
from cleanclaim.reference.periods import Periods

WHOLE_SERVICE: Final = pl.col("modifier").is_null()
"""The rows of the fee schedule for a service as a whole, not for one of its components."""
_FEES: Final = (
    "status",
    "pctc",
    "global_days",
    "multiple_procedure",
    "bilateral",
    "assistant",
    "co_surgeon",
    "team",
    "nonfacility_na",
    "facility_na",
    "release",
)


def fee_table(
    lines: pl.DataFrame, codes: Codes, on: Days, limits: pl.Series, reference: Reference
) -> pl.DataFrame:
    """`lines` with fee schedule and limits; see `cleanclaim.derived.claims.Claims.line_fees`.

    Args:
        lines: the table of lines.
        codes: their procedure codes.
        on: their days.
        limits: the table of limits for each line.
        reference: the dated tables.
    """
    periods = Periods.of(reference, "mpfs", WHOLE_SERVICE)
    fees = taken(periods.table.select(_FEES), periods.rows_on(periods.spans(codes), on))
    visits = reference.derived("visits", lambda: _visit_codes(reference))["code"].to_numpy()
    known = lines.hstack(fees).hstack(_limits(limits, codes, on, reference))
    return known.with_columns(
        pl.Series("visit", is_among(codes.distinct, visits)[codes.at]),
        pl.Series("day_units", _day_units(known)),
    )


def _visit_codes(reference: Reference) -> pl.DataFrame:
    visits = packed(reference.table("visit_codes")["code"])
    return pl.DataFrame({"code": np.unique(visits)})


def _limits(tables: pl.Series, codes: Codes, on: Days, reference: Reference) -> pl.DataFrame:
    """unit_limit, unit_adjudication and unit_release of each line."""
    shape = {"max_units": pl.Int64, "adjudication": pl.Int8, "release": pl.String}
    parts = [pl.DataFrame(schema=shape)]
    rows = np.full(tables.len(), -1, dtype=np.int64)
    above = 0
    for table in tables.unique().drop_nulls():
        if table not in reference.names():
            continue
        periods = Periods.of(reference, table)
        at = periods.rows_on(periods.spans(codes), on)
        rows = np.where(
            (tables == table).fill_null(value=False).to_numpy() & (at >= 0), at + above, rows
        )
        above += periods.table.height
        parts.append(periods.table.select(list(shape)))
    limits = parts[-1] if len(parts) == 2 else pl.concat(parts)
    return taken(limits, rows).rename(
        {
            "max_units": "unit_limit",
            "adjudication": "unit_adjudication",
            "release": "unit_release",
        }
    )


def _day_units(known: pl.DataFrame) -> npt.NDArray[np.float64]:
    """The units of each line's code on its day, over all lines of patient and provider that stand."""
    units = (
        known.select(pl.when("stands").then(daily_units()).fill_null(0.0)).to_series().to_numpy()
    )
    same = groups(
        known, ["patient_key", "provider_npi", "from_date", "procedure_code", "unit_release"]
    )
    return np.asarray(np.bincount(same, weights=units, minlength=1)[same], dtype=np.float64)
