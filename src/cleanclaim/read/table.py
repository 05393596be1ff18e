"""Claims from tables: CSV and Parquet files.

There are three forms. A *set* is a folder with files `claims`, `lines` and usually `diagnoses`,
joined by `claim_id`. A *flat* file has one row for each service line, with the claim's columns
repeated and diagnoses in `diagnosis_code_1` to `diagnosis_code_25`.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final, TextIO

import numpy as np
import polars as pl

from cleanclaim.errors import TableError, UnreadableFile
from cleanclaim.model import CLAIMS, DIAGNOSES, INHERITED, LINES, Batch, Column, Table, expected
from cleanclaim.model.keys import MOST_NUMBERS
from cleanclaim.model.patient_key import day_words, file_word, patient_keys, text_words
from cleanclaim.read.guard import guarded
from cleanclaim.read.trial import survives
from cleanclaim.read.values import cast_to, is_blank, refused
from cleanclaim.text.masking import column_words, is_name, kind_of

ROW: Final = "_row"
"""The column of row numbers; the header is row 1."""
_RUN_TOGETHER: Final = r'[\r\n\t,;|"]'
_LONGEST_ID: Final = 50
"""CLM01 has at most 38 characters."""
SET_FILES: Final = ("claims", "lines", "diagnoses")
_OTHER_NAMES: Final = {
    "admit_source_code": "admission_source",
    "admit_type_code": "admission_type",
    "bill_type_code": "type_of_bill tob",
    "billing_npi": "box_33a billing_provider_npi",
    "charge_amount": "box_24f charge charges line_charge line_charge_amount",
    "claim_filing_code": "box_1 payer_type",
    "claim_frequency_code": "box_22 frequency frequency_code",
    "claim_from_date": "claim_start_date",
    "claim_id": "box_26 patient_control_number account_number claim_number patient_account_number",
    "claim_to_date": "claim_end_date",
    "diagnosis_code": "icd_code icd10 dx dx_code diagnosis",
    "diagnosis_number": "diagnosis_sequence diagnosis_rank",
    "diagnosis_pointers": "box_24e pointer pointers dx_pointer dx_pointers diagnosis_pointer",
    "discharge_disposition_code": "discharge_status",
    "facility_npi": "box_32a",
    "from_date": "box_24a_from claim_line_start_date dos date_of_service service_date service_from_date dos_from",
    "line_number": "claim_line_number line",
    "member_id": "box_1a person_id subscriber_id insured_id",
    "modifier_1": "hcpcs_modifier_1 mod1 mod_1 modifier",
    "modifier_2": "hcpcs_modifier_2 mod2 mod_2",
    "modifier_3": "hcpcs_modifier_3 mod3 mod_3",
    "modifier_4": "hcpcs_modifier_4 mod4 mod_4",
    "patient_birth_date": "box_3_dob birth_date dob date_of_birth",
    "patient_sex": "box_3_sex gender sex patient_gender",
    "place_of_service_code": "box_24b pos place_of_service",
    "present_on_admission_code": "poa",
    "present_on_admission_code_1": "diagnosis_poa_1",
    "prior_authorization_number": "box_23",
    "procedure_code": "box_24d hcpcs_code cpt cpt_code hcpcs procedure cpt_hcpcs",
    "referring_npi": "box_17b referring_provider_npi",
    "rendering_npi": "box_24j npi rendering_provider_npi",
    "revenue_center_code": "revenue_code rev_code",
    "to_date": "box_24a_to claim_line_end_date service_to_date dos_to",
    "total_charge_amount": "box_28 total_charge",
    "units": "box_24g service_unit_quantity quantity qty",
}
"""Other names for columns: CMS-1500 boxes, the Tuva Project's names, and common ones."""
SYNONYMS: Final[dict[str, str]] = {
    other: name for name, others in _OTHER_NAMES.items() for other in others.split()
}
"""The model's column by other name, in lower case with underscores."""

