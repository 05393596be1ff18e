"""Two releases of one table, row for row; and what does not fit between tables."""

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
    """What the later of two releases has otherwise.

    Attributes:
        added: rows whose key the earlier one does not hold.
        ended: rows of the earlier one whose key the later one does not hold.
        changed: one row a key and column that differ: the key, column, before, after.
        key: the columns that make a row's key.
    """

    added: pl.DataFrame
    ended: pl.DataFrame
    changed: pl.DataFrame
    key: tuple[str, ...]


def difference(before: pl.DataFrame, after: pl.DataFrame) -> Difference:
    """Compare two releases of a table.

    Rows in force at the end of a release stand for it; the days by which they are cut to their releases are not compared.

    Args:
        before: the earlier one's rows.
        after: the later one's rows.
    """
    return compared(_standing(before), _standing(after))


def compared(before: pl.DataFrame, after: pl.DataFrame) -> Difference:
    """Compare the rows of a table that hold on one day with those that hold on another.

    Args:
        before: the earlier day's rows.
        after: the later day's rows.
    """
    key = tuple(name for name in _KEYS if name in before.columns and name in after.columns)
    earlier, later = _once(before, key), _once(after, key)
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
    nothing = (
        joined.select(*key)
        .clear()
        .with_columns(pl.lit(None, pl.String).alias(name) for name in ("column", "before", "after"))
    )
    return Difference(
        later.join(earlier, on=key, how="anti", nulls_equal=True),
        earlier.join(later, on=key, how="anti", nulls_equal=True),
        pl.concat([nothing, *parts]).sort(key),
        key,
    )


def _standing(table: pl.DataFrame) -> pl.DataFrame:
    """The rows that hold on the table's last day."""
    return table.filter(pl.col("valid_to") == pl.lit(table["valid_to"].max()))


def _once(rows: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    return rows.drop(_DATES, strict=False).unique(key, keep="last", maintain_order=True).sort(key)


def _text(table: pl.DataFrame, name: str) -> pl.Expr:
    if isinstance(table.schema[name], pl.List):
        return pl.col(name).cast(pl.List(pl.String)).list.join("|")
    return pl.col(name).cast(pl.String)


def doubts(reference: Reference) -> list[str]:
    """What one imported table says and another does not know.

    Args:
        reference: the releases in use.

    Returns:
        A sentence for each kind of doubt, with its count; none of them stops a check.
    """
    imported = set(reference.releases().filter(~pl.col("embedded"))["table"])
    told = []
    if imported & {"mpfs", "cpt"} and "hcpcs" in imported:
        told += _unknown_codes(reference, imported)
    if "coverage_procedures" in imported:
        told += _missing(
            reference, "coverage_procedures", "policy", "coverage_policies", "policies"
        )
    if "coverage_diagnoses" in imported:
        told += _missing(reference, "coverage_diagnoses", "code", "icd10cm", "ICD-10-CM codes")
    if "mpfs" in imported:
        told += _missing(reference, "mpfs", "endoscopic_base", "mpfs", "base endoscopies")
    return told


def _unknown_codes(reference: Reference, imported: set[str]) -> list[str]:
    known = pl.concat(
        [reference.table(name)["code"] for name in _LISTS if name in imported]
    ).unique()
    told = []
    for table, columns in _OF_CODES.items():
        if table not in imported:
            continue
        rows = reference.table(table)
        named = pl.concat([rows[column].drop_nulls() for column in columns]).unique()
        unknown = named.filter(~named.is_in(known.implode())).sort()
        if len(unknown):
            told.append(
                f"{table}: {len(unknown):,} of {len(named):,} codes are in no list of procedure codes that is loaded, such as {unknown[0]}"
            )
    return told


def _missing(reference: Reference, table: str, column: str, of: str, words: str) -> list[str]:
    named = reference.table(table)[column].drop_nulls().unique()
    known = reference.table(of)["code"].unique() if of in reference.names() else named.clear()
    unknown = named.filter(~named.is_in(known.implode())).sort()
    if not len(unknown):
        return []
    return [
        f"{table}: {len(unknown):,} of {len(named):,} {words} are not in {of}, such as {unknown[0]}"
    ]
