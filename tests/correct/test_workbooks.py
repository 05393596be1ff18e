"""Workbooks and Parquet files corrected in place: the cells that were decided change, and everything else stays."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from cleanclaim.correct import fix
from cleanclaim.correct.decisions import Decision
from cleanclaim.correct.sheet_xml import SheetXml, is_number, letters_of
from cleanclaim.engine.findings import FINDINGS
from cleanclaim.errors import InputError, RewriteError, TableError
from command import run

NOTHING = pl.DataFrame(schema=FINDINGS)
HEADER = ["Acct", "Name", "DOB", "CPT", "Mod 1", "Mod 2", "Units", "Charge", "DOS", "POS", "Dx1", "Dx2", "Pointers", "Prior Auth"]  # fmt: skip
ROWS: list[list[Any]] = [
    ["A-1", "O'Hara & Son", date(1980, 2, 14), 99213, "25", "GT", 1, 1125.25, date(2026, 5, 12), "11", "M54.50", "", "A", ""],
    ["A-1", "O'Hara & Son", date(1980, 2, 14), "j1885", "", "", 2, 45, date(2026, 5, 12), "11", "M54.50", "", "A", ""],
    ["B-2", "Roe", date(1959, 7, 7), 71046, "RT", "26", 1, 80, date(2026, 5, 13), "22", "R07.9", "I10", "A,B", "X1"],
]  # fmt: skip
FIRST = 4
"""The row of the first claim: a title, an empty row and the header are above."""


def decided(claim_id: str, field: str, before: str, after: str, line: int | None = None, diagnosis: int | None = None) -> Decision:  # fmt: skip
    return Decision(claim_id, line, diagnosis, "", field, before, after, "Robin")


def workbook(
    rows: list[list[Any]] = ROWS, *, total: str = "=SUM(H4:H6)", other: bool = True
) -> bytes:
    """A workbook as offices have it: a title, colors, dates, a total by formula, another sheet, a chart."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Visits")
    day, yellow = (
        book.add_format({"num_format": "m/d/yyyy"}),
        book.add_format({"bg_color": "yellow"}),
    )
    sheet.write(0, 0, "Visits of May", yellow)
    sheet.write_row(2, 0, HEADER)
    for at, row in enumerate(rows, start=FIRST - 1):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(at, column, cell, day)
            elif cell != "":
                sheet.write(at, column, cell, yellow if column == 4 else None)
    if total:
        sheet.write(FIRST + len(rows), 0, "Total")
        sheet.write_formula(FIRST + len(rows), 7, total, None, 1250.25)
    if other:
        book.add_worksheet("Prices").write_row(0, 0, ["Code", "Price"])
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Visits!$H$4:$H$6"})
        sheet.insert_chart("P2", chart)
    book.close()
    held = parts(out.getvalue())["xl/workbook.xml"].replace(b' fullCalcOnLoad="1"', b"")
    return _with(out.getvalue(), "xl/workbook.xml", held)


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def cells(content: bytes, sheet: int = 0) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(sheet).to_python()


def fixed(path: Path, *decisions: Decision, safe: bool = False) -> bytes:
    _, corrector = fix.read_file(path)
    return fix.repaired(corrector, NOTHING, decisions, safe=safe).content


@pytest.fixture
def visits(tmp_path: Path) -> Path:
    path = tmp_path / "visits.xlsx"
    path.write_bytes(workbook())
    return path


def test_an_untouched_workbook_comes_back_byte_for_byte(visits: Path) -> None:
    assert fixed(visits) == visits.read_bytes()


