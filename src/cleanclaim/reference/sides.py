"""The side that an ICD-10-CM code names, and which codes differ only by side."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from cleanclaim.reference import Reference
from cleanclaim.reference.narrow import rows_of
from cleanclaim.text.wording import worded

_WORDS: Final = {"right": r"\bright\b", "left": r"\bleft\b", "bilateral": r"\bbilateral\b|\bboth\b"}
_NO_CONDITION: Final = r"\b(of|right|left|bilateral|both|unilateral|ears?|eyes?)\b|\bs\b|s\b"
_SMALL: Final = frozenset(
    {"a", "an", "and", "by", "due", "from", "in", "of", "or", "the", "to", "with"}
)
_SHOWN: Final = ("prefix", "character", "side", "family")
_CROSSING: Final = ("I6", "G81", "G82", "G83", "R")
"""Categories whose side isn't the side of the procedure.

A stroke's symptoms are on the other side of the body, and a symptom isn't an organ.
"""


def family_of(code: str, words: str) -> str:
    """Return the family of a code whose title, but for the side, has these lower-case words."""
    said = re.sub(_NO_CONDITION, "", re.sub(r"ies\b", "y", words))
    return f"{code[:3]}|{' '.join(re.findall('[a-z]+', said))}"


def sides(reference: Reference) -> pl.DataFrame:
    """Return the codes and stems of the tabular list that name a side.

    Args:
        reference: the reference.

    Returns:
        prefix (undotted code or stem), character (the seventh character that names the side; null
        if the code itself does), side (right, left, bilateral), family (what codes that differ only
        by side have in common). Only families with both a right and a left member are kept, so that
        "left ventricle" doesn't count as a side.
    """
    return reference.derived("sides", lambda: _sides(reference))


def _sides(reference: Reference) -> pl.DataFrame:
    tabular = reference.table("icd10cm_tabular")
    nodes = (
        tabular.join(tabular.select("parent"), left_on="code", right_on="parent", how="anti")
        .filter(pl.col("code").str.len_chars().is_between(4, 7))
        .select(
            pl.col("code").alias("prefix"),
            pl.lit(None, pl.String).alias("character"),
            pl.col("parent").alias("place"),
            pl.col("title").str.to_lowercase().alias("words"),
        )
    )
    seventh = reference.table("icd10cm_seventh").select(
        pl.col("code").alias("prefix"),
        "character",
        pl.col("code").alias("place"),
        pl.col("meaning").str.to_lowercase().alias("words"),
    )
    named = [pl.col("words").str.contains(pattern).alias(side) for side, pattern in _WORDS.items()]
    every = pl.concat([nodes, seventh]).with_columns(named).filter(pl.sum_horizontal(*_WORDS) == 1)
    named_side = every.with_columns(
        pl.coalesce(*(pl.when(side).then(pl.lit(side)) for side in _WORDS)).alias("side"),
        pl.col("words").str.replace_all(r"ies\b", "y").str.replace_all(_NO_CONDITION, "").str.extract_all(r"[a-z]+").alias("said"),
    ).with_columns(
        worded("{}|{}", pl.col("place").str.slice(0, 3), pl.col("said").list.join(" ")).alias("family")
    ).filter(~pl.any_horizontal(pl.col("prefix").str.starts_with(start) for start in _CROSSING))  # fmt: skip
    both = (
        named_side.group_by("family")
        .agg(pl.col("side").unique())
        .filter(pl.col("side").list.contains("right") & pl.col("side").list.contains("left"))
    )
    of_family = named_side.join(both.select("family"), on="family", how="semi")
    adopted = _adopted(
        named_side.filter(pl.col("side") == "bilateral").join(of_family, on="family", how="anti"),
        of_family,
    )
    found = pl.concat([of_family.select(_SHOWN), adopted.select(_SHOWN)])
    return found.sort("prefix", "character")


def _adopted(bilateral: pl.DataFrame, sided: pl.DataFrame) -> pl.DataFrame:
    """Bilateral codes that are worded or placed differently, with the family of left and right codes that they belong to.

    M17.0 "Bilateral primary osteoarthritis of knee" belongs to M17.11 "Unilateral primary
    osteoarthritis, right knee": the same category, and its words are among theirs. The family with
    the fewest other words is taken, if there is one such family, and if it has no bilateral code.
    """
    has_own = sided.filter(pl.col("side") == "bilateral")["family"].unique().implode()
    families = sided.filter(~pl.col("family").is_in(has_own)).unique("family", maintain_order=True)
    by_category: dict[str, list[tuple[str, set[str]]]] = {}
    for prefix, family, said in families.select("prefix", "family", "said").iter_rows():
        by_category.setdefault(prefix[:3], []).append((family, set(said) - _SMALL))
    adopting = []
    for prefix, said in bilateral.select("prefix", "said").iter_rows():
        words = set(said) - _SMALL
        near = sorted(
            (len(others - words), family)
            for family, others in by_category.get(prefix[:3], [])
            if words and words <= others
        )
        is_clear = len(near) == 1 or (len(near) > 1 and near[0][0] < near[1][0])
        adopting.append(near[0][1] if is_clear else None)
    return bilateral.with_columns(pl.Series("family", adopting, dtype=pl.String)).drop_nulls(
        "family"
    )


def side_of(codes: pl.Series, reference: Reference) -> pl.DataFrame:
    """Return the side that each code names.

    Args:
        codes: unique undotted codes.
        reference: the reference.

    Returns:
        code, side, family, ending (the seventh character, unless it names the side); codes that
        don't name a side are left out.
    """
    asked = codes.drop_nulls().unique().to_frame("code")
    long = asked.filter(pl.col("code").str.len_chars() == 7).with_columns(
        pl.col("code").str.slice(0, 6).str.strip_chars_end("X").alias("prefix"),
        pl.col("code").str.slice(6).alias("ending"),
    )
    wanted = pl.concat([asked["code"], long["prefix"]])
    table = rows_of(sides(reference), wanted, by="prefix")
    by_itself = table.filter(pl.col("character").is_null()).drop("character")
    plain = asked.join(by_itself, left_on="code", right_on="prefix").with_columns(
        pl.lit("").alias("ending")
    )
    stemmed = long.join(by_itself, on="prefix").select("code", "side", "family", "ending")
    by_seventh = long.join(
        table.drop_nulls("character"),
        left_on=["prefix", "ending"],
        right_on=["prefix", "character"],
    ).select("code", "side", "family", pl.lit("").alias("ending"))
    return pl.concat(
        [plain.select("code", "side", "family", "ending"), stemmed, by_seventh]
    ).unique("code", keep="first", maintain_order=True)
