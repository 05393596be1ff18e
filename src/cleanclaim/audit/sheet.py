"""The auditor's sheet: a workbook or CSV with a row for each line in the sample, and columns for what the auditor finds."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import polars as pl
import xlsxwriter

from cleanclaim.audit.plan import Plan
from cleanclaim.audit.population import fingerprint, population_of
from cleanclaim.errors import ConfigError, InputError
from cleanclaim.model.expressions import MODIFIERS, dotted
from cleanclaim.read.workbook import Refused, is_workbook, sheets_of
from cleanclaim.report.csv import harmless
from cleanclaim.report.result import Report

GIVEN: Final = {
    "sample": ("No.", 5),
    "unit": ("Claim", 14),
    "line_number": ("Line", 5),
    "from_date": ("Date of service", 12),
    "provider": ("Provider", 12),
    "payer": ("Payer", 18),
    "coder": ("Coder", 10),
    "diagnoses": ("Diagnoses billed", 18),
    "procedure_code": ("Code billed", 9),
    "modifiers": ("Modifiers billed", 9),
    "units": ("Units", 6),
    "charge": ("Charge", 9),
    "engine": ("What cleanclaim says", 48),
    "supported": ("Codes the note supports", 24),
    "note": ("Note", 60),
}
"""What the sheet says of each line: the heading and width of its columns."""
ASKED: Final = {
    "agree": ("Agree? y or n", 8),
    "audited_code": ("Auditor's code", 10),
    "audited_modifiers": ("Auditor's modifiers", 10),
    "audited_units": ("Auditor's units", 8),
    "audited_diagnoses": ("Auditor's diagnoses", 18),
    "audited_dollars": ("Auditor's dollars", 10),
    "reason": ("Reason", 36),
    "auditor": ("Auditor", 10),
}
"""What the auditor fills in."""
UNSUPPORTED: Final = "none"
"""Written as the auditor's code: the record supports no code for this line."""
HOW_TO: Final = (
    "Each row is a service line of a claim in the sample. Fill in the yellow columns.",
    "Agree? y: everything on the line is right. n: write what the record supports in the auditor's columns.",
    "With n, a blank auditor's column means that this part is right as billed.",
    f"Write {UNSUPPORTED} as the auditor's code if the record supports no code for the line, and {UNSUPPORTED} as modifiers if there should be none.",
    "For a service that was done and not billed, add a row with the claim's number, no line, n, and the auditor's code.",
    "Separate several modifiers or diagnoses with spaces. Auditor's dollars are needed only if no fee is known for the auditor's code.",
    "Then: cleanclaim audit score PLAN SHEET",
)  # fmt: skip
_LONGEST_NOTE: Final = 32_000
"""Excel's cells hold 32,767 characters."""
_SAME_DAY: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Extras:
    """What a sheet can show besides the claims.

    Attributes:
        coders: who coded each claim, by its number.
        notes: each claim's note, by its number.
        supported: the codes that each note supports, by the claim's number.
    """

    coders: Mapping[str, str]
    notes: Mapping[str, str]
    supported: Mapping[str, Sequence[str]]


def rows_of(plan: Plan, report: Report, extras: Extras) -> list[dict[str, Any]]:
    """The rows of a sheet.

    Args:
        plan: the sample.
        report: the same claims, checked.
        extras: coders and notes.

    Raises:
        ConfigError: the claims aren't those that the plan was drawn from.
    """
    population = population_of(report)
    if fingerprint(population) != plan.fingerprint:
        raise ConfigError(["the claims aren't those that the plan was drawn from: draw again, or name the same files"])  # fmt: skip
    sample = pl.DataFrame(
        [{"unit": one.unit, "sample": one.number} for one in plan.sample],
        {"unit": pl.String, "sample": pl.Int64},
    )
    chosen = sample.join(population.select("unit", "claim_key", "claim_id", "provider", "payer"), on="unit")  # fmt: skip
    lines = _lines(report).join(chosen, on="claim_key")
    found = _findings(report)
    rows = []
    for row in lines.sort("sample", "line_number").iter_rows(named=True):
        number = row["claim_id"]
        said = [*found.get((row["claim_key"], row["line_number"]), ())]
        if row["line_number"] == 1:
            said += found.get((row["claim_key"], None), ())
        extra = {
            "coder": extras.coders.get(number, ""),
            "engine": "\n".join(said),
            "supported": " ".join(extras.supported.get(number, ())),
            "note": extras.notes.get(number, "")[:_LONGEST_NOTE],
        }
        rows.append({**{name: row[name] for name in GIVEN if name not in extra}, **extra})
    return rows


def _lines(report: Report) -> pl.DataFrame:
    """The lines with the diagnoses that they point at, in order."""
    codes = report.batch.diagnoses.select("claim_key", "diagnosis_number", "diagnosis_code")
    pointers = [f"diagnosis_pointer_{n}" for n in range(1, 5)]
    lines = report.batch.lines.select(
        "claim_key", "line_number", "procedure_code", *MODIFIERS, "units", "charge_amount", "from_date", *pointers
    )  # fmt: skip
    for n, pointer in enumerate(pointers, 1):
        named = codes.select("claim_key", pl.col("diagnosis_number").alias(pointer), dotted("diagnosis_code").alias(f"_{n}"))  # fmt: skip
        lines = lines.join(named, on=["claim_key", pointer], how="left")
    pointed = pl.concat_str([f"_{n}" for n in range(1, 5)], separator=" ", ignore_nulls=True)
    return lines.select(
        "claim_key",
        "line_number",
        pl.col("procedure_code").fill_null(""),
        pl.concat_str(MODIFIERS, separator=" ", ignore_nulls=True).alias("modifiers"),
        pl.col("units").cast(pl.Float64),
        pl.col("charge_amount").cast(pl.Float64).alias("charge"),
        pl.col("from_date").cast(pl.String),
        pointed.alias("diagnoses"),
    )


