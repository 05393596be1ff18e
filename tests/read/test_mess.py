"""What else people's tables have: totals, blank rows, codes in one cell, diagnoses by line, dropped zeros, missing totals."""

from __future__ import annotations

import doctest
from decimal import Decimal

import polars as pl
import pytest

from cleanclaim.errors import TableError
from cleanclaim.model import Batch
from cleanclaim.read import diagnoses
from cleanclaim.read.prepare import Reading
from cleanclaim.read.table import read_flat, read_set
from cleanclaim.read.table_files import read_csv

POINTERS = [f"diagnosis_pointer_{n}" for n in range(1, 5)]


def read(text: str) -> Batch:
    return noted(text)[0]


def noted(text: str) -> tuple[Batch, list[str]]:
    reading = Reading("t.csv")
    batch = read_flat(read_csv(text.encode(), file="t.csv"), file="t.csv", reading=reading)
    return batch, reading.notes


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(TableError) as told:
        read(text)
    return told.value.faults


@pytest.mark.parametrize("label", ["Total", "TOTALS", "Grand Total:", "Sub-total", "Total charges", "total 2 lines"])  # fmt: skip
@pytest.mark.parametrize("column", [0, 2, 4])
def test_a_total_is_left_out_wherever_its_label_is(label: str, column: int) -> None:
    cells = ["", "", "", "205.00", ""]
    cells[column] = label
    batch, notes = noted(
        f"claim_id,cpt,dos,charge,notes\nA1,99213,,125,\n{','.join(cells)}\nA2,99214,,80,\n"
    )
    assert batch.claims["claim_id"].to_list() == ["A1", "A2"]
    assert batch.lines["position"].to_list() == [2, 4]
    assert notes[0] == "row 3 was left out: it is a total or a note, not a claim line"


def test_a_sum_and_notes_below_the_table_are_left_out() -> None:
    batch, notes = noted(
        "claim_id,cpt,dos,charge\nA1,99213,,125\n,,,125\nPrinted by the front desk,,,\n"
    )
    assert batch.claims.height == 1
    assert notes == ["rows 3, 4 were left out: they are totals or notes, not claim lines"]


def test_a_line_is_never_taken_for_a_total() -> None:
    batch, notes = noted("claim_id,cpt,dos,charge,notes\nA1,99213,,125,Total knee\nTotal,99214,,80,\n")  # fmt: skip
    assert batch.claims["claim_id"].to_list() == ["A1", "Total"]
    assert notes == ["columns that aren't used: 'notes'"]


def test_a_line_without_a_code_in_the_middle_is_a_line() -> None:
    batch, notes = noted("claim_id,cpt,dos,charge\nA1,99213,,125\nA2,,,80\nA3,99214,,90\n")
    assert batch.lines["procedure_code"].to_list() == ["99213", None, "99214"]
    assert notes == []


def test_blank_rows_are_skipped_and_numbers_stay() -> None:
    batch, notes = noted("claim_id,cpt\n\nA1,99213\n,\n , \nA2,99214\n\n")
    assert batch.lines["position"].to_list() == [3, 6]
    assert notes == []


def test_a_header_below_a_title_is_found_with_every_separator() -> None:
    for separator in (",", ";", "\t", "|"):
        text = f"Smith & Co, charges\n\nDate of report: May 2026\nclaim_id{separator}cpt\nA1{separator}99213\n"
        assert read(text).lines["position"].to_list() == [5]


def test_several_diagnoses_in_one_cell() -> None:
    batch = read('claim_id,cpt,Dx\nA1,99213,"E11.9, I10"\nA2,99213,E11.9 - Type 2 diabetes\nA3,99213,\nA4,99213,none\n')  # fmt: skip
    assert batch.diagnoses.select("claim_key", "diagnosis_number", "diagnosis_code").rows() == [
        (0, 1, "E119"),
        (0, 2, "I10"),
        (1, 1, "E119"),
        (3, 1, "NONE"),
    ]


def test_examples_in_the_documentation() -> None:
    tried = doctest.testmod(diagnoses)
    assert tried.attempted
    assert not tried.failed


