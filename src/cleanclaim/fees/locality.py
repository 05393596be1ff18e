"""Where a line was rendered: the fee schedule's locality, and whether it is a facility.

The locality comes from the service facility's ZIP code, or else from the billing provider's.
Without a table of ZIP codes, the state decides if the whole state is one locality. Virginia is one
locality in the GPCI file, but its Washington suburbs belong to the District of Columbia's locality,
so the state alone isn't enough. The first three digits of a contractor's number and the two of the
locality identify a place; the other two digits differ between CMS's own files (01112 and 01182 for
southern California).

Source: CMS, "PFS Relative Value Files" (GPCI and counties); Medicare Claims Processing Manual,
chapter 1, section 10.1.1, and chapter 26, section 10.5.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from cleanclaim.fees.dated import PRICE, covers, quarter, rows_for
from cleanclaim.model.expressions import in_force
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

ADDRESS: Final = ("facility_zip_code", "facility_state", "billing_zip_code", "billing_state")
_SPLIT: Final = ("VA",)
"""States with one locality of their own, parts of which belong to another state's locality."""


def placed(lines: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Add each line's place.

    Args:
        lines: with `row`, from_date, place_of_service_code and the columns of `ADDRESS`.
        reference: the dated tables.

    Returns:
        The same rows with `place` (the contractor's first three digits and the locality),
        `locality` (as findings name it), `work_gpci`, `pe_gpci`, `mp_gpci`, `is_facility`, and
        `place_reason` if one of them is unknown.
    """
    is_facility_known = (
        pl.col("facility_zip_code").is_not_null() | pl.col("facility_state").is_not_null()
    )
    asked = lines.with_columns(
        pl.when(is_facility_known)
        .then("facility_zip_code")
        .otherwise("billing_zip_code")
        .str.slice(0, 5)
        .alias("_zip"),
        pl.when(is_facility_known)
        .then("facility_state")
        .otherwise("billing_state")
        .str.to_uppercase()
        .alias("_state"),
    )
    of_zip = rows_for(asked, reference, "zip_localities", ["mac", "locality"], code="_zip").select(
        "row", _place().alias("_of_zip")
    )
    indices = _indices(reference)
    of_state = _of_state(asked, indices)
    return (
        asked.join(of_zip, on="row", how="left", maintain_order="left")
        .join(of_state, on="row", how="left", maintain_order="left")
        .with_columns(pl.coalesce("_of_zip", "_of_state").cast(pl.String).alias("place"))
        .pipe(_with_indices, indices)
        .pipe(_with_setting, reference)
        .with_columns(_reason(reference).alias("place_reason"))
        .drop("_zip", "_state", "_of_zip", "_of_state", "_count")
    )


def _place() -> pl.Expr:
    return pl.col("mac").cast(pl.String).str.slice(0, 3) + pl.col("locality").cast(pl.String)


def _indices(reference: Reference) -> pl.DataFrame:
    """Return the GPCI table by place."""
    if "gpci" not in reference.names():
        schema: dict[str, pl.DataType | type[pl.DataType]] = {
            **dict.fromkeys(("place", "locality", "state"), pl.String),
            **dict.fromkeys(("valid_from", "valid_to"), pl.Date),
            **dict.fromkeys(("work_gpci", "pe_gpci", "mp_gpci"), PRICE),
        }
        return pl.DataFrame(schema=schema)
    return reference.table("gpci").select(
        _place().alias("place"),
        (pl.col("mac") + "-" + pl.col("locality")).alias("locality"),
        "state",
        "valid_from",
        "valid_to",
        *(pl.col(name).cast(PRICE).alias(f"{name}_gpci") for name in ("work", "pe", "mp")),
    )


def _of_state(asked: pl.DataFrame, indices: pl.DataFrame) -> pl.DataFrame:
    """Return the place of a state that is one locality, and how many localities each state has."""
    keys = ["_state", "from_date"]
    counted = (
        asked.select(keys)
        .unique()
        .join(indices, left_on="_state", right_on="state")
        .filter(in_force("from_date"))
        .group_by(keys)
        .agg(pl.len().alias("_count"), pl.col("place").first().alias("_of_state"))
    )
    return (
        asked.select("row", *keys)
        .join(counted, on=keys)
        .with_columns(
            pl.when((pl.col("_count") == 1) & ~pl.col("_state").is_in(_SPLIT))
            .then("_of_state")
            .alias("_of_state")
        )
        .select("row", "_of_state", "_count")
    )


def _with_indices(lines: pl.DataFrame, indices: pl.DataFrame) -> pl.DataFrame:
    values = ["locality", "work_gpci", "pe_gpci", "mp_gpci"]
    known = (
        lines.select("row", "place", "from_date")
        .join(indices, on="place")
        .filter(in_force("from_date"))
        .unique("row", keep="first", maintain_order=True)
    )
    return lines.join(known.select("row", *values), on="row", how="left", maintain_order="left")


def _with_setting(lines: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    setting = rows_for(
        lines, reference, "place_of_service", ["facility"], code="place_of_service_code"
    ).rename({"facility": "is_facility"})
    return lines.join(setting, on="row", how="left", maintain_order="left")


def _reason(reference: Reference) -> pl.Expr:
    has_several = pl.col("_count").is_not_null()
    return (
        pl.when(~covers(reference, "gpci"))
        .then(worded("no list of localities (GPCI) is loaded for {}", quarter()))
        .when(pl.col("place").is_null() & has_several)
        .then(
            worded(
                "the locality is unknown: {} has several, and no table of ZIP codes is loaded to choose one",
                "_state",
            )
        )
        .when(pl.col("place").is_null())
        .then(pl.lit("the locality is unknown: no address identifies it"))
        .when(pl.col("locality").is_null())
        .then(pl.lit("the ZIP code's locality isn't in the list of localities (GPCI)"))
        .when(pl.col("is_facility").is_null())
        .then(pl.lit("the place of service doesn't show whether it is a facility"))
    )
