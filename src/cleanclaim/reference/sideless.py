"""ICD-10-CM codes that leave the side open, although there are codes for left and right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import polars as pl

from cleanclaim.reference import Reference
from cleanclaim.reference.sides import family_of, sides

_OPEN: Final = re.compile(r"\bunspecified\b")


def may_be_sideless(reference: Reference) -> pl.Expr:
    """Return a quick test of the column `diagnosis_code`: whether its title, or that of its stem, has something unspecified."""
    titles = reference.table("icd10cm_tabular").filter(
        pl.col("title").str.contains("(?i)unspecified"), pl.col("code").str.len_chars() > 3
    )
    codes = titles["code"].implode()
    stem = pl.col("diagnosis_code").str.head(6).str.strip_chars_end("X")
    return pl.col("diagnosis_code").is_in(codes) | stem.is_in(codes)


def sideless(codes: pl.Series, reference: Reference) -> pl.DataFrame:
    """Return those among the codes whose title leaves the side open: code.

    A title is compared with those that name a side: if it says "unspecified" where they say left or
    right, and is like them in all else, it leaves the side open.
    """
    table = reference.derived(
        "families with sides", lambda: sides(reference).select("family").unique()
    )
    families = set(table["family"])
    asked = (
        codes.unique()
        .to_frame("code")
        .with_columns(pl.col("code").str.head(6).str.strip_chars_end("X").alias("_stem"))
    )
    titles = reference.table("icd10cm_tabular").select("code", "title")
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
