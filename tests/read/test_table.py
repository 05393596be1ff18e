"""Claims from CSV and Parquet: names that people use, values that fit, and every fault named at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cleanclaim.errors import TableError, UnreadableFile
from cleanclaim.model import Batch, concat
from cleanclaim.read import FileRead, large_tables, read
from cleanclaim.read.columns import template_columns
from cleanclaim.read.names import SYNONYMS
from cleanclaim.read.prepare import Reading
from cleanclaim.read.table import read_flat, read_set
from cleanclaim.read.table_files import read_csv, read_parquet
from workbooks import Page, workbook


def flat(text: str) -> Batch:
    return read_flat(read_csv(text.encode(), file="t.csv"), file="t.csv")


def faults(text: str) -> list[str]:
    with pytest.raises(TableError) as told:
        flat(text)
    return list(told.value.faults)


def test_a_row_is_a_line_and_its_claim_is_told_once() -> None:
    batch = flat(
        "claim_id,member_id,dob,dx1,dx2,cpt,mod1,pointers,dos,charge,units\n"
        "A1,M1,02/14/1980,m54.50,I10,99213,25,AB,2026-05-12,$1,125.00,1\n".replace(
            "$1,125.00", '"$1,125.00"'
        )
        + "A1,M1,02/14/1980,m54.50,I10,36415,,2,20260512,12.5,2\n"
    )
    assert batch.claims.height == 1
    assert batch.claims.select("claim_id", "patient_birth_date", "from_date").row(0) == (
        "A1",
        date(1980, 2, 14),
        date(2026, 5, 12),
    )
    columns = ["line_number", "procedure_code", "modifier_1", "charge_amount", "units", "position"]
    assert batch.lines.select(columns).rows() == [
        (1, "99213", "25", Decimal("1125.00"), Decimal("1.000"), 2),
        (2, "36415", None, Decimal("12.50"), Decimal("2.000"), 3),
    ]
    pointers = ["diagnosis_pointer_1", "diagnosis_pointer_2"]
    assert batch.lines.select(pointers).rows() == [(1, 2), (2, None)]
    codes = ["diagnosis_number", "diagnosis_code", "code_as_sent", "diagnosis_type"]
    assert batch.diagnoses.select(codes).rows() == [
        (1, "M5450", "m54.50", "principal"),
        (2, "I10", None, "other"),
    ]


@pytest.mark.parametrize(("other", "name"), sorted(SYNONYMS.items()))
def test_every_other_name_leads_to_a_column(other: str, name: str) -> None:
    known = {column.column.name for column in template_columns()}
    special = {
        "total_charge_amount",
        "claim_from_date",
        "claim_to_date",
        "diagnosis_pointers",
        "modifiers",
    }
    assert name in known | special | {"present_on_admission_code_1"}
    assert other == other.lower()


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_separators_are_found_out(separator: str) -> None:
    text = "claim_id,procedure_code,dos\nA1,99213,2026-05-12\n".replace(",", separator)
    assert flat(text).lines["procedure_code"].to_list() == ["99213"]


def notes_of(text: str) -> list[str]:
    reading = Reading("t.csv")
    read_flat(read_csv(text.encode(), file="t.csv"), file="t.csv", reading=reading)
    return reading.notes


def test_columns_that_nobody_needs_are_listed_once_and_ignored() -> None:
    told = notes_of("claim_id,procedure_cod,procedure_code,modifer_1,colour\nA1,x,99213,25,red\nA2,x,99213,25,red\n")  # fmt: skip
    assert told == [
        "columns that aren't used: 'procedure_cod', 'modifer_1' (did you mean 'modifier_1'?), 'colour'"
    ]
    assert notes_of("claim_id,cpt,\nA1,99213,\n") == []


def test_every_fault_is_named_at_once() -> None:
    told = faults(
        "claim_id,procedure_code,dos,charge\nA1,99213,12.5.2026,ten\nA2,99213,2026-05-12,eleven\n"
    )
    assert told == [
        "column 'dos' (lines.from_date) expects a date (YYYY-MM-DD) in row 2, found a date in another form",
        "column 'charge' (lines.charge_amount) expects a number in row 2, found text of 3 characters (and 1 more row)",
    ]


HEADERLESS = "A1,W28471936,QUIXWOOD,1931-07-04,F,99213,125.00,,10\n"


def test_a_row_of_data_in_place_of_a_header_is_one_fault() -> None:
    told = faults(HEADERLESS + HEADERLESS)
    assert told == [
        "row 1 doesn't look like a header: expected column names such as claim_id and procedure_code, "
        "found 9 cells that look like data (blank: 1, date: 1, number: 3, text: 4)"
    ]


def test_a_set_without_headers_is_told_so() -> None:
    frame = read_csv(HEADERLESS.encode(), file="t")
    with pytest.raises(TableError) as told:
        read_set({"claims": frame, "lines": frame}, file="set")
    assert [fault.split(" doesn't")[0] for fault in told.value.faults] == ["claims: row 1", "lines: row 1"]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("patient_middle_name", "'patient_middle_name'"),
        ("Street Address", "'Street Address'"),
        ("modifer_1", "'modifer_1'"),
        ("JANE QUIXWOOD", "column 3 (text of 13 characters)"),
        ("QUIXWOOD", "column 3 (text of 8 characters)"),
        ("Toby", "column 3 (text of 4 characters)"),
        ("Bill Quixwood", "column 3 (text of 13 characters)"),
        ("19310704", "column 3 (a date)"),
        ("W28471936", "column 3 (text of 9 characters)"),
        ("284719365", "column 3 (a number of 9 digits)"),
        ("4711 Marmalade Lane", "column 3 (text of 19 characters)"),
    ],
)
def test_only_what_looks_like_the_name_of_a_column_is_shown(name: str, words: str) -> None:
    [told] = notes_of(f"claim_id,cpt,{name}\nA1,99213,x\n")
    assert told.startswith(f"columns that aren't used: {words}")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('claim_id,cpt\nA1,99213\nA2,"QUIXWOOD\n', "a quotation mark is out of place or not closed in row 3"),
        ('claim_id,cpt\nA1,"QUIX"WOOD\nA2,99213\n', "a quotation mark is out of place or not closed in row 2"),
        ("claim_id,cpt\nA1,99213\nA2,99213,QUIXWOOD\n", "row 3 has 3 cells, but the header has 2"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_apart", [False, True])
def test_what_cannot_be_taken_apart_is_told_by_its_row(
    text: str, fault: str, is_apart: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text)
    if is_apart:
        monkeypatch.setattr(large_tables, "MOST_AT_ONCE", {"": 0, ".parquet": 0})
    files: list[FileRead] = []
    list(read([path], files))
    assert [entry.error for entry in files] == [f"{path}: {fault}"]


def test_more_decimals_than_money_has_are_not_cut_off() -> None:
    [told] = faults("claim_id,cpt,charge\nA1,99213,12.345\n")
    assert told == (
        "column 'charge' (lines.charge_amount) expects a number in row 2, found a number with more than 2 decimals or too many digits"
    )
    assert flat("claim_id,cpt,charge\nA1,99213,12.340\n").lines["charge_amount"][0] == Decimal(
        "12.34"
    )


def test_a_line_number_that_numbers_no_line_is_refused() -> None:
    [told] = faults("claim_id,cpt,line_number\nA1,99213,19310704\n")
    assert told == "lines.line_number expects a number below 1,048,576 in row 2, found a date"


def test_a_column_called_as_our_own_is_refused(tmp_path: Path) -> None:
    assert faults("claim_id,cpt,_row\nA1,99213,QUIXWOOD\n") == [
        "claims and lines: unknown column '_row'"
    ]


def test_a_column_given_twice_is_a_fault() -> None:
    assert faults("claim_id,cpt,hcpcs\nA1,99213,99213\n") == [
        "columns 'cpt' and 'hcpcs' both mean 'procedure_code'; say which one to use with --columns"
    ]


def test_what_must_be_there_is_asked_for() -> None:
    assert faults("claim_ref,procedure\nA1,99213\n")[-1] == "the column 'claim_id' is missing"
    assert faults("claim_idd,procedure,dos\nA1,99213,2026-05-12\n")[-1] == (
        "the column 'claim_id' is missing; is it 'claim_idd'?"
    )
    assert faults("claim_id,dos\nA1,2026-05-12\n") == ["the column 'procedure_code' is missing"]


def test_no_more_than_four_modifiers_or_pointers_are_taken_without_a_word() -> None:
    told = faults('claim_id,cpt,modifiers,pointers\nA1,99213,"25,59,XS,LT,RT",ABCDE\n')
    assert told == [
        "column 'pointers' (lines.diagnosis_pointers) expects at most 4 in row 2",
        "lines.modifiers expects at most 4 in row 2",
    ]


def test_a_value_is_never_shown() -> None:
    [told] = faults("claim_id,cpt,dob\nA1,99213,born in May\n")
    assert told == (
        "column 'dob' (claims.patient_birth_date) expects a date (YYYY-MM-DD) in row 2, found text of 11 characters"
    )


def test_claims_of_one_member_are_one_patient_and_others_are_their_own() -> None:
    rows = "A1,M1,99213\nA2,M1,99213\nA3,M2,99213\nA4,,99213\nA5,,99213\n"
    keys = flat("claim_id,member_id,cpt\n" + rows).claims["patient_key"].to_list()
    assert keys[0] == keys[1]
    assert len(set(keys)) == 4


def test_claims_without_a_member_id_are_their_own_patient_whatever_the_length_of_the_file_s_name() -> (
    None
):
    frame = pl.DataFrame({"claim_id": ["A1", "A2"], "procedure_code": ["99213", "99214"]})
    keys = [
        key
        for name in (
            "short.csv",
            "a/very/" + "long/" * 20 + "name-1.csv",
            "x/very/" + "long/" * 20 + "name-1.csv",
        )
        for key in read_flat(frame, file=name).claims["patient_key"]
    ]
    assert len(set(keys)) == 6


def test_cells_that_ran_into_the_claim_number_are_a_fault() -> None:
    rows = '"A1;1;W100000001;1950-01-02";99213\nA2;99213\n'
    [told] = faults("claim_id;cpt\n" + rows)
    assert "claim_id expects up to 50 characters on one line" in told
    assert told.endswith("in row 2, found text of 26 characters")
    assert "W1000" not in told


def test_lines_may_end_with_a_carriage_return_alone() -> None:
    data = b"claim_id,procedure_code\rA1,99213\rA2,99214\r"
    assert read_csv(data, file="mac.csv").rows() == [(2, "A1", "99213"), (3, "A2", "99214")]


def test_a_revenue_code_makes_an_institutional_claim() -> None:
    batch = flat("claim_id,rev_code,tob,cpt\nA1,0510,131,G0463\n")
    assert batch.claims["claim_type"].to_list() == ["institutional"]


def written(folder: Path) -> Path:
    (folder / "claims.csv").write_text("claim_id,member_id\nA1,M1\nA2,M2\n")
    (folder / "lines.csv").write_text(
        "claim_id,cpt,dos\nA1,99213,2026-05-12\nA1,36415,2026-05-13\nA2,99214,2026-05-12\n"
    )
    (folder / "diagnoses.csv").write_text("claim_id,dx\nA1,I10\nA1,E11.9\nA2,J06.9\n")
    return folder


def test_a_folder_of_three_tables_is_one_set(tmp_path: Path) -> None:
    files: list[FileRead] = []
    batch = concat(read([written(tmp_path)], files))
    assert [entry.error for entry in files] == [None] * len(files)
    assert batch.claims["claim_id"].to_list() == ["A1", "A2"]
    assert batch.lines.select("claim_key", "line_number").rows() == [(0, 1), (0, 2), (1, 1)]
    assert batch.diagnoses["diagnosis_code"].to_list() == ["I10", "E119", "J069"]
    assert batch.claims["to_date"].to_list() == [date(2026, 5, 13), date(2026, 5, 12)]


@pytest.mark.parametrize("in_books", [("claims",), ("claims", "lines", "diagnoses")])
def test_the_tables_of_a_set_may_be_workbooks(tmp_path: Path, in_books: tuple[str, ...]) -> None:
    one = concat(read([written(tmp_path)], []))
    for name in in_books:
        table = tmp_path / f"{name}.csv"
        rows = [line.split(",") for line in table.read_text().splitlines()]
        (tmp_path / f"{name.title()}.xlsx").write_bytes(workbook({"Sheet1": Page(rows)}))
        table.unlink()
    files: list[FileRead] = []
    other = concat(read([tmp_path], files))
    assert [(entry.format, entry.error) for entry in files] == [("tables", None)]
    assert_frame_equal(one.lines, other.lines)
    assert_frame_equal(one.diagnoses, other.diagnoses)
    assert one.claims["claim_id"].to_list() == other.claims["claim_id"].to_list()


def test_a_table_with_two_files_is_not_guessed(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "claims.xlsx").write_bytes(workbook({"Sheet1": Page([["claim_id"], ["A3"]])}))
    files: list[FileRead] = []
    assert list(read([tmp_path], files)) == []
    assert files[0].error == f"{tmp_path}: the table 'claims' has 2 files: claims.csv and claims.xlsx; keep one of them"  # fmt: skip


def test_the_same_set_as_parquet_is_the_same_batch(tmp_path: Path) -> None:
    one = concat(read([written(tmp_path)], []))
    other_folder = tmp_path / "parquet"
    other_folder.mkdir()
    for name in ("claims", "lines", "diagnoses"):
        pl.read_csv(tmp_path / f"{name}.csv", infer_schema=False).write_parquet(
            other_folder / f"{name}.parquet"
        )
    other = concat(read([other_folder], []))
    assert other.lines.equals(one.lines)
    assert other.diagnoses.equals(one.diagnoses)


def test_rows_of_no_claim_and_missing_tables_are_faults() -> None:
    claims = pl.DataFrame({"claim_id": ["A1"]})
    lines = pl.DataFrame({"claim_id": ["A1", "B1"], "procedure_code": ["99213", "99213"]})
    with pytest.raises(TableError) as told:
        read_set({"claims": claims, "lines": lines}, file="set")
    assert list(told.value.faults) == ["lines row 3: its claim_id isn't in the claims table"]
    with pytest.raises(TableError) as told:
        read_set({"claims": claims}, file="set")
    assert list(told.value.faults) == ["the table 'lines' is missing"]


def test_a_table_of_diagnoses_has_codes() -> None:
    claims = pl.DataFrame({"claim_id": ["A1"]})
    lines = pl.DataFrame({"claim_id": ["A1"], "procedure_code": ["99213"]})
    diagnoses = pl.DataFrame({"claim_id": ["A1"], "diagnosis_number": [1]})
    with pytest.raises(TableError, match="diagnoses: the column 'diagnosis_code' is missing"):
        read_set({"claims": claims, "lines": lines, "diagnoses": diagnoses}, file="set")


def test_diagnoses_may_stand_in_the_claims_table() -> None:
    claims = pl.DataFrame({"claim_id": ["A1"], "diagnosis_code_1": ["I10"], "box_21_b": ["E11.9"]})
    lines = pl.DataFrame({"claim_id": ["A1"], "procedure_code": ["99213"]})
    batch = read_set({"claims": claims, "lines": lines}, file="set")
    assert batch.diagnoses["diagnosis_code"].to_list() == ["I10", "E119"]


def test_typed_columns_are_taken_as_they_are() -> None:
    frame = pl.DataFrame(
        {
            "claim_id": ["A1"],
            "procedure_code": ["99213"],
            "from_date": [date(2026, 5, 12)],
            "charge_amount": [Decimal("125.00")],
            "units": [2],
        }
    )
    line = read_flat(frame, file="frame").lines.row(0, named=True)
    assert (line["from_date"], line["charge_amount"], line["units"]) == (
        date(2026, 5, 12),
        Decimal("125.00"),
        Decimal("2.000"),
    )


def test_a_damaged_parquet_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(b"PAR1 but no more")
    with pytest.raises(UnreadableFile, match=r"t\.parquet: not a valid Parquet file"):
        read_parquet(path, file="t.parquet")
