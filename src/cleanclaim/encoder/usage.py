"""Which procedures and diagnoses the user's own claims pair, and how many of those lines were paid.

It reads two kinds of files: claims (837 files or tables), in which a line counts as paid if another
payer on the claim paid something; and a plain table with the columns procedure_code, diagnosis_code
and paid_amount, one row per line and diagnosis.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.errors import InputError
from cleanclaim.model import concat
from cleanclaim.read import FileRead, Past, read
from cleanclaim.read.table_files import read_csv, read_parquet
from cleanclaim.reference import Reference
from cleanclaim.settings import Settings, prepare

_PLAIN: Final = ("procedure_code", "diagnosis_code", "paid_amount")
_PAIRS: Final = {
    "procedure_code": pl.String,
    "diagnosis_code": pl.String,
    "icd_version": pl.Int64,
    "lines": pl.Int64,
    "judged": pl.Int64,
    "paid": pl.Int64,
}
"""`judged`: lines known to be paid or not; `paid`: lines that were paid."""


def history(paths: Iterable[str | Path], reference: Reference) -> pl.DataFrame:
    """Count the procedures and diagnoses on a user's claims.

    Args:
        paths: claims, or plain tables.
        reference: the dated tables.

    Returns:
        One row per procedure and diagnosis: procedure_code, diagnosis_code (undotted), icd_version,
        lines, judged, paid.

    Raises:
        InputError: a file can't be read.
    """
    plain: list[pl.DataFrame] = []
    claims: list[str | Path] = []
    for path in paths:
        table = _plain(Path(path))
        if table is None:
            claims.append(path)
        else:
            plain.append(table)
    rows = [*plain, *([_of_claims(claims, reference)] if claims else [])]
    if not rows:
        return pl.DataFrame(schema=_PAIRS)
    return (
        pl.concat(rows)
        .group_by("procedure_code", "diagnosis_code", "icd_version")
        .agg(
            pl.len().cast(pl.Int64).alias("lines"),
            pl.col("is_paid").is_not_null().sum().cast(pl.Int64).alias("judged"),
            pl.col("is_paid").fill_null(value=False).sum().cast(pl.Int64).alias("paid"),
        )
        .sort("lines", "procedure_code", "diagnosis_code", descending=[True, False, False])
    )


def _plain(path: Path) -> pl.DataFrame | None:
    """Return a plain table as procedure_code, diagnosis_code, icd_version, is_paid; None for any other file."""
    ending = path.suffix.lower()
    if ending not in {".csv", ".parquet"} or not path.is_file():
        return None
    table = (
        read_csv(path.read_bytes(), file=str(path))
        if ending == ".csv"
        else read_parquet(path, file=str(path))
    )
    if any(name not in table.columns for name in _PLAIN):
        return None
    paid = pl.col("paid_amount").cast(pl.String).str.replace_all(r"[$,]", "")
    amounts = table.with_columns(paid.cast(pl.Float64, strict=False).alias("amount"))
    wrong = amounts.with_row_index("row", 2).filter(
        pl.col("amount").is_null(), pl.col("paid_amount").cast(pl.String).str.len_chars() > 0
    )
    if wrong.height:
        raise InputError(
            f"{path}, row {wrong['row'][0]}: paid_amount isn't an amount; expected dollars such as 84.50"
        )
    return amounts.select(
        pl.col("procedure_code").cast(pl.String).str.strip_chars().str.to_uppercase(),
        _undotted("diagnosis_code"),
        pl.lit(10, pl.Int64).alias("icd_version"),
        (pl.col("amount") > 0).alias("is_paid"),
    ).drop_nulls(["procedure_code", "diagnosis_code"])


def _undotted(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).str.strip_chars().str.replace(".", "", literal=True).str.to_uppercase()  # fmt: skip


def _of_claims(paths: list[str | Path], reference: Reference) -> pl.DataFrame:
    files: list[FileRead] = []
    batch = prepare(concat(list(read(paths, files, form=False, past=Past()))), Settings())
    unread = [entry for entry in files if entry.error is not None]
    if unread:
        raise InputError("; ".join(str(entry.error) for entry in unread))
    known = Claims.of(batch, reference)
    paid = (
        batch.other_payers.group_by("claim_key")
        .agg(pl.col("paid_amount").sum().alias("amount"), pl.col("paid_amount").is_not_null().any().alias("is_known"))
        .select("claim_key", pl.when("is_known").then(pl.col("amount") > 0).alias("is_paid"))
    )  # fmt: skip
    return (
        known.line_diagnoses.join(
            batch.lines.select("claim_key", "line_number", "procedure_code"),
            on=["claim_key", "line_number"],
        )
        .join(paid, on="claim_key", how="left")
        .select("procedure_code", "diagnosis_code", pl.col("icd_version").cast(pl.Int64), "is_paid")
        .drop_nulls(["procedure_code", "diagnosis_code"])
    )
