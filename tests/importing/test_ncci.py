"""CMS's NCCI files: read row by row, refused if a row is wrong, stored completely or not at all."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from cleanclaim.importing import Imported, import_files
from cleanclaim.reference import Reference
from cleanclaim.reference.store import Store
from command import run
from published import Published

PTP_HEAD = "A notice\t\t\t\t\t\t\r\nColumn 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n"
PTP_ROW = "11111\t22222\t\t20200101\t*\t1\tA reason\r\n"
MUE_HEAD = '"A notice\nof two lines",,,\n"HCPCS/\nCPT Code",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n'
AOC_ROW = "1" + "11111" + " " * 7 + "22222" + " " * 7 + "2013091" + " " * 7


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("__", "-").replace("_dot_", ".")).write_bytes(text.encode("latin-1"))
    return folder


def ptp(folder: Path, *rows: str, parts: int = 4, version: str = "v302r0") -> Path:
    folder.mkdir(exist_ok=True)
    for number in range(1, parts + 1):
        own = rows if number == 1 else (PTP_ROW.replace("11111", f"1111{number}"),)
        text = PTP_HEAD + "".join(own or (PTP_ROW,))
        (folder / f"ccipra-{version}-f{number}.txt").write_bytes(text.encode("latin-1"))
    return folder


def refusal(done: Imported) -> str:
    assert not done.stored
    [shown] = done.refused
    return shown


def test_pairs_keep_their_periods(tmp_path: Path, store: Store) -> None:
    rows = (
        PTP_ROW,
        "11111\t33333\t*\t19960101\t20041231\t0\tMutually exclusive procedures\r\n",
        "11111\t33333\t\t20050101\t20050101\t9\tMutually exclusive procedures\r\n",
    )
    done = import_files([ptp(tmp_path / "in", *rows)], store)
    [release] = done.stored
    assert (release.name, release.table, release.rows) == (
        "NCCI PTP practitioner v30.2",
        "ncci_ptp_practitioner",
        6,
    )
    assert (release.covers_from, release.covers_to) == (date(1996, 1, 1), date(2024, 9, 30))
    table = Reference.load(store=store.path).table("ncci_ptp_practitioner")
    pair = table.filter(pl.col("column_2") == "33333").sort("valid_from")
    assert pair.select("valid_from", "valid_to", "indicator").rows() == [
        (date(1996, 1, 1), date(2004, 12, 31), 0),
        (date(2005, 1, 1), date(2005, 1, 1), 9),
    ]
    open_pair = table.filter((pl.col("code") == "11111") & (pl.col("column_2") == "22222"))
    # What the release doesn't end, ends for the reader when the release is no longer the authority.
    assert open_pair["valid_to"].to_list() == [date(2024, 9, 30)]


def test_a_release_without_all_its_parts_is_refused(tmp_path: Path, store: Store) -> None:
    shown = refusal(import_files([ptp(tmp_path / "in", parts=3)], store))
    assert "found '3 of 4 parts', expected the parts f4 as well" in shown
    assert store.releases() == []


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (PTP_ROW.replace("20200101", "20201301"), "found '20201301', expected a date as YYYYMMDD"),
        (PTP_ROW.replace("*", "20201301"), "expected a date as YYYYMMDD, or an asterisk"),
        (PTP_ROW.replace("\t1\t", "\t2\t"), "found '2', expected 0, 1 or 9"),
        (PTP_ROW.replace("22222", "222"), "found '222', expected a code of five characters"),
        (PTP_ROW.replace("\t\t2020", "\tyes\t2020"), "expected an asterisk or a blank"),
    ],
)
def test_a_row_that_does_not_fit_refuses_the_release(
    row: str, says: str, tmp_path: Path, store: Store
) -> None:
    shown = refusal(import_files([ptp(tmp_path / "in", PTP_ROW, row)], store))
    assert says in shown
    assert "row 4" in shown
    assert "ccipra-v302r0-f1.txt" in shown
    assert store.releases() == []


def test_the_same_files_again_change_nothing(tmp_path: Path, store: Store) -> None:
    folder = ptp(tmp_path / "in")
    first = import_files([folder], store)
    again = import_files([folder], store)
    assert again.stored == ()
    assert again.unchanged == first.stored


def test_parts_in_zips_are_one_release(tmp_path: Path, store: Store) -> None:
    folder = ptp(tmp_path / "in")
    packed = tmp_path / "zips"
    packed.mkdir()
    for path in sorted(folder.iterdir()):
        with zipfile.ZipFile(packed / f"{path.stem}.zip", "w") as archive:
            archive.write(path, path.name)
    assert [release.rows for release in import_files([packed], store).stored] == [4]


def test_unit_limits(tmp_path: Path, store: Store) -> None:
    text = MUE_HEAD + "J1885,8,3 Date of Service Edit: Clinical,Prescribing Information\n"
    text += 'E0114,0,1 Line Edit,"A reason, with a comma"\n'
    name = "MCR_MUE_PractitionerServices_Eff_07-01-2024.csv"
    (tmp_path / name).write_text(text)
    [release] = import_files([tmp_path / name], store).stored
    assert (release.name, release.covers_from, release.covers_to) == (
        "MUE practitioner 2024Q3",
        date(2024, 7, 1),
        date(2024, 9, 30),
    )
    table = Reference.load(store=store.path).table("mue_practitioner")
    table = table.filter(pl.col("release") == release.name)
    assert table.select("code", "max_units", "adjudication").rows() == [
        ("E0114", 0, 1),
        ("J1885", 8, 3),
    ]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("J1885,eight,3 Date of Service Edit,x\n", "found 'eight', expected a whole number"),
        ("J1885,8,4 Some Edit,x\n", "expected 1, 2 or 3 and its meaning"),
        ("J1885,8,x\n", "found '3 columns', expected four columns"),
    ],
)
def test_a_limit_that_does_not_fit(row: str, says: str, tmp_path: Path, store: Store) -> None:
    path = tmp_path / "MCR_MUE_PractitionerServices_Eff_07-01-2024.csv"
    path.write_text(MUE_HEAD + row)
    assert says in refusal(import_files([path], store))


def test_a_table_of_limits_must_name_its_day(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "limits.csv"
    path.write_text(MUE_HEAD + "J1885,8,1 Line Edit,x\n")
    assert "a name that ends in the table's effective date" in refusal(import_files([path], store))


def test_add_on_codes(tmp_path: Path, store: Store) -> None:
    rows = [
        AOC_ROW,
        "2" + "33333" + " " * 7 + "CCCCC" + " " * 7 + "2013091" + "2024182" + "Contractor decides",
    ]
    path = tmp_path / "AOC_V2024Q3-MCR.txt"
    path.write_text("\n".join(rows) + "\n")
    [release] = import_files([path], store).stored
    assert (release.table, release.covers_to) == ("ncci_add_on", date(2024, 9, 30))
    table = Reference.load(store=store.path).table("ncci_add_on")
    table = table.filter(pl.col("release") == release.name)
    assert table.select(
        "code", "type", "primary_code", "valid_from", "valid_to", "note"
    ).rows() == [
        ("11111", 1, "22222", date(2013, 4, 1), date(2024, 9, 30), None),
        ("33333", 2, None, date(2013, 4, 1), date(2024, 6, 30), "Contractor decides"),
    ]


def test_an_invalid_add_on_date(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "AOC_V2024Q3-MCR.txt"
    path.write_text(AOC_ROW + "\n" + AOC_ROW.replace("2013091", "2013400") + "\n")
    assert "row 2: found '2013400', expected a day as YYYYDDD" in refusal(
        import_files([path], store)
    )


def test_unrecognized_files_are_listed(tmp_path: Path, store: Store) -> None:
    (tmp_path / "letter.txt").write_text("Dear biller")
    done = import_files([tmp_path / "letter.txt"], store)
    assert [name.rsplit("/", 1)[-1] for name in done.unrecognized] == ["letter.txt"]
    assert not done.stored
    assert "there is no such file" in refusal(import_files([tmp_path / "none.zip"], store))


def test_the_publishers_own_files(cms: Published) -> None:
    done = cms.done["ncci"]
    assert done.refused == ()
    assert {release.name: release.rows for release in done.stored} == {
        "NCCI PTP hospital v30.2": 1_775_818,
        "NCCI PTP practitioner v30.2": 2_546_017,
        "MUE dme 2024Q3": 2_928,
        "MUE hospital 2024Q3": 14_628,
        "MUE practitioner 2024Q3": 14_677,
        "NCCI add-on codes 2024Q3": 7_465,
    }
    pairs = Reference.load(store=cms.store.path).table("ncci_ptp_practitioner")
    day = date(2024, 7, 1)
    active = pairs.filter(
        pl.lit(day).is_between("valid_from", "valid_to") & (pl.col("indicator") != 9)
    )
    assert active.height == 1_669_820
    assert active.select("code", "column_2").is_unique().all()


def command(*arguments: str) -> tuple[int, str]:
    done = run("reference", *arguments)
    return done.returncode, (done.stdout + done.stderr).decode()


def test_from_the_command_line(tmp_path: Path) -> None:
    kept = ["--store", str(tmp_path / "store")]
    folder = ptp(tmp_path / "in")
    code, shown = command("import", str(folder), *kept)
    assert (code, shown) == (
        0,
        "imported           4 rows  1996-01-01 to 2024-09-30  ncci_ptp_practitioner    NCCI PTP practitioner v30.2\n"
        "1 imported, 0 unchanged (4 rows); 0 refused, 0 skipped\n",
    )
    assert command("import", str(folder), *kept)[1].startswith("unchanged")
    (folder / "letter.txt").write_text("Dear biller")
    code, shown = command("import", str(folder), *kept)
    assert code == 0
    assert "skipped, not a file that can be imported: " in shown
    assert command("import", str(folder / "letter.txt"), *kept)[0] == 2
    code, shown = command("remove", "NCCI PTP practitioner v30.1", *kept)
    assert code == 2
    assert "did you mean 'NCCI PTP practitioner v30.2'?" in shown
    assert command("remove", "NCCI PTP practitioner v30.2", *kept) == (
        0,
        "removed  NCCI PTP practitioner v30.2  (ncci_ptp_practitioner)\n",
    )
    assert "NCCI" not in command("list", *kept)[1]
