"""CSV files corrected in place: the cells that were decided change, and no other byte."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleanclaim.correct import fix
from cleanclaim.correct.cells import Cells
from cleanclaim.correct.decisions import Decision
from cleanclaim.engine.findings import FINDINGS
from cleanclaim.errors import TableError
from cleanclaim.model import concat
from cleanclaim.read import read
from command import run
from remittances import era, payment, service
from remittances import transaction as paid

NOTHING = pl.DataFrame(schema=FINDINGS)
ROWS = (
    b'\xef\xbb\xbfVisits of May\r\n\r\nAcct,Name,DOB,CPT,Mod 1,Mod 2,Units,Charge,DOS,POS,Dx1,Dx2,Pointers,Prior Auth\r\n'
    b'A-1,"O\'Hara, ""Pat""",2/14/1980,99213,25,GT,1,"$1,125.25",5/12/2026,11,M54.50,,A,\r\n'
    b'A-1,"O\'Hara, ""Pat""",2/14/1980,j1885,,,2,45,5/12/2026,11,M54.50,,A,\r\n'
    b',,,,,,,,,,,,,\r\n'
    b'B-2,Roe,7/7/1959,"71046",RT,26,1,80,5/13/2026,22,R07.9,I10,"A,B",X1\r\n'
    b'Total,,,,,,,1250.25,,,,,,\r\n'
)  # fmt: skip
SEMICOLONS = ROWS.replace(b'"$1,125.25"', b"1125.25").replace(b'"O\'Hara, ""Pat"""', b"Pat").replace(b'"A,B"', b"AB").replace(b",", b";")  # fmt: skip


def decided(claim_id: str, field: str, before: str, after: str, line: int | None = None, diagnosis: int | None = None) -> Decision:  # fmt: skip
    return Decision(claim_id, line, diagnosis, "", field, before, after, "Robin")


def fixed(path: Path, *decisions: Decision, safe: bool = False) -> fix.Repaired:
    _, corrector = fix.read_file(path)
    return fix.repaired(corrector, NOTHING, decisions, safe=safe)


@pytest.fixture
def visits(tmp_path: Path) -> Path:
    path = tmp_path / "visits.csv"
    path.write_bytes(ROWS)
    return path


@pytest.mark.parametrize("content", [ROWS, SEMICOLONS, ROWS.rstrip(), ROWS.replace(b"\r\n", b"\n"), ROWS.replace(b"\r\n", b"\r")])  # fmt: skip
def test_an_untouched_file_comes_back_byte_for_byte(content: bytes, visits: Path) -> None:
    visits.write_bytes(content)
    assert fixed(visits).content == content


CHANGES = [
    (decided("A-1", "lines.modifier_1", "25", "59", line=1), b"99213,25,GT", b"99213,59,GT"),
    (decided("A-1", "lines.modifier_1", "25", "", line=1), b"99213,25,GT", b"99213,GT,"),
    (decided("A-1", "lines.modifier_1", "", "KX", line=2), b"j1885,,,", b"j1885,KX,,"),
    (decided("A-1", "lines.charge_amount", "1125.25", "1130", line=1), b'"$1,125.25"', b'"1130"'),
    (decided("A-1", "lines.units", "2", "3", line=2), b"j1885,,,2,", b"j1885,,,3,"),
    (decided("B-2", "lines.from_date", "2026-05-13", "2026-06-02", line=1), b"5/13/2026", b"6/2/2026"),
    (decided("B-2", "lines.diagnosis_pointer_2", "2", "", line=1), b'"A,B"', b'"1"'),
    (decided("B-2", "lines.procedure_code", "71046", "71045", line=1), b'"71046"', b'"71045"'),
    (decided("A-1", "diagnoses.diagnosis_code", "M5450", "M5451", diagnosis=1), b"M54.50", b"M54.51"),
    (decided("A-1", "diagnoses.diagnosis_code", "", "Z79.4", diagnosis=2), b"M54.50,,A", b"M54.50,Z79.4,A"),
    (decided("A-1", "claims.patient_birth_date", "1980-02-14", "1980-12-04"), b"2/14/1980", b"12/4/1980"),
    (decided("B-2", "claims.prior_authorization_number", "X1", "X,2"), b",X1", b',"X,2"'),
    (decided("A-1", "claims.prior_authorization_number", "", "P9"), b"M54.50,,A,", b"M54.50,,A,P9"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "old", "new"), CHANGES, ids=[f"{one.field}-{n}" for n, (one, _, _) in enumerate(CHANGES)])  # fmt: skip
def test_a_decision_changes_its_cells_and_nothing_else(one: Decision, old: bytes, new: bytes, visits: Path) -> None:  # fmt: skip
    assert old in ROWS
    done = fixed(visits, one)
    assert done.content == ROWS.replace(old, new)
    assert [change.by for change in done.decided] == ["Robin"]


