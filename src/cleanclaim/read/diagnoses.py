"""The diagnoses of a flat or claims table: one row each, whether they are in columns or in one cell.

In a flat table each row has diagnoses. Usually all rows of a claim have the same ones. If they
differ, the claim has all of them, and each line points at its own row's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import polars as pl

from cleanclaim.read.columns import LIST_OF_DIAGNOSES, LISTS, ROW

_SEPARATORS: Final = re.compile(r"[,;|/\s]+")
_CODE: Final = re.compile(r"[A-Z]?\d[0-9A-Z.]{1,8}", re.IGNORECASE)
_AMONG_WORDS: Final = re.compile(r"(?<![\w.])[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4}|[0-9A-Z]{1,4})?(?![\w.]*\w)", re.IGNORECASE)  # fmt: skip
_MOST: Final = 25
_MOST_POINTERS: Final = 4
_POINTERS: Final = "diagnosis_pointers"
LETTERS: Final = {chr(ord("A") + n): n + 1 for n in range(12)}
_PLAIN: Final = pl.col("diagnosis_code").str.replace_all(r"[.\s]", "").str.to_uppercase()


def codes_in(cell: str) -> list[str]:
    """The codes in a cell: `E11.9, I10`, or `E11.9 - Type 2 diabetes`; the whole cell if it has none.

    >>> codes_in("E11.9; I10"), codes_in("E11.9 - Type 2 diabetes")
    (['E11.9', 'I10'], ['E11.9'])
    """
    parts = [part for part in _SEPARATORS.split(cell.strip()) if part]
    if all(_CODE.fullmatch(part) for part in parts):
        return parts
    return _AMONG_WORDS.findall(cell) or [cell.strip()]


def long_diagnoses(wide: pl.DataFrame) -> pl.DataFrame:
    """The diagnoses of rows, one row each, numbered without gaps within each claim.

    Args:
        wide: one row for each claim: `diagnosis_code_1` and so on, or one column of lists.
    """
    number = pl.int_range(1, pl.len() + 1).over("claim_id").cast(pl.Int64)
    return _long(wide).drop("at").with_columns(number.alias("diagnosis_number"))


def diagnoses_of_rows(
    codes: pl.DataFrame, lines: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The diagnoses of a flat table's claims, and its lines, which point at them.

    Args:
        codes: the diagnoses of each row.
        lines: the lines of the same rows.
    """
    columns = [name for name in codes.columns if name.startswith("diagnosis_code")]
    filled = pl.any_horizontal(pl.lit(value=False), *(_is_filled(name) for name in columns))
    given = codes.filter(filled)
    lists = given.select("claim_id", *columns).unique()
    differing = lists.filter(lists["claim_id"].is_duplicated())["claim_id"].unique()
    if differing.is_empty():
        return long_diagnoses(given.unique("claim_id", keep="first", maintain_order=True)), lines
    is_differing = pl.col("claim_id").is_in(differing.implode())
    same = given.filter(~is_differing).unique("claim_id", keep="first", maintain_order=True)
    every = _long(given.filter(is_differing)).with_columns(_PLAIN.alias("_plain"))
    number = pl.int_range(1, pl.len() + 1).over("claim_id").cast(pl.Int64)
    once = every.unique(["claim_id", "_plain"], keep="first", maintain_order=True)
    once = once.with_columns(number.alias("diagnosis_number"))
    own = every.join(once.select("claim_id", "_plain", "diagnosis_number"), on=["claim_id", "_plain"])  # fmt: skip
    diagnoses = pl.concat([long_diagnoses(same), once.drop("at", "_plain")])
    return diagnoses, _pointed(lines, own)


def _is_filled(name: str) -> pl.Expr:
    return pl.col(name).str.strip_chars().fill_null("") != ""


