"""What a code is worth in the Medicare Physician Fee Schedule at a place, before modifiers and other reductions.

(work x GPCI + practice expense x GPCI + malpractice x GPCI) x conversion factor, with the setting's
practice expense. The technical component of imaging is paid no more than a hospital outpatient
department is paid (the OPPS cap); the file of caps has one price per code, component and locality.

Source: CMS, "PFS Relative Value Files", RVUyyX.pdf; 42 CFR 414.20 to 414.28; Social Security Act,
section 1848(b)(4).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from cleanclaim.fees.dated import PRICE, covers, quarter, rows_for
from cleanclaim.model.expressions import has_modifier
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

PAID: Final = ("A", "R", "T")
ANESTHESIA: Final = "J"
_VALUES: Final = (
    "work_rvu",
    "nonfacility_pe_rvu",
    "facility_pe_rvu",
    "mp_rvu",
    "conversion_factor",
)
_FACTS: Final = (
    "status",
    "pctc",
    "global_days",
    "preoperative",
    "intraoperative",
    "postoperative",
    "multiple_procedure",
    "bilateral",
    "assistant",
    "co_surgeon",
    "team",
    "endoscopic_base",
    "imaging_family",
    "release",
)
_TYPES: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    **dict.fromkeys(("status", "global_days", "endoscopic_base", "imaging_family"), pl.String),
    **dict.fromkeys(
        ("pctc", "multiple_procedure", "bilateral", "assistant", "co_surgeon", "team"), pl.Int8
    ),
    **dict.fromkeys((*_VALUES, "preoperative", "intraoperative", "postoperative"), PRICE),
    "release": pl.String,
}
_STATUS: Final = {
    "B": "it is bundled into other services",
    "C": "it is contractor-priced",
    "D": "the code is deleted",
    "E": "it is excluded from the fee schedule by regulation",
    "F": "the code is deleted",
    "G": "it isn't valid for Medicare; use another code",
    "H": "the modifier is deleted for this code",
    "I": "it isn't valid for Medicare; use another code",
    "M": "it is a quality measure for reporting only",
    "N": "Medicare doesn't cover it",
    "P": "it is bundled or excluded",
    "X": "it is excluded from the fee schedule by law",
}


def valued(lines: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Add each line's row of the schedule and its value at the line's place.

    Args:
        lines: with `row`, procedure_code, modifiers, from_date, and the columns of
            `locality.placed`.
        reference: the dated tables.

    Returns:
        The same rows with `component` (26, TC, 53 or null), the row's facts, `whole` (the price of
        one unit), `technical` (the part that is the technical component), `expense` (the part that
        is practice expense), `base_price` (of the endoscopic family's base), `is_capped`, and
        `schedule_reason`.
    """
    asked = lines.with_columns(_component().alias("component"))
    facts = _rows(asked, reference, [*_FACTS, *_VALUES])
    joined = asked.join(facts, on="row", how="left", maintain_order="left").with_columns(
        _price().alias("whole"), _expense().alias("expense")
    )
    return (
        joined.pipe(_with_technical, reference)
        .pipe(_with_base, reference)
        .pipe(_with_cap, reference)
        .with_columns(_reason(reference).alias("schedule_reason"))
        .drop(_VALUES)
    )


def _component() -> pl.Expr:
    return (
        pl.when(has_modifier("26"))
        .then(pl.lit("26"))
        .when(has_modifier("TC"))
        .then(pl.lit("TC"))
        .when(has_modifier("53"))
        .then(pl.lit("53"))
    )


def _rows(asked: pl.DataFrame, reference: Reference, columns: list[str]) -> pl.DataFrame:
    """Return the schedule's row for each line's code and component."""
    found = rows_for(
        asked.rename({"component": "modifier"}),
        reference,
        "mpfs",
        columns,
        code="procedure_code",
        by=["modifier"],
    )
    return found.cast({name: _TYPES[name] for name in columns})


def _expense() -> pl.Expr:
    values = pl.when("is_facility").then("facility_pe_rvu").otherwise("nonfacility_pe_rvu")
    return values * pl.col("pe_gpci") * pl.col("conversion_factor")


def _price() -> pl.Expr:
    other = pl.col("work_rvu") * pl.col("work_gpci") + pl.col("mp_rvu") * pl.col("mp_gpci")
    return other * pl.col("conversion_factor") + _expense()


