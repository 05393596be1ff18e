"""Findings: the rows that edits hit, with their message, evidence, place and what the edit itself says.

What is the same on every row of an edit (its name, its source, the payers whose rules it states) is kept once and met by number, so that a batch
with many findings pays for what differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.edits.edit import KEYS, OVERRIDES, Disposition, Edit
from cleanclaim.engine.fields import FIELD, fields_of
from cleanclaim.engine.messages import render
from cleanclaim.model import TABLES, Batch
from cleanclaim.model.arrays import Ints, taken
from cleanclaim.model.keys import MOST_NUMBERS, found_in, keys_of, whole_numbers
from cleanclaim.text.masking import is_showable_number

FINDINGS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "claim_id": pl.String,
    "line_number": pl.Int64,
    "diagnosis_number": pl.Int64,
    "code": pl.String,
    "name": pl.String,
    "disposition": pl.Enum([d.value for d in Disposition]),
    "carc": pl.String,
    "rarc": pl.String,
    "message": pl.String,
    "suggestion": pl.String,
    "fix": pl.String,
    "field": FIELD,
    "evidence": pl.String,
    "source": pl.String,
    "release": pl.String,
    "position": pl.Int64,
    "file": pl.String,
    "claim_key": pl.Int64,
}
"""Columns of the findings: `claim_id` is the patient control number, `evidence` a JSON object, `position` the byte offset or row number in `file`."""

Hit = tuple[Edit, pl.DataFrame]
"""An edit and the rows that it found, or could not judge."""
_RAW: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    **dict.fromkeys(KEYS, pl.Int64),
    "message": pl.String,
    "evidence": pl.String,
    **dict.fromkeys(OVERRIDES, pl.String),
    "position": pl.Int64,
    "edit": pl.Int64,
}
_ORDER: Final = ("claim_key", "line_number", "diagnosis_number", "edit", "position", "column", "message", "evidence")  # fmt: skip
"""Whatever order an edit's rows come in, the findings come in this one."""
_NEVER_EVIDENCE: Final = frozenset(
    c.name for table in TABLES.values() for c in table.columns if c.private
)


def findings_of(batch: Batch, hits: Sequence[Hit]) -> pl.DataFrame:
    """The findings of a batch.

    Args:
        batch: the claims.
        hits: the rows that each edit found, as `written` writes them.

    Returns:
        Columns `FINDINGS`, in order of claim, line, diagnosis, code and position. Claims of the history have none; where an edit states the rules of other
        payers than the claim's, its findings are milder, or left out.
    """
    found = sorted(((e, rows) for e, rows in hits if rows.height), key=lambda hit: hit[0].code)
    if not found:
        return pl.DataFrame(schema=FINDINGS)
    edits = [edit for edit, _ in found]
    raw = pl.concat(
        [
            pl.DataFrame(schema=_RAW),
            *(
                rows.with_columns(pl.lit(n, pl.Int64).alias("edit"))
                for n, (_, rows) in enumerate(found)
            ),
        ],
        how="diagonal",
    )
    at = found_in(keys_of(batch.claims), _claim_keys(raw))
    is_own, is_told = _bound(batch, edits, raw["edit"].to_numpy(), at)
    rows = raw.with_columns(
        pl.Series("_own", is_own), pl.Series("_at", at), _positions(batch, raw, at)
    ).filter(pl.Series(is_told))
    del hits, found, raw  # what a large batch need not hold twice
    order = rows.select(pl.arg_sort_by(_ORDER, nulls_last=False, maintain_order=True))
    rows = rows[order.to_series()]
    return _whole(batch, edits, rows)


def written(edit: Edit, rows: pl.DataFrame) -> pl.DataFrame:
    """What is written of the rows that an edit found.

    Args:
        edit: the edit.
        rows: keys and evidence.

    Returns:
        Keys, overrides, message, suggestion and evidence.

    Raises:
        EditError: its message names what is not among the evidence.
        PolarsError: a key, an override or evidence has the wrong type.
    """
    _said(edit)  # what is said of every finding can be said
    return rows.select(_written(edit, tuple(rows.schema.items())))


@lru_cache(maxsize=1024)
def _written(edit: Edit, columns: tuple[tuple[str, pl.DataType], ...]) -> list[pl.Expr]:
    """What is written of an edit's rows; the same each time that they have the same columns."""
    schema = pl.Schema(columns)
    said = [
        name
        for name in schema
        if name not in KEYS and name not in OVERRIDES and not name.startswith("_")
    ]
    shown = [name for name in said if name not in _NEVER_EVIDENCE]
    values = [_shown(name, dtype) for name, dtype in schema.items() if name in shown]
    evidence = pl.struct(values).struct.json_encode() if values else pl.lit("{}")
    own = [name for name in (*KEYS, *OVERRIDES) if name in schema and name != "suggestion"]
    suggestion = pl.col("suggestion") if "suggestion" in schema else render(edit.suggestion, schema)
    return [
        *(_fitted(name) for name in own),
        render(edit.message, schema).alias("message"),
        suggestion.alias("suggestion"),
        evidence.alias("evidence"),
    ]


