"""The amount that Medicare would allow for each line, and by what; or why it cannot be told."""

from __future__ import annotations

from typing import Final

import polars as pl

from cleanclaim.derive import Claims
from cleanclaim.fees.places import placed
from cleanclaim.fees.schedule import reduced, scheduled, why_not
from cleanclaim.reference import Reference
from cleanclaim.terms import has_modifier, in_force

MONEY: Final = pl.Decimal(15, 2)
PRICED: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "claim_key": pl.Int64,
    "line_number": pl.Int64,
    "procedure_code": pl.String,
    "allowed": MONEY,
    "basis": pl.String,
    "reason": pl.String,
}
"""Columns of what is priced: `allowed` in dollars, `basis` by which release and place, `reason` why there is no amount."""
_KEYS: Final = ["claim_key", "line_number"]
_CENT: Final = 10**14
"""A cent in 10⁻¹⁶ dollars."""


def allowed(claims: Claims, reference: Reference) -> pl.DataFrame:
    """Price every line that is not history.

    Professional lines by the physician fee schedule at the line's locality, capped at the hospital's price where that is loaded; laboratory tests
    and drugs by their own
    schedules; anesthesia by base units and time. Amounts are for a participating physician; deductible and coinsurance are in them.

    Args:
        claims: the claims.
        reference: the dated tables.

    Returns:
        One row a line, columns `PRICED`.
    """
    lines = placed(claims, reference)
    by_schedule = _capped(reduced(scheduled(lines, reference)), reference)
    by_schedule = by_schedule.with_columns(why_not(by_schedule).alias("reason"))
    physician = by_schedule.select(
        *_KEYS,
        pl.when(pl.col("reason").is_null()).then(_dollars("amount")).alias("allowed"),
        pl.format(
            "{}, locality {}, {}",
            "release",
            pl.col("mac_locality").fill_null("unknown"),
            pl.when("is_facility").then(pl.lit("facility")).otherwise(pl.lit("non-facility")),
        ).alias("basis"),
        "reason",
    )
    others = [
        _laboratory(lines, reference),
        _drugs(lines, reference),
        _anesthesia(lines, reference),
    ]
    special = pl.concat(others).unique(_KEYS, keep="first", maintain_order=True)
    paid = physician.filter(pl.col("allowed").is_not_null())
    told = pl.concat([paid, special, physician]).unique(_KEYS, keep="first", maintain_order=True)
    return (
        lines.select(*_KEYS, "procedure_code", "claim_type")
        .join(told, on=_KEYS, how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("allowed").is_null())
            .then(
                pl.coalesce("reason", pl.lit("no fee schedule that is loaded holds it on its day"))
            )
            .alias("reason"),
            pl.when(pl.col("allowed").is_not_null()).then("basis").alias("basis"),
        )
        .with_columns(
            pl.when(pl.col("claim_type") == "professional").then("allowed").alias("allowed"),
            pl.when(pl.col("claim_type") != "professional")
            .then(pl.lit("only professional claims are priced"))
            .otherwise("reason")
            .alias("reason"),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in PRICED.items())
    )