def _with_technical(lines: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Add the technical part.

    It is all of a technical component, or the part of a whole service that has a row of its own.
    """
    asked = lines.filter(pl.col("component").is_null() & (pl.col("pctc") == 1)).select(
        "row", "procedure_code", "from_date", "is_facility", "work_gpci", "pe_gpci", "mp_gpci",
        pl.lit("TC").alias("component"),
    )  # fmt: skip
    parts = asked.join(_rows(asked, reference, list(_VALUES)), on="row").select(
        "row", _price().alias("_part")
    )
    is_technical = (pl.col("component") == "TC") | (
        pl.col("component").is_null() & (pl.col("pctc") == 3)
    )
    return (
        lines.join(parts, on="row", how="left", maintain_order="left")
        .with_columns(
            pl.when(is_technical)
            .then("whole")
            .otherwise(pl.col("_part").fill_null(0))
            .alias("technical")
        )
        .drop("_part")
    )


def _with_base(lines: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Add the price of the base endoscopy in a line's family."""
    asked = lines.filter(
        (pl.col("multiple_procedure") == 3) & pl.col("endoscopic_base").is_not_null()
    ).select(
        "row", "from_date", "is_facility", "work_gpci", "pe_gpci", "mp_gpci",
        pl.col("endoscopic_base").alias("procedure_code"), pl.lit(None, pl.String).alias("component"),
    )  # fmt: skip
    bases = asked.join(_rows(asked, reference, list(_VALUES)), on="row").select(
        "row", _price().alias("base_price")
    )
    return lines.join(bases, on="row", how="left", maintain_order="left")


def _with_cap(lines: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Apply the cap: the lower of the price and the cap, for the technical part if there is one.

    The file's own price for the whole service is used for the other part.
    """
    is_part = pl.col("component").is_null() & (pl.col("pctc") == 1) & (pl.col("technical") > 0)
    own = _caps(lines, reference, pl.col("component")).rename({"_cap": "_own_cap"})
    parts = _caps(lines.filter(is_part), reference, pl.lit("TC"))
    has_part = pl.col("technical") > 0
    over_part = (has_part & (pl.col("_cap") < pl.col("technical"))).fill_null(value=False)
    over_whole = (~has_part & (pl.col("_cap") < pl.col("whole"))).fill_null(value=False)
    other_part = pl.coalesce(
        pl.col("_own_cap") - pl.col("_cap"), pl.col("whole") - pl.col("technical")
    )
    return (
        lines.join(own, on="row", how="left", maintain_order="left")
        .join(parts, on="row", how="left", maintain_order="left")
        .with_columns(
            pl.when(is_part).then("_cap").otherwise("_own_cap").alias("_cap"),
            is_part.alias("_is_part"),
        )
        .with_columns(
            (over_part | over_whole).alias("is_capped"),
            pl.when(has_part).then("_cap").alias("technical_cap"),
            pl.when(over_whole)
            .then("_cap")
            .when(over_part & pl.col("_is_part"))
            .then(pl.col("technical") + other_part)
            .otherwise("whole")
            .alias("whole"),
        )
        .drop("_cap", "_own_cap", "_is_part")
    )


def _caps(lines: pl.DataFrame, reference: Reference, component: pl.Expr) -> pl.DataFrame:
    """Return the cap for a component of each line's code at its place."""
    if "opps_cap" not in reference.names():
        return pl.DataFrame(schema={"row": pl.UInt32, "_cap": PRICE})
    asked = lines.filter(pl.col("place").is_not_null()).select(
        "row",
        "from_date",
        "place",
        "is_facility",
        pl.col("procedure_code").alias("code"),
        component.alias("modifier"),
    )
    place = pl.col("mac").str.slice(0, 3) + pl.col("locality")
    rows = reference.narrow("opps_cap", asked["code"]).with_columns(place.alias("place"))
    price = pl.when("is_facility").then("facility_price").otherwise("nonfacility_price")
    return (
        asked.join(rows, on=["code", "modifier", "place"], nulls_equal=True)
        .filter(pl.col("from_date").is_between("valid_from", "valid_to"))
        .unique("row", keep="first", maintain_order=True)
        .select("row", price.cast(PRICE).alias("_cap"))
    )


def _reason(reference: Reference) -> pl.Expr:
    """Return why the schedule has no price for a line."""
    covered = covers(reference, "mpfs")
    words = pl.col("status").replace_strict(_STATUS, default=None, return_dtype=pl.String)
    is_paid = pl.col("status").is_in(PAID)
    return (
        pl.when(~covered & pl.col("status").is_not_null())
        .then(
            worded(
                "the starter set has no relative values, and no Medicare Physician Fee Schedule is loaded for {}",
                quarter(),
            )
        )
        .when(~covered)
        .then(worded("no Medicare Physician Fee Schedule is loaded for {}", quarter()))
        .when(pl.col("status").is_null() & (pl.col("component") == "53"))
        .then(pl.lit("a discontinued service (modifier 53) is priced by report"))
        .when(pl.col("status").is_null() & pl.col("component").is_not_null())
        .then(
            worded(
                "the fee schedule has no price for {} with modifier {}",
                "procedure_code",
                "component",
            )
        )
        .when(pl.col("status").is_null())
        .then(worded("{} isn't in the fee schedule", "procedure_code"))
        .when(~is_paid)
        .then(
            worded(
                "status {}: {}{}",
                "status",
                words.fill_null("it isn't paid"),
                _not_loaded(reference),
            )
        )
        .when(_has_no_values())
        .then(pl.lit("it has no relative values: it is contractor-priced"))
    )


def _not_loaded(reference: Reference) -> pl.Expr:
    """Return which other schedule might price an excluded service but isn't loaded."""
    is_excluded = pl.col("status").is_in(["E", "X"])
    missing = [
        pl.when(is_excluded & ~covers(reference, table)).then(pl.lit(words))
        for table, words in (
            ("clfs", "; no laboratory fee schedule is loaded"),
            ("asp", "; no drug payment limits are loaded"),
        )
    ]
    return pl.concat_str(*missing, pl.lit(""), ignore_nulls=True)


def _has_no_values() -> pl.Expr:
    values = ("work_rvu", "nonfacility_pe_rvu", "facility_pe_rvu", "mp_rvu")
    return pl.sum_horizontal(pl.col(name).fill_null(0) for name in values) == 0
