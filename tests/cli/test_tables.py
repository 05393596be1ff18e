"""The options about tables: the sheet of a workbook, and what columns mean."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import workbooks
from command import Done, run
from workbooks import Page

HEADER = ("Ref", "CPT", "DOS", "Dx", "Fee")
ROWS = [("C-1", 97110, "5/12/26", "M54.5", 80)]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "visits.xlsx"
    june = [("C-2", 97110, "6/12/26", "M54.50", 80)]
    path.write_bytes(workbooks.workbook({"May": Page([("Visits",), HEADER, *ROWS]), "June": Page([HEADER, *june])}))  # fmt: skip
    return path


def findings(done: Done) -> list[str]:
    return [row["code"] for row in json.loads(done.stdout)["findings"]]


def check(*words: object) -> Done:
    return run("check", *words, "--select", "DX102", "--format", "json")


def test_the_example_is_checked_as_it_is() -> None:
    done = check("examples/tables/charges.xlsx")
    assert (done.returncode, findings(done)) == (1, ["DX102"])
    told = json.loads(done.stdout)
    assert [file["claims"] for file in told["files"]] == [4]
    assert any("row 13 was left out" in note for note in told["summary"]["notes"])


def test_a_proposal_shows_no_rows(tmp_path: Path) -> None:
    table = tmp_path / "visits.csv"
    table.write_text('claim_id,procedure_code,from_date,"fee,of\nA,99213,2026-05-12,SMITH,1\nB,99214,2026-05-12,"JONES,2\n')  # fmt: skip
    done = run("template", "--from", table)
    told = done.stdout.decode()
    assert done.returncode == 0, done.stderr
    assert '"procedure_code" = "procedure_code"' in told
    assert "look like content of the table: " in told
    assert "Is a quotation mark not closed?" in told
    assert "SMITH" not in told


def test_a_proposal_shows_no_row_that_is_part_of_the_header(tmp_path: Path) -> None:
    table = tmp_path / "visits.csv"
    table.write_bytes(b"claim_id,procedure_code,from_date,Fee\r,A,99213,2026-05-12,SMITH\nB,99214,2026-05-12,2\n")  # fmt: skip
    told = run("template", "--from", table).stdout.decode()
    assert '"procedure_code" = "procedure_code"' in told
    assert "SMITH" not in told


def test_a_proposal_is_made_changed_and_used(book: Path, tmp_path: Path) -> None:
    done = run("template", "--from", book, "--sheet", "May")
    assert done.returncode == 0
    told = done.stdout.decode()
    assert 'sheet = "May"\nheader_row = 2\n\n[columns]\n' in told
    assert '"CPT" = "procedure_code"\n"DOS" = "from_date"\n' in told
    assert '"Ref" = ""\n' in told
    columns = tmp_path / "columns.toml"
    assert run("template", "--from", book, "--sheet", "May", "--output", columns).returncode == 0
    assert columns.read_text() == told
    again = run("template", "--from", book, "--sheet", "May", "--output", columns)
    assert (again.returncode, b"already exists" in again.stderr) == (2, True)
    assert check(book, "--columns", columns).returncode == 2
    changed = told.replace('"Ref" = ""', '"Ref" = "claim_id"').replace('"Fee" = ""', '"Fee" = "charge_amount"')  # fmt: skip
    columns.write_text(changed)
    done = check(book, "--columns", columns)
    assert (done.returncode, findings(done)) == (1, ["DX102"])
    done = check(book, "--columns", columns, "--sheet", "June")
    assert done.returncode == 2  # the header of June isn't in row 2


def test_a_mapping_that_does_not_exist_is_made_from_the_table(tmp_path: Path) -> None:
    table, columns = tmp_path / "visits.csv", tmp_path / "columns.toml"
    table.write_text("Title\n\nAcct,CPT,DOS,Dx\nC-1,97110,5/12/26,M54.5\n")
    done = check(table, "--columns", columns)
    assert (done.returncode, findings(done)) == (1, ["DX102"])
    assert b"was made from" in done.stderr
    assert '"Acct" = "claim_id"' in columns.read_text()
    assert "header_row = 3" in columns.read_text()
    assert check(table, "--columns", columns).stdout == done.stdout
    other = check(table, table, "--columns", tmp_path / "other.toml")
    assert b"can be made only from one input that is a table" in other.stderr


def test_other_commands_take_the_options_too(book: Path, tmp_path: Path) -> None:
    columns = tmp_path / "columns.toml"
    columns.write_text('[columns]\nRef = "claim_id"\nFee = "charge_amount"\n')
    words = (book, "--sheet", "June", "--columns", columns)
    assert b"1 claim" in run("history", "add", tmp_path / "history", *words).stdout
    assert b"claims: 1 row" in run("export", "claims", *words, "--output", tmp_path / "set").stdout
    assert b"1 line" in run("price", *words).stdout
    done = check(book, "--sheet", "May", "--columns", columns, "--history", tmp_path / "history")
    assert findings(done) == ["DX102"]


def test_the_options_may_be_settings(book: Path, tmp_path: Path) -> None:
    (tmp_path / "columns.toml").write_text('[columns]\nRef = "claim_id"\n')
    settings = tmp_path / "cleanclaim.toml"
    settings.write_text('sheet = "May"\ncolumns = "columns.toml"\n')
    assert findings(check(book, "--config", settings)) == ["DX102"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("template",), "expected either a FOLDER to make, or --from FILE"),
        (("template", "x", "--sheet", "May"), "--sheet and --output are for --from FILE"),
        (("template", "--from", "examples/clinic-day.837"), "found an 837 file, which needs no mapping"),
        (("template", "--from", "none.xlsx"), "none.xlsx: there is no such file"),
        (("template", "--from", "docs"), "expected one table, found a folder or an archive"),
        (("check", "examples/tables/visits.csv", "--columns", "README.md"), "expected a mapping of columns in TOML"),
        (("check", "examples/tables/charges.xlsx", "--sheet", "7", "--format", "json"), "the workbook has no such sheet"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_error(words: tuple[str, ...], says: str) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert says in done.stderr.decode()
    assert b"Traceback" not in done.stderr