_NUMBERED_DIAGNOSIS: Final = re.compile(
    r"^(?:diagnosis_code|diagnosis|dx|icd|icd10|dx_code|box_21)_?([0-9]{1,2}|[a-l])$"
)
_NUMBERED_POA: Final = re.compile(
    r"^(?:present_on_admission_code|poa|diagnosis_poa)_?([0-9]{1,2})$"
)
_SPECIAL: Final = {
    "total_charge_amount": CLAIMS["charge_amount"],
    "claim_from_date": CLAIMS["from_date"],
    "claim_to_date": CLAIMS["to_date"],
}
_LISTS: Final = {"diagnosis_pointers": r"1[0-2]|[1-9]|[A-L]", "modifiers": r"[A-Z0-9]{2}"}
"""Columns that hold several values, and the pattern of one value."""
_MOST: Final = 4
_OWN: Final = frozenset(
    {"claim_key", "file", "position", "is_history", "patient_key", "as_of", "code_as_sent"}
)
"""Columns that are filled at reading and can't be given."""


def read_flat(frame: pl.DataFrame, *, file: str, first_claim_key: int = 0) -> Batch:
    """Read the claims of a flat table, with one row for each service line.

    Args:
        frame: the rows as text or typed.
        file: the file name in findings.
        first_claim_key: key of the first claim.

    Returns:
        The batch; `position` is the row number, with the header as row 1.

    Raises:
        TableError: columns or values don't fit; every fault is listed.
    """
    faults: list[str] = []
    table = _named(frame, _is_flat, "claims and lines", faults)
    has_names = table.width > 1
    if has_names and not {"procedure_code", "revenue_center_code"} & set(table.columns):
        faults.append(_lacks("procedure_code", frame))
    if faults:
        raise TableError(file, faults)
    faults += _id_faults(table, "claims and lines")
    lines = _typed(table, LINES, tuple(_LISTS), faults)
    _too_many(lines, faults)
    claims = _typed(
        table, CLAIMS, tuple(_SPECIAL), faults, skip=("charge_amount", "from_date", "to_date")
    )
    numbered = [
        name
        for name in table.columns
        if name.startswith(("diagnosis_code_", "present_on_admission_code_"))
    ]
    codes = _typed(table.select("claim_id", "_row", *numbered), DIAGNOSES, tuple(numbered), faults)
    if faults:
        raise TableError(file, faults)
    keys = (
        claims.select("claim_id")
        .unique(maintain_order=True)
        .with_row_index("claim_key", first_claim_key)
    )
    claims = claims.unique("claim_id", keep="first", maintain_order=True).rename(
        {name: column.name for name, column in _SPECIAL.items() if name in claims.columns}
    )
    long = _long_diagnoses(codes.unique("claim_id", keep="first", maintain_order=True))
    return _assemble({"claims": claims, "lines": lines, "diagnoses": long}, keys, file)


def read_set(frames: Mapping[str, pl.DataFrame], *, file: str, first_claim_key: int = 0) -> Batch:
    """Read the claims of a set of tables joined by `claim_id`.

    Args:
        frames: `claims`, `lines` and usually `diagnoses`; `claims` may have `diagnosis_code_1` and
            so on instead.
        file: the file name in findings.
        first_claim_key: key of the first claim.

    Returns:
        The batch.

    Raises:
        TableError: tables, columns or values don't fit; every fault is listed.
    """
    faults: list[str] = []
    named: dict[str, pl.DataFrame] = {}
    tables = {"claims": CLAIMS, "lines": LINES, "diagnoses": DIAGNOSES}
    for name, frame in frames.items():
        allowed = _allowed(tables[name])
        named[name] = _named(frame, allowed, name, faults)
    faults += [
        f"the table '{name}' is missing" for name in ("claims", "lines") if name not in frames
    ]
    if "diagnoses" in named and "diagnosis_code" not in named["diagnoses"].columns:
        faults.append(f"diagnoses: {_lacks('diagnosis_code', named['diagnoses'])}")
    if faults:
        raise TableError(file, faults)
    for name, table in named.items():
        faults += _id_faults(table, name)
    claims = _typed(named["claims"], CLAIMS, (), faults)
    lines = _typed(named["lines"], LINES, tuple(_LISTS), faults)
    _too_many(lines, faults)
    given = named.get("diagnoses")
    diagnoses = (
        _typed(given, DIAGNOSES, (), faults)
        if given is not None
        else _long_diagnoses(_numbered(named["claims"], faults))
    )
    faults += _twice(claims)
    faults += _orphans(claims, {"lines": lines, "diagnoses": diagnoses})
    if faults:
        raise TableError(file, faults)
    keys = (
        claims.select("claim_id")
        .unique(maintain_order=True)
        .with_row_index("claim_key", first_claim_key)
    )
    return _assemble({"claims": claims, "lines": lines, "diagnoses": diagnoses}, keys, file)