def _fitted(name: str) -> pl.Expr:
    """A key or an override in the type that it must have."""
    column = pl.col(name).cast(FINDINGS["disposition"]) if name == "disposition" else pl.col(name)
    return column.cast(_RAW[name])


def _shown(name: str, dtype: pl.DataType) -> pl.Expr:
    """An evidence column without numbers so big that they may identify somebody."""
    if isinstance(dtype, pl.List) and dtype.inner.is_numeric():
        small = pl.element().filter(is_showable_number(pl.element()))
        return pl.col(name).list.eval(small)
    if dtype.is_numeric():
        return pl.when(is_showable_number(pl.col(name))).then(name).alias(name)
    return pl.col(name)


def _claim_keys(raw: pl.DataFrame) -> Ints:
    """The claim's key of each row, -1 for what belongs to the file as a whole."""
    return raw["claim_key"].fill_null(-1).to_numpy()


_WHOSE: Final = (
    pl.coalesce("rules_of", "payer_class").fill_null("").alias("payer"),
    (~pl.col("is_history").fill_null(value=False)).alias("current"),
)


def _bound(
    batch: Batch, edits: Sequence[Edit], edit: Ints, at: Ints
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """For each finding whether its edit states the rules of the claim's own payer, and whether it is told at all."""
    of_claims = batch.claims.select(_WHOSE)
    of_no_claim = pl.DataFrame({"payer": [""], "current": [True]})  # the row before the first: -1
    whose = pl.concat([of_claims, of_no_claim])
    payers = whose["payer"].unique().sort()
    number = payers.search_sorted(whose["payer"]).to_numpy()
    binds = np.array([[not e.payers or name in e.payers for name in payers] for e in edits])
    is_own = binds[edit, number[at]]
    warns = np.array([e.others == "warn" for e in edits])[edit]
    return is_own, whose["current"].to_numpy()[at] & (is_own | warns)


def _positions(batch: Batch, raw: pl.DataFrame, at: Ints) -> pl.Expr:
    """Where a finding stands: what the edit says, else its line, its diagnosis or its claim."""
    places = [
        _position(batch.lines, raw, "line_number"),
        _position(batch.diagnoses, raw, "diagnosis_number"),
        taken(batch.claims.select("position"), at)["position"],
    ]
    return pl.coalesce("position", *places).alias("position")


def _position(table: pl.DataFrame, raw: pl.DataFrame, number: str) -> pl.Series:
    known = keys_of(table) * MOST_NUMBERS + whole_numbers(table[number])
    wanted = _claim_keys(raw) * MOST_NUMBERS + whole_numbers(raw[number])
    rows = np.where(raw[number].is_null().to_numpy(), -1, found_in(known, wanted))
    return taken(table.select("position"), rows)["position"]


def _whole(batch: Batch, edits: Sequence[Edit], found: pl.DataFrame) -> pl.DataFrame:
    """What the edit and the claim say of every finding, in the columns of `FINDINGS`."""
    said = zip(*(_said(edit) for edit in edits), strict=True)
    of_edit = pl.DataFrame(
        [pl.Series(name, column, pl.String) for name, column in zip(_SAID, said, strict=True)]
    )
    of_claim = batch.claims.select("claim_id", "claim_type", pl.col("file").alias("claim_file"))
    joined = found.hstack(taken(of_edit, found["edit"].to_numpy())).hstack(
        taken(of_claim, found["_at"].to_numpy())
    )
    return joined.with_columns(_TOLD).pipe(fields_of).select(_COLUMNS)


_SAID: Final = (
    "code", "name", "fix", "source", "own_disposition", "own_carc", "own_rarc", "own_column",
)  # fmt: skip


@lru_cache(maxsize=1024)
def _said(edit: Edit) -> tuple[str | None, ...]:
    """What an edit says of each of its findings, in the order of `_SAID`."""
    sources = "; ".join(str(s) for s in edit.source)
    own = (edit.disposition.value, edit.carc or None, edit.rarc or None, edit.column or None)
    return (edit.code, edit.name, edit.fix, sources, *own)


def _disposition() -> pl.Expr:
    """As the edit says, but at most a warning where it states another payer's rules."""
    said = pl.coalesce("disposition", "own_disposition")
    mild = pl.lit(Disposition.WARN.value)
    return (
        pl.when(pl.col("_own") | (said == Disposition.INFO.value))
        .then(said)
        .otherwise(mild)
        .alias("disposition")
    )


_TOLD: Final = (
    _disposition(),
    *(pl.coalesce(name, f"own_{name}").alias(name) for name in ("carc", "rarc", "column")),
    pl.coalesce("file", "claim_file").alias("file"),
    pl.when(pl.col("suggestion") != "").then("suggestion").alias("suggestion"),
)
_COLUMNS: Final = tuple(pl.col(name).cast(dtype) for name, dtype in FINDINGS.items())
