"""The physician fee schedule's price of a line: relative values, locality, conversion factor, modifiers, several procedures of a day.

All arithmetic is in whole numbers; rounding to cents, half up, comes once and last. Values and price differences are ten-thousandths, so that
their product with the conversion factor is a count of
10⁻¹² dollars.

Source: CMS, PFS relative value file documentation (formula, indicators); Medicare Claims Processing Manual, chapter 12, sections 20.4, 40.2, 40.4,
40.6 to 40.8, and chapter 5, section 10.7.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from cleanclaim.reference import Reference
from cleanclaim.terms import has_modifier, in_force

_KEYS: Final = ["claim_key", "line_number"]
_DAY: Final = ["patient_key", "provider_npi", "from_date"]
_TEN_THOUSAND: Final = 10_000
_PAYABLE: Final = ("A", "R", "T")
_RVUS: Final = (
    "work_rvu",
    "mp_rvu",
    "nonfacility_pe_rvu",
    "facility_pe_rvu",
    "preoperative",
    "intraoperative",
    "postoperative",
    "conversion_factor",
)
_WHOLE: Final = pl.Int128
_FRACTIONS: Final = {"50": 15_000, "62": 6_250, "80": 1_600, "81": 1_600, "82": 1_600, "AS": 1_360}
"""Of ten thousand; 50 where the bilateral indicator is 1."""


def scheduled(lines: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """The lines whose code the schedule holds on their day, with what it says and the full price of one unit.

    Args:
        lines: as `cleanclaim.fees.places.placed` gives them.
        reference: the dated tables.

    Returns:
        Keys, status, indicators, and `unit_price` (10⁻¹² dollars; null where locality or values are not known), `pe_part` (the practice expense in
        it),
        `technical_price`, `professional_price`, `base_price` (of the endoscopy's family), `release`.
    """
    own_rows = reference.narrow("mpfs", lines["procedure_code"])
    rows = reference.narrow(
        "mpfs", pl.concat([lines["procedure_code"], own_rows["endoscopic_base"]]).unique()
    )
    component = (
        pl.when(has_modifier("26"))
        .then(pl.lit("26"))
        .when(has_modifier("TC"))
        .then(pl.lit("TC"))
        .when(has_modifier("53"))
        .then(pl.lit("53"))
    )
    own = lines.with_columns(component.alias("_component"))
    schedule = rows.rename({"code": "procedure_code", "modifier": "_component"}).with_columns(
        (pl.col(name) * _TEN_THOUSAND).cast(_WHOLE).alias(name) for name in _RVUS
    )
    met = own.join(schedule, on=["procedure_code", "_component"], nulls_equal=True).filter(
        in_force("from_date")
    )
    placed = _with_gpci(met.unique(_KEYS, keep="last", maintain_order=True), reference)
    priced = placed.with_columns(
        (_values() * pl.col("conversion_factor")).alias("unit_price"),
        (_practice_expense() * pl.col("conversion_factor")).alias("pe_part"),
    )
    return _with_base(_with_components(priced, schedule), schedule)


def _practice_expense() -> pl.Expr:
    expense = pl.when("is_facility").then("facility_pe_rvu").otherwise("nonfacility_pe_rvu")
    return expense * pl.col("_pe")


def _values() -> pl.Expr:
    return (
        pl.col("work_rvu") * pl.col("_work")
        + _practice_expense()
        + pl.col("mp_rvu") * pl.col("_mp")
    )


def _with_gpci(lines: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    if "gpci" not in reference.names():
        return lines.with_columns(
            pl.lit(None, _WHOLE).alias(name) for name in ("_work", "_pe", "_mp")
        )
    rows = reference.table("gpci").select(
        pl.col("code").alias("mac_locality"),
        pl.col("valid_from").alias("_from"),
        pl.col("valid_to").alias("_to"),
        *(
            (pl.col(name) * _TEN_THOUSAND).cast(_WHOLE).alias(f"_{name}")
            for name in ("work", "pe", "mp")
        ),
    )
    found = (
        lines.select(*_KEYS, "mac_locality", "from_date")
        .join(rows, on="mac_locality")
        .filter(in_force("from_date", "_from", "_to"))
        .unique(_KEYS, keep="last")
        .select(*_KEYS, "_work", "_pe", "_mp")
    )
    return lines.join(found, on=_KEYS, how="left", maintain_order="left")


def _price_of(
    lines: pl.DataFrame, schedule: pl.DataFrame, code: str, component: str | None, name: str
) -> pl.DataFrame:
    """The price, at each line's place and day, of a component of a code that the line names."""
    wanted = schedule.filter(pl.col("_component").eq_missing(pl.lit(component, pl.String))).select(
        pl.col("procedure_code").alias("_code"), "valid_from", "valid_to", *_RVUS
    )
    return (
        lines.select(
            *_KEYS, pl.col(code).alias("_code"), "from_date", "is_facility", "_work", "_pe", "_mp"
        )
        .join(wanted, on="_code")
        .filter(in_force("from_date"))
        .unique(_KEYS, keep="last")
        .select(*_KEYS, (_values() * pl.col("conversion_factor")).alias(name))
    )


def _with_components(lines: pl.DataFrame, schedule: pl.DataFrame) -> pl.DataFrame:
    for component, name in (("TC", "technical_price"), ("26", "professional_price")):
        found = _price_of(lines, schedule, "procedure_code", component, name)
        lines = lines.join(found, on=_KEYS, how="left", maintain_order="left")
    return lines


def _with_base(lines: pl.DataFrame, schedule: pl.DataFrame) -> pl.DataFrame:
    found = _price_of(lines, schedule, "endoscopic_base", None, "base_price")
    return lines.join(found, on=_KEYS, how="left", maintain_order="left")


def reduced(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines with `amount`, 10⁻¹⁶ dollars: units, modifiers, and the reductions for several procedures of one patient, provider and day.

    Medicare works the reductions out itself, whether or not 51 is on the line. In ranking, full prices count; among equals the line that stands
    first.

    Args:
        lines: as `scheduled` gives them.
    """
    units = pl.col("units").fill_null(1).cast(pl.Int64).clip(1).cast(_WHOLE)
    ranked = lines.with_columns(
        _rank("unit_price", ["multiple_procedure"]).alias("_rank"),
        _rank("pe_part", ["multiple_procedure"]).alias("_pe_rank"),
        _rank("technical_price", ["multiple_procedure"]).alias("_technical_rank"),
        _rank("unit_price", ["multiple_procedure", "endoscopic_base"]).alias("_family_rank"),
        units.alias("_units"),
    )
    full = pl.col("unit_price") * _TEN_THOUSAND
    kind = pl.col("multiple_procedure")
    amount = (
        pl.when(kind == 2)
        .then(_after_first("_rank", full, full // 2))
        .when((kind == 3) & pl.col("base_price").is_not_null())
        .then(
            _after_first(
                "_family_rank", full, (pl.col("unit_price") - pl.col("base_price")) * _TEN_THOUSAND
            )
        )
        .when(kind == 4)
        .then(_imaging(full, 5_000, 9_500))
        .when(kind == 5)
        .then(_therapy(full))
        .when(kind == 6)
        .then(_imaging(full, 7_500, 10_000))
        .when(kind == 7)
        .then(_imaging(full, 8_000, 10_000))
        .otherwise(full * pl.col("_units"))
    )
    return ranked.with_columns((amount * _fraction() // _TEN_THOUSAND).alias("amount"))


def _rank(by: str, within: Sequence[str]) -> pl.Expr:
    ordered = pl.col(by).fill_null(0).rank("ordinal", descending=True)
    return ordered.over([*_DAY, *within])


def _after_first(rank: str, full: pl.Expr, less: pl.Expr) -> pl.Expr:
    """One unit of the line ranked first at its full price, every other unit at less."""
    first = pl.col(rank) == 1
    return (
        pl.when(first).then(full + less * (pl.col("_units") - 1)).otherwise(less * pl.col("_units"))
    )


def _imaging(full: pl.Expr, technical: int, professional: int) -> pl.Expr:
    """The technical part of every service after the first at a share, and the professional part at another; a line of one component is only that."""
    own = full // _TEN_THOUSAND
    is_technical, is_professional = has_modifier("TC"), has_modifier("26")
    less = (
        pl.when(is_technical)
        .then(own * technical)
        .when(is_professional)
        .then(own * professional)
        .otherwise(
            pl.col("technical_price").fill_null(0) * technical
            + pl.coalesce("professional_price", own) * professional
        )
    )
    return _after_first("_technical_rank", full, less)


def _therapy(full: pl.Expr) -> pl.Expr:
    """Half the practice expense of every unit but the one whose practice expense is greatest."""
    less = full - pl.col("pe_part") * (_TEN_THOUSAND // 2)
    return _after_first("_pe_rank", full, less)


def _fraction() -> pl.Expr:
    """What the line's modifiers leave of the price, of ten thousand."""
    part = pl.lit(_TEN_THOUSAND, _WHOLE)
    for modifier, share in _FRACTIONS.items():
        applies = has_modifier(modifier)
        if modifier == "50":
            applies &= pl.col("bilateral").is_in([1, 3])
        own = (
            pl.when(pl.col("bilateral") == 3).then(20_000).otherwise(share)
            if modifier == "50"
            else pl.lit(share)
        )
        part = pl.when(applies).then(part * own.cast(_WHOLE) // _TEN_THOUSAND).otherwise(part)
    before, during, after = (
        pl.col(name) for name in ("preoperative", "intraoperative", "postoperative")
    )
    split = (
        pl.when(has_modifier("54"))
        .then(before + during)
        .when(has_modifier("55"))
        .then(after)
        .when(has_modifier("56"))
        .then(before)
        .when(has_modifier("78"))
        .then(during)
    )
    is_split = split.is_not_null() & (split > 0)
    return pl.when(is_split).then(part * split // _TEN_THOUSAND).otherwise(part)


def why_not(lines: pl.DataFrame) -> pl.Expr:
    """Why a line that the schedule holds has no price; null where it has one."""
    del lines
    return (
        pl.when(pl.col("status") == "C")
        .then(pl.lit("the contractor prices it (status C)"))
        .when(~pl.col("status").is_in(_PAYABLE))
        .then(pl.format("the fee schedule pays nothing for it (status {})", "status"))
        .when(has_modifier("52", "53") & (pl.col("_component") != "53").fill_null(value=True))
        .then(pl.lit("a reduced or discontinued service is priced by report"))
        .when(has_modifier("66"))
        .then(pl.lit("a team is priced by report"))
        .when(pl.col("mac_locality").is_null())
        .then(pl.lit("its locality is not known: load CMS's GPCI and ZIP code files for the day"))
        .when(pl.col("work_rvu").is_null())
        .then(pl.lit("the starter set has no relative values"))
        .when(pl.col("unit_price").is_null())
        .then(pl.lit("no GPCI is loaded for its locality and day"))
    )
