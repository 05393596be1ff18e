"""Small tables of invented claims, and ways to break them as a table, as CSV text, and as Parquet."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, Literal, cast

import polars as pl

from cleanclaim.model import Column
from cleanclaim.read.columns import template_columns
from cleanclaim.read.names import SYNONYMS
from fuzzing.sound import BORN, DIAGNOSES, MODIFIERS, NPIS, PLACES, PLANTED, PROCEDURES, REVENUE
from fuzzing.x12 import ODD, change, cut, drop, put_in, repeat

Cells = list[list[Any]]
_COLUMNS: Final = {(made.table, made.column.name): made.column for made in template_columns()}
_ALWAYS: Final = {
    "claims": ("claim_id", "member_id", "patient_birth_date", "patient_sex"),
    "lines": ("claim_id", "line_number", "procedure_code", "from_date", "charge_amount", "units"),
    "diagnoses": ("claim_id", "diagnosis_number", "diagnosis_code"),
}
_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "procedure_code": PROCEDURES,
    "diagnosis_code": DIAGNOSES,
    "claim_type": ("professional", "institutional", "dental"),
    "patient_sex": ("F", "M", "U"),
    "revenue_center_code": REVENUE,
    "place_of_service_code": PLACES,
    "procedure_qualifier": ("HC",),
    "payer_class": ("medicare", "medicaid", "commercial"),
    "bill_type_code": ("131", "111"),
    "claim_filing_code": ("MB", "CI", "MC"),
    "policy_state": ("OH", "NC"),
    "unit_basis_code": ("UN", "MJ"),
    "present_on_admission_code": ("Y", "N", "1"),
}
_NEW_NAMES: Final = (
    "", " ", "claim_id", "CLAIM ID", "_row", "file", "position", "claim_key", "dx_26", "dx0", "diagnosis_code_0", "modifiers", "procedure_cod", "\xe9",
    "a" * 300, "total_charge_amount", "=1+1", "from date", "from_date", "lines", "is_history",
)  # fmt: skip


@dataclass(slots=True)
class Sheet:
    """A table to break: column names and rows of values."""

    names: list[str]
    rows: Cells = field(default_factory=list)

    def frame(self) -> pl.DataFrame:
        """As a frame of text, if the names are unique."""
        names = [
            f"{name}{n}" if name in self.names[:n] else name for n, name in enumerate(self.names)
        ]
        columns = {
            name: pl.Series(name, [_text(row[n] if n < len(row) else None) for row in self.rows], dtype=pl.String)
            for n, name in enumerate(names)
        }  # fmt: skip
        return pl.DataFrame(columns)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _value(dice: random.Random, table: str, name: str, claim: int, row: int) -> object:
    column = _COLUMNS[table, name]
    keys = {"claim_id": f"C{claim:04d}", "line_number": row, "diagnosis_number": row}
    if name in keys:
        return keys[name]
    if column.private:
        return dice.choice(BORN) if column.dtype == pl.Date else f"{PLANTED}{claim // 2:04d}"
    if name in _CHOICES or name.startswith("modifier_"):
        return dice.choice(_CHOICES.get(name, MODIFIERS)) or None
    return None if dice.random() < 0.2 else _of_type(dice, column)


def _of_type(dice: random.Random, column: Column) -> object:
    if column.name.endswith("_npi"):
        return dice.choice(NPIS)
    if column.dtype == pl.Date:
        return date(2026, 1, 5) + timedelta(days=dice.randrange(140))
    words = ("true", "false") if column.dtype == pl.Boolean else ("1", "Y", "11", "XY")
    return dice.choice(words) if column.dtype in {pl.Boolean, pl.String} else dice.randint(1, 4)


def _names_of(dice: random.Random, table: str) -> list[str]:
    others = [name for of, name in _COLUMNS if of == table and name not in _ALWAYS[table]]
    return [*_ALWAYS[table], *dice.sample(others, dice.randint(0, min(12, len(others))))]


def flat(dice: random.Random) -> Sheet:
    """A flat table, one row for each service line."""
    lines = [("lines", name) for name in _names_of(dice, "lines")]
    taken = {name for _, name in lines}
    of_claims = [("claims", name) for name in _names_of(dice, "claims") if name not in taken]
    codes = dice.randint(1, 4)
    columns = [*lines, *of_claims]
    names = [name for _, name in columns] + [f"diagnosis_code_{n + 1}" for n in range(codes)]
    sheet = Sheet(names)
    for claim in range(dice.randint(1, 5)):
        same = {name: _value(dice, of, name, claim, 1) for of, name in of_claims}
        said = dice.sample(DIAGNOSES, codes)
        for row in range(1, dice.choice((2, 2, 3, 5))):
            own = [_value(dice, of, name, claim, row) for of, name in lines]
            sheet.rows.append([*own, *same.values(), *said])
    return sheet


def set_of(dice: random.Random) -> dict[str, Sheet]:
    """A set of tables: claims, lines and diagnoses."""
    count = dice.randint(1, 5)
    sheets = {}
    for table in ("claims", "lines", "diagnoses"):
        sheet = Sheet(_names_of(dice, table))
        for claim in range(count):
            for row in range(1, 2 if table == "claims" else dice.choice((2, 3))):
                sheet.rows.append([_value(dice, table, name, claim, row) for name in sheet.names])
        sheets[table] = sheet
    return sheets


def _without_column(dice: random.Random, sheet: Sheet) -> None:
    at = dice.randrange(len(sheet.names))
    del sheet.names[at]
    for row in sheet.rows:
        del row[at : at + 1]


def _column_twice(dice: random.Random, sheet: Sheet) -> None:
    at = dice.randrange(len(sheet.names))
    sheet.names.append(sheet.names[at])
    for row in sheet.rows:
        row.append(row[at])


def _other_name(dice: random.Random, sheet: Sheet) -> None:
    at = dice.randrange(len(sheet.names))
    others = [other for other, name in SYNONYMS.items() if name == sheet.names[at]]
    sheet.names[at] = dice.choice((*_NEW_NAMES, sheet.names[at].upper(), *others))


def _other_order(dice: random.Random, sheet: Sheet) -> None:
    order = dice.sample(range(len(sheet.names)), len(sheet.names))
    sheet.names = [sheet.names[n] for n in order]
    sheet.rows = [[row[n] for n in order] for row in sheet.rows]


def _row_twice(dice: random.Random, sheet: Sheet) -> None:
    if sheet.rows:
        sheet.rows.insert(dice.randrange(len(sheet.rows)), list(dice.choice(sheet.rows)))


def _fewer_rows(dice: random.Random, sheet: Sheet) -> None:
    if sheet.rows:
        del sheet.rows[dice.randrange(len(sheet.rows)) :]


def _more_columns(dice: random.Random, sheet: Sheet) -> None:
    sheet.names.append(dice.choice(_NEW_NAMES))
    for row in sheet.rows:
        row.append(dice.choice(ODD))


def _odd_cells(dice: random.Random, sheet: Sheet) -> None:
    for _ in range(dice.choice((1, 1, 4))):
        if sheet.rows and (row := dice.choice(sheet.rows)):
            row[dice.randrange(len(row))] = dice.choice((*ODD, None))


_ODDITIES: Final[tuple[Callable[[random.Random, Sheet], None], ...]] = (
    _without_column, _column_twice, _other_name, _other_order, _row_twice, _fewer_rows, _more_columns, _odd_cells, _odd_cells, _odd_cells,
)  # fmt: skip


def odd(dice: random.Random, sheet: Sheet) -> None:
    """Change one thing about a table: a column, a name, a row or a cell."""
    if sheet.names:
        dice.choice(_ODDITIES)(dice, sheet)


def csv(dice: random.Random, sheet: Sheet) -> bytes:
    """The table as CSV, with oddities: quotes, separators, line ends, short rows, marks, encodings, no header."""
    odds = dice.random() < 0.6
    apart = dice.choice(",,,;\t|") if odds else ","
    end = dice.choice(("\n", "\r\n", "\r")) if odds else "\n"
    lines = [apart.join(_cell(dice, name, apart) for name in sheet.names)]
    lines += [apart.join(_cell(dice, _text(value) or "", apart) for value in row) for row in sheet.rows]  # fmt: skip
    if odds:
        lines = _odd_lines(dice, lines, apart)
    mixed = odds and dice.random() < 0.15
    text = "".join(line + (dice.choice(("\n", "\r\n", "\r")) if mixed else end) for line in lines)
    if odds and dice.random() < 0.2:
        text = text.rstrip("\r\n")
    encoding = dice.choice(("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-8", "latin-1", "utf-32", "cp500"))  # fmt: skip
    return text.encode(encoding if odds and dice.random() < 0.3 else "utf-8", "replace")


def _cell(dice: random.Random, text: str, apart: str) -> str:
    if dice.random() < 0.02:
        return dice.choice((f'"{text}', f'{text}"', f'"{text}" ', f'""{text}', f'"{text}\n"'))
    if dice.random() < 0.05 or any(mark in text for mark in (apart, '"', "\n", "\r")):
        return '"' + text.replace('"', '""') + '"'
    return text


def _odd_lines(dice: random.Random, lines: list[str], apart: str) -> list[str]:
    at = dice.randrange(len(lines))
    what = dice.randrange(8)
    if what == 0:
        lines[at] += apart + "more"
    elif what == 1:
        lines[at] = lines[at].rsplit(apart, 1)[0]
    elif what == 2:
        lines.insert(at, dice.choice(("", apart * 5, "# a remark", " ", "\x00", "sep=;")))
    elif what == 3:
        del lines[0]
    elif what == 4:
        lines.append(dice.choice(("Total,125", "(3 rows affected)", "\x1a", '"')))
    return lines


_Compression = Literal["lz4", "uncompressed", "snappy", "gzip", "zstd"]
_COMPRESSIONS: Final[tuple[_Compression, ...]] = ("lz4", "uncompressed", "snappy", "gzip", "zstd")
_ODD_TYPES: Final[tuple[pl.DataType | type[pl.DataType], ...]] = (
    pl.Int8, pl.UInt64, pl.Int128, pl.Float32, pl.Float64, pl.Boolean, pl.Binary, pl.Date, pl.Datetime("ns"), pl.Datetime("us", "America/New_York"),
    pl.Duration("ms"), pl.Time, pl.Categorical, pl.Decimal(38, 10), pl.Decimal(5, 0), pl.Null, pl.List(pl.String), pl.List(pl.Int64), pl.Array(pl.String, 1),
)  # fmt: skip


def parquet(dice: random.Random, sheet: Sheet) -> bytes:
    """The table as Parquet, with the right column types or odd ones."""
    frame = typed(sheet.frame())
    if not frame.width or dice.random() < 0.02:
        frame = pl.DataFrame()
    for name in frame.columns:
        if dice.random() < 0.1:
            frame = frame.with_columns(_retyped(dice, frame[name]))
    out = io.BytesIO()
    frame.write_parquet(
        out,
        compression=dice.choice(_COMPRESSIONS),
        statistics=dice.random() < 0.5,
        row_group_size=dice.choice((None, 1, 3)),
    )
    return out.getvalue()


def typed(frame: pl.DataFrame) -> pl.DataFrame:
    """Cast the model's columns to their types if every value fits."""
    types = {name: column.dtype for (_, name), column in _COLUMNS.items()}
    for name in frame.columns:
        with suppress(pl.exceptions.PolarsError):
            frame = frame.with_columns(frame[name].cast(types.get(name, pl.String)))
    return frame


