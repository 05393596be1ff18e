"""The rows of all tables in one frame, on their way to the workers.

Each row carries the number of its table and the group of its patient. A group is all claims of a
patient. If tables are joined by `claim_id`, the member id alone decides, so a group may be a
family; a claim without a member id is its own group. Rows without a claim form a group too, so that
they are reported and not lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as fn
from pyspark.sql.types import StructField, StructType

from cleanclaim.errors import InputError, TableError
from cleanclaim.model import MONEY, QUANTITY, TABLES, Table, expected
from cleanclaim.read.columns import ROW, SET_FILES, columns_of
from cleanclaim.read.dataset import KEYS, unknown_columns
from cleanclaim.read.dates import PLAIN
from cleanclaim.read.naming import Names, name_columns
from cleanclaim.read.styles import DATES, Styles, styles_of

TABLE: Final = "_table"
_MOST_DATES: Final = 100_000
"""How many different dates of a column are looked at to see how they are written."""
GROUP: Final = "_group"
NAMES: Final = tuple(TABLES)
_NEEDED: Final = {
    "claims": ("claim_id",),
    "lines": ("claim_id", "line_number"),
    "diagnoses": ("claim_id", "diagnosis_number"),
}
"""Columns that tables joined by claim_id must have: rows have no order on a cluster."""


@dataclass(frozen=True)
class Given:
    """The tables that were given.

    Attributes:
        frames: by name, with the model's column names.
        key: the column that joins them: claim_key in the model's own tables (see
            `cleanclaim.read.dataset`), else claim_id.
        styles: how dates in text are written.
        notes: what the user must know, such as which columns aren't used.
    """

    frames: dict[str, DataFrame]
    key: str
    styles: Styles = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def is_model(self) -> bool:
        """Whether they are the model's own tables, which are used unchanged."""
        return self.key == "claim_key"


def given(
    frames: Mapping[str, DataFrame | None], columns: Mapping[str, str] | None = None
) -> Given:
    """The given tables, after their columns are checked.

    Args:
        frames: the tables by name.
        columns: the model's name by the table's own; an empty name leaves a column out.

    Raises:
        TableError: columns don't fit; every fault is listed.
    """
    there = {name: frame for name, frame in frames.items() if frame is not None}
    if set(KEYS) <= set(there["claims"].columns):
        return Given(_of_model(there), "claim_key")
    faults = [
        f"{name}: only tables with claim_key, as `cleanclaim export claims` writes them, have it"
        for name in there
        if name not in SET_FILES
    ]
    renamed = {}
    notes: list[str] = []
    for name, frame in there.items():
        if name in SET_FILES:
            names = name_columns(
                frame.columns, columns_of(TABLES[name]), Names(name), faults, columns
            )
            renamed[name] = frame.select(
                [fn.col(f"`{old}`").alias(new) for old, new in names.model.items()]
            )
            faults += [
                f"{name}: the column '{needed}' is missing"
                for needed in _NEEDED[name]
                if needed not in names.model.values()
            ]
            if names.ignored:
                notes.append(f"{name}: columns that aren't used: {', '.join(names.ignored)}")
    if faults:
        raise TableError("DataFrames", faults)
    styles = _styles(renamed, notes)
    return Given(renamed, "claim_id", styles, tuple(f"DataFrames: {note}." for note in notes))


def _styles(frames: Mapping[str, DataFrame], notes: list[str]) -> Styles:
    """How columns of text write their dates, from all dates that need thought.

    Raises:
        TableError: they contradict each other.
    """
    dates: dict[str, tuple[pl.LazyFrame, Names]] = {}
    for table, frame in frames.items():
        for field_ in frame.schema.fields:
            name = field_.name
            if name in DATES and field_.dataType.simpleString() == "string":
                column = fn.col(f"`{name}`")
                rows = frame.select(column).where(~column.rlike(PLAIN)).distinct().limit(_MOST_DATES)  # fmt: skip
                texts = [row[0] for row in rows.collect()]
                shown = pl.DataFrame({name: texts}, schema={name: pl.String}).with_row_index(ROW)
                dates[f"{table}.{name}"] = shown.lazy(), Names(table, {name: name})
    faults: list[str] = []
    styles = styles_of(dates, faults, notes, numbered=False)
    if faults:
        raise TableError("DataFrames", faults)
    return {(place.split(".")[0], name): style for (place, name), style in styles.items()}


def claims_in(tables: Given) -> int:
    """The number of claims.

    Raises:
        InputError: a key is missing, or belongs to several claims.
    """
    key = fn.col(tables.key)
    counts = tables.frames["claims"].groupBy(key.alias("key")).count()
    counted = counts.agg(
        fn.sum("count").alias("claims"),
        fn.sum(fn.when((fn.col("count") > 1) | fn.col("key").isNull(), 1)).alias("wrong"),
    ).collect()[0]
    if counted["wrong"]:
        raise InputError(
            f"DataFrames: {counted['wrong']:,} values of claims.{tables.key} are missing or belong to several claims"
        )
    return int(counted["claims"] or 0)


