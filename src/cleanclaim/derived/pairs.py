"""Pairs of procedures of one patient, provider and day, met with the NCCI table of procedure pairs.

Lines of several claims count together, history too; voids and replaced claims do not. Which table stands for a line says `cleanclaim.derived.availability`:
practitioner, hospital
outpatient, or Medicaid's own. Codes are compared per day and provider first, so that a day of many lines costs no more than its distinct codes.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.derived.availability import TABLES
from cleanclaim.model.arrays import Ints, days, packed
from cleanclaim.model.expressions import ANATOMIC_MODIFIERS, DISTINCT_MODIFIERS, MODIFIERS
from cleanclaim.model.keys import groups
from cleanclaim.reference import Reference
from cleanclaim.text.wording import worded

DAY: Final = ["patient_key", "provider_npi", "from_date", "_table"]
"""What makes two lines the same patient, provider and day, under one table."""
GLOBAL_MODIFIERS: Final = ("24", "25", "57", "58", "78", "79")
ASSOCIATED: Final = (*ANATOMIC_MODIFIERS, *GLOBAL_MODIFIERS, "27", "91", *DISTINCT_MODIFIERS, "RI")
"""The modifiers that set a pair apart where its indicator allows one; 22, 50, 51, 76 and 77 do not.

Source: CMS, NCCI Policy Manual, chapter I, section E.
"""
_WHOLE_TABLE: Final = 200
MOST_CODES: Final = 200
"""Procedure codes of one day, beyond which they are not compared: each meets each."""
_FEW_LINES: Final = 50
_FEW_ROWS: Final = _FEW_LINES**2
_ROWS_A_LINE: Final = 10
"""A day whose bundled codes stand on so many lines that more pairs of lines than this come of it is not compared."""
_AT_ONCE: Final = 1 << 20
_OF_LINE: Final = (
    "claim_key", "line_number", "claim_id", "claim_type", "is_history", "rules_of", "patient_key", "provider_npi", "from_date", "procedure_code", *MODIFIERS,
)  # fmt: skip

_PAIR: Final = {
    "_day": pl.UInt32,
    "column_1": pl.String,
    "column_2": pl.String,
    "indicator": pl.Int8,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "rationale": pl.String,
    "release": pl.String,
}


_CROWD: Final = {"_day": pl.UInt32, "_lines": pl.Int64, "_codes": pl.Int64}
_COUNTS: Final = pl.col("stands") & pl.all_horizontal(
    pl.col("procedure_code", *DAY[:-1]).is_not_null()
)


def lines_of_days(lines: pl.DataFrame, tables: pl.Series) -> pl.DataFrame:
    """The lines on days with several procedure codes, with `_day`, a number for patient, provider, day and table.

    Args:
        lines: as `Claims.lines` has them.
        tables: the table of pairs that stands for each line.

    Returns:
        Those lines, with what makes a pair and what is said of it; none of a void or replaced claim.
    """
    known = lines.select(_COUNTS).to_series()
    counted = np.flatnonzero((known & tables.is_not_null()).to_numpy())
    if len(counted) < 2:
        return _with_day(lines, tables, counted[:0], counted[:0])
    own = lines.select(*DAY[:-1], "procedure_code")[counted].with_columns(
        tables.gather(counted).alias("_table")
    )
    day = groups(own, DAY)
    codes = packed(own["procedure_code"])
    order = np.lexsort((codes, day))
    differs = (day[order][1:] == day[order][:-1]) & (codes[order][1:] != codes[order][:-1])
    several = np.zeros(int(day.max()) + 1, dtype=bool)
    several[day[order][1:][differs]] = True
    kept = several[day]
    return _with_day(lines, tables, counted[kept], day[kept])


def _with_day(lines: pl.DataFrame, tables: pl.Series, rows: Ints, day: Ints) -> pl.DataFrame:
    return lines.select(_OF_LINE)[rows].hstack(
        [tables.gather(rows).alias("_table"), pl.Series("_day", day.astype(np.uint32))]
    )


def code_pairs(lines: pl.DataFrame) -> tuple[pl.DataFrame, Ints, Ints]:
    """The distinct codes of each day and, by row of these, all pairs of them; none of a day with more than `MOST_CODES`.

    Args:
        lines: as `lines_of_days` gives them.

    Returns:
        The codes (`_day`, `_table`, from_date, procedure_code), and for each pair the row of the one and of the other.
    """
    codes = lines.select("_day", "_table", "from_date", "procedure_code")
    if codes.is_empty():
        return codes, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    codes = codes.unique().filter(pl.len().over("_day") <= MOST_CODES).sort("_day")
    day = codes["_day"].to_numpy()
    one: list[Ints] = []
    for apart in range(1, len(day)):
        same = np.flatnonzero(day[apart:] == day[:-apart])
        if not len(same):
            break
        one.append(np.stack([same, same + apart]))
    if not one:
        return codes, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    both = np.concatenate(one, axis=1)
    return codes, both[0], both[1]


def bundled(
    codes: pl.DataFrame, one: Ints, other: Ints, reference: Reference
) -> tuple[pl.DataFrame, npt.NDArray[np.bool_]]:
    """The pairs that the tables hold, in force on their day.

    Args:
        codes: as `code_pairs` gives them.
        one: a row of `codes` for each pair.
        other: the other.
        reference: the dated tables.

    Returns:
        One row a pair in force (`_day`, column_1, column_2, indicator, valid_from, valid_to, rationale, release); and for each
        pair given whether the tables hold it at all.
    """
    held = np.zeros(len(one), dtype=bool)
    if not len(one):
        return pl.DataFrame(schema=_PAIR), held
    found = [pl.DataFrame(schema=_PAIR)]
    tables = codes["_table"]
    for table in tables.unique().sort():
        if table not in reference.names():
            continue
        index = _Index.of(reference, table, codes["procedure_code"])
        of_table = np.flatnonzero((tables == table).to_numpy()[one])
        for start in range(0, len(of_table), _AT_ONCE):
            here = of_table[start : start + _AT_ONCE]
            found.append(_met(codes, (one[here], other[here]), index, here, held))
    return pl.concat(found), held


def _met(
    codes: pl.DataFrame,
    pairs: tuple[Ints, Ints],
    index: _Index,
    here: Ints,
    held: npt.NDArray[np.bool_],
) -> pl.DataFrame:
    """The pairs that one table holds, in force on their day; those are marked in `held`, at the places `here`."""
    one, other = pairs
    first = np.concatenate([one, other])  # each pair in both orders
    second = np.concatenate([other, one])
    hits, rows = index.rows(codes["procedure_code"], first, second)
    if not len(hits):
        return pl.DataFrame(schema=_PAIR)
    met = index.table.select(pl.all().gather(pl.Series(rows)))
    on = days(codes["from_date"])[first[hits]]
    in_force = (
        (days(met["valid_from"]) <= on)
        & (on <= days(met["valid_to"]))
        & (met["indicator"] != 9).to_numpy()
    )
    held[here[hits[in_force] % len(here)]] = True
    kept = met.filter(pl.Series(in_force))
    day = codes["_day"].gather(pl.Series(first[hits[in_force]]))
    return kept.with_columns(day.alias("_day")).select(_shaped(kept))


def _shaped(table: pl.DataFrame) -> list[pl.Expr]:
    """The columns of a pair; a table without rationale has none."""
    names = {"column_1": "code"}
    return [
        (
            pl.col(names.get(name, name))
            if names.get(name, name) in table.columns or name == "_day"
            else pl.lit(None)
        )
        .cast(dtype)
        .alias(name)
        for name, dtype in _PAIR.items()
    ]


class _Index:
    """A table of pairs by one sorted number a pair."""

    def __init__(self, table: pl.DataFrame, codes: pl.DataFrame, numbered: pl.DataFrame) -> None:
        self.table = table
        self._codes = codes["code"].to_numpy()
        self._keys = numbered["key"].to_numpy()
        self._rows = numbered["row"].to_numpy()

    @classmethod
    def of(cls, reference: Reference, name: str, codes: pl.Series) -> _Index:
        """Of a whole table, kept; or of what a few codes need of it."""
        if codes.n_unique() > _WHOLE_TABLE or reference.is_whole(name):
            table = reference.table(name)
            known = reference.derived(f"codes of {name}", lambda: _codes_of(table))
            return cls(
                table, known, reference.derived(f"pairs of {name}", lambda: _numbered(table, known))
            )
        few = reference.narrow(name, codes)
        few = few.filter(pl.col("column_2").is_in(codes.unique().implode()))
        known = _codes_of(few)
        return cls(few, known, _numbered(few, known))

    def rows(self, codes: pl.Series, one: Ints, other: Ints) -> tuple[Ints, Ints]:
        """For pairs (column one, column two) the rows of the table: number of the pair, and row; a pair may have several."""
        known = _numbers(packed(codes), self._codes)
        first, second = known[one], known[other]
        keys = np.where((first >= 0) & (second >= 0), first * len(self._codes) + second, -1)
        distinct, at = np.unique(
            keys, return_inverse=True
        )  # in order, so that the search is near its last place
        lows = np.searchsorted(self._keys, distinct)
        counts = np.searchsorted(self._keys, distinct, side="right") - lows
        low, count = lows[at], counts[at]
        hits = np.repeat(np.arange(len(keys)), count)
        starts = np.cumsum(count) - count
        rows = np.repeat(low - starts, count) + np.arange(int(count.sum()))
        return hits, self._rows[rows]


def _codes_of(table: pl.DataFrame) -> pl.DataFrame:
    """The codes of a table of pairs, sorted as numbers."""
    both = [np.unique(packed(table[name].unique())) for name in ("code", "column_2")]
    return pl.DataFrame({"code": np.unique(np.concatenate(both))})


def _numbered(table: pl.DataFrame, codes: pl.DataFrame) -> pl.DataFrame:
    """The rows of a table of pairs in order of the pair's number."""
    known = codes["code"].to_numpy()
    keys = _numbers_of(table["code"], known) * len(known) + _numbers_of(table["column_2"], known)
    order = np.argsort(keys, kind="stable")
    return pl.DataFrame({"key": keys[order], "row": order})