def _retyped(dice: random.Random, given: pl.Series) -> pl.Series:
    dtype = dice.choice(_ODD_TYPES)
    if dice.random() < 0.1:
        return pl.DataFrame({"a": given, "b": given}).to_struct(given.name)
    values = given.cast(pl.String)
    with suppress(pl.exceptions.PolarsError):
        if isinstance(dtype, (pl.List, pl.Array)):
            inner = cast("pl.List", dtype).inner
            return values.cast(inner, strict=False).reshape((len(values), 1)).cast(dtype)
        if dtype in {pl.Float32, pl.Float64} and dice.random() < 0.5:
            odd = dice.choice((float("nan"), float("inf"), -1e300, 0.1 + 0.2))
            return pl.Series(given.name, [odd] * len(given), dtype=dtype)
        return values.cast(dtype, strict=False)
    return pl.Series(given.name, [None] * len(given), dtype=pl.Null)


def odd_bytes(dice: random.Random, data: bytes) -> bytes:
    """Cut, change, drop or repeat bytes of a file, or insert junk; Parquet files have their metadata at the end."""
    if not data:
        return data
    if dice.random() < 0.3:
        tail = bytearray(data)
        for _ in range(dice.randint(1, 4)):
            tail[-dice.randint(1, min(len(data), 600))] = dice.randrange(256)
        return bytes(tail)
    return dice.choice((cut, change, change, drop, repeat, put_in))(dice, data)
