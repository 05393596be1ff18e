"""The starter set: CMS's rules for about two hundred everyday codes, to show what an import brings.

The facts are typed by hand, with our own labels, from releases of 2024 and 2025. They apply only to
the codes they name: any other code was *not looked at*. An official release that covers a day
replaces them. Every finding based on them names the release "starter set".

Source: CMS, Medicare Physician Fee Schedule relative value files, NCCI edits and medically unlikely
edits; Medicare National Coverage Determinations Manual; 42 CFR 410.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

import polars as pl

from cleanclaim.reference import embedded
from cleanclaim.reference.release import OPEN_END, OPEN_START, Release

NAME: Final = "starter set"
_FROM: Final = date(2024, 1, 1)
_TO: Final = date(2026, 12, 31)
_SINCE: Final = {
    "procedure_codes": OPEN_START,
    "frequency_limits": date(2018, 1, 1),
    "code_rules": date(2002, 1, 1),
}
"""Tables whose rules hold from an earlier day: the limits of 42 CFR 410 for the codes of 2018, and 42 CFR 410.132."""
_FILES: Final = {
    "procedure_codes": ("codes", "code_dates"),
    "mpfs": ("codes",),
    "mue_practitioner": ("codes",),
    "ncci_ptp_practitioner": ("pairs",),
    "ncci_add_on": ("add_on",),
    "coverage_policies": ("coverage",),
    "coverage_states": ("coverage",),
    "coverage_procedures": ("coverage",),
    "coverage_diagnoses": ("coverage",),
    "telehealth": ("telehealth",),
    "frequency_limits": ("frequency",),
    "code_rules": ("code_rules",),
}

RELEASES: Final[dict[str, Release]] = {
    table: Release(
        NAME,
        table,
        "cleanclaim, typed by hand from CMS's releases of 2024 and 2025",
        _SINCE.get(table, _FROM),
        _TO,
        "facts; Apache-2.0",
        partial=True,
    )
    for table in _FILES
}


def read(table: str) -> pl.DataFrame:
    """Return one of the set's tables, with `release`.

    Args:
        table: a key of `RELEASES`.

    Returns:
        The table, sorted by `code`, with its rows limited to the days the set covers.
    """
    return (
        _MAKERS[table]()
        .with_columns(pl.lit(NAME).alias("release"))
        .sort("code", "valid_from")
        .set_sorted("code")
    )


@cache
def codes() -> pl.DataFrame:
    """Return the codes in the set: code, label (our own words), and the facts about each."""
    return _file("codes")


def sha256(table: str) -> str:
    """Return the hash of the files that a table is read from."""
    digest = hashlib.sha256()
    for name in _FILES[table]:
        digest.update(_bytes(name))
    return digest.hexdigest()


def _bytes(name: str) -> bytes:
    return (files("cleanclaim.reference") / "starter_data" / f"{name}.csv").read_bytes()


def _file(name: str) -> pl.DataFrame:
    return pl.read_csv(_bytes(name), infer_schema=False)


def _dated(table: pl.DataFrame, since: date = _FROM) -> pl.DataFrame:
    return table.with_columns(pl.lit(since).alias("valid_from"), pl.lit(_TO).alias("valid_to"))


def _procedure_codes() -> pl.DataFrame:
    dated = _file("code_dates").with_columns(
        pl.col("valid_from", "valid_to").str.to_date("%Y-%m-%d")
    )
    undated = (
        codes()
        .select("code", "label")
        .join(dated, on="code", how="anti")
        .with_columns(pl.lit(OPEN_START).alias("valid_from"), pl.lit(OPEN_END).alias("valid_to"))
    )
    return pl.concat([undated, dated.select(undated.columns)])


_UNKNOWN_VALUES: Final = (
    "work_rvu",
    "nonfacility_pe_rvu",
    "facility_pe_rvu",
    "mp_rvu",
    "preoperative",
    "intraoperative",
    "postoperative",
    "conversion_factor",
)
"""Prices aren't part of the set."""


def _mpfs() -> pl.DataFrame:
    numbers = ("pctc", "multiple_procedure", "bilateral", "assistant", "co_surgeon", "team")
    return _dated(
        codes().select(
            "code",
            pl.lit(None, pl.String).alias("modifier"),
            pl.lit(None, pl.String).alias("endoscopic_base"),
            *(pl.lit(None, pl.Decimal(10, 4)).alias(name) for name in _UNKNOWN_VALUES),
            "status",
            "global_days",
            pl.col(numbers).cast(pl.Int8),
            (pl.col("na") == "nonfacility").fill_null(value=False).alias("nonfacility_na"),
            (pl.col("na") == "facility").fill_null(value=False).alias("facility_na"),
        )
    )