def without_empty(tables: Given) -> Given:
    """The tables without empty columns, since each row of the combined frame pays for each column."""
    kept = {}
    for name, frame in tables.frames.items():
        counts = frame.agg(*(fn.count(fn.col(f"`{n}`")).alias(n) for n in frame.columns)).collect()[
            0
        ]
        there = [n for n in frame.columns if counts[n] or n == tables.key]
        kept[name] = frame.select([fn.col(f"`{n}`") for n in there])
    return replace(tables, frames=kept)


def grouped(tables: Given, partitions: int) -> DataFrame:
    """All rows, with each group's rows together and groups sorted within a partition.

    Args:
        tables: the given tables.
        partitions: how many.

    Returns:
        `_group`, `_table` (the number in `NAMES`) and one struct for each table, null except for
        the row's own.
    """
    claims = tables.frames["claims"].withColumn(GROUP, _group(tables))
    of_claim = claims.select(fn.col(tables.key).alias("_key"), GROUP)
    alone = fn.concat(fn.lit("alone "), fn.coalesce(fn.col("_key").cast("string"), fn.lit("")))
    schemas = {name: frame.schema for name, frame in tables.frames.items()}
    every = _tagged(claims, "claims", schemas)
    for name, frame in tables.frames.items():
        if name != "claims":
            joined = frame.withColumn("_key", fn.col(tables.key)).join(of_claim, "_key", "left")
            counted = joined.withColumn(GROUP, fn.coalesce(GROUP, alone))
            every = every.unionByName(_tagged(counted, name, schemas))
    return every.repartition(partitions, GROUP).sortWithinPartitions(GROUP)


def _group(tables: Given) -> Column:
    own = fn.concat(fn.lit("claim "), fn.col(tables.key).cast("string"))
    if tables.is_model:
        return fn.coalesce(fn.col("patient_key").cast("string"), own)
    if "member_id" not in tables.frames["claims"].columns:
        return own
    member = fn.trim(fn.col("member_id").cast("string"))
    return fn.coalesce(fn.when(member != "", fn.concat(fn.lit("member "), member)), own)


def _tagged(frame: DataFrame, name: str, schemas: Mapping[str, StructType]) -> DataFrame:
    structures = [
        fn.struct(*(fn.col(f"`{column}`") for column in schema.names)).alias(table)
        if table == name
        else fn.lit(None).cast(schema).alias(table)
        for table, schema in schemas.items()
    ]
    return frame.select(GROUP, fn.lit(NAMES.index(name)).alias(TABLE), *structures)


def _of_model(there: Mapping[str, DataFrame]) -> dict[str, DataFrame]:
    """The model's own tables, with each column cast to the model's type."""
    faults: list[str] = []
    typed = {}
    for name, frame in there.items():
        faults += unknown_columns(TABLES[name], frame.columns)
        known = [field for field in frame.schema.fields if field.name in TABLES[name]]
        faults += [fault for field in known if (fault := _misfit(TABLES[name], field))]
        typed[name] = [
            fn.col(field.name).cast(_SPARK[TABLES[name][field.name].dtype]).alias(field.name)
            for field in known
        ]
    if faults:
        raise TableError("DataFrames", faults)
    return {name: frame.select(typed[name]) for name, frame in there.items()}


_SPARK: Final[dict[object, str]] = {
    pl.String: "string",
    pl.Int64: "bigint",
    pl.Date: "date",
    pl.Boolean: "boolean",
    MONEY: "decimal(15,2)",
    QUANTITY: "decimal(15,3)",
    pl.UInt64: "decimal(20,0)",
}
"""Spark's type for each type of the model. Spark has no unsigned type for a patient's key."""
_WHOLE: Final = ("tinyint", "smallint", "int", "bigint")
_NUMBERS: Final = (*_WHOLE, "float", "double", "decimal")
_FITTING: Final = {
    "string": ("string", "varchar", "char"),
    "bigint": _WHOLE,
    "date": ("date", "timestamp", "timestamp_ntz"),
    "boolean": ("boolean",),
    "decimal(15,2)": _NUMBERS,
    "decimal(15,3)": _NUMBERS,
    "decimal(20,0)": (*_WHOLE, "decimal"),
}
"""For each model type, the Spark types that convert to it without loss."""


def _misfit(table: Table, field: StructField) -> str | None:
    target = _SPARK[table[field.name].dtype]
    given = field.dataType.simpleString()
    if given.split("(")[0] in (*_FITTING[target], "void"):
        return None
    wanted = expected(table[field.name].dtype)
    return f"{table.name}.{field.name} is {given}; expected {wanted}, as {target}"
