"""The claims that an audit draws from: one row a claim, with what strata and risk are made of."""

from __future__ import annotations

import hashlib
from typing import Final

import polars as pl

from cleanclaim.report.result import Report

FAMILIES: Final = (
    ("anesthesia", "00100", "01999"),
    ("surgery", "10004", "69990"),
    ("radiology", "70010", "79999"),
    ("laboratory", "80047", "89398"),
    ("medicine", "90281", "99199"),
    ("visits", "99202", "99499"),
    ("home procedures", "99500", "99607"),
)
"""Sections of CPT by their first and last code."""
MEASURES: Final = ("provider", "payer", "family", "dollars")
"""What claims can be divided by."""
LEVELS: Final = {
    **{code: int(code[-1]) for code in ("99202", "99203", "99204", "99205", "99211", "99212", "99213", "99214", "99215")},
    **{f"9922{n}": n for n in (1, 2, 3)},
    **{f"9923{n}": n for n in (1, 2, 3)},
    **{f"9928{n}": n for n in (1, 2, 3, 4, 5)},
    **{f"9924{n}": n for n in (2, 3, 4, 5)},
    **{f"9925{n}": n for n in (2, 3, 4, 5)},
}  # fmt: skip
"""Visit codes with levels, by the level within their category."""


def family() -> pl.Expr:
    """The section of CPT that a line's code is in; HCPCS for codes that begin with a letter."""
    code = pl.col("procedure_code")
    chosen = pl.when(code.str.contains(r"^[A-Z]\d{4}$")).then(pl.lit("HCPCS"))
    for name, first, last in FAMILIES:
        is_in = code.str.contains(r"^\d{5}$") & code.is_between(pl.lit(first), pl.lit(last))
        chosen = chosen.when(is_in).then(pl.lit(name))  # type: ignore[assignment]
    return chosen.otherwise(pl.lit("other")).alias("family")


def population_of(report: Report) -> pl.DataFrame:
    """The claims of a report as an audit sees them.

    Columns: `unit` (the claim's number; with its place if another claim has the same), claim_key, claim_id, file, position, from_date, `provider` (rendering,
    else billing), `payer`, `family` and `level` (of the dearest line, the highest visit), `dollars` (charge), `at_risk`, `findings`, `level_z` (how far the
    provider's mean visit level is above that of all others, in standard errors; null with few visits), sorted by unit.
    """
    claims = report.claims
    lines = report.batch.lines.join(claims.select("claim_key"), on="claim_key", how="semi")
    own = (
        claims.select(
            "claim_key",
            pl.col("claim_id").fill_null("no number"),
            "file",
            "position",
            "from_date",
            pl.coalesce("rendering_npi", "billing_npi").alias("provider"),
            pl.coalesce("payer_name", "payer_id", "payer_class")
            .fill_null("unknown")
            .alias("payer"),
            pl.col("charge_amount").cast(pl.Float64).fill_null(0.0).alias("dollars"),
            pl.col("at_risk_amount").cast(pl.Float64).fill_null(0.0).alias("at_risk"),
            "findings",
        )
        .join(_of_lines(lines), on="claim_key", how="left")
        .with_columns(
            pl.coalesce("line_provider", "provider").fill_null("unknown").alias("provider"),
            pl.col("family").fill_null("other"),
        )
        .drop("line_provider")
    )
    is_alone = pl.len().over("claim_id") == 1
    place = pl.concat_str("claim_id", pl.lit(" at "), pl.col("position").fill_null(pl.col("claim_key")).cast(pl.String))  # fmt: skip
    unit = pl.when(is_alone).then("claim_id").otherwise(place).alias("unit")
    return own.with_columns(unit).join(_outliers(own), on="provider", how="left").sort("unit", "claim_key")  # fmt: skip


def _of_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """Of each claim: the section and rendering provider of its dearest line, and its highest visit level."""
    level = pl.col("procedure_code").replace_strict(LEVELS, default=None, return_dtype=pl.Int64)
    dearest = lines.select("claim_key", "line_number", "charge_amount", "rendering_npi", family()).sort(
        "claim_key", "charge_amount", "line_number", descending=[False, True, False], nulls_last=True
    )  # fmt: skip
    first = dearest.unique("claim_key", keep="first", maintain_order=True)
    levels = lines.group_by("claim_key").agg(level.max().alias("level"))
    return first.select("claim_key", "family", pl.col("rendering_npi").alias("line_provider")).join(
        levels, on="claim_key", how="left"
    )


def _outliers(claims: pl.DataFrame) -> pl.DataFrame:
    """For each provider how far its mean visit level is above that of all others, in standard errors."""
    known = claims.drop_nulls("level")
    rows = []
    for (provider,), own in known.group_by("provider", maintain_order=True):
        others = known.filter(pl.col("provider") != provider)["level"]
        values = own["level"]
        if len(values) < _FEWEST or len(others) < _FEWEST:
            continue
        error = (_spread(values) / len(values) + _spread(others) / len(others)) ** 0.5
        gap = float(values.mean() or 0) - float(others.mean() or 0)  # type: ignore[arg-type]
        rows.append({"provider": provider, "level_z": gap / error if error else 0.0})
    return pl.DataFrame(rows, {"provider": pl.String, "level_z": pl.Float64})


_FEWEST: Final = 10
"""With fewer visits than this, a mean level says nothing."""


def _spread(values: pl.Series) -> float:
    spread = values.var()
    return float(spread) if isinstance(spread, (int, float)) else 0.0


def fingerprint(population: pl.DataFrame) -> str:
    """A hash of a population: the same claims with the same dollars give the same."""
    rows = population.select("unit", "dollars", "provider", "payer", "family")
    digest = hashlib.sha256()
    for row in rows.iter_rows():
        digest.update("\t".join(map(str, row)).encode() + b"\n")
    return digest.hexdigest()
