"""Answer questions about ICD-10-CM from the reference tables."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import polars as pl

from cleanclaim.model.arrays import Ints, is_among, packed
from cleanclaim.reference import Reference
from cleanclaim.reference.narrow import rows_of

_SHORTEST: Final = 3
_LONGEST: Final = 7
_CATEGORY: Final = np.uint64(8 * _SHORTEST)
"""The bits of a category."""
_CATEGORY_ONLY: Final = np.uint64(64) - _CATEGORY


def dotted(code: str) -> str:
    """Return the code with its dot, as printed.

    >>> dotted("M5450")
    'M54.50'
    >>> dotted("I10")
    'I10'
    """
    return f"{code[:3]}.{code[3:]}" if len(code) > _SHORTEST else code


def successors(reference: Reference, code: str, on: date) -> list[str]:
    """Return the codes in force on a day that replaced a retired code, through several changes if needed.

    Args:
        reference: the reference.
        code: the retired code, undotted.
        on: the day.

    Returns:
        Undotted codes, sorted; empty if the conversion table has none, or if the code hasn't ended
        by that day.
    """
    found: set[str] = set()
    seen = front = {code}
    while front:
        following = set(
            reference.narrow("conversions", pl.Series(sorted(front), dtype=pl.String)).filter(
                "retired", pl.col("valid_from") <= on
            )["to_code"]
        )
        current = _in_force(reference, following, on)
        found |= current
        front = following - current - seen
        seen = seen | following
    return sorted(found)


def excludes1_between(reference: Reference, pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of codes, among those given, that an Excludes1 note forbids.

    A note applies to the codes below its place, in both directions.

    Args:
        reference: the reference.
        pairs: code and other_code, such as all pairs that share a claim, in either order.

    Returns:
        code (carries the note), other_code (is named by it), note_id, owner (the place that
            carries the note), text, heading; each unordered pair once, with its first note.
    """
    both = pl.concat(
        [
            pairs.select("code", pl.col("other_code").alias("target_code")),
            pairs.select(pl.col("other_code").alias("code"), pl.col("code").alias("target_code")),
        ]
    ).unique()
    prefixes = _prefixes(both["code"])
    named = _named(reference, prefixes, "excludes1")
    links = (
        _carried(reference, prefixes, "excludes1")
        .lazy()
        .join(both.lazy(), on="code", how="inner")
        .join(named.lazy(), on=["note_id", "target_code"], how="semi")
        .filter(~pl.col("target_code").str.starts_with(pl.col("scope")))
        .select("code", "target_code", "note_id")
        .collect()
    )
    return _with_texts(reference, _each_pair_once(links)).rename({"target_code": "other_code"})


def excludes1_candidates(
    reference: Reference, claims: pl.Series, codes: pl.Series
) -> tuple[Ints, Ints]:
    """Return pairs of rows on one claim whose categories could be forbidden by an Excludes1 note.

    Args:
        reference: the reference.
        claims: the claim of each row; a claim's rows are adjacent.
        codes: the undotted code of each row.

    Returns:
        The later and the earlier row of each pair, for `excludes1_between` to judge.
    """
    known = reference.derived("excludes1 categories", lambda: _excluded_categories(reference))[
        "pair"
    ].to_numpy()
    keys = claims.to_numpy()
    categories = packed(codes.str.slice(0, _SHORTEST)) >> _CATEGORY_ONLY
    found: list[tuple[Ints, Ints]] = []
    for apart in range(1, len(keys)):
        earlier = np.flatnonzero(keys[apart:] == keys[:-apart])
        if not len(earlier):
            break
        one, other = categories[earlier], categories[earlier + apart]
        is_excluded = is_among(one << _CATEGORY | other, known) | is_among(
            other << _CATEGORY | one, known
        )
        found.append((earlier[is_excluded] + apart, earlier[is_excluded]))
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate([later for later, _ in found]), np.concatenate([e for _, e in found])


def _excluded_categories(reference: Reference) -> pl.DataFrame:
    """Return each category that carries an Excludes1 note with each category it names, as one number."""
    scopes, targets = (
        _of_kind(reference, f"icd10cm_note_{name}", "excludes1").select(
            "note_id", pl.col("prefix").str.slice(0, _SHORTEST).alias(name)
        )
        for name in ("scopes", "targets")
    )
    pairs = (
        scopes.unique().join(targets.unique(), on="note_id").select("scopes", "targets").unique()
    )
    one, other = (packed(pairs[name]) >> _CATEGORY_ONLY for name in pairs.columns)
    return pl.DataFrame({"pair": one << _CATEGORY | other}).sort("pair")