def test_what_cannot_be_done_is_refused_and_nothing_is_written(visits: Path) -> None:
    wrong = [
        decided("A-1", "lines.modifier_1", "GT", "59", line=1),
        decided("NONE", "lines.modifier_1", "25", "59", line=1),
        decided("A-1", "lines.modifier_1", "25", "59", line=7),
        decided("A-1", "lines.units", "1", "many", line=1),
        decided("A-1", "claims.referral_number", "", "R1"),
        decided("A-1", "diagnoses.diagnosis_code", "M5450", "", diagnosis=1),
    ]
    with pytest.raises(TableError) as told:
        fixed(visits, *wrong)
    assert [fault.partition(": ")[2] for fault in told.value.faults] == [
        "lines.modifier_1: the file has another value than `from`",
        "lines.modifier_1: the file has no claim with this number",
        "lines.modifier_1: the claim has no line 7",
        "lines.units: expected a number",
        "claims.referral_number: the table has no column for it; add a column referral_number",
        "diagnoses.diagnosis_code: a diagnosis that lines point to can't be removed; change it, or correct the claim in your billing system",
    ]  # fmt: skip


def test_a_table_that_would_not_read_back_is_refused(visits: Path) -> None:
    with pytest.raises(TableError, match="the table would not be valid"):
        fixed(visits, decided("B-2", "claims.claim_id", "B-2", "A-1"))


def test_safe_repairs_change_the_form_only(visits: Path, tmp_path: Path) -> None:
    output = tmp_path / "fixed.csv"
    assert run("fix", visits, "--output", output).returncode == 0
    assert output.read_bytes() == ROWS.replace(b"j1885", b"J1885").replace(b'"71046",RT,26', b'"71046",26,RT')  # fmt: skip
    rows = list(csv.DictReader(fix.record_of(output).read_text().splitlines()))
    assert [(row["claim_id"], row["edit"], row["from"], row["to"]) for row in rows] == [
        ("A-1", "", "j1885", "J1885"), ("B-2", "MOD110", "RT", "26"), ("B-2", "MOD110", "26", "RT"),
    ]  # fmt: skip


def test_decisions_are_made_in_a_file(tmp_path: Path) -> None:
    table = Path("examples/tables/visits.csv")
    path, output = tmp_path / "decisions.csv", tmp_path / "fixed.csv"
    assert run("fix", table, "--write-decisions", path).returncode == 0
    text = path.read_text()
    assert "T-1,,1,DX102,diagnoses.diagnosis_code,M545,," in text
    path.write_text(text.replace("M545,,", "M545,M54.51,"))
    assert run("fix", table, "--decisions", path, "--output", output).returncode == 0
    before = (Path(__file__).parents[2] / table).read_bytes()
    assert output.read_bytes() == before.replace(b"M54.5,,97110", b"M54.51,,97110", 1)


def test_a_replacement_holds_the_claims_rows(visits: Path, tmp_path: Path) -> None:
    remittance, output = tmp_path / "era.835", tmp_path / "again.csv"
    line = service("71046:RT:26", "80", "0", "CO*16*80", day="20260513")
    remittance.write_bytes(era(paid(payment("B-2", "80", "0", line, number="ICN7"))))
    command = ("correct", "B-2", "--claims", visits, "--frequency", "7", "--output", output)
    done = run(*command, "--remit", remittance)
    assert done.returncode == 0, done.stderr
    header, rows = ROWS.split(b"A-1", 1)[0].removesuffix(b"\r\n"), output.read_bytes().splitlines()
    assert output.read_bytes().startswith(header + b",claim_frequency_code,original_reference_number\r\n")  # fmt: skip
    assert rows[-1] == b'B-2,Roe,7/7/1959,"71046",RT,26,1,80,5/13/2026,22,R07.9,I10,"A,B",X1,7,ICN7'
    [claim] = concat(read([output], [])).claims.to_dicts()
    assert (claim["claim_frequency_code"], claim["original_reference_number"]) == ("7", "ICN7")
    assert len(fix.record_of(output).read_text().splitlines()) == 3


PICKED = [CHANGES[n] for n in (0, 3, 5, 7, 8, 10, 11)]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(picks=st.lists(st.sampled_from(PICKED), unique_by=lambda one: one[0].field))
def test_any_changes_leave_all_other_bytes(
    picks: list[tuple[Decision, bytes, bytes]], visits: Path
) -> None:
    visits.write_bytes(ROWS)
    expected = ROWS
    for _, old, new in picks:
        expected = expected.replace(old, new)
    done = fixed(visits, *(one for one, _, _ in picks))
    assert done.content == expected
    assert len(done.changes) == len(picks)


@given(
    rows=st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\x00\r")),
            min_size=2,
            max_size=4,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_cells_are_where_the_csv_library_puts_them(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    found = Cells(out.getvalue(), ",", 0)
    assert [
        [found.value(span) for span in row.cells] for row in (found.header, *found.rows)
    ] == rows
