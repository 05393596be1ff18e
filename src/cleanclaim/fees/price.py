"""What Medicare would allow for each line of a professional claim, and why; or why it can't be priced."""

from __future__ import annotations

from typing import Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.fees import locality, modifiers, multiple, other_schedules, schedule
from cleanclaim.fees.dated import PRICE
from cleanclaim.model import MONEY
from cleanclaim.model.expressions import IS_PROFESSIONAL, MODIFIERS
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

PRICED: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "claim_key": pl.Int64,
    "line_number": pl.Int64,
    "procedure_code": pl.String,
    "allowed": MONEY,
    "basis": pl.String,
    "reason": pl.String,
}
"""Columns of priced lines.

`allowed` is in dollars, `basis` names the release, the place and the reductions, and `reason` is
why there is no amount.
"""
_OF_LINE: Final = (
    "claim_key",
    "line_number",
    "claim_type",
    "is_history",
    "stands",
    "patient_key",
    "provider_npi",
    "billing_npi",
    "procedure_code",
    *MODIFIERS,
    "units",
    "unit_basis_code",
    "from_date",
    "place_of_service_code",
)
_IS_ANESTHESIA: Final = (
    (pl.col("status") == schedule.ANESTHESIA)
    | (pl.col("status").is_null() & pl.col("procedure_code").str.contains(r"^0[01][0-9]{3}$"))
).fill_null(value=False)
_IS_PAID: Final = pl.col("status").is_in(schedule.PAID).fill_null(value=False)


def allowed(claims: Claims, reference: Reference) -> pl.DataFrame:
    """Return what Medicare would allow for each line.

    Deductible, coinsurance, sequestration and payer contracts are ignored, and every provider
    counts as participating. Earlier claims are ranked with the other claims of their day, but
    aren't in the result.

    Args:
        claims: the claims.
        reference: the dated tables.

    Returns:
        One row per line of claims that aren't history: claim_key, line_number, procedure_code,
        `allowed` (null if there is no price), `basis` (the release, the locality, the setting, and
        what was taken off or added), `reason` (why there is no price).
    """
    lines = _asked(claims)
    askable = lines.filter(pl.col("general_reason").is_null())
    valued = schedule.valued(locality.placed(askable, reference), reference)
    priced = pl.concat([_by_schedule(valued), _by_other_schedules(valued, reference)])
    return (
        lines.filter(~pl.col("is_history").fill_null(value=False))
        .select("row", "claim_key", "line_number", "procedure_code", "general_reason")
        .join(priced, on="row", how="left", maintain_order="left")
        .with_columns(pl.coalesce("general_reason", "reason").alias("reason"))
        .with_columns(_in_cents().alias("allowed"))
        .select(
            *(pl.col(name).cast(dtype) for name, dtype in PRICED.items() if name != "basis"),
            pl.when(pl.col("allowed").is_not_null()).then("basis").alias("basis"),
        )
        .select(*PRICED)
    )


def _in_cents() -> pl.Expr:
    """Round once, half a cent up."""
    cents = pl.col("amount").round(2, mode="half_away_from_zero").cast(MONEY)
    return pl.when(pl.col("reason").is_null()).then(cents)


def _asked(claims: Claims) -> pl.DataFrame:
    addresses = claims.claims.select("claim_key", *locality.ADDRESS)
    return (
        claims.lines.select(*_OF_LINE)
        .join(addresses, on="claim_key", how="left", maintain_order="left")
        .with_row_index("row")
        .with_columns(_general_reason().alias("general_reason"))
    )


def _general_reason() -> pl.Expr:
    return (
        pl.when(~IS_PROFESSIONAL.fill_null(value=False))
        .then(pl.lit("the fee schedules price professional claims only"))
        .when(~pl.col("stands").fill_null(value=True))
        .then(pl.lit("the claim is a void, or a later claim replaces it"))
        .when(pl.col("procedure_code").is_null())
        .then(pl.lit("the procedure code is missing"))
        .when(pl.col("from_date").is_null())
        .then(pl.lit("the date of service is missing"))
        .when(pl.col("units").is_null() | (pl.col("units") <= 0))
        .then(pl.lit("units are missing or zero"))
    )


def _by_schedule(valued: pl.DataFrame) -> pl.DataFrame:
    """Price the lines by relative values."""
    reason = pl.coalesce("schedule_reason", "place_reason", modifiers.reason())
    own = valued.filter(_IS_PAID).with_columns(reason.alias("reason")).with_columns(_bundled())
    paid = own.filter(pl.col("reason").is_null()).with_columns(modifiers.bilateral().alias("sides"))
    amounts = multiple.reduced(paid)
    return (
        own.join(amounts, on="row", how="left", maintain_order="left")
        .with_columns((pl.col("amount") * modifiers.share()).alias("amount"))
        .select("row", "amount", _basis().alias("basis"), "reason")
    )


def _bundled() -> pl.Expr:
    """Leave status T lines unpaid if the provider has another payable fee schedule service that day."""
    is_other = (pl.col("status") != "T") & pl.col("reason").is_null()
    day = ["patient_key", "from_date", "provider_npi"]
    has_other = is_other.any().over(day) & pl.col("patient_key").is_not_null()
    why = pl.lit("status T: another fee schedule service is paid that day")
    return pl.coalesce("reason", pl.when((pl.col("status") == "T") & has_other).then(why)).alias(
        "reason"
    )


def _basis() -> pl.Expr:
    setting = pl.when("is_facility").then(pl.lit("facility")).otherwise(pl.lit("non-facility"))
    return pl.concat_str(
        pl.col("release"),
        worded("locality {}", "locality"),
        setting,
        pl.when(pl.col("component").is_not_null()).then(worded("modifier {}", "component")),
        pl.when("is_capped").then(pl.lit("OPPS cap")),
        *modifiers.notes(),
        pl.col("multiple"),
        separator=", ",
        ignore_nulls=True,
    )


def _by_other_schedules(valued: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Price anesthesia, laboratory tests and drugs, and explain what can't be priced."""
    lines = valued.filter(~_IS_PAID)
    asleep = other_schedules.anesthesia(
        lines.filter(_IS_ANESTHESIA & pl.col("place_reason").is_null()), reference
    )
    rest = lines.filter(~_IS_ANESTHESIA)
    tests = other_schedules.laboratory(rest, reference)
    drugs = other_schedules.drugs(rest.join(tests, on="row", how="anti"), reference)
    found = pl.concat([asleep, tests, drugs]).with_columns(pl.lit(value=True).alias("_found"))
    why = pl.when(_IS_ANESTHESIA).then("place_reason").otherwise("schedule_reason")
    return lines.join(found, on="row", how="left", maintain_order="left").select(
        "row",
        pl.col("amount").cast(PRICE),
        "basis",
        pl.when("_found").then("other_reason").otherwise(why).alias("reason"),
    )