def _long(wide: pl.DataFrame) -> pl.DataFrame:
    """One row for each diagnosis; `at` is its place in its row."""
    numbers = sorted(
        int(name.rsplit("_", 1)[1])
        for name in wide.columns
        if re.fullmatch(r"diagnosis_code_\d+", name)
    )
    parts = [
        wide.select(
            "claim_id",
            ROW,
            pl.lit(n, pl.Int64).alias("at"),
            pl.col(f"diagnosis_code_{n}").alias("diagnosis_code"),
            (
                pl.col(f"present_on_admission_code_{n}")
                if f"present_on_admission_code_{n}" in wide.columns
                else pl.lit(None, pl.String)
            ).alias("present_on_admission_code"),
        )
        for n in numbers
    ]
    if LIST_OF_DIAGNOSES in wide.columns:
        parts.append(_listed(wide))
    if not parts:
        return pl.DataFrame(schema={**_SCHEMA, ROW: wide.schema[ROW]})
    return pl.concat(parts).filter(_is_filled("diagnosis_code")).sort(ROW, "at")


_SCHEMA: Final = {
    "claim_id": pl.String,
    ROW: pl.Int64,
    "at": pl.Int64,
    "diagnosis_code": pl.String,
    "present_on_admission_code": pl.String,
}


def _listed(wide: pl.DataFrame) -> pl.DataFrame:
    cells = wide[LIST_OF_DIAGNOSES].drop_nulls().unique()
    codes = {cell: codes_in(cell)[:_MOST] for cell in cells.to_list()}
    lists = pl.Series([codes.get(cell, []) for cell in wide[LIST_OF_DIAGNOSES]], dtype=pl.List(pl.String))  # fmt: skip
    return (
        wide.select("claim_id", ROW, lists.alias("diagnosis_code"))
        .explode("diagnosis_code")
        .with_columns(
            pl.int_range(1, pl.len() + 1).over(ROW).cast(pl.Int64).alias("at"),
            pl.lit(None, pl.String).alias("present_on_admission_code"),
        )
        .select(list(_SCHEMA))
    )


def _pointed(lines: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Lines whose pointers mean the claim's diagnoses in place of their row's own.

    Args:
        lines: all lines.
        own: for rows with their own diagnoses, each one's place in the row and its number in the
            claim.
    """
    numbered = [f"diagnosis_pointer_{n}" for n in range(1, _MOST_POINTERS + 1)]
    columns = [name for name in (_POINTERS, *numbered) if name in lines.columns]
    numbers: dict[int, dict[int, int]] = {}
    for row, at, number in own.select(ROW, "at", "diagnosis_number").iter_rows():
        numbers.setdefault(row, {})[at] = number
    rows = lines.select(ROW, *columns).filter(pl.col(ROW).is_in(list(numbers)))
    changed = [
        [row[ROW], *_padded(_numbers_of(row, numbers[row[ROW]]))]
        for row in rows.iter_rows(named=True)
    ]
    found = pl.DataFrame(
        changed, schema={ROW: lines.schema[ROW], **dict.fromkeys(numbered, pl.Int64)}, orient="row"
    ).rename({name: f"_{name}" for name in numbered})
    joined = lines.join(found, on=ROW, how="left", maintain_order="left")
    if _POINTERS in lines.columns or not columns:
        text = pl.concat_str([pl.col(f"_{n}") for n in numbered], separator=",", ignore_nulls=True)
        given = pl.col(_POINTERS) if _POINTERS in lines.columns else pl.lit(None, pl.String)
        joined = joined.with_columns(
            pl.when(pl.col(f"_{numbered[0]}").is_not_null())
            .then(text)
            .otherwise(given)
            .alias(_POINTERS)
        )
    else:
        joined = joined.with_columns(pl.coalesce(f"_{name}", name).alias(name) for name in columns)
    return joined.drop(f"_{name}" for name in numbered)


def _numbers_of(line: dict[str, Any], own: dict[int, int]) -> list[int]:
    """The numbers in the claim that a line's pointers mean; those of its row's diagnoses if it has none."""
    places = list(_places(line))
    return [own.get(at, at) for at in places] or [own[at] for at in sorted(own)]


def _places(line: dict[str, Any]) -> Iterator[int]:
    if text := line.get(_POINTERS):
        for one in re.findall(LISTS[_POINTERS], text.upper()):
            yield LETTERS.get(one) or int(one)
        return
    for n in range(1, _MOST_POINTERS + 1):
        if (value := line.get(f"diagnosis_pointer_{n}")) is not None:
            yield value


def _padded(numbers: Sequence[int]) -> list[int | None]:
    most = numbers[:_MOST_POINTERS]
    return [*most, *[None] * (_MOST_POINTERS - len(most))]