CHANGES: list[tuple[Decision, dict[tuple[int, int], Any]]] = [
    (decided("A-1", "lines.modifier_1", "25", "59", line=1), {(0, 4): "59"}),
    (decided("A-1", "lines.modifier_1", "25", "", line=1), {(0, 4): "GT", (0, 5): ""}),
    (decided("A-1", "lines.modifier_1", "", "KX", line=2), {(1, 4): "KX"}),
    (decided("A-1", "lines.charge_amount", "1125.25", "1130", line=1), {(0, 7): 1130.0}),
    (decided("A-1", "lines.procedure_code", "99213", "G0439", line=1), {(0, 3): "G0439"}),
    (decided("B-2", "lines.procedure_code", "71046", "71045", line=1), {(2, 3): 71045.0}),
    (decided("B-2", "lines.from_date", "2026-05-13", "2026-06-02", line=1), {(2, 8): date(2026, 6, 2)}),
    (decided("A-1", "claims.patient_birth_date", "1980-02-14", "1980-12-04"), {(0, 2): date(1980, 12, 4), (1, 2): date(1980, 12, 4)}),
    (decided("A-1", "diagnoses.diagnosis_code", "M5450", "M5451", diagnosis=1), {(0, 10): "M54.51", (1, 10): "M54.51"}),
    (decided("A-1", "diagnoses.diagnosis_code", "", "Z79.4", diagnosis=2), {(0, 11): "Z79.4", (1, 11): "Z79.4"}),
    (decided("B-2", "claims.prior_authorization_number", "X1", "X<2&3"), {(2, 13): "X<2&3"}),
    (decided("A-1", "claims.prior_authorization_number", "", "0042"), {(0, 13): "0042", (1, 13): "0042"}),
]  # fmt: skip


@pytest.mark.parametrize(("one", "new"), CHANGES, ids=[f"{one.field}-{n}" for n, (one, _) in enumerate(CHANGES)])  # fmt: skip
def test_a_decision_changes_its_cells_and_nothing_else(one: Decision, new: dict[tuple[int, int], Any], visits: Path) -> None:  # fmt: skip
    before = visits.read_bytes()
    content = fixed(visits, one)
    wanted = cells(before)
    for (row, column), value in new.items():
        wanted[FIRST - 1 + row][column] = value
    assert cells(content) == wanted
    assert cells(content, 1) == cells(before, 1)
    old, now = parts(before), parts(content)
    assert list(now) == list(old)
    changed = {name for name in old if old[name] != now[name]}
    assert changed == {"xl/worksheets/sheet1.xml", "xl/workbook.xml"}
    assert b'fullCalcOnLoad="1"' in now["xl/workbook.xml"]


def test_a_cell_keeps_its_format(visits: Path) -> None:
    old = SheetXml(parts(visits.read_bytes())["xl/worksheets/sheet1.xml"])
    content = fixed(visits, decided("A-1", "lines.modifier_1", "25", "59", line=1))
    new = SheetXml(parts(content)["xl/worksheets/sheet1.xml"])
    assert new.cells[FIRST, 5].style == old.cells[FIRST, 5].style is not None


def test_a_formula_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "visits.xlsx"
    rows = [[*row] for row in ROWS]
    rows[0][7] = "=G4*1125.25"
    path.write_bytes(workbook(rows))
    with pytest.raises((TableError, InputError), match=r"formula|charge"):
        fixed(path, decided("A-1", "lines.charge_amount", "0", "1130", line=1))


