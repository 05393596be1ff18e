"""AHRQ's clinical categories in both layouts."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleanclaim.importing import import_files
from cleanclaim.reference import Reference
from cleanclaim.reference.store import Store

HEADER = "'ICD-10-CM CODE','ICD-10-CM CODE DESCRIPTION','Default CCSR CATEGORY IP','Default CCSR CATEGORY DESCRIPTION IP','Default CCSR CATEGORY OP','Default CCSR CATEGORY DESCRIPTION OP',"
HEADER += ",".join(f"'CCSR CATEGORY {n}','CCSR CATEGORY {n} DESCRIPTION'" for n in range(1, 7))
HEADER += ",'Rationale for Default Assignment'\n"
BLANK = ",' '," * 3


def row(code: str, default: str, outpatient: str, *categories: tuple[str, str]) -> str:
    cells = [
        f"'{code}'",
        '"A long name, with a comma"',
        f"'{default}'",
        "x",
        f"'{outpatient}'",
        "x",
    ]
    for n in range(6):
        name, words = categories[n] if n < len(categories) else (" ", "")
        cells += [f"'{name}'", words]
    return ",".join([*cells, "06"]) + "\n"


def imported(folder: Path, name: str, text: str) -> tuple[Reference, tuple[str, ...]]:
    path = folder / name
    path.write_text(text)
    store = Store(folder / "store")
    done = import_files([path], store)
    return Reference.load(store=store.path), done.refused


def test_the_publishers_own_layout(tmp_path: Path) -> None:
    text = HEADER + row("A419", "INF002", "INF002", ("INF002", "Septicemia"))
    text += row(
        "A000",
        "DIG001",
        "DIG001",
        ("DIG001", "Intestinal infection"),
        ("INF003", "Bacterial infections"),
    )
    text += row("V0001XA", "XXX000", "XXX111", ("EXT011", "External cause codes"))
    reference, refused = imported(tmp_path, "DXCCSR_v2026-1.csv", text)
    assert refused == ()
    table = reference.table("ccsr")
    assert table.select("code", "ccsr", "default_inpatient", "default_outpatient").rows() == [
        ("A000", "DIG001", True, True),
        ("A000", "INF003", False, False),
        ("A419", "INF002", True, True),
        ("V0001XA", "EXT011", False, False),
    ]
    names = dict(reference.table("ccsr_categories").select("code", "description").iter_rows())
    assert names["INF003"] == "Bacterial infections"
    assert set(table["release"]) == {"CCSR v2026.1"}


def test_the_long_layout(tmp_path: Path) -> None:
    text = "icd10cm,ccsr,default_inpatient,default_outpatient\nA000,DIG001,Y,Y\nA000,INF003,N,X\n"
    reference, refused = imported(tmp_path, "ccsr_dx_v2023_1.csv", text)
    assert refused == ()
    assert reference.table("ccsr")["default_outpatient"].to_list() == [True, False]
    reference, refused = imported(
        tmp_path,
        "ccsr_dx_categories_v2023_1.csv",
        "ccsr,description\nDIG001,Intestinal infection\nNoDX1,None\n",
    )
    assert refused == ()
    assert reference.table("ccsr_categories").height == 2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (HEADER + row("A41.9", "INF002", "INF002", ("INF002", "x")), "row 2: found 'A41.9', expected an ICD-10-CM code"),
        (HEADER + row("A419", "INF2", "INF002", ("INF002", "x")), "row 2: found 'INF2', expected a category"),
        ("icd10cm,ccsr,default_inpatient,default_outpatient\nA000,DIG001,Y,maybe\n", "row 2: found 'maybe', expected Y, N or X"),
        ("ccsr,description\nDIG 001,x\n", "row 2: found 'DIG 001'"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_refused(text: str, found: str, tmp_path: Path) -> None:
    _, refused = imported(tmp_path, "DXCCSR_v2026-1.csv", text)
    assert len(refused) == 1
    assert found in refused[0]


def test_the_published_categories(data_dir: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    done = import_files([data_dir / "data" / "sets" / f"ccsr_dx_{name}v2023_1.csv{end}" for name, end in (("", ".gz"), ("categories_", ""))], store)  # fmt: skip
    assert done.refused == ()
    reference = Reference.load(store=store.path)
    table = reference.table("ccsr")
    assert (table.height, table["code"].n_unique()) == (86_288, 74_549)
    assert set(table["ccsr"]) <= set(reference.table("ccsr_categories")["code"])
