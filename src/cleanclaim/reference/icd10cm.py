"""Questions about ICD-10-CM that edits and the command line ask of the reference tables."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from cleanclaim.reference import Reference

_WIDTHS: Final = range(3, 8)


def dotted(code: str) -> str:
    """The code with its dot, as it is printed.

    >>> dotted("M5450")
    'M54.50'
    >>> dotted("I10")
    'I10'
    """
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code


def ancestors(reference: Reference, code: str) -> list[tuple[str, str]]:
    """The nodes above a code with their titles, chapter first.

    Args:
        reference: the reference.
        code: undotted; a seventh-character code is led back to its stem.

    Returns:
        (code, title) pairs; empty where the tabular list does not hold the code.
    """
    tabular = reference.table("icd10cm_tabular")
    found: list[tuple[str, str]] = []
    at: str | None = stem_of(reference, code)
    while at is not None:
        row = tabular.filter(pl.col("code") == at)
        if row.is_empty():
            break
        at = row["parent"][0]
        if at is not None:
            found.append((at, tabular.filter(pl.col("code") == at)["title"][0]))
    return found[::-1]


def children(reference: Reference, code: str) -> list[str]:
    """The codes directly below a category or subcategory, undotted, in order; for a stem, its seventh-character codes."""
    tabular = reference.table("icd10cm_tabular")
    below = tabular.filter(pl.col("parent") == code).sort("order")["code"].to_list()
    return below or [
        padded + character for padded, character, _ in seventh_choices(reference, code)
    ]


def seventh_choices(reference: Reference, code: str) -> list[tuple[str, str, str]]:
    """(padded stem, character, meaning) for each seventh character that a stem takes; empty for other codes."""
    rows = reference.narrow("icd10cm_seventh", pl.Series([code]))
    return [(row["padded"], row["character"], row["meaning"]) for row in rows.iter_rows(named=True)]


def successors(reference: Reference, code: str, on: date) -> list[str]:
    """Codes in force on a day that replaced a retired one, through several conversions where need be.

    Args:
        reference: the reference.
        code: the retired code, undotted.
        on: the day.

    Returns:
        Undotted codes, sorted; empty where the conversion table tells of none.
    """
    found: set[str] = set()
    seen = {code}
    front = {code}
    while front:
        rows = reference.narrow("conversions", pl.Series(sorted(front))).filter(
            pl.col("valid_from") <= on
        )
        following = set(rows["to_code"]) - seen
        seen |= following
        found |= following
        front = following - set(_in_force(reference, following, on))
    return _in_force(reference, found, on)


def title_of(reference: Reference, code: str) -> str | None:
    """The official title of a code or category of the tabular list; for a seventh-character code, its stem's and the character's."""
    tabular = reference.narrow("icd10cm_tabular", pl.Series([code]))
    if not tabular.is_empty():
        return str(tabular["title"][0])
    stem = stem_of(reference, code)
    if stem is None:
        return None
    meaning = next(
        (m for padded, c, m in seventh_choices(reference, stem) if padded + c == code), None
    )
    title = reference.narrow("icd10cm_tabular", pl.Series([stem]))["title"][0]
    return f"{title}, {meaning}" if meaning else None


def stem_of(reference: Reference, code: str) -> str | None:
    """The node of the tabular list that a code stands at or, with a seventh character, hangs from."""
    options = (
        [code]
        if len(code) < 7
        else [code, *(code[:6][:n] for n in range(6, 2, -1) if code[n:6].strip("X") == "")]
    )
    known = set(reference.narrow("icd10cm_tabular", pl.Series(options))["code"])
    return next((option for option in options if option in known), None)


def excludes1_pairs(reference: Reference, codes: pl.Series) -> pl.DataFrame:
    """Pairs among some codes that an Excludes1 note keeps apart.

    Args:
        reference: the reference.
        codes: unique undotted codes.

    Returns:
        code, other_code (the code that carries the note and the one that it names), note_id, owner (where the note stands), text; one row an ordered
        pair, the note of least id.
    """
    links = note_links(reference, codes, "excludes1")
    return links.rename({"target_code": "other_code"}).unique(
        ["code", "other_code"], keep="first", maintain_order=True
    )


def note_links(reference: Reference, codes: pl.Series, kind: str) -> pl.DataFrame:
    """Which of some codes are named by a note of a kind that another of them carries.

    Args:
        reference: the reference.
        codes: unique undotted codes.
        kind: excludes1, code_first, use_additional or code_also.

    Returns:
        code (carries the note, by itself or from above), target_code (is named by it), note_id, owner, text.
    """
    carried = notes_of(reference, codes, kind)
    targets = _targets_of(reference, carried["note_id"].unique())
    named = (
        _prefixes(codes)
        .lazy()
        .rename({"code": "target_code"})
        .join(targets.lazy(), on="prefix", how="inner")
        .filter(
            pl.col("char_position").is_null()
            | pl.col("characters").str.contains(
                pl.col("target_code").str.slice(pl.col("char_position") - 1, 1), literal=True
            )
            & (pl.col("target_code").str.len_chars() >= pl.col("char_position"))
        )
        .select("target_code", "note_id")
        .unique()
    )
    # A note never bars what it stands at itself: where a target is wider than the note's place, only codes outside that place count.
    return (
        carried.lazy()
        .join(named, on="note_id", how="inner")
        .filter(
            pl.col("code") != pl.col("target_code"),
            ~pl.col("target_code").str.starts_with(pl.col("owner")),
        )
        .sort("code", "target_code", "note_id")
        .collect()
    )


def notes_of(reference: Reference, codes: pl.Series, kind: str) -> pl.DataFrame:
    """The parsed notes of a kind that each code carries, its own and those of everything above it.

    Args:
        reference: the reference.
        codes: unique undotted codes.
        kind: the notes' kind.

    Returns:
        code, note_id, owner, text, heading.
    """
    notes = _notes(reference, kind)
    prefixes = _prefixes(codes)
    scopes = _scopes(reference, prefixes["prefix"].unique())
    return (
        prefixes.lazy()
        .join(scopes.lazy(), on="prefix", how="inner")
        .join(notes.lazy(), on="note_id", how="inner")
        .select("code", "note_id", pl.col("owner"), "text", "heading")
        .unique(["code", "note_id"])
        .sort("code", "note_id")
        .collect()
    )


def _notes(reference: Reference, kind: str) -> pl.DataFrame:
    return reference.derived(
        f"notes of kind {kind}",
        lambda: (
            reference.table("icd10cm_notes")
            .filter(pl.col("kind") == kind, pl.col("status") == "parsed")
            .select("note_id", pl.col("code").alias("owner"), "text", "heading")
            .sort("note_id")
        ),
    )


def _scopes(reference: Reference, prefixes: pl.Series) -> pl.DataFrame:
    table = reference.derived(
        "scopes by prefix",
        lambda: reference.table("icd10cm_note_scopes").rename({"prefix": "code"}).sort("code"),
    )
    return _narrowed(table, prefixes).rename({"code": "prefix"})


def _targets_of(reference: Reference, notes: pl.Series) -> pl.DataFrame:
    table = reference.derived(
        "targets by note", lambda: reference.table("icd10cm_note_targets").sort("note_id")
    )
    return (
        table.join(notes.to_frame("note_id"), on="note_id", how="semi")
        if notes.len() > 200
        else table.filter(pl.col("note_id").is_in(notes.implode()))
    )


def _narrowed(table: pl.DataFrame, codes: pl.Series) -> pl.DataFrame:
    return table.filter(pl.col("code").is_in(codes.implode()))


def _prefixes(codes: pl.Series) -> pl.DataFrame:
    """One row a code and prefix of it, from the category to the code itself."""
    frame = codes.drop_nulls().to_frame("code")
    return pl.concat(
        [
            frame.filter(pl.col("code").str.len_chars() >= n).with_columns(
                pl.col("code").str.slice(0, n).alias("prefix")
            )
            for n in _WIDTHS
        ]
    )


def _in_force(reference: Reference, codes: set[str], on: date) -> list[str]:
    rows = reference.narrow("icd10cm", pl.Series(sorted(codes), dtype=pl.String))
    return sorted(
        rows.filter(pl.lit(on).is_between(pl.col("valid_from"), pl.col("valid_to")))[
            "code"
        ].unique()
    )