@pytest.mark.parametrize("is_hidden", [True, False])
def test_merged_cells_change_as_one(is_hidden: bool, tmp_path: Path) -> None:
    """A merged cell has the value of the first one, unless it holds its own below."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Visits")
    sheet.write_row(0, 0, HEADER)
    for at, row in enumerate(ROWS, start=1):
        sheet.write_row(at, 0, [str(cell) for cell in row])
    form = None if is_hidden else book.add_format({"bold": True})
    sheet.merge_range("A2:A3", "A-1", form)
    sheet.merge_range("K2:K3", "M54.50", form)
    book.close()
    path = tmp_path / "merged.xlsx"
    path.write_bytes(out.getvalue())
    content = fixed(path, decided("A-1", "diagnoses.diagnosis_code", "M5450", "M5451", diagnosis=1))
    assert [row[10] for row in cells(content)] == ["Dx1", "M54.51", "M54.51" if is_hidden else "", "R07.9"]  # fmt: skip


def test_safe_repairs_of_a_workbook(visits: Path) -> None:
    assert cells(fixed(visits, safe=True))[FIRST][3] == "J1885"


def test_one_claim_of_a_workbook_is_sent_again_alone(visits: Path, tmp_path: Path) -> None:
    out = tmp_path / "again.xlsx"
    done = run("correct", "B-2", "--claims", str(visits), "--frequency", "7", "--reference-number", "P77", "--output", str(out))  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert cells(out.read_bytes()) == [
        [*HEADER, "claim_frequency_code", "original_reference_number"],
        ["B-2", "Roe", date(1959, 7, 7), 71046.0, "RT", "26", 1.0, 80.0, date(2026, 5, 13), "22", "R07.9", "I10", "A,B", "X1", "7", "P77"],
    ]  # fmt: skip
    assert b"O'Hara" not in b"".join(parts(out.read_bytes()).values())


def test_fix_on_the_command_line(visits: Path, tmp_path: Path) -> None:
    rows = [[*row] for row in ROWS]
    rows[0][10] = rows[1][10] = "M54.5"
    visits.write_bytes(workbook(rows))
    choices, out = tmp_path / "choices.csv", tmp_path / "fixed.xlsx"
    assert run("fix", str(visits), "--sheet", "Visits", "--write-decisions", str(choices)).returncode == 0  # fmt: skip
    table = list(csv.DictReader(io.StringIO(choices.read_text())))
    [wrong] = [row for row in table if row["edit"] == "DX102"]
    wrong["to"] = "M54.51"
    with choices.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(table[0]))
        writer.writeheader()
        writer.writerow(wrong)
    assert (
        run("fix", str(visits), "--decisions", str(choices), "--output", str(out)).returncode == 0
    )
    assert [row[10] for row in cells(out.read_bytes())[3:5]] == ["M54.51", "M54.51"]
    assert "M54.51" in (tmp_path / "fixed.xlsx.changes.csv").read_text()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "save it as .xlsx"),
        (lambda: _with(workbook(), "_xmlsignatures/sig1.xml", b"<x/>"), "signed"),
        (
            lambda: _with(
                workbook(),
                "xl/worksheets/sheet1.xml",
                parts(workbook())["xl/worksheets/sheet1.xml"].replace(
                    b"<worksheet", b"<!DOCTYPE a><worksheet", 1
                ),
            ),
            "can't be",
        ),
    ],
)
def test_what_cant_be_changed_in_place_says_so(make: Any, why: str, tmp_path: Path) -> None:
    path = tmp_path / "visits.xlsx"
    path.write_bytes(make())
    with pytest.raises(InputError, match=why):
        fix.read_file(path)


def _with(content: bytes, name: str, part: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for own, held in {**parts(content), name: part}.items():
            archive.writestr(own, held)
    return out.getvalue()


def test_folders_say_what_to_do_instead(tmp_path: Path) -> None:
    done = run("fix", str(tmp_path))
    assert done.returncode == 2
    assert "one file is corrected at a time" in done.stderr.decode()
    (tmp_path / "claims.csv").touch()
    (tmp_path / "lines.csv").touch()
    assert "joined by claim_id" in run("fix", str(tmp_path)).stderr.decode()


def test_the_xml_of_any_writer(tmp_path: Path) -> None:
    """Prefixes, cells without references, cells that close themselves, and rows out of order with them."""
    xml = (
        b'<?xml version="1.0"?><x:worksheet xmlns:x="m"><x:sheetData><x:row><x:c/><x:c s="3"/><x:c r="D1" t="s" ><x:v>0</x:v></x:c></x:row>'
        b'<x:row r="5" spans="1:2"><x:c r="B5"><x:f>1+1</x:f><x:v>2</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    sheet = SheetXml(xml)
    assert sorted(sheet.cells) == [(1, 1), (1, 2), (1, 4), (5, 2)]
    sheet.put((1, 2), "a<b", "3", is_number=False)
    sheet.put((1, 3), "7", None, is_number=True)
    sheet.put((5, 1), "new", None, is_number=False)
    assert sheet.done() == xml.replace(
        b'<x:c s="3"/>', b'<x:c r="B1" s="3" t="inlineStr"><x:is><x:t xml:space="preserve">a&lt;b</x:t></x:is></x:c><x:c r="C1"><x:v>7</x:v></x:c>'
    ).replace(b'<x:c r="B5">', b'<x:c r="A5" t="inlineStr"><x:is><x:t xml:space="preserve">new</x:t></x:is></x:c><x:c r="B5">')  # fmt: skip
    with pytest.raises(RewriteError, match="formula"):
        sheet.put((5, 2), "3", None, is_number=True)
    with pytest.raises(RewriteError, match="no cells"):
        sheet.put((9, 1), "3", None, is_number=True)


def test_numbers_that_would_lose_a_character_stay_text() -> None:
    assert [is_number(text) for text in ("99213", "1130.50", "-3", "0")] == [True] * 4
    assert not any(is_number(text) for text in ("0042", "1e5", "12345678901234567", "", "G0439"))
    assert [letters_of(n) for n in (1, 26, 27, 703)] == ["A", "Z", "AA", "AAA"]


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    path = tmp_path / "visits.parquet"
    frame = pl.DataFrame([[(str(cell) if at == 3 else cell) if cell != "" else None for at, cell in enumerate(row)] for row in ROWS], schema=HEADER, orient="row")  # fmt: skip
    frame.with_columns(pl.col("Charge").cast(pl.Decimal(10, 2)), pl.col("POS").cast(pl.Categorical)).write_parquet(path, metadata={"made": "by us"})  # fmt: skip
    return path


@pytest.mark.parametrize(("one", "new"), CHANGES, ids=[f"{one.field}-{n}" for n, (one, _) in enumerate(CHANGES)])  # fmt: skip
def test_a_decision_changes_a_parquet_file(one: Decision, new: dict[tuple[int, int], Any], parquet: Path) -> None:  # fmt: skip
    before = pl.read_parquet(parquet)
    out = io.BytesIO(fixed(parquet, one))
    after = pl.read_parquet(out)
    assert after.schema == before.schema
    wanted = [list(row) for row in before.rows()]
    for (row, column), value in new.items():
        text = str(int(value)) if column == 3 and isinstance(value, float) else value
        wanted[row][column] = text if text != "" else None
    assert [list(row) for row in after.rows()] == wanted
    assert pl.read_parquet_metadata(out)["made"] == "by us"


def test_an_untouched_parquet_file_comes_back_byte_for_byte(parquet: Path) -> None:
    assert fixed(parquet) == parquet.read_bytes()


def test_a_type_that_cant_hold_the_value_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "visits.parquet"
    frame = pl.DataFrame([[cell if cell != "" else None for cell in row] for row in ROWS if row[3] != "j1885"], schema=HEADER, orient="row")  # fmt: skip
    frame.write_parquet(path)
    with pytest.raises(TableError, match="the column holds Int64"):
        fixed(path, decided("A-1", "lines.procedure_code", "99213", "G0439", line=1))


def test_one_claim_of_a_parquet_file_is_sent_again_alone(parquet: Path, tmp_path: Path) -> None:
    out = tmp_path / "again.parquet"
    done = run("correct", "A-1", "--claims", str(parquet), "--frequency", "8", "--reference-number", "P77", "--output", str(out))  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    frame = pl.read_parquet(out)
    assert frame["Acct"].to_list() == ["A-1", "A-1"]
    assert frame["claim_frequency_code"].to_list() == ["8", "8"]
    assert run("check", str(out)).returncode in {0, 1}