def read_csv(data: bytes, *, file: str) -> pl.DataFrame:
    """Read a CSV file as text columns, separated by commas, tabs, semicolons or bars.

    Raises:
        TableError: it can't be parsed.
    """
    if b"\n" not in data:  # the lines end with a carriage return alone
        data = data.replace(b"\r", b"\n")
    separator = _separator(data)
    try:
        frame = guarded(
            lambda: pl.read_csv(
                io.BytesIO(data), separator=separator, infer_schema=False, encoding="utf8-lossy"
            ),
            file,
        )
    except UnreadableFile:
        text = io.StringIO(data.decode("utf-8", "replace"), newline="")
        raise TableError(file, [_why_not_csv(text, separator)]) from None
    return _without_own_rows(frame, file)


def scan_csv(path: Path) -> pl.LazyFrame:
    """Scan a CSV file as text columns, without reading it yet."""
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
    return pl.scan_csv(
        path, separator=_separator(head), infer_schema=False, encoding="utf8-lossy", glob=False
    )


def why_not_csv(path: Path) -> str:
    """Why Polars can't parse a file as CSV."""
    with path.open("rb") as stream:
        separator = _separator(stream.read(1 << 16))
    with path.open(encoding="utf-8", errors="replace", newline="") as text:
        return _why_not_csv(text, separator)


def _why_not_csv(text: TextIO, separator: str) -> str:
    """The first row that can't be parsed, and why, without showing its values."""
    rows = csv.reader(text, delimiter=separator, strict=True)
    row, header = 0, None
    try:
        for row, cells in enumerate(rows, start=1):
            header = len(cells) if header is None else header
            if len(cells) > header:
                return f"row {row} has {len(cells)} cells, but the header has {header}"
    except csv.Error:
        return f"a quotation mark is out of place or not closed in row {row + 1}"
    return "the file can't be read as CSV: a quotation mark is out of place or not closed"


def _without_own_rows(frame: pl.DataFrame, file: str) -> pl.DataFrame:
    if ROW in frame.columns:
        raise TableError(file, [f"claims and lines: unknown column '{ROW}'"])
    return frame


def _separator(data: bytes) -> str:
    """The most frequent separator in the first line."""
    first = data.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0]
    return max((",", "\t", ";", "|"), key=lambda c: first.count(c.encode()))


NOT_SOUND: Final = (
    "not a valid Parquet file: it is damaged or truncated, or a column has an unreadable type"
)


def read_parquet(source: Path | bytes, *, file: str) -> pl.DataFrame:
    """Read a Parquet file.

    Raises:
        UnreadableFile: it is damaged.
    """
    if not survives(source):
        raise UnreadableFile(f"{file}: {NOT_SOUND}")
    given = source if isinstance(source, Path) else io.BytesIO(source)
    return _without_own_rows(
        guarded(lambda: pl.read_parquet(given, glob=False), f"{file}: {NOT_SOUND}"), file
    )


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """A column of the template: its table, name and meaning."""

    table: str
    column: Column


def template_columns() -> list[TemplateColumn]:
    """The columns that a user may give, for `cleanclaim template`."""
    found = []
    for table in (CLAIMS, DIAGNOSES, LINES):
        head = [] if table is CLAIMS else [TemplateColumn(table.name, CLAIMS["claim_id"])]
        found += head + [TemplateColumn(table.name, c) for c in table.columns if c.name not in _OWN]
    return found


def _allowed(table: Table) -> frozenset[str]:
    extra = (
        set(_LISTS)
        if table is LINES
        else {f"diagnosis_code_{n}" for n in range(1, 26)}
        if table is CLAIMS
        else set()
    )
    return frozenset(set(table.schema) - _OWN | {"claim_id"} | extra)


_is_flat: Final = frozenset(
    (set(CLAIMS.schema) | set(LINES.schema)) - _OWN
    | set(_SPECIAL)
    | set(_LISTS)
    | {
        f"{name}_{n}"
        for name in ("diagnosis_code", "present_on_admission_code")
        for n in range(1, 26)
    }
)


