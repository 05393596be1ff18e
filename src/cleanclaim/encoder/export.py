"""The codes, notes and links of a day as tidy tables."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from cleanclaim.encoder.codebook import Codebook
from cleanclaim.encoder.systems import CPT, HCPCS, ICD9, ICD10, KEEPERS
from cleanclaim.errors import ConfigError
from cleanclaim.storage.durable import PUBLIC, whole_file
from cleanclaim.text.wording import worded

_NO_YEAR: Final = 9999
FORMATS: Final = ("csv", "parquet")
TABLES: Final = {
    "codes": "one row per code, stem, category, section or chapter: system, code, title, kind, billable, parent, valid_from, valid_to, release",
    "notes": "one row per note in the ICD-10-CM tabular list: code (the place that carries it), kind, text, heading, release",
    "links": "one row per earlier ICD-10-CM code and its successor: code, to_code, on, has_ended, release",
}
"""The files to write, and what each row is."""


def export(book: Codebook, on: date, folder: Path, form: str) -> list[tuple[Path, int]]:
    """Write the code lists of a day as files.

    Args:
        book: the code lists.
        on: the day.
        folder: the folder to write to; created if it doesn't exist.
        form: csv or parquet.

    Returns:
        The files and their row counts.

    Raises:
        ConfigError: the format is unknown, or a file can't be written.
    """
    if form not in FORMATS:
        raise ConfigError([f"'{form}' isn't a known format; choose {' or '.join(FORMATS)}"])
    tables = {"codes": codes(book, on), "notes": _notes(book), "links": _links(book)}
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            path = folder / f"{name}.{form}"
            with whole_file(path, PUBLIC) as out:
                if form == "csv":
                    table.write_csv(out)
                else:
                    table.write_parquet(out)
            written.append((path, table.height))
    except OSError as error:
        raise ConfigError([f"{error.filename or folder}: {error.strerror}"]) from None
    return written


def codes(book: Codebook, on: date) -> pl.DataFrame:
    """Return every code of every system on a day, with its place.

    Args:
        book: the code lists.
        on: the day.

    Returns:
        system, keeper, code (as printed), title, kind, billable (on the day), parent (as printed),
        valid_from, valid_to (null if open; from the last period that began by the day), release.
        The parent of a code with a seventh character is its stem.
    """
    icd10 = _icd10(book, on)
    others = [_listed(book, on, system) for system in (ICD9, HCPCS, CPT)]
    return pl.concat([icd10, *others], how="vertical_relaxed")


def _icd10(book: Codebook, on: date) -> pl.DataFrame:
    places = book.reference.table("icd10cm_tabular").select(
        "code", "kind", "parent", "title", "order"
    )
    sevenths = (
        book.reference.table("icd10cm_seventh")
        .join(places.select("code", "title", "order"), on="code")
        .select(
            (pl.col("padded") + pl.col("character")).alias("code"),
            pl.lit("code").alias("kind"),
            pl.col("code").alias("parent"),
            worded("{}, {}", "title", "meaning").alias("title"),
            "order",
        )
    )
    valid = _periods(book, ("icd10cm",), on)
    every = pl.concat([places, sevenths]).unique("code", keep="first", maintain_order=True)
    untitled = valid.join(every, on="code", how="anti").select(
        "code",
        pl.lit("code").alias("kind"),
        pl.lit(None, pl.String).alias("parent"),
        pl.lit(None, pl.String).alias("title"),
        pl.lit(None, pl.Int64).alias("order"),
    )
    rows = pl.concat([every, untitled], how="vertical_relaxed").join(valid, on="code", how="left")
    return _tidy(rows.sort("order", "code", nulls_last=True), ICD10, dotted=True)


def _periods(book: Codebook, tables: tuple[str, ...], on: date) -> pl.DataFrame:
    """Return the last period that began by a day for each code: code, valid_from, valid_to, release, billable."""
    parts = [
        book.reference.table(table).select("code", "valid_from", "valid_to", "release")
        for table in tables
        if table in book.reference.names()
    ]
    if not parts:
        return pl.DataFrame(schema={"code": pl.String, "valid_from": pl.Date, "valid_to": pl.Date, "release": pl.String, "billable": pl.Boolean})  # fmt: skip
    return (
        pl.concat(parts)
        .filter(pl.col("valid_from") <= on)
        .sort("code", "valid_from", "valid_to")
        .group_by("code", maintain_order=True)
        .agg(pl.col("valid_from").first(), pl.col("valid_to", "release").last())
        .with_columns((pl.col("valid_to") >= on).alias("billable"))
    )


def _listed(book: Codebook, on: date, system: str) -> pl.DataFrame:
    """Return the codes of a system that is a plain list."""
    tables = {
        ICD9: ("icd9cm",),
        HCPCS: ("hcpcs", "procedure_codes"),
        CPT: ("cpt", "procedure_codes"),
    }
    valid = _periods(book, tables[system], on)
    if system != ICD9:
        letter = pl.col("code").str.contains("^[A-Z]")
        valid = valid.filter(letter if system == HCPCS else ~letter)
    titles = [None if system == ICD9 else book.description(code, on) for code in valid["code"]]
    rows = valid.with_columns(
        pl.lit("code").alias("kind"),
        pl.lit(None, pl.String).alias("parent"),
        pl.Series("title", titles, dtype=pl.String),
    )
    return _tidy(rows, system, dotted=system == ICD9)


def _tidy(rows: pl.DataFrame, system: str, *, dotted: bool) -> pl.DataFrame:
    return rows.select(
        pl.lit(system).alias("system"),
        pl.lit(KEEPERS[system]).alias("keeper"),
        _dotted("code", _cut(system)) if dotted else pl.col("code"),
        "title",
        "kind",
        pl.col("billable").fill_null(value=False),
        _dotted("parent", _cut(system)) if dotted else pl.col("parent"),
        "valid_from",
        pl.when(pl.col("valid_to").dt.year() < _NO_YEAR).then("valid_to").alias("valid_to"),
        "release",
    )


def _cut(system: str) -> pl.Expr:
    """Return how many characters come before the dot."""
    is_external = (pl.lit(system) == ICD9) & pl.col("code").str.starts_with("E")
    return pl.when(is_external).then(4).otherwise(3)


def _dotted(name: str, cut: pl.Expr | None = None) -> pl.Expr:
    """Return diagnosis codes with their dot; chapters and sections stay as they are."""
    code, at = pl.col(name), pl.lit(3) if cut is None else cut
    has_dot = ~code.str.contains(r"[ -]") & (code.str.len_chars() > at)
    parts = pl.concat_str([code.str.slice(0, at), code.str.slice(at)], separator=".")
    return pl.when(has_dot).then(parts).otherwise(code).alias(name)


def _notes(book: Codebook) -> pl.DataFrame:
    notes = book.reference.table("icd10cm_notes").sort("note_id")
    return notes.select(_dotted("code"), "kind", "text", "heading", "release")


def _links(book: Codebook) -> pl.DataFrame:
    rows = book.reference.table("conversions").sort("code", "to_code", "valid_from")
    return rows.select(
        _dotted("code"), _dotted("to_code"), pl.col("valid_from").alias("on"), pl.col("retired").alias("has_ended"), "release"
    ).unique(["code", "to_code"], keep="first", maintain_order=True)  # fmt: skip