def _numbers_of(column: pl.Series, known: npt.NDArray[np.uint64]) -> Ints:
    """As `_numbers`, of a long column with few distinct codes."""
    named = column.cast(pl.Categorical)
    distinct = named.unique()
    number = np.zeros(int(distinct.to_physical().max() or 0) + 1, dtype=np.int64)  # type: ignore[arg-type]
    number[distinct.to_physical().to_numpy()] = _numbers(packed(distinct.cast(pl.String)), known)
    return np.asarray(number[named.to_physical().to_numpy()], dtype=np.int64)


def _numbers(values: npt.NDArray[np.uint64], known: npt.NDArray[np.uint64]) -> Ints:
    """The position of each value among sorted ones, -1 where it is none of them."""
    if not len(known):
        return np.full(len(values), -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(known, values), len(known) - 1)
    return np.where(known[at] == values, at, -1)


def of_lines(pairs: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """One row a pair of lines: keys and evidence of the column-two line, and of the column-one line under names with `other_`.

    Args:
        pairs: as `bundled` gives them.
        lines: as `lines_of_days` gives them.
    """
    if pairs.is_empty():
        return _no_pairs()
    own = ["claim_key", "line_number", "claim_id", "is_history", "rules_of", "from_date"]
    second = lines.select("_day", pl.col("procedure_code").alias("column_2"), *own, *MODIFIERS)
    first = lines.select(
        "_day",
        pl.col("procedure_code").alias("column_1"),
        *(pl.col(name).alias(f"other_{name}") for name in (*own, *MODIFIERS)),
    )
    return (
        pairs.join(second, on=["_day", "column_2"])
        .join(first, on=["_day", "column_1"])
        .with_columns(
            _modifiers("").alias("modifiers"), _modifiers("other_").alias("other_modifiers")
        )
        .drop(*MODIFIERS, *(f"other_{name}" for name in MODIFIERS))
    )


def crowded_days(lines: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """The days that hold too much to compare line by line, so that what edits make of a batch grows as its lines do.

    Args:
        lines: as `lines_of_days` gives them.
        pairs: as `bundled` gives them.

    Returns:
        `_day`, `_lines` and `_codes`: how many lines and procedure codes the day has.
    """
    if lines.height <= _FEW_LINES:
        return pl.DataFrame(schema=_CROWD)
    large = lines.filter(pl.len().over("_day") > _FEW_LINES)
    sizes = large.group_by("_day").agg(
        pl.len().cast(pl.Int64).alias("_lines"),
        pl.col("procedure_code").n_unique().cast(pl.Int64).alias("_codes"),
    )
    if sizes.is_empty():
        return sizes
    counts = large.group_by("_day", "procedure_code").agg(pl.len().cast(pl.Int64).alias("_count"))
    met = (
        pairs.select("_day", "column_1", "column_2")
        .join(counts, left_on=["_day", "column_1"], right_on=["_day", "procedure_code"])
        .join(counts, left_on=["_day", "column_2"], right_on=["_day", "procedure_code"])
        .group_by("_day")
        .agg((pl.col("_count") * pl.col("_count_right")).sum().alias("_rows"))
    )
    most = pl.max_horizontal(pl.lit(_FEW_ROWS), pl.col("_lines") * _ROWS_A_LINE)
    too_many = (pl.col("_codes") > MOST_CODES) | (pl.col("_rows").fill_null(0) > most)
    return sizes.join(met, on="_day", how="left").filter(too_many).drop("_rows")


def uncompared(lines: pl.DataFrame, uncovered: pl.DataFrame, crowded: pl.DataFrame) -> pl.DataFrame:
    """The lines that were not compared with all others of their day, and why.

    Args:
        lines: as `lines_of_days` returns them.
        uncovered: the codes with a pair that no table covers: _day and procedure_code.
        crowded: as `crowded_days` returns them.

    Returns:
        Rows of `not_checked`: claim_key, line_number, reason, supply, table.
    """
    table = TABLES["ptp"]
    said = ("claim_key", "line_number", "reason", "supply")
    if uncovered.is_empty() and crowded.is_empty():
        return pl.DataFrame(schema=_UNCOMPARED)
    code = ["_day", "procedure_code"]
    without_table = (
        lines.join(uncovered.select(code), on=code, how="semi")
        .join(crowded, on="_day", how="anti")
        .with_columns(
            worded(
                "no {}{} is loaded for {}",
                pl.when(pl.col("rules_of") == "medicaid")
                .then(pl.lit("Medicaid "))
                .otherwise(pl.lit("")),
                pl.lit(table.words),
                pl.col("from_date").dt.year(),
            ).alias("reason"),
            pl.lit(table.supply).alias("supply"),
        )
    )
    too_many = lines.join(crowded, on="_day").with_columns(
        worded(
            "the day has {} lines with {} procedure codes of one patient and provider, too many to compare with each other",
            "_lines",
            "_codes",
        ).alias("reason"),
        pl.lit("a claim with no more lines than the guides allow").alias("supply"),
    )
    rows = pl.concat([without_table.select(said), too_many.select(said)])
    return rows.with_columns(pl.lit("ptp").alias("table"))


_UNCOMPARED: Final = {
    "claim_key": pl.Int64,
    "line_number": pl.Int64,
    "reason": pl.String,
    "supply": pl.String,
    "table": pl.String,
}


@cache
def _no_pairs() -> pl.DataFrame:
    of_line: dict[str, pl.DataType | type[pl.DataType]] = {
        "claim_key": pl.Int64,
        "line_number": pl.Int64,
        "claim_id": pl.String,
        "is_history": pl.Boolean,
        "rules_of": pl.String,
        "from_date": pl.Date,
        "modifiers": pl.List(pl.String),
    }
    others = {f"other_{name}": dtype for name, dtype in of_line.items()}
    return pl.DataFrame(schema={**_PAIR, **of_line, **others})


def _modifiers(prefix: str) -> pl.Expr:
    return pl.concat_list(f"{prefix}{name}" for name in MODIFIERS).list.drop_nulls()


def is_set_apart(column: str) -> pl.Expr:
    """True where a list of modifiers holds one that NCCI takes as a sign of separate services."""
    return pl.col(column).list.set_intersection(pl.lit(list(ASSOCIATED))).list.len() > 0
