"""ICD-10-CM codes that leave the side open, although there are codes for left and right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import polars as pl

from cleanclaim.reference import Reference
from cleanclaim.reference.narrow import rows_of
from cleanclaim.reference.sides import family_of, sides

_OPEN: Final = re.compile(r"\bunspecified\b")


def may_be_sideless(reference: Reference) -> pl.Expr:
    """Return a quick test of the column `diagnosis_code`: whether its title, or that of its stem, has something unspecified."""
    codes = reference.derived("titles with something unspecified", lambda: _unspecified(reference))
    stem = pl.col("diagnosis_code").str.head(6).str.strip_chars_end("X")
    return _is_among(pl.col("diagnosis_code"), codes) | _is_among(stem, codes)


def _unspecified(reference: Reference) -> pl.Series:
    titles = reference.table("icd10cm_tabular").filter(
        pl.col("title").str.contains("(?i)unspecified"), pl.col("code").str.len_chars() > 3
    )
    return titles["code"].unique().sort()


def _is_among(code: pl.Expr, known: pl.Series) -> pl.Expr:
    """True for codes among many sorted ones. `is_in` would hash all of them again for each batch, however few its codes are."""
    at = pl.lit(known).search_sorted(code).clip(0, len(known) - 1)
    return pl.lit(known).gather(at) == code


def sideless(codes: pl.Series, reference: Reference) -> pl.DataFrame:
    """Return those among the codes whose title leaves the side open: code.

    A title is compared with those that name a side: if it says "unspecified" where they say left or
    right, and is like them in all else, it leaves the side open.
    """
    families = reference.derived(
        "families with sides", lambda: frozenset(sides(reference)["family"])
    )
    asked = (
        codes.unique()
        .to_frame("code")
        .with_columns(pl.col("code").str.head(6).str.strip_chars_end("X").alias("_stem"))
    )
    wanted = pl.concat([asked["code"], asked["_stem"]])
    titles = rows_of(reference.table("icd10cm_tabular"), wanted).select("code", "title")
    whole = asked.join(titles, on="code")
    rest = asked.join(whole, on="code", how="anti").filter(pl.col("code").str.len_chars() == 7)
    stems = rest.join(titles, left_on="_stem", right_on="code")
    rows = pl.concat([whole.select("code", "title"), stems.select("code", "title")]).rows()
    found = [
        code for code, title in rows if any(each in families for each in _families(code, title))
    ]
    return pl.DataFrame({"code": pl.Series(found, dtype=pl.String)})


def _families(code: str, title: str) -> Iterator[str]:
    """The families that a title would belong to if each "unspecified" in turn stood for a side."""
    words = title.lower()
    for at in _OPEN.finditer(words):
        yield family_of(code, words[: at.start()] + words[at.end() :])
