"""Assemble checked tables into a batch: fill in defaults, split lists and derive what is missing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from cleanclaim.model import INHERITED, Batch
from cleanclaim.model.patient_key import day_words, file_word, patient_keys, text_words
from cleanclaim.read.columns import LISTS, ROW


def assemble(frames: Mapping[str, pl.DataFrame], file: str, first_claim_key: int) -> Batch:
    """Build a batch from tables of claims, lines and diagnoses that passed all checks.

    Args:
        frames: the tables, joined by `claim_id`; their row numbers become `position`.
        file: the file name in findings.
        first_claim_key: the key of the first claim.

    Returns:
        The batch.
    """
    ids = frames["claims"].select("claim_id").unique(maintain_order=True)
    keys = ids.with_row_index("claim_key", first_claim_key).cast({"claim_key": pl.Int64})
    keyed = {
        name: frame.join(keys, on="claim_id", how="left", maintain_order="left").rename(
            {ROW: "position"}
        )
        for name, frame in frames.items()
    }
    claims = _filled(keyed["claims"], "claim_type", _claim_type(keyed["claims"], keyed["lines"]))
    lines = _with_split_lists(keyed["lines"])
    lines = _filled(lines, "line_number", pl.int_range(1, pl.len() + 1).over("claim_key"))
    days = lines.select("claim_key", *(c for c in ("from_date", "to_date") if c in lines.columns))
    lines = _with_claim_values(lines, claims)
    claims = _claim_days(claims, days).with_columns(
        pl.lit(file).alias("file"), pl.lit(value=False).alias("is_history")
    )
    claims = _filled(claims, "patient_key", pl.Series(_patient_keys(claims, file), dtype=pl.UInt64))
    diagnoses = _filled_diagnoses(keyed["diagnoses"])
    return Batch.of({"claims": claims, "lines": lines, "diagnoses": diagnoses})


def _filled_diagnoses(diagnoses: pl.DataFrame) -> pl.DataFrame:
    """Diagnoses with plain codes and with defaults for missing values."""
    code = pl.col("diagnosis_code")
    plain = code.str.strip_chars().str.replace_all(".", "", literal=True).str.to_uppercase()
    is_principal = pl.col("diagnosis_number") == 1
    diagnoses = diagnoses.with_columns(plain.alias("_plain"))
    diagnoses = _filled(diagnoses, "code_as_sent", pl.when(pl.col("_plain") != code).then(code))
    diagnoses = diagnoses.with_columns(pl.col("_plain").alias("diagnosis_code"))
    for name, value in (
        ("diagnosis_number", pl.int_range(1, pl.len() + 1).over("claim_key").cast(pl.Int64)),
        (
            "diagnosis_type",
            pl.when(is_principal).then(pl.lit("principal")).otherwise(pl.lit("other")),
        ),
        ("icd_version", pl.lit(10, pl.Int64)),
    ):
        diagnoses = _filled(diagnoses, name, value)
    return diagnoses


def long_diagnoses(wide: pl.DataFrame) -> pl.DataFrame:
    """diagnosis_code_1 … as one row for each diagnosis, numbered without gaps."""
    numbers = sorted(
        int(name.rsplit("_", 1)[1]) for name in wide.columns if name.startswith("diagnosis_code_")
    )
    parts = [
        wide.select(
            "claim_id",
            ROW,
            pl.lit(n).alias("at"),
            pl.col(f"diagnosis_code_{n}").alias("diagnosis_code"),
            (
                pl.col(f"present_on_admission_code_{n}")
                if f"present_on_admission_code_{n}" in wide.columns
                else pl.lit(None, pl.String)
            ).alias("present_on_admission_code"),
        )
        for n in numbers
    ]
    if not parts:
        return pl.DataFrame(
            schema={
                "claim_id": pl.String,
                ROW: pl.Int64,
                "diagnosis_code": pl.String,
                "diagnosis_number": pl.Int64,
            }
        )
    return (
        pl.concat(parts)
        .filter(pl.col("diagnosis_code").str.strip_chars().fill_null("") != "")
        .sort(ROW, "at")
        .with_columns(
            pl.int_range(1, pl.len() + 1).over("claim_id").cast(pl.Int64).alias("diagnosis_number")
        )
        .drop("at")
    )


def _claim_type(claims: pl.DataFrame, lines: pl.DataFrame) -> pl.Expr:
    """Institutional if the claim has a type of bill or a revenue code on a line, else professional."""
    is_institutional = pl.lit(value=False)
    if "bill_type_code" in claims.columns:
        is_institutional = pl.col("bill_type_code").is_not_null()
    if "revenue_center_code" in lines.columns:
        billed = lines.filter(pl.col("revenue_center_code").is_not_null())["claim_key"].unique()
        is_institutional |= pl.col("claim_key").is_in(billed.implode())
    return pl.when(is_institutional).then(pl.lit("institutional")).otherwise(pl.lit("professional"))


def _filled(frame: pl.DataFrame, name: str, value: pl.Expr | pl.Series) -> pl.DataFrame:
    if name not in frame.columns:
        return frame.with_columns(value.alias(name))
    return frame.with_columns(pl.coalesce(name, value).alias(name))


def _with_split_lists(lines: pl.DataFrame) -> pl.DataFrame:
    """Split pointers (A, AB, "1,2", "A:B") and modifiers ("25,59") into separate columns."""
    columns: list[pl.Expr] = []
    if "diagnosis_pointers" in lines.columns:
        parts = (
            pl.col("diagnosis_pointers")
            .str.to_uppercase()
            .str.extract_all(LISTS["diagnosis_pointers"])
        )
        letters = {chr(ord("A") + n): str(n + 1) for n in range(12)}
        numbers = [
            parts.list.get(n, null_on_oob=True).replace(letters).cast(pl.Int64) for n in range(4)
        ]
        columns += [
            number.alias(f"diagnosis_pointer_{n}") for n, number in enumerate(numbers, start=1)
        ]
    if "modifiers" in lines.columns:
        marks = pl.col("modifiers").str.to_uppercase().str.extract_all(LISTS["modifiers"])
        columns += [
            marks.list.get(n, null_on_oob=True).alias(f"modifier_{n + 1}") for n in range(4)
        ]
    lines = lines.with_columns(columns)
    upper = [
        name
        for name in ("procedure_code", *(f"modifier_{n}" for n in range(1, 5)))
        if name in lines.columns
    ]
    return lines.with_columns(pl.col(upper).str.to_uppercase())


def _with_claim_values(lines: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    taken = ("place_of_service_code", *INHERITED, "from_date", "to_date")
    above = claims.select(
        "claim_key", *(pl.col(name).alias(f"_{name}") for name in taken if name in claims.columns)
    )
    lines = lines.join(above, on="claim_key", how="left", maintain_order="left")
    for name in taken:
        if f"_{name}" in lines.columns:
            lines = _filled(lines, name, pl.col(f"_{name}"))
    if "from_date" in lines.columns:
        lines = _filled(lines, "to_date", pl.col("from_date"))
    return lines


def _claim_days(claims: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    if "from_date" not in days.columns:
        return claims
    last = pl.coalesce("to_date", "from_date") if "to_date" in days.columns else pl.col("from_date")
    spans = days.group_by("claim_key").agg(
        pl.col("from_date").min().alias("_first"), last.max().alias("_last")
    )
    claims = claims.join(spans, on="claim_key", how="left", maintain_order="left")
    return _filled(
        _filled(claims, "from_date", pl.col("_first")),
        "to_date",
        pl.coalesce("_last", "from_date"),
    )


def _patient_keys(claims: pl.DataFrame, file: str) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Patient keys from member id and birth date; without a member id, each claim is its own patient."""
    members = (
        claims["member_id"].to_list() if "member_id" in claims.columns else [None] * claims.height
    )
    word = file_word(file)
    own = [
        member or f"{word:x}\x1f{position}"
        for member, position in zip(members, claims["position"], strict=True)
    ]
    if "patient_birth_date" in claims.columns:
        days = (
            claims["patient_birth_date"]
            .dt.strftime("%Y%m%d")
            .cast(pl.Int64)
            .fill_null(0)
            .to_numpy()
        )
    else:
        days = np.zeros(claims.height, dtype=np.int64)
    return patient_keys([*text_words(own), day_words(days)])