def _dollars(column: str) -> pl.Expr:
    """Cents, half up, as dollars."""
    cents = (pl.col(column) + _CENT // 2) // _CENT
    return (cents.cast(pl.Int64).cast(pl.Decimal(18, 2)) / pl.lit(100)).cast(MONEY)


def _capped(lines: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """The lesser of the schedule's amount and the hospital's, for the imaging services that have a cap."""
    if "opps_cap" not in reference.names() or lines.is_empty():
        return lines
    caps = reference.narrow("opps_cap", lines["procedure_code"]).select(
        pl.col("code").alias("procedure_code"),
        pl.col("modifier").alias("_component"),
        (pl.col("mac") + pl.col("locality")).alias("mac_locality"),
        pl.col("valid_from").alias("_cap_from"),
        pl.col("valid_to").alias("_cap_to"),
        "facility_price",
        "nonfacility_price",
    )
    units = pl.col("units").fill_null(1).cast(pl.Int64).clip(1).cast(pl.Int128)
    price = pl.when("is_facility").then("facility_price").otherwise("nonfacility_price")
    cap = (price * 100).cast(pl.Int64).cast(pl.Int128) * _CENT * units
    found = (
        lines.select(
            *_KEYS,
            "procedure_code",
            "_component",
            "mac_locality",
            "from_date",
            "is_facility",
            "units",
        )
        .join(caps, on=["procedure_code", "_component", "mac_locality"], nulls_equal=True)
        .filter(in_force("from_date", "_cap_from", "_cap_to"))
        .unique(_KEYS, keep="last")
        .select(*_KEYS, cap.alias("_cap"))
    )
    return lines.join(found, on=_KEYS, how="left", maintain_order="left").with_columns(
        pl.min_horizontal("amount", "_cap").alias("amount")
    )


def _special(lines: pl.DataFrame, amount: pl.Expr, basis: pl.Expr, reason: pl.Expr) -> pl.DataFrame:
    return lines.select(
        *_KEYS, amount.cast(MONEY).alias("allowed"), basis.alias("basis"), reason.alias("reason")
    )


def _nothing() -> pl.DataFrame:
    return pl.DataFrame(
        schema={name: PRICED[name] for name in (*_KEYS, "allowed", "basis", "reason")}
    )


def _laboratory(lines: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    if "clfs" not in reference.names():
        return _nothing()
    rows = reference.narrow("clfs", lines["procedure_code"]).rename({"modifier": "_qw"})
    wanted = pl.when(has_modifier("QW")).then(pl.lit("QW"))
    met = (
        lines.with_columns(wanted.alias("_qw"))
        .join(rows, left_on=["procedure_code", "_qw"], right_on=["code", "_qw"], nulls_equal=True)
        .filter(in_force("from_date"))
    )
    no_rate = pl.when(pl.col("rate").is_null()).then(pl.lit("the contractor prices it"))
    return _special(met, pl.col("rate") * pl.col("units").fill_null(1), pl.col("release"), no_rate)


def _drugs(lines: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    if "asp" not in reference.names():
        return _nothing()
    met = lines.join(
        reference.narrow("asp", lines["procedure_code"]), left_on="procedure_code", right_on="code"
    ).filter(in_force("from_date"))
    no_limit = pl.when(pl.col("payment_limit").is_null()).then(pl.lit("CMS names no payment limit"))
    amount = (pl.col("payment_limit") * pl.col("units").fill_null(1)).round(2)
    return _special(met, amount, pl.col("release"), no_limit)


_HALVED: Final = ("QK", "QX", "QY")
_SUPERVISED_BASE: Final = 3


def _anesthesia(lines: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Base units and time units of fifteen minutes, to the tenth, at the locality's factor."""
    asked = lines.filter(pl.col("procedure_code").str.contains(r"^0[01]\d{3}$"))
    if not {"anesthesia_factors", "code_rules"} <= set(reference.names()) or asked.is_empty():
        return _nothing()
    base = (
        reference.narrow("code_rules", asked["procedure_code"])
        .filter(pl.col("rule") == "anesthesia_base_units")
        .select("code", pl.col("value").cast(pl.Int64, strict=False).alias("_base"))
    )
    factors = reference.table("anesthesia_factors").select(
        pl.col("code").alias("mac_locality"),
        "conversion_factor",
        "valid_from",
        "valid_to",
        "release",
    )
    met = (
        asked.join(base, left_on="procedure_code", right_on="code")
        .join(factors, on="mac_locality")
        .filter(in_force("from_date"))
    )
    minutes = (
        pl.when(pl.col("unit_basis_code") == "MJ")
        .then(pl.col("units"))
        .otherwise(pl.col("units") * 15)
    )
    time = (minutes * 10 / 15).round(0, mode="half_away_from_zero").cast(pl.Int64)
    base_units = pl.when(has_modifier("AD")).then(_SUPERVISED_BASE).otherwise("_base")
    tenths = base_units * 10 + pl.when(has_modifier("AD")).then(0).otherwise(time)
    factor = (pl.col("conversion_factor") * 10_000).cast(pl.Int64)
    share = pl.when(has_modifier(*_HALVED)).then(1).otherwise(2)
    cents = (tenths * factor * share + 10_000 * 10 * 2 // 200) // (10_000 * 10 * 2 // 100)
    amount = cents.cast(pl.Decimal(18, 2)) / pl.lit(100)
    return _special(met, amount, pl.col("release"), pl.lit(None, pl.String))