_EVERY: Final = _is_flat | set(DIAGNOSES.schema) - _OWN | set(SYNONYMS)
"""Every name that a column of any table may have."""
_NUMBERS: Final = frozenset(
    {"line_number", "diagnosis_number", *(f"diagnosis_pointer_{n}" for n in range(1, 5))}
)
"""Columns that number lines and diagnoses."""


def _named(
    frame: pl.DataFrame, allowed: frozenset[str], what: str, faults: list[str]
) -> pl.DataFrame:
    """The frame with the model's column names and numbered rows; unknown names become faults."""
    rows = frame if ROW in frame.columns else frame.with_row_index(ROW, 2)
    columns = [name for name in rows.columns if name != ROW]
    if fault := no_header(columns):
        faults.append(f"{what}: {fault}" if what in SET_FILES else fault)
        return rows.select(ROW)
    names = _names(columns, allowed, what, faults)
    table = rows.select(*names, pl.col(ROW).cast(pl.Int64)).rename(names)
    if "claim_id" not in table.columns:
        lacks = _lacks("claim_id", frame)
        faults.append(f"{what}: {lacks}" if what in SET_FILES else lacks)
        return table
    ids = table["claim_id"]
    if held := refused(ids.dtype, pl.String):
        faults.append(f"{what}: claim_id expects text; the column holds {held}")
    text = cast_to(ids, pl.String)
    wrong = text.is_null() & ~table.select(is_blank("claim_id", ids.dtype)).to_series()
    if wrong.any() and not held:
        at = table[ROW].filter(wrong)
        found = kind_of(ids.filter(wrong)[0])
        faults.append(f"{what}: claim_id expects text in row {at[0]}, found {found}{and_more(at)}")
    return table.with_columns(text)


def no_header(columns: Sequence[str]) -> str | None:
    """A fault if the first row holds data instead of column names; None if it holds names."""
    names = [model_name(given) for given in columns]
    known = [
        name in _EVERY or is_name(given, _EVERY) for name, given in zip(names, columns, strict=True)
    ]
    if "claim_id" in names or 2 * sum(known) >= len(columns):
        return None
    kinds = Counter(kind_of(given).removeprefix("a ").split(" ")[0] for given in columns)
    told = ", ".join(f"{kind}: {count}" for kind, count in sorted(kinds.items()))
    return (
        "row 1 doesn't look like a header: expected column names such as claim_id and procedure_code, "
        f"found {len(columns)} cells that look like data ({told})"
    )


def named_as(table: str, columns: Sequence[str], faults: list[str]) -> dict[str, str]:
    """The model's names for the columns of one table of a set; unknown names become faults.

    Args:
        table: claims, lines or diagnoses.
        columns: the given names.
        faults: added to.

    Returns:
        The model's name by given name.
    """
    model = {"claims": CLAIMS, "lines": LINES, "diagnoses": DIAGNOSES}[table]
    return _names(columns, _allowed(model), table, faults)


def _names(
    columns: Sequence[str], allowed: frozenset[str], what: str, faults: list[str]
) -> dict[str, str]:
    names: dict[str, str] = {}
    for place, given in enumerate(columns, start=1):
        name = model_name(given)
        if name not in allowed:
            faults.append(unknown_column(given, place, allowed, what))
        elif name in names.values():
            faults.append(f"column '{given}' means '{name}', which another column already is")
        else:
            names[given] = name
    return names


def unknown_column(given: str, place: int, allowed: frozenset[str], what: str) -> str:
    """A fault that a column is unknown; it shows the name only if it certainly is one."""
    near = get_close_matches(model_name(given), sorted(allowed), n=1)
    hint = f"; did you mean '{near[0]}'?" if near and is_name(given, _EVERY) else ""
    return f"{what}: unknown {column_words(given, place, _EVERY)}{hint}"


def model_name(given: str) -> str:
    """The model's name for a column; if there is none, the given name in lower case with underscores."""
    name = re.sub(r"[^a-z0-9]+", "_", given.strip().lower()).strip("_")
    name = SYNONYMS.get(name, name)
    if found := _NUMBERED_DIAGNOSIS.match(name):
        number = ord(found[1]) - ord("a") + 1 if found[1].isalpha() else int(found[1])
        return f"diagnosis_code_{number}"
    if found := _NUMBERED_POA.match(name):
        return f"present_on_admission_code_{int(found[1])}"
    return name