class TestDiagnosesByLine:
    def test_each_line_points_at_its_own(self) -> None:
        batch = read("claim_id,cpt,dx1,dx2\nA1,99213,I10,E11.9\nA1,83036,E11.9,\nA1,93000,R07.9,I10\nA2,99213,J06.9,\nA2,99214,J06.9,\n")  # fmt: skip
        codes = batch.diagnoses.group_by("claim_key", maintain_order=True).agg("diagnosis_code")
        assert codes["diagnosis_code"].to_list() == [["I10", "E119", "R079"], ["J069"]] or codes[
            "diagnosis_code"
        ].to_list() == [["J069"], ["I10", "E119", "R079"]]
        assert batch.lines.select(POINTERS).rows() == [
            (1, 2, None, None),
            (2, None, None, None),
            (3, 1, None, None),
            (None,) * 4,
            (None,) * 4,
        ]

    @pytest.mark.parametrize("name", ["pointers", "diagnosis_pointer_1"])
    def test_pointers_mean_the_row_s_own(self, name: str) -> None:
        first, second = ("A", "B") if name == "pointers" else ("1", "2")
        batch = read(f"claim_id,cpt,dx1,dx2,{name}\nA1,99213,I10,E11.9,{first}\nA1,83036,R07.9,E11.9,{second}\nA1,93000,R07.9,,{first}\n")  # fmt: skip
        assert batch.diagnoses["diagnosis_code"].to_list() == ["I10", "E119", "R079"]
        assert batch.lines["diagnosis_pointer_1"].to_list() == [1, 2, 3]

    def test_rows_without_any_mean_the_claim_s(self) -> None:
        batch = read("claim_id,cpt,dx1,dx2,pointers\nA1,99213,I10,E11.9,A\nA1,83036,,,B\n")
        assert batch.diagnoses["diagnosis_code"].to_list() == ["I10", "E119"]
        assert batch.lines["diagnosis_pointer_1"].to_list() == [1, 2]


def test_the_first_value_of_a_claim_counts_wherever_it_is() -> None:
    batch = read("claim_id,cpt,member_id,dob\nA1,99213,,1980-02-14\nA1,99214,M1,\n")
    assert batch.claims.select("member_id").row(0) == ("M1",)
    assert batch.claims["patient_birth_date"].null_count() == 0


def test_rows_of_one_claim_that_contradict_each_other_are_refused() -> None:
    told = faults(
        "Claim #,cpt,DOB\nA1,99213,1980-02-14\nA1,99214,1980-02-15\nA2,99214,1990-02-15\n"
    )
    assert told == (
        "rows 2 and 3 have the same column 'Claim #' (claim_id), but their column 'DOB' (patient_birth_date) differs",
    )


def test_codes_get_back_the_zeros_that_a_spreadsheet_drops() -> None:
    batch = read("claim_id,cpt,pos,rev\nA1,100,2,450\nA2,1999,11,0450\nA3,99213,02,\nA4,9921,1,\n")
    columns = ["procedure_code", "place_of_service_code", "revenue_center_code"]
    assert batch.lines.select(columns).rows() == [
        ("00100", "02", "0450"),
        ("01999", "11", "0450"),
        ("99213", "02", None),
        ("9921", "01", None),
    ]


@pytest.mark.parametrize(("given", "sent"), [("f", "F"), ("Female", "F"), ("MALE", "M"), ("m", "M"), ("Unknown", "U"), ("X", "X")])  # fmt: skip
def test_the_sex_is_what_claims_send(given: str, sent: str) -> None:
    assert read(f"claim_id,cpt,sex\nA1,99213,{given}\n").claims["patient_sex"].to_list() == [sent]


def test_a_total_charge_that_is_not_given_is_the_sum_of_the_lines() -> None:
    batch = read("claim_id,cpt,charge\nA1,99213,125\nA1,36415,12.50\nA2,99213,\nA2,99214,80\n")
    assert batch.claims["charge_amount"].to_list() == [Decimal("137.50"), None]
    given = read("claim_id,cpt,charge,total charge\nA1,99213,125,130\n")
    assert given.claims["charge_amount"].to_list() == [Decimal("130.00")]
    claims = pl.DataFrame({"claim_id": ["A1", "A2"], "total_charge": ["99.00", None]})
    lines = pl.DataFrame({"claim_id": ["A1", "A2"], "cpt": ["99213"] * 2, "charge": ["1", "2"]})
    batch = read_set({"claims": claims, "lines": lines}, file="set")
    assert batch.claims["charge_amount"].to_list() == [Decimal("99.00"), Decimal("2.00")]


def test_pointers_and_modifiers_are_read_whole_or_refused() -> None:
    batch = read('claim_id,cpt,pointers,modifiers\nA1,99213,123,25 59\nA2,99213,"1,2",2559\n')
    assert batch.lines.select(POINTERS[:3]).rows() == [(1, 2, 3), (1, 2, None)]
    assert batch.lines.select("modifier_1", "modifier_2").rows() == [("25", "59")] * 2
    assert faults("claim_id,cpt,pointers,modifiers\nA1,99213,AZ,9\n") == (
        "column 'pointers' (lines.diagnosis_pointers) expects letters A to L or numbers 1 to 12 in row 2, found text of 2 characters",
        "lines.modifiers expects modifiers of two characters in row 2, found a number of 1 digit",
    )
