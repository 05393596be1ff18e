"""Price what isn't in the relative value files: anesthesia, laboratory tests and drugs.

Anesthesia: (base units + minutes / 15, in tenths) x the locality's factor, multiplied by the share
for who gave it: AA and QZ all, QK, QX and QY half, AD three base units and no time. Base units
aren't in any fee schedule file; they are read from the code rules (`anesthesia_base_units`).
Laboratory tests have one national rate; waived tests have a row of their own (QW). Drugs have a
payment limit per unit of their code.

Source: Medicare Claims Processing Manual, chapter 12, section 50 (anesthesia); chapter 16, section
20 (laboratory); chapter 17, section 20 (drugs).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import polars as pl

from cleanclaim.fees.dated import PRICE, covers, quarter, rows_for
from cleanclaim.model.expressions import has_modifier
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

_IN_FULL: Final = ("AA", "QZ")
_HALF: Final = ("QK", "QX", "QY")
_SUPERVISED: Final = "AD"
_BASE_OF_SUPERVISED: Final = Decimal(3)
_MINUTES_A_UNIT: Final = 15
_OTHER: Final = {"row": pl.UInt32, "amount": PRICE, "basis": pl.String, "other_reason": pl.String}


def laboratory(lines: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Price lines whose code is in the laboratory fee schedule: row, amount, basis, other_reason."""
    waived = rows_for(
        lines.filter(has_modifier("QW")).with_columns(pl.lit("QW").alias("modifier")),
        reference, "clfs", ["rate", "release"], code="procedure_code", by=["modifier"],
    )  # fmt: skip
    plain = rows_for(
        lines.with_columns(pl.lit(None, pl.String).alias("modifier")),
        reference, "clfs", ["rate", "release"], code="procedure_code", by=["modifier"],
    )  # fmt: skip
    rest = plain.join(waived, on="row", how="anti")
    found = pl.concat([_typed(waived, "rate"), _typed(rest, "rate")])
    return _of_units(lines, found, "rate", "this laboratory test is contractor-priced")


def drugs(lines: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Price lines whose code is in the table of drug payment limits: row, amount, basis, other_reason."""
    found = rows_for(lines, reference, "asp", ["payment_limit", "release"], code="procedure_code")
    return _of_units(
        lines,
        _typed(found, "payment_limit"),
        "payment_limit",
        "the drug has no payment limit: it is contractor-priced",
    )


def _typed(found: pl.DataFrame, price: str) -> pl.DataFrame:
    return found.select(
        pl.col("row").cast(pl.UInt32), pl.col(price).cast(PRICE), pl.col("release").cast(pl.String)
    )


def _of_units(lines: pl.DataFrame, found: pl.DataFrame, price: str, without: str) -> pl.DataFrame:
    return (
        lines.select("row", "units")
        .join(found, on="row")
        .select(
            "row",
            (pl.col(price) * pl.col("units").cast(PRICE)).alias("amount"),
            pl.col("release").alias("basis"),
            pl.when(pl.col(price).is_null()).then(pl.lit(without)).alias("other_reason"),
        )
        .cast(_OTHER)  # type: ignore[arg-type]
    )


def anesthesia(lines: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Price lines of anesthesia codes, with the columns of `locality.placed`: row, amount, basis, other_reason."""
    priced = (
        lines.join(_factors(lines, reference), on="row", how="left", maintain_order="left")
        .join(_base_units(lines, reference), on="row", how="left", maintain_order="left")
        .with_columns(_time().alias("_time"))
    )
    half = pl.when(has_modifier(*_HALF)).then(pl.lit(Decimal("0.5"))).otherwise(pl.lit(Decimal(1)))
    units = (
        pl.when(has_modifier(_SUPERVISED))
        .then(pl.lit(_BASE_OF_SUPERVISED).cast(PRICE))
        .otherwise((pl.col("base_units") + pl.col("_time")) * half.cast(PRICE))
    )
    return priced.select(
        "row",
        (units * pl.col("factor")).alias("amount"),
        _basis().alias("basis"),
        _reason(reference).alias("other_reason"),
    ).cast(_OTHER)  # type: ignore[arg-type]


def _factors(lines: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Return the locality's dollars per unit, by the contractor's first three digits and the locality."""
    if "anesthesia_factors" not in reference.names():
        return pl.DataFrame(schema={"row": pl.UInt32, "factor": PRICE, "factor_release": pl.String})
    factors = reference.table("anesthesia_factors").select(
        (pl.col("code").str.slice(0, 3) + pl.col("code").str.slice(5, 2)).alias("place"),
        "valid_from",
        "valid_to",
        pl.col("conversion_factor").cast(PRICE).alias("factor"),
        pl.col("release").cast(pl.String).alias("factor_release"),
    )
    return (
        lines.select("row", "place", "from_date")
        .join(factors, on="place")
        .filter(pl.col("from_date").is_between("valid_from", "valid_to"))
        .unique("row", keep="first", maintain_order=True)
        .select("row", "factor", "factor_release")
    )


def _base_units(lines: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    ruled = lines.with_columns(pl.lit("anesthesia_base_units").alias("rule"))
    found = rows_for(ruled, reference, "code_rules", ["value"], code="procedure_code", by=["rule"])
    return found.select(
        pl.col("row").cast(pl.UInt32),
        pl.col("value").cast(pl.String).cast(PRICE, strict=False).alias("base_units"),
    )


def _time() -> pl.Expr:
    """Return the 15-minute units, in tenths; null if the line doesn't report minutes."""
    minutes = pl.col("units").cast(PRICE) / _MINUTES_A_UNIT
    tenths = minutes.round(1, mode="half_away_from_zero")
    return pl.when(pl.col("unit_basis_code") == "MJ").then(tenths)


def _basis() -> pl.Expr:
    half = pl.when(has_modifier(*_HALF)).then(pl.lit("medically directed 50%"))
    supervised = pl.when(has_modifier(_SUPERVISED)).then(
        pl.lit("medically supervised: three base units")
    )
    return pl.concat_str(
        pl.col("factor_release"),
        worded("locality {}", "locality"),
        worded("{} base units", pl.col("base_units").cast(pl.Float64)),
        worded("{} time units", pl.col("_time").cast(pl.Float64)),
        half,
        supervised,
        separator=", ",
        ignore_nulls=True,
    )


def _reason(reference: Reference) -> pl.Expr:
    who = has_modifier(*_IN_FULL, *_HALF, _SUPERVISED)
    needs_time = ~has_modifier(_SUPERVISED)
    return (
        pl.when(~covers(reference, "anesthesia_factors"))
        .then(worded("no anesthesia conversion factors are loaded for {}", quarter()))
        .when(~who)
        .then(pl.lit("no modifier shows who gave the anesthesia (AA, AD, QK, QX, QY or QZ)"))
        .when(needs_time & pl.col("base_units").is_null())
        .then(worded("no base units are loaded for {}", "procedure_code"))
        .when(needs_time & pl.col("_time").is_null())
        .then(pl.lit("the anesthesia time isn't reported in minutes (MJ)"))
        .when(pl.col("factor").is_null())
        .then(pl.lit("no anesthesia conversion factor is loaded for the locality"))
    )