def _typed(
    table: pl.DataFrame,
    model: Table,
    extra: tuple[str, ...],
    faults: list[str],
    skip: tuple[str, ...] = (),
) -> pl.DataFrame:
    """One table's columns, typed; values that don't fit become faults with row, column and kind of value."""
    out: list[pl.Series] = [table["claim_id"], table["_row"]]
    for name in table.columns:
        column = (
            _SPECIAL.get(name)
            if name in extra
            else model[name]
            if name in model and name not in skip
            else None
        )
        if name in {"claim_id", "_row"} or (column is None and name not in extra):
            continue
        dtype = pl.String if column is None else column.dtype
        given = table[name]
        what = f"{model.name}.{name} expects {expected(dtype)}"
        if held := _refused(name, given.dtype, dtype):
            faults.append(f"{what}; the column holds {held}")
            continue
        values = cast_to(given, dtype)
        wrong = values.is_null() & ~table.select(is_blank(name, given.dtype)).to_series()
        if name in _NUMBERS:
            what += f" below {MOST_NUMBERS:,}"
            wrong |= ~values.is_between(0, MOST_NUMBERS - 1).fill_null(value=True)
        if wrong.any():
            rows = table["_row"].filter(wrong)
            found = _found(given.filter(wrong)[0], dtype)
            faults.append(f"{what} in row {rows[0]}, found {found}{and_more(rows)}")
        out.append(values.alias(name))
    return pl.DataFrame(out)


def _refused(name: str, given: pl.DataType, wanted: pl.DataType | type[pl.DataType]) -> str | None:
    if name.startswith("diagnosis_code") and (given.is_float() or given.is_decimal()):
        return "decimal numbers, which lose zeros at the end"
    return refused(given, wanted)


def _found(value: object, wanted: pl.DataType | type[pl.DataType]) -> str:
    kind = kind_of(value)
    if wanted == pl.Date and kind == "a date":
        return "a date in another form"
    if isinstance(wanted, pl.Decimal) and kind.startswith("a number"):
        return f"a number with more than {wanted.scale} decimals or too many digits"
    return kind


def and_more(rows: pl.Series) -> str:
    """How many more rows have the same fault, to append to a message."""
    more = len(rows) - 1
    return f" (and {more:,} more row{'s' if more > 1 else ''})" if more else ""


def _id_faults(table: pl.DataFrame, name: str) -> list[str]:
    """Faults of the claim ids: missing ones, and ones that other cells ran into.

    Cells run together after an unclosed quotation mark, for example.
    """
    ids = table["claim_id"]
    missing = table[ROW].filter(ids.is_null())
    odd = (ids.str.contains(_RUN_TOGETHER) | (ids.str.len_chars() > _LONGEST_ID)).fill_null(
        value=False
    )
    faults = []
    if len(missing):
        faults.append(f"{name}: claim_id is missing in row {missing[0]}{and_more(missing)}")
    if odd.any():
        rows = table[ROW].filter(odd)
        faults.append(
            f"{name}: claim_id expects up to {_LONGEST_ID} characters on one line, without commas, semicolons, bars, tabs or quotation marks, "
            f"in row {rows[0]}, found {kind_of(ids.filter(odd)[0])}{and_more(rows)}"
        )
    return faults


def _numbered(claims: pl.DataFrame, faults: list[str]) -> pl.DataFrame:
    numbered = [name for name in claims.columns if name.startswith("diagnosis_code_")]
    codes = claims.select("claim_id", "_row", *numbered)
    return _typed(codes, DIAGNOSES, tuple(numbered), faults)