def note_links(reference: Reference, pairs: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Return the pairs of codes that a note of a kind links: one carries the note, the other is named by it.

    Args:
        reference: the reference.
        pairs: code and target_code, undotted.
        kind: excludes2, use_additional or code_also.

    Returns:
        code (carries the note, itself or through a place above), target_code (is named by it),
        note_id, owner (the place that carries the note), text, heading, container, is_exhaustive.
    """
    distinct = (
        pairs.select("code", "target_code").unique().filter(pl.col("code") != pl.col("target_code"))
    )
    carried = _carried(reference, _prefixes(distinct["code"]), kind).select("code", "note_id")
    named = _named(reference, _prefixes(distinct["target_code"]), kind)
    links = distinct.join(carried.unique(), on="code").join(
        named, on=["target_code", "note_id"], how="semi"
    )
    return _with_texts(reference, links, "container", "is_exhaustive")


def notes_of(reference: Reference, codes: pl.Series, kind: str) -> pl.DataFrame:
    """Return the notes of a kind that name codes and that each code carries, itself or through a place above.

    Args:
        reference: the reference.
        codes: undotted codes.
        kind: the notes' kind.

    Returns:
        code, note_id, owner (the place that carries the note), text, heading, container (notes in
        one box belong together: any one of them satisfies it) and is_exhaustive (the box leaves
        nothing open: no prose, no "such as", no "if applicable").
    """
    carried = _carried(reference, _prefixes(codes), kind).select("code", "note_id").unique()
    return _with_texts(reference, carried, "container", "is_exhaustive")


def may_carry(reference: Reference, kind: str, binding: pl.Expr) -> pl.Expr:
    """Return a quick test of the column `diagnosis_code`: whether the code could carry a note of a kind.

    Args:
        reference: the reference.
        kind: the notes' kind.
        binding: true for the notes that count, over `icd10cm_notes`.

    Returns:
        An expression, true if the code starts like a code that carries such a note.
    """
    return reference.derived(
        f"may carry {kind} {binding}", lambda: _starts_like_noted(reference, kind, binding)
    )


def _starts_like_noted(reference: Reference, kind: str, binding: pl.Expr) -> pl.Expr:
    notes = reference.table("icd10cm_notes").filter(pl.col("kind") == kind, binding)
    scopes = reference.table("icd10cm_note_scopes").join(notes, on="note_id", how="semi")
    prefixes = scopes["prefix"].unique()
    return pl.any_horizontal(
        pl.col("diagnosis_code")
        .str.slice(0, length)
        .is_in(prefixes.filter(prefixes.str.len_chars() == length).implode())
        for length in sorted(prefixes.str.len_chars().unique())
    )


def _carried(reference: Reference, prefixes: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Return code, note_id and scope (the code's prefix through which it carries the note)."""
    by_prefix = reference.derived(
        f"scopes of {kind}", lambda: _of_kind(reference, "icd10cm_note_scopes", kind)
    )
    found = rows_of(by_prefix, prefixes["prefix"], by="prefix")
    return prefixes.join(found, on="prefix", how="inner").rename({"prefix": "scope"})


def _named(reference: Reference, prefixes: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Return target_code and note_id: the notes that name each code."""
    by_prefix = reference.derived(
        f"targets of {kind}", lambda: _of_kind(reference, "icd10cm_note_targets", kind)
    )
    found = rows_of(by_prefix, prefixes["prefix"], by="prefix")
    character = pl.col("code").str.slice(pl.col("char_position") - 1, 1)
    is_meant = pl.col("characters").str.contains(character, literal=True) & (
        pl.col("code").str.len_chars() >= pl.col("char_position")
    )
    named = prefixes.join(found, on="prefix", how="inner")
    if named["char_position"].null_count() < named.height:
        named = named.filter(pl.col("char_position").is_null() | is_meant)
    return named.select(pl.col("code").alias("target_code"), "note_id")


def _each_pair_once(links: pl.DataFrame) -> pl.DataFrame:
    """Return each unordered pair once, with its lowest note id."""
    if links.is_empty():
        return links
    return (
        links.with_columns(
            pl.min_horizontal("code", "target_code").alias("low"),
            pl.max_horizontal("code", "target_code").alias("high"),
        )
        .sort("low", "high", "note_id", "code")
        .unique(["low", "high"], keep="first", maintain_order=True)
        .drop("low", "high")
    )


def _with_texts(reference: Reference, links: pl.DataFrame, *more: str) -> pl.DataFrame:
    """Return the links with the text of their notes, sorted."""
    by_id = reference.derived(
        "notes by id",  # ids run from 0 without gaps, so an id is a row number
        lambda: reference.table("icd10cm_notes").sort("note_id").rename({"code": "owner"}),
    )
    texts = by_id[links["note_id"]].select("owner", "text", "heading", *more)
    return links.hstack(texts).sort(links.columns)


def _of_kind(reference: Reference, table: str, kind: str) -> pl.DataFrame:
    """Return the scopes or targets of one kind of note, sorted by prefix."""
    notes = reference.table("icd10cm_notes").filter(pl.col("kind") == kind)
    return (
        reference.table(table)
        .drop("release")
        .join(notes.select("note_id"), on="note_id", how="semi")
        .sort("prefix")
    )


def _prefixes(codes: pl.Series) -> pl.DataFrame:
    """Return one row per code and prefix of it, from the category to the code itself."""
    frame = codes.cast(pl.String).drop_nulls().unique().to_frame("code")
    cuts = [pl.col("code").str.slice(0, n) for n in range(_SHORTEST, _LONGEST + 1)]
    return frame.select("code", pl.concat_list(cuts).alias("prefix")).explode("prefix").unique()


def _in_force(reference: Reference, codes: set[str], on: date) -> set[str]:
    rows = reference.narrow("icd10cm", pl.Series(sorted(codes), dtype=pl.String))
    return set(rows.filter(pl.lit(on).is_between(pl.col("valid_from"), pl.col("valid_to")))["code"])