def _findings(report: Report) -> dict[tuple[int, int | None], list[str]]:
    found: dict[tuple[int, int | None], list[str]] = {}
    told = report.findings.select("claim_key", "line_number", "code", "message")
    for key, line, code, message in told.iter_rows():
        found.setdefault((key, line), []).append(f"{code}: {message}")
    return found


def write_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The sheet as CSV; a cell that a spreadsheet would calculate is made harmless."""
    columns = [*GIVEN, *ASKED]
    table = pl.DataFrame(
        [{name: "" if row.get(name) is None else str(row.get(name, "")) for name in columns} for row in rows],
        dict.fromkeys(columns, pl.String),
    )  # fmt: skip
    return table.with_columns(harmless()).write_csv().encode()


def write_workbook(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The sheet as a workbook: how to fill it in, and the lines, ready for filters."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})  # fmt: skip
    book.set_properties({"title": "Audit sheet", "created": _SAME_DAY})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    asked = book.add_format({"bg_color": "#FFF6CC", "text_wrap": True, "valign": "top", "border": 1, "border_color": "#E3D9A8"})  # fmt: skip
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("Lines")
    names = [*GIVEN, *ASKED]
    for column, (heading, width) in enumerate((GIVEN | ASKED).values()):
        sheet.set_column(column, column, width)
        sheet.write(0, column, heading, head)
    for number, row in enumerate(rows, 1):
        for column, name in enumerate(names):
            value = row.get(name)
            sheet.write(number, column, value, asked if name in ASKED else plain)
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, max(len(rows), 1), len(names) - 1)
    sheet.data_validation(1, names.index("agree"), len(rows) + 200, names.index("agree"), {"validate": "list", "source": ["y", "n"]})  # fmt: skip
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    help_ = book.add_worksheet("How to")
    help_.set_column(0, 0, 120)
    for number, text in enumerate(HOW_TO):
        help_.write(number, 0, text, plain)
    book.close()
    return out.getvalue()


def read_sheet(path: Path) -> list[dict[str, str]]:
    """The rows of a sheet that was filled in, as text by column, each with the `where` of its row.

    Raises:
        InputError: it can't be read, or it isn't such a sheet.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    grid = list(_workbook_rows(content, path)) if is_workbook(io.BytesIO(content)) else _csv_rows(content, path)  # fmt: skip
    if not grid:
        raise InputError(f"{path}: the sheet is empty")
    by_heading = {heading: name for name, (heading, _) in (GIVEN | ASKED).items()}
    header = [by_heading.get(cell.strip(), cell.strip()) for cell in grid[0]]
    missing = [name for name in ("unit", "line_number", "agree", "audited_code") if name not in header]  # fmt: skip
    if missing:
        raise InputError(f"{path}: isn't an audit sheet: the columns {', '.join(missing)} are missing from row 1")  # fmt: skip
    rows = []
    for number, cells in enumerate(grid[1:], 2):
        row = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
        if any(row.values()):
            rows.append({**row, "where": f"{path.name}, row {number}"})
    return rows


def _workbook_rows(content: bytes, path: Path) -> Iterator[list[str]]:
    try:
        sheets = sheets_of(content, file=str(path))
    except Refused as error:
        raise InputError(f"{path}: {error}") from None
    chosen = next((one for one in sheets if one.name == "Lines"), sheets[0] if sheets else None)
    if chosen is not None:
        yield from chosen.rows()


def _csv_rows(content: bytes, path: Path) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path}: isn't UTF-8 text; save it as CSV UTF-8") from None
    try:
        return list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise InputError(f"{path}: isn't a CSV file: {error}") from None


def pairs_in(path: Path, key: str, value: str) -> dict[str, str]:
    """A table of two columns, such as the coder of each claim or the fee of each code.

    Args:
        path: a CSV file.
        key: the column of keys.
        value: the column of values.

    Raises:
        InputError: it can't be read, or the columns aren't there.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    rows = _csv_rows(content, path)
    header = [cell.strip() for cell in rows[0]] if rows else []
    if key not in header or value not in header:
        raise InputError(f"{path}: expected the columns {key} and {value} in row 1")
    at, of = header.index(key), header.index(value)
    return {row[at].strip(): row[of].strip() for row in rows[1:] if len(row) > max(at, of) and row[at].strip()}  # fmt: skip


def notes_in(folder: str) -> tuple[dict[str, str], list[str]]:
    """The notes of a folder (or JSON Lines) by the claims' numbers: the file's name without its ending, or the note's ID.

    Returns:
        The notes, and one line for each that couldn't be read.
    """
    from cleanclaim.notes import inputs  # noqa: PLC0415 - start-up

    texts: dict[str, str] = {}
    unread: list[str] = []
    for note in inputs.read(folder, io.BytesIO()):
        name = Path(note.value or "").stem if note.name == "file" else str(note.value)
        if note.text is None:
            unread.append(f"{note.value}: {note.error}")
        else:
            texts[name] = note.text
    return texts, unread