def _long_diagnoses(wide: pl.DataFrame) -> pl.DataFrame:
    """diagnosis_code_1 … as one row for each diagnosis, numbered without gaps."""
    numbers = sorted(
        int(name.rsplit("_", 1)[1]) for name in wide.columns if name.startswith("diagnosis_code_")
    )
    parts = [
        wide.select(
            "claim_id",
            "_row",
            pl.lit(n).alias("at"),
            pl.col(f"diagnosis_code_{n}").alias("diagnosis_code"),
            (
                pl.col(f"present_on_admission_code_{n}")
                if f"present_on_admission_code_{n}" in wide.columns
                else pl.lit(None, pl.String)
            ).alias("present_on_admission_code"),
        )
        for n in numbers
    ]
    if not parts:
        return pl.DataFrame(
            schema={
                "claim_id": pl.String,
                "_row": pl.Int64,
                "diagnosis_code": pl.String,
                "diagnosis_number": pl.Int64,
            }
        )
    return (
        pl.concat(parts)
        .filter(pl.col("diagnosis_code").str.strip_chars().fill_null("") != "")
        .sort("_row", "at")
        .with_columns(
            pl.int_range(1, pl.len() + 1).over("claim_id").cast(pl.Int64).alias("diagnosis_number")
        )
        .drop("at")
    )


def _twice(claims: pl.DataFrame) -> list[str]:
    """A fault if several claims have the same id: lines could belong to any of them."""
    again = claims.filter(~pl.col("claim_id").is_first_distinct())[ROW]
    if again.is_empty():
        return []
    return [f"claims row {again[0]}: its claim_id is already in an earlier row{and_more(again)}"]


def _orphans(claims: pl.DataFrame, below: Mapping[str, pl.DataFrame]) -> list[str]:
    return [
        f"{name} row {rows['_row'][0]}: its claim_id isn't in the claims table{and_more(rows['_row'])}"
        for name, frame in below.items()
        if not (rows := frame.join(claims, on="claim_id", how="anti")).is_empty()
    ]


def _assemble(frames: dict[str, pl.DataFrame], keys: pl.DataFrame, file: str) -> Batch:
    keys = keys.with_columns(pl.col("claim_key").cast(pl.Int64))
    keyed = {
        name: frame.join(keys, on="claim_id", how="left", maintain_order="left").rename(
            {"_row": "position"}
        )
        for name, frame in frames.items()
    }
    claims = _default(keyed["claims"], "claim_type", _guessed_type(keyed["claims"], keyed["lines"]))
    lines = _with_lists(keyed["lines"])
    lines = _default(lines, "line_number", pl.int_range(1, pl.len() + 1).over("claim_key"))
    days = lines.select("claim_key", *(c for c in ("from_date", "to_date") if c in lines.columns))
    lines = _inherited(lines, claims)
    claims = _claim_days(claims, days)
    plain = (
        pl.col("diagnosis_code")
        .str.strip_chars()
        .str.replace_all(".", "", literal=True)
        .str.to_uppercase()
    )
    diagnoses = keyed["diagnoses"].with_columns(plain.alias("_plain"))
    diagnoses = _default(
        diagnoses,
        "code_as_sent",
        pl.when(pl.col("_plain") != pl.col("diagnosis_code")).then("diagnosis_code"),
    )
    diagnoses = diagnoses.with_columns(pl.col("_plain").alias("diagnosis_code"))
    diagnoses = _default(
        diagnoses,
        "diagnosis_number",
        pl.int_range(1, pl.len() + 1).over("claim_key").cast(pl.Int64),
    )
    diagnoses = _default(
        diagnoses,
        "diagnosis_type",
        pl.when(pl.col("diagnosis_number") == 1)
        .then(pl.lit("principal"))
        .otherwise(pl.lit("other")),
    )
    diagnoses = _default(diagnoses, "icd_version", pl.lit(10, pl.Int64))
    claims = claims.with_columns(
        pl.lit(file).alias("file"), pl.lit(value=False).alias("is_history")
    )
    claims = _default(claims, "patient_key", pl.Series(_patients(claims, file), dtype=pl.UInt64))
    return Batch.of({"claims": claims, "lines": lines, "diagnoses": diagnoses})


def _guessed_type(claims: pl.DataFrame, lines: pl.DataFrame) -> pl.Expr:
    """Institutional if the claim has a type of bill or a revenue code on a line, else professional."""
    told = pl.lit(value=False)
    if "bill_type_code" in claims.columns:
        told = pl.col("bill_type_code").is_not_null()
    if "revenue_center_code" in lines.columns:
        billed = lines.filter(pl.col("revenue_center_code").is_not_null())["claim_key"].unique()
        told |= pl.col("claim_key").is_in(billed.implode())
    return pl.when(told).then(pl.lit("institutional")).otherwise(pl.lit("professional"))


