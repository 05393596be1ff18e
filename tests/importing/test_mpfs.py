"""The Physician Fee Schedule: CSV of both widths and text, refused if a row is wrong."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from cleanclaim.importing import Imported, import_files
from cleanclaim.importing import mpfs as importer
from cleanclaim.reference import Reference
from cleanclaim.reference.store import Store
from published import Published

HEADER = (
    "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,PROC,SURG,SURG,SURG,SURG,"
    "BASE,FACTOR,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,AMOUNT"
)
HEADER_2026 = HEADER.replace("SURG,BASE", "SURG,IND,BASE")
TITLE = ",,{year} National Physician Fee Schedule Relative Value File {month} Release"
ROW = "11111,,a secret,A,,1.30,1.35,NA,0.57,,0.10,2.75,1.97,0,090,0.10,0.69,0.21,2,1,2,1,0,22222,32.3465,09,0,99,0.00,0.00,0.00"
COMPONENT = "22222,TC,a secret,A,,0.00,2.04,,2.04,NA,0.01,2.05,2.05,1,XXX,0.00,0.00,0.00,4,0,0,0,0,,32.3465,01,0,88,3.27,3.27,0.02"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def sheet(*rows: str, header: str = HEADER, year: int = 2025, month: str = "October") -> str:
    title = TITLE.format(year=year, month=month)
    return "\r\n".join([title, "", ",,RELEASED 09/11/2025", header, *rows, ""])


def newer(row: str, factor: str) -> str:
    """A row of 2025 as 2026 writes it."""
    cells = row.split(",")
    return ",".join([*cells[:23], "9", cells[23], factor, *cells[25:]])


def fixed(row: str) -> str:
    """A row of the CSV as the text has it."""
    c = row.split(",")
    spots = [
        (0, c[0]), (5, c[1]), (7, c[2]), (57, c[3]), (59, f"{c[5]:>6}"), (66, f"{c[6]:>6}"), (72, c[7]), (75, f"{c[8]:>6}"), (81, c[9]),
        (84, f"{c[10]:>5}"), (90, f"{c[11]:>6}"), (96, f"{c[12]:>6}"), (102, c[13]), (103, c[14]), (106, c[15][1:]), (109, c[16][1:]), (112, c[17][1:]),
        (115, "".join(c[18:23])), (127, c[23]), (132, f"{c[24]:>8}"), (141, c[25]), (143, c[26]), (145, c[27]), (151, f"{c[28]:>6}"),
        (158, f"{c[29]:>6}"), (165, f"{c[30]:>6}"),
    ]  # fmt: skip
    line = ""
    for at, text in spots:
        line = line.ljust(at) + text
    return line


def imported(folder: Path, store: Store, **files: str) -> Imported:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("_dot_", ".")).write_bytes(text.encode("latin-1"))
    return import_files([folder], store)


def table(store: Store) -> pl.DataFrame:
    return Reference.load(store=store.path).table("mpfs").filter(pl.col("release") != "starter set")


def test_a_row_and_its_component(tmp_path: Path, store: Store) -> None:
    done = imported(tmp_path / "in", store, PPRRVU2025_Oct_dot_csv=sheet(ROW, COMPONENT))
    [release] = done.stored
    assert (release.name, release.covers_from, release.covers_to) == (
        "MPFS 2025D",
        date(2025, 10, 1),
        date(2025, 12, 31),
    )
    whole, technical = table(store).to_dicts()
    assert whole["work_rvu"] == Decimal("1.30")
    assert (whole["nonfacility_na"], whole["facility_na"]) == (True, False)
    assert (technical["nonfacility_na"], technical["facility_na"]) == (False, True)
    assert (whole["preoperative"], whole["intraoperative"], whole["postoperative"]) == (
        Decimal("0.10"),
        Decimal("0.69"),
        Decimal("0.21"),
    )
    assert (whole["multiple_procedure"], whole["bilateral"], whole["assistant"]) == (2, 1, 2)
    assert (whole["co_surgeon"], whole["team"], whole["endoscopic_base"]) == (1, 0, "22222")
    assert (whole["global_days"], whole["supervision"], whole["imaging_family"]) == (
        "090",
        "09",
        "99",
    )
    assert whole["conversion_factor_qualifying"] is None
    assert (technical["code"], technical["modifier"], technical["opps_mp"]) == (
        "22222",
        "TC",
        Decimal("0.02"),
    )


def test_descriptors_are_never_kept(tmp_path: Path, store: Store) -> None:
    imported(tmp_path / "in", store, PPRRVU2025_Oct_dot_csv=sheet(ROW))
    assert "secret" not in str(table(store).to_dicts())
    [path] = store.path.glob("releases/mpfs/*/table-*.parquet")
    assert "description" not in pl.read_parquet_schema(path)


def test_text_gives_the_same(tmp_path: Path, store: Store) -> None:
    imported(tmp_path / "csv", store, PPRRVU25_OCT_dot_csv=sheet(ROW, COMPONENT))
    of_sheet = table(store)
    other = Store(tmp_path / "other")
    text = "\r\n".join(["HDR a notice", fixed(ROW), fixed(COMPONENT), ""])
    done = imported(tmp_path / "txt", other, PPRRVU25_OCT_dot_txt=text)
    assert done.refused == ()
    assert table(other).to_dicts() == of_sheet.to_dicts()


def test_if_csv_and_text_are_imported_together_the_csv_is_used(
    tmp_path: Path, store: Store
) -> None:
    text = "\r\n".join(["HDR a notice", fixed(ROW.replace("1.30", "9.99")), ""])
    done = imported(
        tmp_path / "in", store, PPRRVU2025_Oct_dot_csv=sheet(ROW), PPRRVU2025_Oct_dot_txt=text
    )
    assert [release.name for release in done.stored] == ["MPFS 2025D"]
    assert table(store)["work_rvu"].to_list() == [Decimal("1.30")]


def test_both_factors_of_2026_are_one_release(tmp_path: Path, store: Store) -> None:
    most, some = newer(ROW, "33.4009"), newer(ROW, "33.5675")
    done = imported(
        tmp_path / "in",
        store,
        PPRRVU2026_Jan_nonQPP_dot_csv=sheet(most, header=HEADER_2026, year=2026, month="January"),
        PPRRVU2026_Jan_QPP_dot_csv=sheet(some, header=HEADER_2026, year=2026, month="January"),
    )
    assert [release.name for release in done.stored] == ["MPFS 2026A"]
    [row] = table(store).to_dicts()
    assert (row["conversion_factor"], row["conversion_factor_qualifying"]) == (
        Decimal("33.4009"),
        Decimal("33.5675"),
    )
    assert (row["endoscopic_base"], row["team"], row["supervision"]) == ("22222", 0, "09")


def test_both_factors_need_the_same_values(tmp_path: Path, store: Store) -> None:
    most, some = newer(ROW, "33.4009"), newer(ROW.replace("1.30", "1.31"), "33.5675")
    done = imported(
        tmp_path / "in",
        store,
        PPRRVU2026_Jan_nonQPP_dot_csv=sheet(most, header=HEADER_2026, year=2026, month="January"),
        PPRRVU2026_Jan_QPP_dot_csv=sheet(some, header=HEADER_2026, year=2026, month="January"),
    )
    assert "found '11111', expected the same values for qualifying participants" in done.refused[0]
    assert store.releases() == []


def test_the_file_of_qualifying_participants_alone_is_refused(tmp_path: Path, store: Store) -> None:
    text = sheet(newer(ROW, "33.5675"), header=HEADER_2026, year=2026, month="January")
    done = imported(tmp_path / "in", store, PPRRVU2026_Jan_QPP_dot_csv=text)
    assert "0 files for most physicians and 1 for qualifying participants" in done.refused[0]


def test_a_later_quarter_replaces_an_earlier(tmp_path: Path, store: Store) -> None:
    imported(tmp_path / "a", store, PPRRVU25_JUL_dot_csv=sheet(ROW, month="July"))
    imported(tmp_path / "b", store, PPRRVU25_OCT_dot_csv=sheet(ROW.replace("1.30", "1.40")))
    assert table(store).select("valid_from", "valid_to", "work_rvu", "release").rows() == [
        (date(2025, 7, 1), date(2025, 9, 30), Decimal("1.30"), "MPFS 2025C"),
        (date(2025, 10, 1), date(2025, 12, 31), Decimal("1.40"), "MPFS 2025D"),
    ]


def test_the_zip_gives_the_quarter_if_the_member_does_not(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "RVU25B.zip"
    text = sheet(ROW).replace(" October Release", "")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("PPRRVU25.csv", text)
        archive.writestr("RVU25B.pdf", "%PDF")
    done = import_files([path], store)
    assert [release.name for release in done.stored] == ["MPFS 2025B"]
    assert [name.rsplit("!", 1)[-1] for name in done.unrecognized] == ["RVU25B.pdf"]


def test_a_missing_quarter(tmp_path: Path, store: Store) -> None:
    text = sheet(ROW).replace(" October Release", "")
    done = imported(tmp_path / "in", store, PPRRVU25_dot_csv=text)
    assert "expected a name with year and month" in done.refused[0]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (ROW.replace("11111", "111"), "found '111', expected a code of five characters"),
        (ROW.replace("11111,,", "11111,XX,"), "found 'XX', expected 26, TC, 53 or a blank"),
        (ROW.replace("secret,A,", "secret,AA,"), "found 'AA', expected a status of one letter"),
        (ROW.replace("1.30", "1.3x"), "found '1.3x', expected a number"),
        (ROW.replace("NA,", "N/A,"), "found 'N/A', expected NA or a blank"),
        (ROW.replace(",090,", ",90,"), "found '90', expected one of 000, 010"),
        (ROW.replace("0.21,2,1", "0.21,,1"), "found '', expected an indicator of one digit"),
        (ROW.replace(",22222,32", ",222,32"), "found '222', expected a base code or a blank"),
        (COMPONENT, "found '22222', expected each code and component once"),
        (ROW + ",more", "found '32 columns', expected 31 columns"),
    ],
)
def test_a_row_that_does_not_fit(row: str, says: str, tmp_path: Path, store: Store) -> None:
    done = imported(tmp_path / "in", store, PPRRVU2025_Oct_dot_csv=sheet(COMPONENT, row))
    assert says in done.refused[0]
    assert "PPRRVU2025_Oct.csv, row " in done.refused[0]
    assert store.releases() == []


@pytest.mark.parametrize("change", [("FACTOR", "FACTORS"), ("PROC,", ""), ("MOD", "MODIFIER")])
def test_a_different_header(change: tuple[str, str], tmp_path: Path, store: Store) -> None:
    text = sheet(ROW, header=HEADER.replace(*change))
    done = imported(tmp_path / "in", store, PPRRVU2025_Oct_dot_csv=text)
    assert "expected the header HCPCS,MOD,DESCRIPTION" in done.refused[0]


def test_the_publishers_own_files(cms: Published) -> None:
    done = cms.done["mpfs"]
    assert done.refused == ()
    assert {r.name: r.rows for r in done.stored if r.table == "mpfs"} == {
        "MPFS 2024C": 18_664,
        "MPFS 2025D": 19_090,
    }
    rows = table(cms.store).filter(pl.col("release") == "MPFS 2025D")
    visit = rows.row(by_predicate=pl.col("code") == "99213", named=True)
    assert (visit["status"], visit["work_rvu"], visit["conversion_factor"]) == (
        "A",
        Decimal("1.30"),
        Decimal("32.3465"),
    )
    assert dict(rows["status"].value_counts().rows())["A"] == 9_021


@pytest.mark.parametrize("name", ["RVU24C.zip", "RVU25D.zip"])
def test_the_publishers_text_is_the_publishers_csv(
    name: str, data_dir: Path, tmp_path: Path
) -> None:
    tables = {}
    for ending in ("csv", "txt"):
        folder = tmp_path / ending
        folder.mkdir()
        with zipfile.ZipFile(data_dir / "data" / "mpfs" / name) as archive:
            [member] = [
                one
                for one in archive.namelist()
                if one.startswith("PPRRVU") and one.lower().endswith(ending)
            ]
            archive.extract(member, folder)
        kept = Store(tmp_path / f"store-{ending}")
        assert import_files([folder], kept).refused == ()
        tables[ending] = table(kept).drop(["conversion_factor_qualifying"])
    assert tables["csv"].height > 18_000
    assert tables["csv"].equals(tables["txt"])


def test_the_importer_lists_its_columns() -> None:
    shown = " ".join(importer.MPFS.columns)
    assert {"work_rvu", "pctc", "endoscopic_base"} <= set(shown.replace(",", "").split())