def _mue_practitioner() -> pl.DataFrame:
    return _dated(
        codes()
        .filter(pl.col("max_units").is_not_null())
        .select("code", pl.col("max_units").cast(pl.Int64), pl.col("adjudication").cast(pl.Int8))
    )


def _pairs() -> pl.DataFrame:
    return _dated(_file("pairs").with_columns(pl.col("indicator").cast(pl.Int8)))


def _add_on() -> pl.DataFrame:
    every = _file("add_on").with_columns(
        pl.col("type").cast(pl.Int8), pl.col("primaries").str.split(" ").alias("primary_code")
    )
    return _dated(every.drop("primaries").explode("primary_code"))


def _coverage_policies() -> pl.DataFrame:
    return _dated(
        _file("coverage").select(
            pl.col("policy").alias("code"),
            pl.when(pl.col("kind") == "local")
            .then(pl.lit("article"))
            .otherwise(pl.lit("ncd"))
            .alias("kind"),
            "title",
            pl.lit(value=False).alias("has_earlier_version"),
            pl.lit(["medicare"]).alias("payers"),
            pl.col("policy").alias("citation"),
        )
    )


def _coverage_states() -> pl.DataFrame:
    return _dated(
        _file("coverage")
        .filter(pl.col("states").is_not_null())
        .select(pl.col("policy").alias("code"), pl.col("states").str.split(" ").alias("state"))
        .explode("state")
    )


def _coverage_procedures() -> pl.DataFrame:
    """Return the procedures that the policies cover or refuse.

    Group 1 is the list of covered diagnoses; if a second diagnosis is required, it is in group 2;
    refused diagnoses are in a list of their own.
    """
    named = (
        _file("coverage")
        .with_columns(pl.col("procedures").str.split(" ").alias("code"))
        .explode("code")
    )
    has_second = pl.col("second").is_not_null()
    lists = [
        named.with_columns(
            pl.lit(value=True).alias("covered"),
            pl.when(has_second).then(pl.lit(2, pl.Int64)).alias("and_group"),
        ),
        named.filter(pl.col("refused").is_not_null()).with_columns(
            pl.lit(value=False).alias("covered"), pl.lit(None, pl.Int64).alias("and_group")
        ),
    ]
    return _dated(
        pl.concat(lists).select(
            "code",
            "policy",
            "kind",
            pl.lit(1, pl.Int64).alias("group"),
            "covered",
            pl.lit(value=True).alias("advisory"),
            "and_group",
        )
    )


_LISTS: Final = (("diagnoses", 1, True), ("second", 2, True), ("refused", 1, False))


def _coverage_diagnoses() -> pl.DataFrame:
    """Expand the lists' codes and categories to every billable code that starts with them."""
    billable = embedded.read("icd10cm").select("code").unique()
    parts = []
    for column, group, covered in _LISTS:
        listed = (
            _file("coverage")
            .filter(pl.col(column).is_not_null())
            .select("policy", pl.col(column).str.split(" ").alias("stem"))
            .explode("stem")
        )
        for length in listed["stem"].str.len_chars().unique().sort():
            stems = billable.with_columns(pl.col("code").str.slice(0, length).alias("stem"))
            parts.append(
                stems.join(listed, on="stem").select(
                    "code",
                    "policy",
                    pl.lit(group, pl.Int64).alias("group"),
                    pl.lit(covered).alias("covered"),
                )
            )
    every = pl.concat(parts).unique()
    return _dated(every.with_columns(pl.lit(value=False).alias("needs_second")))


def _telehealth() -> pl.DataFrame:
    return _dated(_file("telehealth").with_columns(pl.col("audio_only") == "true"))


def _frequency_limits() -> pl.DataFrame:
    return _dated(
        _file("frequency").with_columns(
            pl.col("most").cast(pl.Int64), pl.lit(["medicare"]).alias("payers")
        ),
        _SINCE["frequency_limits"],
    )


def _code_rules() -> pl.DataFrame:
    rules = _file("code_rules").with_columns(pl.lit(["medicare"]).alias("payers"))
    return _dated(rules, _SINCE["code_rules"])


_MAKERS: Final[dict[str, Callable[[], pl.DataFrame]]] = {
    "procedure_codes": _procedure_codes,
    "mpfs": _mpfs,
    "mue_practitioner": _mue_practitioner,
    "ncci_ptp_practitioner": _pairs,
    "ncci_add_on": _add_on,
    "coverage_policies": _coverage_policies,
    "coverage_states": _coverage_states,
    "coverage_procedures": _coverage_procedures,
    "coverage_diagnoses": _coverage_diagnoses,
    "telehealth": _telehealth,
    "frequency_limits": _frequency_limits,
    "code_rules": _code_rules,
}