def _default(frame: pl.DataFrame, name: str, value: pl.Expr | pl.Series) -> pl.DataFrame:
    if name not in frame.columns:
        return frame.with_columns(value.alias(name))
    return frame.with_columns(pl.coalesce(name, value).alias(name))


def _too_many(lines: pl.DataFrame, faults: list[str]) -> None:
    """Faults for more than four modifiers or pointers, which a line can't hold and must not drop silently."""
    for name, one in _LISTS.items():
        if name in lines.columns:
            counts = lines[name].str.to_uppercase().str.count_matches(one)
            rows = lines["_row"].filter(counts > _MOST)
            if len(rows):
                faults.append(
                    f"lines.{name} expects at most {_MOST} in row {rows[0]}{and_more(rows)}"
                )


def _with_lists(lines: pl.DataFrame) -> pl.DataFrame:
    """Split pointers (A, AB, "1,2", "A:B") and modifiers ("25,59") into separate columns."""
    columns: list[pl.Expr] = []
    if "diagnosis_pointers" in lines.columns:
        parts = (
            pl.col("diagnosis_pointers")
            .str.to_uppercase()
            .str.extract_all(_LISTS["diagnosis_pointers"])
        )
        letters = {chr(ord("A") + n): str(n + 1) for n in range(12)}
        numbers = [
            parts.list.get(n, null_on_oob=True).replace(letters).cast(pl.Int64) for n in range(4)
        ]
        columns += [
            number.alias(f"diagnosis_pointer_{n}") for n, number in enumerate(numbers, start=1)
        ]
    if "modifiers" in lines.columns:
        marks = pl.col("modifiers").str.to_uppercase().str.extract_all(_LISTS["modifiers"])
        columns += [
            marks.list.get(n, null_on_oob=True).alias(f"modifier_{n + 1}") for n in range(4)
        ]
    lines = lines.with_columns(columns)
    upper = [
        name
        for name in ("procedure_code", *(f"modifier_{n}" for n in range(1, 5)))
        if name in lines.columns
    ]
    return lines.with_columns(pl.col(upper).str.to_uppercase())


def _inherited(lines: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    taken = ("place_of_service_code", *INHERITED, "from_date", "to_date")
    above = claims.select(
        "claim_key", *(pl.col(name).alias(f"_{name}") for name in taken if name in claims.columns)
    )
    lines = lines.join(above, on="claim_key", how="left", maintain_order="left")
    for name in taken:
        if f"_{name}" in lines.columns:
            lines = _default(lines, name, pl.col(f"_{name}"))
    if "from_date" in lines.columns:
        lines = _default(lines, "to_date", pl.col("from_date"))
    return lines


def _claim_days(claims: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    if "from_date" not in days.columns:
        return claims
    last = pl.coalesce("to_date", "from_date") if "to_date" in days.columns else pl.col("from_date")
    spans = days.group_by("claim_key").agg(
        pl.col("from_date").min().alias("_first"), last.max().alias("_last")
    )
    claims = claims.join(spans, on="claim_key", how="left", maintain_order="left")
    return _default(
        _default(claims, "from_date", pl.col("_first")),
        "to_date",
        pl.coalesce("_last", "from_date"),
    )


def _patients(claims: pl.DataFrame, file: str) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Patient keys from member id and birth date; without a member id, each claim is its own patient."""
    members = (
        claims["member_id"].to_list() if "member_id" in claims.columns else [None] * claims.height
    )
    word = file_word(file)
    own = [
        member or f"{word:x}\x1f{position}"
        for member, position in zip(members, claims["position"], strict=True)
    ]
    if "patient_birth_date" in claims.columns:
        days = (
            claims["patient_birth_date"]
            .dt.strftime("%Y%m%d")
            .cast(pl.Int64)
            .fill_null(0)
            .to_numpy()
        )
    else:
        days = np.zeros(claims.height, dtype=np.int64)
    return patient_keys([*text_words(own), day_words(days)])


def _lacks(name: str, frame: pl.DataFrame) -> str:
    near = get_close_matches(name, [c for c in frame.columns if is_name(c, _EVERY)], n=1)
    return f"the column '{name}' is missing" + (f"; is it '{near[0]}'?" if near else "")
