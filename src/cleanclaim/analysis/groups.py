"""Putting diagnosis codes together: by chapter, clinical category or code, with codes that were divided kept as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

import polars as pl

from cleanclaim.reference import Reference

GROUPINGS: Final = ("ccsr", "chapter", "code")
CHAPTERS: Final = (
    ("A00", "B99", "Infections"),
    ("C00", "D49", "Neoplasms"),
    ("D50", "D89", "Blood and immune system"),
    ("E00", "E89", "Endocrine, nutrition, metabolism"),
    ("F01", "F99", "Mental and behavioral"),
    ("G00", "G99", "Nervous system"),
    ("H00", "H59", "Eye"),
    ("H60", "H95", "Ear"),
    ("I00", "I99", "Circulation"),
    ("J00", "J99", "Respiration"),
    ("K00", "K95", "Digestion"),
    ("L00", "L99", "Skin"),
    ("M00", "M99", "Muscles, bones, joints"),
    ("N00", "N99", "Kidneys, urinary tract, genitals"),
    ("O00", "O9A", "Pregnancy and birth, mother"),
    ("P00", "P96", "Birth, child"),
    ("Q00", "Q99", "Malformations"),
    ("R00", "R99", "Symptoms and findings"),
    ("S00", "T88", "Injury and poisoning"),
    ("U00", "U85", "Special purposes"),
    ("V00", "Y99", "External causes"),
    ("Z00", "Z99", "Reasons for contact"),
)
"""Chapters of ICD-10-CM by their first and last category, named in our own words."""
OTHER: Final = "other codes"
BRIDGED: Final = "divided or replaced in these months"


def bridges(codes: Iterable[str], reference: Reference, first: date, last: date) -> dict[str, str]:
    """A common name for codes that were divided or replaced within some days, so that a trend goes on.

    Args:
        codes: the codes in the claims.
        reference: the dated tables; the official conversion table says what a code became.
        first: the first day of the claims.
        last: the last day.

    Returns:
        For each code that is part of a change its name: the earliest code, and how many it became.
    """
    known = set(codes)
    changes = reference.table("conversions").filter(
        pl.col("valid_from").is_between(pl.lit(first), pl.lit(last)),
        pl.col("code").is_in(sorted(known)) | pl.col("to_code").is_in(sorted(known)),
    )
    parent: dict[str, str] = {}

    def root(code: str) -> str:
        while parent.get(code, code) != code:
            code = parent[code]
        return code

    pairs = list(changes.sort("valid_from", "code", "to_code").select("code", "to_code").iter_rows())  # fmt: skip
    for before, after in pairs:
        parent.setdefault(before, before)
        parent[root(after)] = root(before)
        parent.setdefault(after, root(before))
    members: dict[str, set[str]] = {}
    for pair in pairs:
        for code in pair:
            members.setdefault(root(code), set()).add(code)
    names = {
        code: _named(top, within & known)
        for top, within in members.items()
        if len(within & known) > 1
        for code in within
    }
    return {code: name for code, name in names.items() if code in known}


def _named(top: str, present: set[str]) -> str:
    others = sorted(present - {top})
    return f"{dotted(top)} and {', '.join(map(dotted, others[:4]))}{' and more' if len(others) > 4 else ''}"


def dotted(code: str) -> str:
    """A code with its dot."""
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code


def groups_of(codes: pl.Series, grouping: str, reference: Reference, bridged: Mapping[str, str]) -> pl.DataFrame:  # fmt: skip
    """The groups of some codes: `code`, `group` and `label`; a code can be in several clinical categories.

    Args:
        codes: the codes.
        grouping: one of `GROUPINGS`.
        reference: the dated tables.
        bridged: the names of codes that are kept together (`bridges`).
    """
    own = codes.drop_nulls().unique().sort().rename("code").to_frame()
    if grouping == "chapter":
        return own.with_columns(_chapter().alias("group")).with_columns(pl.col("group").alias("label"))  # fmt: skip
    if grouping == "code":
        titles = _titles(own["code"], reference)
        name = pl.col("code").replace_strict(bridged, default=None, return_dtype=pl.String)
        plain = pl.Series("plain", [dotted(code) for code in own["code"]])
        title = pl.col("code").replace_strict(titles, default="", return_dtype=pl.String)
        is_plain = pl.col("_name").is_null()
        return own.with_columns(plain, name.alias("_name")).select(
            "code",
            pl.coalesce("_name", "plain").alias("group"),
            pl.when(is_plain).then(title).otherwise(pl.lit(BRIDGED)).alias("label"),
        )
    return _categories(own, reference)


def _titles(codes: pl.Series, reference: Reference) -> dict[str, str]:
    table = reference.narrow("icd10cm_tabular", codes)
    return dict(table.select("code", "title").unique("code").iter_rows())


def _chapter() -> pl.Expr:
    category = pl.col("code").str.slice(0, 3)
    chosen = pl.when(~pl.col("code").str.contains(r"^[A-Z]\d")).then(pl.lit(OTHER))
    for first, last, name in CHAPTERS:
        inside = category.is_between(pl.lit(first), pl.lit(last))
        chosen = chosen.when(inside).then(pl.lit(name))  # type: ignore[assignment]
    return chosen.otherwise(pl.lit(OTHER))


def _categories(own: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Clinical categories; a code newer than the release is in those of the codes that it came from."""
    table = reference.table("ccsr").select("code", "ccsr")
    direct = own.join(table, on="code")
    left = own.join(direct, on="code", how="anti")
    before = reference.table("conversions").select(pl.col("to_code").alias("code"), pl.col("code").alias("from_code"))  # fmt: skip
    inherited = (
        left.join(before, on="code")
        .join(table, left_on="from_code", right_on="code")
        .select("code", "ccsr")
        .unique(maintain_order=True)
    )
    missing = left.join(inherited, on="code", how="anti").with_columns(pl.lit(OTHER).alias("ccsr"))
    every = pl.concat([direct, inherited, missing])
    names: dict[str, str] = {}
    if "ccsr_categories" in reference.names():
        names = dict(reference.table("ccsr_categories").select("code", "description").iter_rows())
    label = pl.col("ccsr").replace_strict(names, default="", return_dtype=pl.String)
    return every.select("code", pl.col("ccsr").alias("group"), label.alias("label"))
