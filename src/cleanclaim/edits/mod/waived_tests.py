"""Laboratory tests under CLIA: for which of them modifier QW is defined."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from cleanclaim.derived.availability import TABLES
from cleanclaim.model.expressions import in_force
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded


@dataclass(frozen=True, slots=True)
class Waived:
    """What is known of lines with QW.

    Attributes:
        wrong: those for whose code it is not defined: keys, procedure_code, what, advice, release.
        unknown: lines whose code is in no list, as rows of `not_checked`.
    """

    wrong: pl.DataFrame
    unknown: pl.DataFrame


def qw_of(lines: pl.DataFrame, reference: Reference) -> Waived:
    """Judge lines that carry QW.

    Args:
        lines: with keys, procedure_code and from_date.
        reference: the dated tables; the laboratory fee schedule is asked where it is loaded for the day, else the set of common tests.
    """
    keys = ["claim_key", "line_number"]
    asked = lines.select(*keys, "procedure_code", "from_date")
    listed = _schedule(asked, reference)
    known = reference.table("clia_tests").select(pl.col("code").alias("procedure_code"), "qw", "valid_from", "valid_to", "release")
    by_set = (
        asked.join(listed.select(keys), on=keys, how="anti")
        .join(known, on="procedure_code")
        .filter(in_force("from_date"))
        .select(*keys, "procedure_code", "qw", "release")
    )
    judged = pl.concat([listed, by_set])
    silent = asked.join(judged.select(keys), on=keys, how="anti")
    return Waived(_wrong(judged), _untold(silent))


def _schedule(asked: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """What the laboratory fee schedule says, for the days on which it is loaded: a row with QW, or a row without."""
    shape = {"claim_key": pl.Int64, "line_number": pl.Int64, "procedure_code": pl.String, "qw": pl.String, "release": pl.String}
    if "clfs" not in reference.names():
        return pl.DataFrame(schema=shape)
    rows = reference.narrow("clfs", asked["procedure_code"])
    return (
        asked.join(rows, left_on="procedure_code", right_on="code")
        .filter(in_force("from_date"))
        .group_by("claim_key", "line_number", "procedure_code")
        .agg((pl.col("modifier") == "QW").any().alias("_qw"), pl.col("release").first())
        .with_columns(pl.when("_qw").then(pl.lit("defined")).otherwise(pl.lit("none")).alias("qw"))
        .select(list(shape))
    )


def _wrong(judged: pl.DataFrame) -> pl.DataFrame:
    is_waived = pl.col("qw") == "waived"
    return judged.filter(pl.col("qw") != "defined").select(
        "claim_key",
        "line_number",
        "procedure_code",
        pl.when(is_waived).then(pl.lit("but the test is waived without it")).otherwise(pl.lit("but the test has no waived form")).alias("what"),
        pl.when(~is_waived).then(pl.lit("Where a waived kit was used, another code may fit.")).alias("advice"),
        "release",
    )


def _untold(lines: pl.DataFrame) -> pl.DataFrame:
    table = TABLES["clia_qw"]
    return lines.select(
        "claim_key",
        "line_number",
        worded("no loaded {} has {}", pl.lit(table.words), "procedure_code").alias("reason"),
        pl.lit(table.supply).alias("supply"),
        pl.lit("clia_qw").alias("table"),
        "procedure_code",
    )
