"""ICD-10-CM's files, the GEMs, code sets, CPT files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from cleanclaim.importing import Imported, import_files
from cleanclaim.reference import Reference
from cleanclaim.reference.store import Store

Import = Callable[..., Imported]
Stored = Callable[[str], pl.DataFrame]
ORDER = (
    "00001 A00     0 Cholera                                                      Cholera\r\n"
    "00002 A000    1 Cholera d/t vibrio                                           Cholera due to vibrio\r\n"
)


def test_the_order_file(load: Import, stored: Stored) -> None:
    done = load({"icd10cm_order_2027.txt": ORDER, "icd10cm_order_addenda_2027.txt": "Add: words"})
    assert [(r.table, r.covers_from, r.covers_to) for r in done.stored] == [
        ("icd10cm", date(2026, 10, 1), date(2027, 9, 30)),
        ("icd10cm_titles", date(2026, 10, 1), date(2027, 9, 30)),
    ]
    assert stored("icd10cm")["code"].to_list() == ["A000"]
    assert stored("icd10cm_titles").select("code", "billable", "long").rows() == [
        ("A00", False, "Cholera"),
        ("A000", True, "Cholera due to vibrio"),
    ]


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("icd10cm-order-Jan-2021.txt", date(2021, 1, 1), date(2021, 9, 30)),
        ("icd10cm-order-April-1-2026.txt", date(2026, 4, 1), date(2026, 9, 30)),
        ("icd10cm_order_2021.txt", date(2020, 10, 1), date(2021, 9, 30)),
    ],
)
def test_the_name_has_the_days(name: str, first: date, last: date, load: Import) -> None:
    release = load({name: ORDER}).stored[0]
    assert (release.covers_from, release.covers_to) == (first, last)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (ORDER.replace("A000    1", "A000    2"), "row 2: found '2', expected 0 or 1"),
        (ORDER.replace("A000 ", "A00? "), "row 2: found 'A00?', expected a code"),
        (ORDER + ORDER, "every code once"),
    ],
)
def test_an_order_file_that_does_not_fit(text: str, says: str, load: Import, store: Store) -> None:
    assert says in load({"icd10cm_order_2027.txt": text}).refused[0]
    assert store.releases() == []


def test_the_codes_file_alone(load: Import, stored: Stored) -> None:
    load({"icd10cm_codes_2027.txt": "A000    Cholera due to vibrio\nS0000XA A wound\n"})
    assert stored("icd10cm")["code"].to_list() == ["A000", "S0000XA"]


def test_an_imported_year_does_not_change_the_others(load: Import, store: Store) -> None:
    load({"icd10cm_order_2021.txt": ORDER})
    table = Reference.load(store=store.path).table("icd10cm")
    day = pl.lit(date(2021, 3, 1)).is_between("valid_from", "valid_to")
    assert table.filter(day)["code"].to_list() == ["A000"]
    other = pl.lit(date(2026, 4, 1)).is_between("valid_from", "valid_to")
    assert table.filter(other).height == 74_719


INDEX = (
    '<?xml version="1.0"?><ICD10CM.index><version>2026</version><letter><title>A</title><mainTerm><title>Abscess<nemod>(acute)</nemod></title>'
    '<code>L02.91</code><term level="1"><title>breast</title><seeAlso>Mastitis</seeAlso></term></mainTerm></letter></ICD10CM.index>'
)
DRUGS = (
    '<?xml version="1.0"?><ICD10CM.index><indexHeading><head col="1">Substance</head><head col="2">Poisoning</head></indexHeading><letter><title>E</title>'
    '<mainTerm><title>Ether</title><cell col="2">T41.0X1</cell><cell col="3">--</cell></mainTerm></letter></ICD10CM.index>'
)


def test_indexes(load: Import, stored: Stored) -> None:
    done = load({"icd10cm_index_2027.xml": INDEX, "icd10cm_drug_2027.xml": DRUGS})
    assert done.refused == ()
    rows = stored("icd10cm_index").select("code", "term", "kind", "see").rows()
    assert set(rows) == {
        ("L0291", "Abscess (acute)", "disease", None),
        ("", "Abscess (acute), breast", "disease", "Mastitis"),
        ("T410X1", "Ether, Poisoning", "drug", None),
    }


def test_invalid_xml(load: Import) -> None:
    assert "well-formed XML" in load({"icd10cm_index_2027.xml": INDEX[:-20]}).refused[0]


CONVERSION = "A title,,\nCurrent code assignment,Effective,Previous Code(s) Assignment\n"


def test_the_conversion_table(load: Import, stored: Stored) -> None:
    rows = 'M54.50,2021,M54.5\nE66.813,45566,"E66.01, E66.8"\nA04.71,10/1/2017,A04.7\nU07.1,,None\n'
    done = load({"ICD-10-CM-CONVERSION-TABLE-FY2027.csv": CONVERSION + rows})
    assert done.refused == ()
    assert stored("conversions").select("code", "to_code", "valid_from", "retired").rows() == [
        ("A047", "A0471", date(2017, 10, 1), True),
        ("E6601", "E66813", date(2024, 10, 1), False),
        ("E668", "E66813", date(2024, 10, 1), True),
        ("M545", "M5450", date(2021, 10, 1), True),
    ]


def test_a_conversion_that_does_not_fit(load: Import) -> None:
    name = "ICD-10-CM-CONVERSION-TABLE-FY2027.csv"
    assert (
        "row 3: found 'sometime', expected a year or a day"
        in load({name: CONVERSION + "M54.50,sometime,M54.5\n"}).refused[0]
    )


def test_gems(load: Import, stored: Stored) -> None:
    text = "0010  A000    00000\r\n7796  NoDx    11000\r\nA0229 00329 10111\r\n"
    refused = load({"2018_I9gem.txt": text}).refused
    assert "row 3" in refused[0]
    load({"2018_I9gem.txt": text[: text.rindex("A0229")]})
    rows = (
        stored("gems_icd9_icd10")
        .select("code", "target", "approximate", "no_map", "scenario")
        .rows()
    )
    assert rows == [("0010", "A000", False, False, 0), ("7796", None, True, True, 0)]


def test_small_sets(load: Import, stored: Stored) -> None:
    done = load(
        {
            "nucc_taxonomy_261.csv": "Code,Grouping,Classification,Specialization,Definition,Notes,Display Name,Section\n207Q00000X,words,words,,,,words,Individual\n",
            "carc.csv": "code,description,start,last_modified,stop\n1,words,1995-01-01,,\n15,words,1995-01-01,,2020-06-30\n",
            "rarc.csv": "code,description,start,last_modified,stop\nM1,words,1997-01-01,,\n",
            "POAexemptCodesFY27.txt": "Order\tPOAexemptCode\tDescription\r\n1\tB90.0\twords\r\n",
            "NOC codes_APR2026.csv": "HCPCS,LONG DESCRIPTION,ADD DATE,TERM DATE\nA0999,Unlisted ambulance service,19870101,\nB0000,words,,20250331\n",
        }
    )
    assert done.refused == ()
    assert stored("taxonomy").columns == ["code", "valid_from", "valid_to"]
    assert stored("taxonomy").row(0)[1] == date(2026, 10, 1)
    assert stored("carc_codes").rows() == [
        ("1", date(1995, 1, 1), date(9999, 12, 31)),
        ("15", date(1995, 1, 1), date(2020, 6, 30)),
    ]
    assert stored("rarc_codes")["code"].to_list() == ["M1"]
    assert stored("poa_exempt").rows() == [("B900", date(2026, 10, 1), date(2027, 9, 30))]
    assert stored("hcpcs_noc").select("code", "valid_to").rows() == [
        ("A0999", date(9999, 12, 31)),
        ("B0000", date(2025, 3, 31)),
    ]


CPT = "A notice.\r\nAnother.\r\n\r\n11111\tWords of the AMA\r\n0001U\tMore words\r\n"


@pytest.mark.parametrize("licensed", [False, True])
def test_cpt_descriptors_are_kept_only_with_a_license(
    licensed: bool, load: Import, stored: Stored
) -> None:
    done = load({"CPT 2026/LONGULT.txt": CPT}, cpt_licensed=licensed)
    assert [(r.name, r.covers_from) for r in done.stored] == [("CPT 2026", date(2026, 1, 1))]
    words = stored("cpt").select("code", "kind", "description").rows()
    assert words == [
        ("0001U", "laboratory", "More words" if licensed else None),
        ("11111", "category I", "Words of the AMA" if licensed else None),
    ]


def test_a_cpt_file_must_name_its_edition(load: Import) -> None:
    assert "the edition's year" in load({"SHORTU.txt": "notice\n\n11111 SHORT WORDS\n"}).refused[0]


def test_the_publishers_own_files(data_dir: Path, store: Store) -> None:
    done = import_files([data_dir / "data" / name for name in ("icd10cm", "gems", "sets")], store)
    assert done.refused == ()
    counts = {(r.name, r.table): r.rows for r in done.stored}
    assert counts["ICD-10-CM 2021-01-01", "icd10cm"] == 72_621
    assert counts["ICD-10-CM titles 2021-01-01", "icd10cm_titles"] == 95_358
    assert counts["GEMs 2018 from ICD-9", "gems_icd9_icd10"] == 24_860
    assert counts["GEMs 2018 from ICD-10", "gems_icd10_icd9"] == 81_593
    assert counts["POA exempt FY2020", "poa_exempt"] == 37_075
    assert counts["RBCS 2024", "rbcs"] == 17_033
    assert counts["Provider taxonomy 25.1", "taxonomy"] == 883
    assert counts["Remark codes", "rarc_codes"] == 1_171
    tabular = store.read(
        next(
            r
            for r in done.stored
            if r.table == "icd10cm_tabular" and r.covers_from == date(2025, 4, 1)
        )
    )
    assert (
        tabular.filter(pl.col("kind").is_in(["category", "subcategory", "code"])).height == 46_498
    )
    listed = Reference.load(store=store.path).releases().filter(~pl.col("embedded"))
    assert {
        (name, table): rows
        for name, table, rows in listed.select("release", "table", "rows").iter_rows()
    } == counts
    conversions = Reference.load(store=store.path).table("conversions")
    embedded = Reference.load(store=store.path / "none").table("conversions")
    key = ["code", "to_code"]
    retired = embedded.filter("retired").select(key)
    assert retired.join(conversions.filter("retired"), on=key, how="anti").height == 0


PCS_ORDER = (
    "00001 001     0 Bypass                                                       Central Nervous System and Cranial Nerves, Bypass\r\n"
    "00002 0016070 1 Bypass Cereb Vent to Nasophar with Autol Sub, Open           Bypass Cerebral Ventricle to Nasopharynx with Autologous Tissue Substitute, Open Approach\r\n"
)


def test_the_procedure_order_file(load: Import, stored: Stored) -> None:
    done = load({"icd10pcs_order_2027.txt": PCS_ORDER})
    assert [(r.table, r.covers_from, r.covers_to) for r in done.stored] == [
        ("icd10pcs", date(2026, 10, 1), date(2027, 9, 30)),
        ("icd10pcs_titles", date(2026, 10, 1), date(2027, 9, 30)),
    ]
    assert stored("icd10pcs")["code"].to_list() == ["0016070"]
    assert stored("icd10pcs_titles")["long"][1].startswith("Bypass Cerebral Ventricle")


def test_the_procedure_codes_file(load: Import, stored: Stored) -> None:
    assert load({"icd10pcs_codes_2027.txt": "0016070 Bypass of a ventricle\n"}).refused == ()
    assert stored("icd10pcs_titles")["long"].to_list() == ["Bypass of a ventricle"]


def test_a_procedure_order_file_that_does_not_fit(load: Import, store: Store) -> None:
    bad = PCS_ORDER.replace("0016070 1", "001I070 1")
    assert "expected a code" in load({"icd10pcs_order_2027.txt": bad}).refused[0]
    assert store.releases() == []
