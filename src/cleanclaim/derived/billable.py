"""Why an ICD-10-CM code that was never billable is not: a category, a seventh character missing or wrong, or no code at all."""

from __future__ import annotations

from typing import Final

import polars as pl

from cleanclaim.reference import Reference
from cleanclaim.reference.narrow import rows_of

CATEGORY: Final = "category"
SEVENTH_MISSING: Final = "seventh-missing"
SEVENTH_WRONG: Final = "seventh-wrong"
SEVENTH_NOT_ALLOWED: Final = "seventh-not-allowed"
PLACEHOLDER_WRONG: Final = "placeholder-wrong"
NO_CODE: Final = "no-code"


def why_not_billable(codes: pl.Series, reference: Reference) -> pl.DataFrame:
    """What is the matter with codes that never were billable.

    Args:
        codes: unique undotted codes, none of them in the validity table.
        reference: the reference.

    Returns:
        code, form (one of this module's words), stem (the code of the tabular list that takes the seventh character, or the billable code
        that was written with too much), padded (the stem with its placeholders).
    """
    known = reference.derived(
        "billable codes", lambda: reference.table("icd10cm").select("code").unique().sort("code")
    )
    asked = codes.drop_nulls().unique().to_frame("code")
    asked = asked.with_columns(_has_below(asked["code"], known["code"]).alias("has_below"))
    cuts = asked.select(
        "code", pl.concat_list([pl.col("code").str.slice(0, n) for n in range(3, 8)]).alias("cut")
    ).explode("cut")
    stems, choices = _near(cuts["cut"].unique(), reference)
    options = _split(asked.select("code"), stems, choices)
    shorter = cuts.filter(pl.col("cut") != pl.col("code"))
    billable = (
        shorter.join(rows_of(known, shorter["cut"]), left_on="cut", right_on="code", how="semi")
        .group_by("code")
        .agg(pl.col("cut").max().alias("shorter"))
    )
    return (
        asked.lazy()
        .join(options.lazy(), on="code", how="left")
        .join(billable.lazy(), on="code", how="left")
        .with_columns(
            pl.when(pl.col("form").is_not_null())
            .then("form")
            .when("has_below")
            .then(pl.lit(CATEGORY))
            .when((pl.col("code").str.len_chars() == 7) & pl.col("shorter").is_not_null())
            .then(pl.lit(SEVENTH_NOT_ALLOWED))
            .otherwise(pl.lit(NO_CODE))
            .alias("form"),
            pl.coalesce("stem", "shorter").alias("stem"),
        )
        .select("code", "form", "stem", "padded")
        .collect()
    )


def _near(cuts: pl.Series, reference: Reference) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The stems (stem, padded) that some beginnings of codes may hang from, and the characters (padded, character) that they take."""
    seventh = reference.table("icd10cm_seventh")
    plain = pl.concat([cuts, cuts.str.strip_chars_end("X")]).unique().implode()
    stems = seventh.filter(pl.col("code").is_in(plain) | pl.col("padded").is_in(plain)).select(
        pl.col("code").alias("stem"), "padded"
    )
    choices = seventh.filter(pl.col("padded").is_in(stems["padded"].unique().implode())).select(
        "padded", "character"
    )
    return stems.unique(), choices.unique()


def _split(asked: pl.DataFrame, stems: pl.DataFrame, choices: pl.DataFrame) -> pl.DataFrame:
    """Codes that stand at, or run on from, a stem that takes a seventh character."""
    code = pl.col("code")
    bare = asked.with_columns(code.str.strip_chars_end("X").alias("plain"))
    at_stem = pl.concat(
        [
            asked.join(stems, left_on="code", right_on="stem").select(
                "code", code.alias("stem"), "padded"
            ),
            asked.join(
                stems, left_on="code", right_on="padded", how="inner", coalesce=False
            ).select("code", "stem", "padded"),
            bare.filter(pl.col("plain") != code)
            .join(stems, left_on="plain", right_on="stem")
            .filter(code.str.len_chars() < 7)
            .select("code", pl.col("plain").alias("stem"), "padded"),
        ]
    ).with_columns(pl.lit(SEVENTH_MISSING).alias("form"))
    prefixed = [
        asked.filter(code.str.len_chars() > n)
        .with_columns(code.str.slice(0, n).alias("stem"), code.str.slice(n).alias("rest"))
        .join(stems, on="stem")
        for n in range(3, 7)
    ]
    beyond = pl.concat(prefixed).with_columns(
        pl.col("rest").str.slice(-1).alias("character"),
        (
            pl.col("rest").str.head(-1)
            == pl.col("padded").str.slice(pl.col("stem").str.len_chars())
        ).alias("placed"),
    )
    allowed = beyond.join(choices, on=["padded", "character"], how="semi").select(
        "code", "stem", pl.lit(value=True).alias("allowed")
    )
    told = beyond.join(allowed, on=["code", "stem"], how="left").with_columns(
        pl.when(pl.col("placed"))
        .then(pl.lit(SEVENTH_WRONG))
        .when(pl.col("allowed"))
        .then(pl.lit(PLACEHOLDER_WRONG))
        .otherwise(pl.lit(SEVENTH_WRONG))
        .alias("form")
    )
    every = pl.concat(
        [
            at_stem.select("code", "stem", "padded", "form"),
            told.select("code", "stem", "padded", "form"),
        ]
    )
    return every.sort("code", pl.col("stem").str.len_chars(), descending=[False, True]).unique(
        "code", keep="first", maintain_order=True
    )


def _has_below(codes: pl.Series, known: pl.Series) -> pl.Series:
    """True where a code is a proper beginning of some known code."""
    at = known.search_sorted(codes, side="left")
    following = pl.DataFrame(
        {"code": codes, "next": known.gather(at.clip(0, max(known.len() - 1, 0)))}
    )
    return following.select(
        pl.col("next").str.starts_with(pl.col("code")) & (pl.col("next") != pl.col("code"))
    )["next"]
