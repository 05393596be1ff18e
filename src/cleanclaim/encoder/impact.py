"""Find the user's claims, templates and favorites that a code change affects, and what to use instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.encoder.changes import ENDED, KINDS, NO_LONGER_BILLABLE, Changes
from cleanclaim.encoder.systems import plain, procedure_kind
from cleanclaim.errors import InputError, TableError
from cleanclaim.model import concat
from cleanclaim.read import FileRead, Past, read
from cleanclaim.read.history import is_history
from cleanclaim.read.table import read_flat
from cleanclaim.read.table_files import read_csv, read_parquet
from cleanclaim.reference import Reference
from cleanclaim.settings import Settings, prepare
from cleanclaim.text.wording import worded

USES: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "code": pl.String,
    "is_diagnosis": pl.Boolean,
    "file": pl.String,
    "where": pl.String,
    "claim_key": pl.Int64,
    "line_number": pl.Int64,
    "units": pl.Decimal(12, 3),
    "charge": pl.Decimal(18, 2),
}
"""One use of a code: where it is used, and the charge if it's on a claim line."""
_LIST_COLUMNS: Final = (
    "code", "codes", "diagnosis_code", "procedure_code", "icd10", "icd", "cpt", "hcpcs", "dx"
)  # fmt: skip
_CODE: Final = re.compile(
    r"(?<![\w.])(?:[A-Z]\d[0-9A-Z](?:\.?[0-9A-Z]{1,4})?|\d{4}[0-9FTUMA]|[A-V]\d{4})(?![\w.]*\w)",
    re.IGNORECASE,
)
_RULES: Final = (
    "status", "global_days", "pctc", "bilateral", "assistant", "co_surgeon", "team", "multiple_procedure",
    "max_units", "description", "title",
)  # fmt: skip
_IS_LIST: Final = pl.col("table").is_in(["icd10cm", "hcpcs", "cpt"])
_DROPPED_FROM_SCHEDULE: Final = (
    (pl.col("table") == "mpfs") & (pl.col("change") == ENDED) & pl.col("other").is_null()
)
_IS_COMPARED: Final = _IS_LIST | pl.col("column").is_in(_RULES) | _DROPPED_FROM_SCHEDULE
"""The changes to compare with the user's files: codes, unit limits and fee schedule rules.

Prices, pairs and policies are left to `check`.
"""
_MANDATORY: Final = pl.col("change").is_in(NO_LONGER_BILLABLE)


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change affects.

    Attributes:
        rows: one row per used code that changed: code, is_diagnosis, changes (what happened to it),
            must_change (it can no longer be billed), uses (claim lines or list entries), claims,
            charges (of those lines, each once), instead, title, and where (the first few).
        uses: how many uses of codes were checked.
        files: the files that were read.
    """

    rows: pl.DataFrame
    uses: int
    files: tuple[str, ...]


def impact(found: Changes, paths: Iterable[str | Path], reference: Reference) -> Impact:
    """Compare changes with claims, templates and lists of favorites.

    Args:
        found: what changed.
        paths: claims (837 files or tables), or lists of codes: CSV with a column of codes, or text
            with codes in it.
        reference: the dated tables.

    Raises:
        InputError: a file can't be read, or has no codes.
    """
    files = [str(path) for path in paths]
    uses = pl.concat([_uses(Path(path), reference) for path in files])
    return Impact(_summary(found, uses), uses.height, tuple(files))


def _summary(found: Changes, uses: pl.DataFrame) -> pl.DataFrame:
    changed = (
        _relevant(found.rows, uses)
        .group_by("code", "is_diagnosis")
        .agg(
            pl.col("change").unique().alias("changes"),
            _MANDATORY.any().alias("must_change"),
            pl.col("instead").explode().drop_nulls().unique().sort().alias("instead"),
            pl.col("title").drop_nulls().first().alias("title"),
        )
        .with_columns(_in_order().alias("changes"))
    )
    counted = uses.group_by("code", "is_diagnosis", maintain_order=True).agg(
        pl.len().alias("uses"),
        pl.struct("file", "claim_key").filter(pl.col("claim_key").is_not_null()).n_unique().alias("claims"),
        pl.col("charge").sum().alias("charges"),
        pl.col("where").head(5).alias("where"),
    )  # fmt: skip
    return counted.join(changed, on=["code", "is_diagnosis"]).sort(
        "must_change", "charges", "uses", "code", descending=[True, True, True, False]
    )


def _in_order() -> pl.Expr:
    held = [pl.when(pl.col("changes").list.contains(kind)).then(pl.lit(kind)) for kind in KINDS]
    return pl.concat_list(held).list.drop_nulls()


def _relevant(rows: pl.DataFrame, uses: pl.DataFrame) -> pl.DataFrame:
    """Return the changes to codes that are used; for unit limits, only those that a line exceeds."""
    own = rows.filter(_IS_COMPARED).with_columns(
        (pl.col("table") == "icd10cm").alias("is_diagnosis")
    )
    own = own.join(uses.select("code", "is_diagnosis").unique(), on=["code", "is_diagnosis"], how="semi")  # fmt: skip
    most = uses.group_by("code").agg(pl.col("units").max().cast(pl.Float64).alias("most"))
    limits = own.filter(pl.col("column") == "max_units").join(most, on="code", how="left")
    exceeded = limits.filter(pl.col("most") > pl.col("after").cast(pl.Float64, strict=False))
    others = own.filter(pl.col("column").ne_missing("max_units"))
    return pl.concat([others, exceeded.select(others.columns)])


def _uses(path: Path, reference: Reference) -> pl.DataFrame:
    """Return the uses of codes in a file."""
    ending = path.suffix.lower()
    if ending in {".csv", ".parquet"} and path.is_file():
        table = read_csv(path.read_bytes(), file=str(path)) if ending == ".csv" else read_parquet(path, file=str(path))  # fmt: skip
        listed = [name for name in table.columns if name.strip().lower() in _LIST_COLUMNS]
        if not _is_claims(table, path) and listed:
            return _of_table(table, listed, path)
    if ending == ".txt" and path.is_file() and not _is_x12(path):
        return _of_text(path)
    return _of_claims(path, reference)


def _is_claims(table: pl.DataFrame, path: Path) -> bool:
    try:
        read_flat(table.head(50), file=str(path))
    except TableError:
        return False
    return True


def _is_x12(path: Path) -> bool:
    with path.open("rb") as stream:
        return b"ISA" in stream.read(200)


def _of_table(table: pl.DataFrame, listed: list[str], path: Path) -> pl.DataFrame:
    texts = table.select(pl.concat_str(listed, separator=" ", ignore_nulls=True).alias("text"))
    lines = list(enumerate(texts["text"], 2))
    return _listed(lines, path, "row")


def _of_text(path: Path) -> pl.DataFrame:
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    return _listed(list(enumerate(text.splitlines(), 1)), path, "line")


def _listed(lines: Iterable[tuple[int, str | None]], path: Path, word: str) -> pl.DataFrame:
    rows = list(_codes(lines, path, word))
    if not rows:
        raise InputError(f"{path}: no codes found; expected claims, or a list with one code per line")  # fmt: skip
    return pl.DataFrame(rows, schema=USES, orient="row")


def _codes(
    lines: Iterable[tuple[int, str | None]], path: Path, word: str
) -> Iterator[dict[str, Any]]:
    for number, text in lines:
        for code in dict.fromkeys(_CODE.findall(text or "")):
            for is_diagnosis in _readings(code):
                yield {
                    "code": plain(code),
                    "is_diagnosis": is_diagnosis,
                    "file": str(path),
                    "where": f"{path.name} {word} {number}",
                }


def _readings(code: str) -> tuple[bool, ...]:
    """Return whether a code is a diagnosis; both values if it could be either without its dot (E1165)."""
    if "." in code:
        return (True,)
    if procedure_kind(plain(code)) is None:
        return (True,)
    return (False,) if code[0].isdigit() else (True, False)


def _of_claims(path: Path, reference: Reference) -> pl.DataFrame:
    files: list[FileRead] = []
    past = Past() if is_history(path) else None
    batch = prepare(concat(list(read([path], files, form=False, past=past))), Settings())
    unread = [entry for entry in files if entry.error is not None]
    if unread:
        raise InputError("; ".join(str(entry.error) for entry in unread))
    known = Claims.of(batch, reference)
    key = ["claim_key", "line_number"]
    where = worded("claim {} line {}", pl.col("claim_id").fill_null("?"), "line_number")
    lines = batch.lines.join(batch.claims.select("claim_key", "claim_id", "file"), on="claim_key", how="left").with_columns(where.alias("where"))  # fmt: skip
    of_line = lines.select(*key, "procedure_code", "file", "where", "units", pl.col("charge_amount").alias("charge"))  # fmt: skip
    pointed = known.line_diagnoses.select(*key, "diagnosis_code").unique().join(of_line, on=key)
    everywhere = _unpointed(batch.diagnoses, pointed, batch.claims)
    parts = (
        _as_uses(of_line.rename({"procedure_code": "code"}), is_diagnosis=False),
        _as_uses(pointed.rename({"diagnosis_code": "code"}), is_diagnosis=True),
        _as_uses(everywhere, is_diagnosis=True),
    )
    return pl.concat(parts).sort("claim_key", "line_number", "code", "is_diagnosis")


def _unpointed(
    diagnoses: pl.DataFrame, pointed: pl.DataFrame, claims: pl.DataFrame
) -> pl.DataFrame:
    """Return claim diagnoses that no line points at: one use per claim, with no charge."""
    rows = diagnoses.select("claim_key", "diagnosis_code").drop_nulls().unique()
    rest = rows.join(pointed, on=["claim_key", "diagnosis_code"], how="anti")
    return rest.join(claims.select("claim_key", "claim_id", "file"), on="claim_key", how="left").select(
        "claim_key",
        pl.lit(None, pl.Int64).alias("line_number"),
        pl.col("diagnosis_code").alias("code"),
        "file",
        worded("claim {}", pl.col("claim_id").fill_null("?")).alias("where"),
        pl.lit(None).alias("units"),
        pl.lit(None).alias("charge"),
    )  # fmt: skip


def _as_uses(rows: pl.DataFrame, *, is_diagnosis: bool) -> pl.DataFrame:
    return (
        rows.filter(pl.col("code").is_not_null())
        .with_columns(pl.lit(is_diagnosis).alias("is_diagnosis"))
        .select(pl.col(name).cast(dtype) for name, dtype in USES.items())
    )
