"""Assemble checked tables into a batch: fill in defaults, split lists and derive what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl

from cleanclaim.model import INHERITED, Batch
from cleanclaim.model.patient_key import day_words, file_word, patient_keys, text_words
from cleanclaim.read.columns import LISTS, ROW, SHORT_BIRTH_YEAR
from cleanclaim.read.values import IN_FORM, in_form


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
    keyed = {name: _in_form(frame) for name, frame in keyed.items()}
    claims = _filled(keyed["claims"], "claim_type", _claim_type(keyed["claims"], keyed["lines"]))
    lines = _with_split_lists(keyed["lines"])
    lines = _filled(lines, "line_number", pl.int_range(1, pl.len() + 1).over("claim_key"))
    days = lines.select("claim_key", *(c for c in ("from_date", "to_date") if c in lines.columns))
    lines = _with_claim_values(lines, claims)
    claims = _claim_days(claims, days).with_columns(
        pl.lit(file).alias("file"), pl.lit(value=False).alias("is_history")
    )
    claims = _with_birth_century(_with_total(claims, lines))
    claims = _filled(claims, "patient_key", pl.Series(_patient_keys(claims, file), dtype=pl.UInt64))
    diagnoses = _filled_diagnoses(keyed["diagnoses"])
    return Batch.of({"claims": claims, "lines": lines, "diagnoses": diagnoses})


def _in_form(frame: pl.DataFrame) -> pl.DataFrame:
    """Codes as claims write them: a place of service with two digits, a sex with its letter."""
    return frame.with_columns(in_form(name) for name in IN_FORM if name in frame.columns)


def _with_total(claims: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """A claim without a total charge has the sum of its lines' charges, if each line has one."""
    if "charge_amount" not in lines.columns:
        return claims
    charge = pl.col("charge_amount")
    sums = lines.group_by("claim_key").agg(
        pl.when(charge.is_not_null().all()).then(charge.sum()).alias("_sum")
    )
    claims = claims.join(sums, on="claim_key", how="left", maintain_order="left")
    return _filled(claims, "charge_amount", pl.col("_sum"))


def _with_birth_century(claims: pl.DataFrame) -> pl.DataFrame:
    """A birth date with a two-digit year is in the last century if it would otherwise be after the service."""
    if SHORT_BIRTH_YEAR not in claims.columns:
        return claims
    known = [name for name in ("from_date", "submitted_date") if name in claims.columns]
    latest = pl.coalesce(*known, pl.lit(date.today()))  # noqa: DTZ011 - a day where the user is
    born = pl.col("patient_birth_date")
    is_old = pl.col(SHORT_BIRTH_YEAR).fill_null(value=False)
    this_century = pl.when(born.dt.year() < 2000).then(born.dt.offset_by("100y")).otherwise(born)
    fitting = (
        pl.when(this_century > latest)
        .then(this_century.dt.offset_by("-100y"))
        .otherwise(this_century)
    )
    return claims.with_columns(
        pl.when(is_old).then(fitting).otherwise(born).alias("patient_birth_date")
    )


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
            _apart(pl.col("diagnosis_pointers"))
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


def _apart(pointers: pl.Expr) -> pl.Expr:
    """Three or four digits in a row are one pointer each: `123` is 1, 2 and 3."""
    is_run = pointers.str.contains(r"^\s*[1-9]{3,4}\s*$")
    return pl.when(is_run).then(pointers.str.replace_all(r"(\d)", "$1 ")).otherwise(pointers)


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
