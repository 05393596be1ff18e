"""Reading a payer pack: what it holds, and every fault with its file, row and column."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cleanclaim.edits.edit import Disposition
from cleanclaim.errors import PackError
from cleanclaim.payers.kinds import CONSEQUENCES, KINDS
from cleanclaim.payers.pack import Pack, load_pack

HEAD = """id = "plan"
name = "Plan"
ids = ["99999"]
payer_classes = ["commercial"]
[sources]
manual = { title = "Provider manual", date = "2026-01" }
"""
COLUMNS = "key,codes,policy,source,confidence,consequence,valid_from,valid_to"


def pack_of(folder: Path, head: str = HEAD, **tables: str) -> Pack:
    """The pack with some tables, read."""
    (folder / "pack.toml").write_text(head)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text)
    return load_pack(folder)


def faults_of(folder: Path, head: str = HEAD, **tables: str) -> tuple[str, ...]:
    with pytest.raises(PackError) as told:
        pack_of(folder, head, **tables)
    return told.value.faults


def test_a_row_is_read_with_its_source(tmp_path: Path) -> None:
    row = "a,99241-99245 99251,EX-1,manual,high,deny-line,2026-01-01,"
    pack = pack_of(tmp_path, not_payable=f"{COLUMNS}\n{row}\n")
    (rule,) = pack.rows
    assert rule.values["codes"] == ("99241-99245", "99251-99251")
    assert (rule.values["source"], rule.values["source_date"]) == ("Provider manual", "2026-01")
    assert rule.days == (date(2026, 1, 1), date(9999, 12, 31))
    assert rule.where == "not_payable.csv, row 2"


def test_a_list_of_codes(tmp_path: Path) -> None:
    pack = pack_of(
        tmp_path,
        code_lists="list,code\ntests,80048\ntests,80053\n",
        not_payable=f"{COLUMNS}\na,@tests,EX-1,manual,high,warn,,\n",
    )
    assert pack.rows[0].values["codes"] == ("80048-80048", "80053-80053")


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("a,9921,EX-1,manual,high,warn,,", "row 2, column codes: expected a procedure code"),
        ("a,99215-99211,EX-1,manual,high,warn,,", "row 2, column codes: the range"),
        ("a,@test,EX-1,manual,high,warn,,", "row 2, column codes: no list 'test'"),
        ("a,99213,EX-1,manual,sure,warn,,", "row 2, column confidence: expected high, medium, low"),
        ("a,99213,EX-1,manual,high,deny,,", "row 2, column consequence: expected reject"),
        ("a,99213,,manual,high,warn,,", "row 2, column policy: is missing"),
        ("a,99213,EX-1,manual,high,warn,1/1/2026,", "row 2, column valid_from: expected a date"),
        ("a,99213,EX-1,manual,high,warn,2026-01-02,2026-01-01", "row 2, column valid_to: 2026-01-01 is before"),
        ("a,,EX-1,manual,high,warn,,", "row 2: one of codes, modifiers is needed"),
        ("a,99213,EX-1,manual,high,warn,,,more", "row 2: 9 cells under 8 columns"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named(row: str, fault: str, tmp_path: Path) -> None:
    faults = faults_of(tmp_path, not_payable=f"{COLUMNS}\n{row}\n")
    assert len(faults) == 1
    assert faults[0].startswith(f"not_payable.csv, {fault}")


def test_every_fault_is_listed(tmp_path: Path) -> None:
    rows = "a,1,EX-1,manual,high,warn,,\nb,2,EX-1,manual,high,warn,,\n"
    assert len(faults_of(tmp_path, not_payable=f"{COLUMNS}\n{rows}")) == 2


def test_a_key_counts_once_for_the_same_days(tmp_path: Path) -> None:
    first = "a,99213,EX-1,manual,high,warn,,2025-12-31\n"
    pack_of(tmp_path, not_payable=f"{COLUMNS}\n{first}a,99214,EX-1,manual,high,warn,2026-01-01,\n")
    faults = faults_of(tmp_path, not_payable=f"{COLUMNS}\n{first}a,99214,EX-1,manual,high,warn,2025-12-31,\n")  # fmt: skip
    assert faults == ("not_payable.csv, row 3, column key: 'a' is already in not_payable.csv, row 2 for the same days",)  # fmt: skip


@pytest.mark.parametrize(
    ("head", "fault"),
    [
        ('id = "Plan"\nname = "Plan"\nids = ["1"]\n', "pack.toml: id: expected small letters"),
        ('id = "plan"\nname = "Plan"\n', "pack.toml: ids, names: a claim's payer"),
        ('id = "plan"\nname = "Plan"\nids = "1"\n', "pack.toml: ids: expected a list of texts"),
        ('id = "plan"\nname = "Plan"\nid_s = ["1"]\nids = ["1"]\n', "pack.toml: unknown key 'id_s'; did you mean 'ids'?"),
        ('id = "plan"\nname = "Plan"\nids = ["1"]\npayer_classes = ["hmo"]\n', "pack.toml: expected one of medicare"),
        ("id = plan\n", "pack.toml: isn't valid TOML"),
    ],
)  # fmt: skip
def test_a_wrong_head_is_named(head: str, fault: str, tmp_path: Path) -> None:
    assert any(one.startswith(fault) for one in faults_of(tmp_path, head))


def test_a_file_that_is_no_table(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, not_payables="key\n")
    assert faults[0].startswith("not_payables.csv: unknown table; did you mean 'not_payable'?")


def test_a_wrong_column_is_named(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, not_payable="key,code,policy,source,confidence,consequence\n")
    assert faults[0] == "not_payable.csv, row 1: unknown column 'code'; did you mean 'codes'?"


def test_a_folder_without_a_pack(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"there is no pack\.toml"):
        load_pack(tmp_path)


def test_a_wrong_test_is_named(tmp_path: Path) -> None:
    (tmp_path / "tests.toml").write_text('[[test]]\ntitel = "x"\nlines = "99213"\n')
    assert faults_of(tmp_path) == (
        "tests.toml, test 1: unknown key 'titel'; did you mean 'title'?",
        "tests.toml, test 1: title: is missing",
        'tests.toml, test 1: lines: expected a list of texts, such as ["62308"]',
    )


def test_consequences_are_the_dispositions_of_edits() -> None:
    assert tuple(one.value for one in Disposition) == CONSEQUENCES


def test_every_table_has_an_edit_or_changes_how_claims_are_judged() -> None:
    assert [kind.name for kind in KINDS.values() if not kind.edit] == ["adopted_programs"]
