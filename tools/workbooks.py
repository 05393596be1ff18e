"""Write small Excel workbooks, always with the same bytes: the one in examples/, and those of tests.

Usage: python tools/workbooks.py

It writes examples/tables/charges.xlsx.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr

Cell = str | int | float | bool | date | None
ROOT: Final = Path(__file__).resolve().parent.parent
EXAMPLE: Final = ROOT / "examples" / "tables" / "charges.xlsx"
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/"
_DAY: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's day 0, in no time zone
_STYLES: Final = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="m/d/yyyy"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


@dataclass(frozen=True)
class Page:
    """A sheet: its rows, merged ranges such as A1:C1, and whether it is hidden."""

    rows: Sequence[Sequence[Cell]]
    merged: Sequence[str] = ()
    is_hidden: bool = False


def workbook(pages: Mapping[str, Page]) -> bytes:
    """A workbook with sheets by name."""
    numbers = range(1, len(pages) + 1)
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="r{n}"{" state=" + quoteattr("hidden") if page.is_hidden else ""}/>'
        for n, (name, page) in zip(numbers, pages.items(), strict=True)
    )
    relations = "".join(_relation(f"r{n}", "worksheet", f"worksheets/s{n}.xml") for n in numbers)
    parts = {
        "[Content_Types].xml": _content_types(numbers),
        "_rels/.rels": _relations(_relation("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            relations + _relation("st", "styles", "styles.xml")
        ),
        "xl/styles.xml": _STYLES,
        **{
            f"xl/worksheets/s{n}.xml": _sheet(page)
            for n, page in zip(numbers, pages.values(), strict=True)
        },
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{text}')
    return made.getvalue()


def _content_types(numbers: Sequence[int]) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/s{n}.xml" ContentType="{kind}.worksheet+xml"/>'
        for n in numbers
    )
    return (
        f'<Types xmlns="{_PACKAGE}content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>{sheets}</Types>'
    )


def _relation(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _relations(text: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}relationships">{text}</Relationships>'


def _sheet(page: Page) -> str:
    rows = "".join(
        f'<row r="{n}">{"".join(_cell(f"{_letters(at)}{n}", value) for at, value in enumerate(row) if value is not None)}</row>'
        for n, row in enumerate(page.rows, start=1)
    )
    ranges = "".join(f'<mergeCell ref="{one}"/>' for one in page.merged)
    merged = f'<mergeCells count="{len(page.merged)}">{ranges}</mergeCells>' if ranges else ""
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>{merged}</worksheet>'


def _cell(place: str, value: Cell) -> str:
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        return (
            f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
        )
    if isinstance(value, date):
        moment = value if isinstance(value, datetime) else datetime.combine(value, time())
        days = (moment - _DAY).total_seconds() / 86400
        return f'<c r="{place}" s="1"><v>{days:.10g}</v></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def _letters(at: int) -> str:
    letters = ""
    number = at + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


_HEADER: Final = (
    "Patient Acct No", "Member ID #", "DOB", "Sex", "Payer Type", "ICD-10 Code 1", "ICD-10 Code 2", "24a DOS", "POS", "CPT", "Mod", "Dx Ptr",
    "Days/Units", "Charges", "Rend NPI", "Billing NPI", "Front desk",
)  # fmt: skip
_NPIS: Final = (1245319599, 1234567893)


def example() -> bytes:
    """A charge log as a clinic may keep it, with invented patients."""
    day = date(2026, 5, 12)
    rows: list[Sequence[Cell]] = [
        ("Maple Street Clinic: charge log, May 2026",),
        (),
        ("Printed 5/31/26", None, None, "for the billing service"),
        _HEADER,
        ("C-101", "W100000011", date(1980, 2, 14), "f", "CI", "M54.5", None, day, 11, 97110, "GP", "A", 2, 80, *_NPIS, "copay 20"),
        (),
        ("C-102", "W100000012", "07/07/59", "Male", "CI", "E11.9", "Z79.4", "05/12/26", 11, 99214, None, "AB", 1, 180, *_NPIS, None),
        (None, "W100000012", "07/07/59", "Male", "CI", "E11.9", "Z79.4", "05/12/26", 11, 83036, None, "A", 1, "$30.00", *_NPIS, None),
        ("C-103", "W100000013", "3-Mar-1991", "FEMALE", "CI", "J06.9", None, "13-May-2026", 11, 99213, None, "A", 1, 125, *_NPIS, "sore throat"),
        ("C-104", "W100000014", 29265, "M", "CI", "I10", None, 46155, 11, 99213, "25", 1, 1, 125, *_NPIS, None),
        ("C-104", "W100000014", 29265, "M", "CI", "I10", None, 46155, 11, 36415, None, 1, 1, 12.5, *_NPIS, None),
        (),
        ("Total", *[None] * 12, 552.5),
    ]  # fmt: skip
    notes = Page(
        [
            ("How we log charges",),
            ("One row for each service. Ask the front desk before you change anything.",),
        ]
    )
    return workbook({"Read me": notes, "May 2026": Page(rows, ("A1:Q1", "A7:A8"))})


if __name__ == "__main__":
    EXAMPLE.write_bytes(example())
