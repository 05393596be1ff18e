"""Compare two releases of a table row by row, and find inconsistencies between tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from cleanclaim.reference import Reference

_KEYS: Final = (
    "code", "column_2", "modifier", "primary_code", "policy", "group", "covered", "state",
    "mac", "locality", "target", "to_code", "note_id", "term", "kind",
)  # fmt: skip
_DATES: Final = ("valid_from", "valid_to", "release")
_LISTS: Final = ("hcpcs", "cpt", "mpfs", "clfs")
_OF_CODES: Final = {
    "ncci_ptp_practitioner": ("code", "column_2"),
    "ncci_ptp_hospital": ("code", "column_2"),
    "mue_practitioner": ("code",),
    "mue_hospital": ("code",),
    "mue_dme": ("code",),
    "ncci_add_on": ("code", "primary_code"),
    "coverage_procedures": ("code",),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs in the later of two releases.

    Attributes:
        added: rows whose key isn't in the earlier release.
        ended: rows of the earlier release whose key isn't in the later one.
        changed: one row per key and column that differ: the key, column, before, after.
        key: the columns that make up a row's key.
    """

    added: pl.DataFrame
    ended: pl.DataFrame
    changed: pl.DataFrame
    key: tuple[str, ...]


def difference(before: pl.DataFrame, after: pl.DataFrame) -> Difference:
    """Compare two releases of a table.

    Only rows in force at the end of each release are compared, without their dates.

    Args:
        before: the earlier release's rows.
        after: the later release's rows.
    """
    return compared(_final_rows(before), _final_rows(after))


def compared(before: pl.DataFrame, after: pl.DataFrame) -> Difference:
    """Compare the rows of a table that are in force on one day with those of another day.

    Args:
        before: the earlier day's rows.
        after: the later day's rows.
    """
    key = tuple(name for name in _KEYS if name in before.columns and name in after.columns)
    earlier, later = _one_per_key(before, key), _one_per_key(after, key)
    joined = earlier.join(later, on=key, how="inner", suffix="_after", nulls_equal=True)
    shared = [name for name in earlier.columns if name in later.columns and name not in key]
    parts = [
        joined.filter(~pl.col(name).eq_missing(pl.col(f"{name}_after"))).select(
            *key,
            pl.lit(name).alias("column"),
            _text(joined, name).alias("before"),
            _text(joined, f"{name}_after").alias("after"),
        )
        for name in shared
    ]
    empty = (
        joined.select(*key)
        .clear()
        .with_columns(pl.lit(None, pl.String).alias(name) for name in ("column", "before", "after"))
    )
    return Difference(
        later.join(earlier, on=key, how="anti", nulls_equal=True),
        earlier.join(later, on=key, how="anti", nulls_equal=True),
        pl.concat([empty, *parts]).sort(key),
        key,
    )


def _final_rows(table: pl.DataFrame) -> pl.DataFrame:
    """Return the rows in force on the table's last day."""
    return table.filter(pl.col("valid_to") == pl.lit(table["valid_to"].max()))


def _one_per_key(rows: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    return rows.drop(_DATES, strict=False).unique(key, keep="last", maintain_order=True).sort(key)


def _text(table: pl.DataFrame, name: str) -> pl.Expr:
    if isinstance(table.schema[name], pl.List):
        return pl.col(name).cast(pl.List(pl.String)).list.join("|")
    return pl.col(name).cast(pl.String)


def doubts(reference: Reference) -> list[str]:
    """Return codes and policies that one imported table names and another doesn't have.

    Args:
        reference: the releases in use.

    Returns:
        One sentence per kind of inconsistency, with its count; none of them stops a check.
    """
    imported = set(reference.releases().filter(~pl.col("embedded"))["table"])
    sentences = []
    if imported & {"mpfs", "cpt"} and "hcpcs" in imported:
        sentences += _unknown_codes(reference, imported)
    if "coverage_procedures" in imported:
        sentences += _missing(
            reference, "coverage_procedures", "policy", "coverage_policies", "policies"
        )
    if "coverage_diagnoses" in imported:
        sentences += _missing(reference, "coverage_diagnoses", "code", "icd10cm", "ICD-10-CM codes")
    if "mpfs" in imported:
        sentences += _missing(reference, "mpfs", "endoscopic_base", "mpfs", "base endoscopies")
    return sentences


def _unknown_codes(reference: Reference, imported: set[str]) -> list[str]:
    known = pl.concat(
        [reference.table(name)["code"] for name in _LISTS if name in imported]
    ).unique()
    sentences = []
    for table, columns in _OF_CODES.items():
        if table not in imported:
            continue
        rows = reference.table(table)
        named = pl.concat([rows[column].drop_nulls() for column in columns]).unique()
        unknown = named.filter(~named.is_in(known.implode())).sort()
        if len(unknown):
            sentences.append(
                f"{table}: {len(unknown):,} of {len(named):,} codes aren't in any loaded list of procedure codes, such as {unknown[0]}"
            )
    return sentences


def _missing(reference: Reference, table: str, column: str, of: str, words: str) -> list[str]:
    named = reference.table(table)[column].drop_nulls().unique()
    known = reference.table(of)["code"].unique() if of in reference.names() else named.clear()
    unknown = named.filter(~named.is_in(known.implode())).sort()
    if not len(unknown):
        return []
    return [
        f"{table}: {len(unknown):,} of {len(named):,} {words} aren't in {of}, such as {unknown[0]}"
    ]
