"""Excel workbooks, old and new: read like the same table as CSV, whatever is around it; and hostile ones."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlwt
from polars.testing import assert_frame_equal

import workbooks
from cleanclaim.model import Batch, concat
from cleanclaim.read import FileRead, TableOptions, large_tables, read, workbook
from workbooks import Cell, Page

HEADER = ("Claim #", "DOB", "Sex", "CPT", "DOS", "Charges", "Dx 1")
BORN, SEEN = dt.date(1980, 2, 14), dt.date(2026, 5, 12)
LINES: list[Sequence[Cell]] = [
    ("C-1", BORN, "f", 99213, SEEN, 125, "I10"),
    ("C-1", BORN, "f", "36415", dt.datetime.combine(SEEN, dt.time(8, 30)), 12.5, "I10"),
    ("C-2", "7/4/59", "Male", 100, "12-May-2026", "$80.00", "M54.50"),
]


def xls(pages: Mapping[str, Page]) -> bytes:
    """The same sheets in the old format."""
    book = xlwt.Workbook()
    day = xlwt.easyxf(num_format_str="M/D/YYYY")
    for name, page in pages.items():
        sheet = book.add_sheet(name)
        sheet.visibility = int(page.is_hidden)
        taken = set()
        for one in page.merged:
            (top, left), (bottom, right) = (place(part) for part in one.split(":"))
            sheet.write_merge(top, bottom, left, right, page.rows[top][left])
            taken |= {(row, at) for row in range(top, bottom + 1) for at in range(left, right + 1)}
        for number, row in enumerate(page.rows):
            for at, value in enumerate(row):
                if value is not None and (number, at) not in taken:
                    sheet.write(number, at, value, day) if isinstance(value, dt.date) else sheet.write(number, at, value)  # fmt: skip
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def place(reference: str) -> tuple[int, int]:
    return int(reference[1:]) - 1, ord(reference[0]) - ord("A")


WRITERS = {"xlsx": workbooks.workbook, "xls": xls}


@pytest.fixture(params=sorted(WRITERS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def reads(path: Path, **options: Any) -> tuple[Batch, FileRead]:
    files: list[FileRead] = []
    batch = concat(read([path], files, tables=TableOptions(**options)))
    return batch, files[0]


def put(folder: Path, kind: str, rows: Sequence[Sequence[Cell]], **page: Any) -> Path:
    return put_pages(folder, kind, {"Sheet1": Page(rows, **page)})


def put_pages(folder: Path, kind: str, pages: Mapping[str, Page]) -> Path:
    path = folder / f"claims.{kind}"
    path.write_bytes(WRITERS[kind](pages))
    return path


def same(
    one: Batch, other: Batch, *, but: Sequence[str] = ("file", "position", "patient_key")
) -> None:
    for name, frame in one.frames().items():
        dropped = [column for column in but if column in frame.columns]
        assert_frame_equal(frame.drop(dropped), other.frames()[name].drop(dropped))


def test_a_sheet_is_read_like_the_same_table_as_csv(tmp_path: Path, kind: str) -> None:
    rows = ["C-1,2/14/1980,F,99213,05/12/2026,125,I10", "C-1,2/14/1980,F,36415,2026-05-12,12.50,I10", "C-2,1959-07-04,M,00100,2026-05-12,80,M54.50"]  # fmt: skip
    table = tmp_path / "claims.csv"
    table.write_text("\n".join([",".join(HEADER), *rows]) + "\n")
    of_csv, _ = reads(table)
    batch, entry = reads(put(tmp_path, kind, [HEADER, *LINES]))
    assert (entry.format, entry.error, entry.claims) == ("workbook", None, 2)
    same(batch, of_csv)
    assert batch.lines["position"].to_list() == [2, 3, 4]
    assert batch.claims["patient_sex"].to_list() == ["F", "M"]
    assert [str(amount) for amount in batch.claims["charge_amount"]] == ["137.50", "80.00"]


MESSY: list[Sequence[Cell]] = [
    ("Maple Street Clinic, charges of May 2026",),
    (),
    ("Printed", dt.date(2026, 5, 31)),
    (*HEADER, "Front desk", None),
    LINES[0],
    (None, *LINES[1][1:]),
    (),
    LINES[2],
    (),
    ("Total", None, None, None, None, 217.5),
    ("* not yet sent",),
]


def test_titles_blank_rows_totals_notes_and_merged_cells(tmp_path: Path, kind: str) -> None:
    path = put(tmp_path, kind, MESSY, merged=("A1:G1", "A5:A6"))
    (tmp_path / "plain").mkdir()
    plain, _ = reads(put(tmp_path / "plain", "xlsx", [HEADER, *LINES]))
    batch, entry = reads(path)
    assert entry.error is None
    same(batch, plain)
    assert batch.lines["position"].to_list() == [5, 6, 8]
    assert entry.notes == [
        "rows 10, 11 were left out: they are totals or notes, not claim lines",
        "columns that aren't used: column 8 (text of 10 characters)",
    ]


def test_the_same_mess_as_csv_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, entry = reads(put(tmp_path, "xlsx", MESSY, merged=("A1:G1", "A5:A6")))
    text = "\n".join(",".join(f'"{workbook.text_of(cell)}"' for cell in (*row, *[""] * (9 - len(row)))) for row in MESSY)  # fmt: skip
    table = tmp_path / "claims.csv"
    table.write_text(text.replace('"","1980-02-14"', '"C-1","1980-02-14"') + "\n")
    of_csv, entry_of_csv = reads(table)
    same(of_csv, whole, but=("file", "patient_key"))
    assert entry_of_csv.notes == entry.notes
    monkeypatch.setattr(large_tables, "MOST_AT_ONCE", {"": 0, ".parquet": 0})
    monkeypatch.setattr(large_tables, "_MOST_CELLS_AT_ONCE", 0)
    for path in (table, tmp_path / "claims.xlsx"):
        files: list[FileRead] = []
        parts = list(read([path], files, at_once=1))
        assert len(parts) == 2
        same(concat(parts), whole, but=("file", "patient_key"))
        assert files[0].notes == entry.notes


def test_in_a_zip_and_from_a_pipe_it_is_the_same(tmp_path: Path, kind: str) -> None:
    path = put(tmp_path, kind, [HEADER, *LINES])
    whole, _ = reads(path)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(path, path.name)
    zipped, entry = reads(tmp_path / "all.zip")
    assert entry.file.endswith(f"all.zip!claims.{kind}")
    same(zipped, whole)
    renamed = path.rename(tmp_path / "claims.dat")
    same(reads(renamed)[0], whole)


def sheet_pages() -> dict[str, Page]:
    return {
        "Read me": Page([("How we do it",)]),
        "May": Page([HEADER, *LINES]),
        "June": Page([HEADER, ("C-9", *LINES[0][1:])]),
        "QUIXWOOD, JANE": Page([HEADER, ("C-8", *LINES[0][1:])]),
    }


def test_a_sheet_is_chosen_by_its_name_or_number(tmp_path: Path, kind: str) -> None:
    path = put_pages(tmp_path, kind, sheet_pages())
    assert reads(path, sheet="june")[0].claims["claim_id"].to_list() == ["C-9"]
    assert reads(path, sheet="4")[0].claims["claim_id"].to_list() == ["C-8"]
    _, entry = reads(path, sheet="July")
    assert entry.error == f"{path}: the workbook has no such sheet; it has sheets 1, 2 ('May'), 3 ('June'), 4"  # fmt: skip
    _, entry = reads(path)
    assert entry.error == f"{path}: several sheets look like claims: sheets 2 ('May'), 3 ('June'), 4; say which one to read with --sheet"  # fmt: skip


def test_the_only_sheet_that_looks_like_claims_is_read(tmp_path: Path, kind: str) -> None:
    pages = sheet_pages()
    del pages["June"], pages["QUIXWOOD, JANE"]
    pages["Old"] = Page([HEADER, LINES[0]], is_hidden=True)
    assert reads(put_pages(tmp_path, kind, pages))[0].claims.height == 2
    del pages["May"], pages["Old"]
    _, entry = reads(put_pages(tmp_path, kind, {**pages, "Sheet2": Page([("nothing",)])}))
    assert "no sheet has a header with names such as claim_id and procedure_code" in str(
        entry.error
    )


def test_sheets_called_as_tables_are_a_set(tmp_path: Path, kind: str) -> None:
    pages = {
        "Claims": Page([("Claim #", "DOB"), ("C-1", BORN)]),
        "Lines": Page([("Claim #", "CPT", "DOS"), ("C-1", 99213, SEEN), ("C-1", 36415, SEEN)]),
        "Diagnoses": Page([("Claim #", "Dx"), ("C-1", "I10")]),
    }
    batch, entry = reads(put_pages(tmp_path, kind, pages))
    assert entry.error is None
    assert (batch.claims.height, batch.lines.height, batch.diagnoses.height) == (1, 2, 1)


def test_errors_name_the_user_s_own_column_and_row(tmp_path: Path, kind: str) -> None:
    rows = [*MESSY[:7], ("C-2", "7/4/59", "M", 99213, "soon", 80, "M54.50")]
    _, entry = reads(put(tmp_path, kind, rows))
    assert "column 'DOS' (lines.from_date) expects a date (YYYY-MM-DD) in row 8, found text of 4 characters" in str(entry.error)  # fmt: skip


class TestHostile:
    def error_of(self, tmp_path: Path, data: bytes, name: str = "claims.xlsx") -> str:
        path = tmp_path / name
        path.write_bytes(data)
        batch, entry = reads(path)
        assert batch.claims.is_empty()
        return str(entry.error)

    def repacked(self, **changed: bytes) -> bytes:
        """A workbook with other parts."""
        whole = workbooks.workbook({"S": Page([HEADER, *LINES])})
        made = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:  # fmt: skip
            for name in old.namelist():
                key = name.rpartition("/")[2].partition(".")[0]
                new.writestr(name, changed.get(key, old.read(name)))
        return made.getvalue()

    @pytest.mark.parametrize("last", ["XFD1048576", "A99999999999999999999", "aaa1048576"])
    def test_a_cell_far_away_is_refused(self, tmp_path: Path, last: str) -> None:
        sheet = f'<worksheet xmlns="{workbooks._MAIN}"><sheetData><row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>'
        sheet += f'<row><c  r = "{last}"><v>1</v></c></row></sheetData></worksheet>'
        assert "a sheet of the workbook spans" in self.error_of(tmp_path, self.repacked(s1=sheet.encode()))  # fmt: skip

    def test_a_reference_over_the_end_of_a_chunk_is_seen(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
        monkeypatch.setattr(workbook, "_CHUNK", 7)
        sheet = f'<worksheet xmlns="{workbooks._MAIN}"><sheetData><row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"/></row></sheetData></worksheet>'
        assert "spans 1,048,576 rows and 16,384 columns" in self.error_of(tmp_path, self.repacked(s1=sheet.encode()))  # fmt: skip

    def test_a_bomb_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(workbook, "_LARGEST", 1 << 20)
        assert "would unpack to" in self.error_of(tmp_path, self.repacked(styles=b" " * (2 << 20)))

    def test_a_part_longer_than_it_says_is_refused(self, tmp_path: Path) -> None:
        data = self.repacked(styles=b" " * (2 << 20))
        said = struct.pack("<L", 2 << 20)
        assert data.count(said) == 2
        assert "it is damaged" in self.error_of(tmp_path, data.replace(said, struct.pack("<L", 100)))  # fmt: skip

    @pytest.mark.parametrize("cut", [8, 100, 600, -30])
    def test_a_damaged_workbook_is_one_error(self, tmp_path: Path, kind: str, cut: int) -> None:
        data = WRITERS[kind]({"S": Page([HEADER, *LINES])})[:cut]
        told = self.error_of(tmp_path, data, f"claims.{kind}")
        assert "can't be read" in told or "damaged" in told

    def test_a_wide_xls_is_refused(self, tmp_path: Path) -> None:
        data = xls({"S": Page([HEADER, *LINES])})
        at = data.index(struct.pack("<2H", 0x027E, 10))
        wide = data[: at + 4] + struct.pack("<2H", 65_535, 65_535) + data[at + 8 :]
        assert "spans 65,536 rows and 65,536 columns" in self.error_of(tmp_path, wide, "claims.xls")

    def test_other_files_of_that_kind_are_named(self, tmp_path: Path) -> None:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            archive.writestr("content.xml", "<a/>")
            archive.writestr("META-INF/manifest.xml", "<a/>")
        assert "an OpenDocument file isn't supported; save it as .xlsx" in self.error_of(tmp_path, made.getvalue(), "claims.ods")  # fmt: skip
        assert "it is a web page" in self.error_of(tmp_path, b"<html><table><tr><td>Claim</td></tr></table></html>", "claims.xls")  # fmt: skip

    def test_no_cell_is_shown(self, tmp_path: Path, kind: str) -> None:
        rows: list[Sequence[Cell]] = [("QUIXWOOD", "1931-07-04", 284719365), ("TOBY", "1931-07-05", 284719366)]  # fmt: skip
        told = self.error_of(tmp_path, WRITERS[kind]({"JANE QUIXWOOD": Page(rows)}), f"claims.{kind}")  # fmt: skip
        assert "row 1 doesn't look like a header" in told
        for word in ("QUIXWOOD", "TOBY", "284719365", "1931"):
            assert word not in told


def test_the_example_is_what_its_tool_writes() -> None:
    assert workbooks.EXAMPLE.read_bytes() == workbooks.example()
