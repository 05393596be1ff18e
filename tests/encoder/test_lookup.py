"""Everything there is to know about a code."""

from __future__ import annotations

import csv
import gzip
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.encoder import Encoder
from cleanclaim.encoder.lookup import Page
from cleanclaim.encoder.systems import printed, procedure_kind
from cleanclaim.encoder.text import page

DAY = date(2026, 5, 12)


def one(encoder: Encoder, code: str, day: date = DAY) -> Page:
    found = encoder.lookup(code, on=day)
    assert len(found) == 1, [each.system for each in found]
    return found[0]


def test_a_code_that_ended(encoder: Encoder) -> None:
    shown = one(encoder, "M54.5")
    assert shown.billable is False
    assert shown.replaced_by == ("M54.50", "M54.51", "M54.59")
    assert [(span.first, span.last) for span in shown.valid] == [
        (date(2015, 10, 1), date(2021, 9, 30))
    ]
    assert [code for code, _ in shown.divides_into] == ["M54.50", "M54.51", "M54.59"]
    assert one(encoder, "m545", date(2021, 5, 12)).billable is True


def test_what_came_before(encoder: Encoder) -> None:
    assert one(encoder, "M54.50").replaces == ("M54.5",)
    assert one(encoder, "M54.51").parents[-1] == ("M54.5", "Low back pain")


def test_a_category_lists_what_it_divides_into(encoder: Encoder) -> None:
    shown = one(encoder, "E11")
    assert (shown.kind, shown.billable) == ("category", False)
    assert ("E11.9", "Type 2 diabetes mellitus without complications") in shown.divides_into
    assert shown.parents[0][0] == "CHAPTER 4"


def test_a_stem_lists_its_seventh_characters(encoder: Encoder) -> None:
    shown = one(encoder, "S52.501")
    assert shown.billable is False
    assert ("S52.501A", "initial encounter for closed fracture") in shown.divides_into
    assert len(shown.divides_into) == 16
    whole = one(encoder, "S52.501A")
    assert whole.billable is True
    assert whole.title == "Unspecified fracture of the lower end of right radius, initial encounter for closed fracture"  # fmt: skip
    assert whole.parents[-1][0] == "S52.501"


def test_a_category_with_placeholders(encoder: Encoder) -> None:
    shown = one(encoder, "W19")
    assert [code for code, _ in shown.divides_into] == ["W19.XXXA", "W19.XXXD", "W19.XXXS"]
    assert one(encoder, "W19.XXXA").billable is True


@pytest.mark.parametrize(
    ("code", "day", "billable"),
    [("G35", "2024-05-12", True), ("G35", "2026-05-12", False), ("G35.A", "2024-05-12", False), ("G35.A", "2026-05-12", True)],
)  # fmt: skip
def test_the_day_decides(code: str, day: str, billable: bool, encoder: Encoder) -> None:
    assert one(encoder, code, date.fromisoformat(day)).billable is billable


def test_notes_of_every_place_above_apply(encoder: Encoder) -> None:
    notes = one(encoder, "E10.9").notes
    assert any(note["kind"] == "excludes1" and "E11" in str(note["text"]) and note["at"] == "E10" for note in notes)  # fmt: skip
    first = one(encoder, "I12.9").notes
    assert any(note["kind"] == "use_additional" and "N18" in str(note["text"]) for note in first)
    assert {note["at"] for note in one(encoder, "A00.0").notes} & {"A00-A09", "CHAPTER 1"}


def test_attributes_are_shown(encoder: Encoder) -> None:
    assert "for newborns: age 0" in one(encoder, "Z38.7").attributes
    assert any("external cause" in text for text in one(encoder, "W19.XXXA").attributes)


def test_icd_9(encoder: Encoder) -> None:
    shown = one(encoder, "250.00", date(2012, 5, 12))
    assert (shown.system, shown.code, shown.billable) == ("ICD-9-CM", "250.00", True)
    assert one(encoder, "250.00").billable is False
    assert one(encoder, "E888.9", date(2012, 5, 12)).system == "ICD-9-CM"


def test_a_code_of_two_systems_gives_two_pages(encoder: Encoder) -> None:
    found = encoder.lookup("V70.0", on=date(2012, 5, 12))
    assert [(each.system, each.billable) for each in found] == [("ICD-9-CM", True), ("ICD-10-CM", False)]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "system", "part"),
    [
        ("99213", "CPT", "Category I: visits"),
        ("17110", "CPT", "Category I: surgery: skin"),
        ("3044F", "CPT", "Category II"),
        ("0075T", "CPT", "Category III"),
        ("0047U", "CPT", "PLA"),
        ("J1885", "HCPCS", "Level II: drugs"),
        ("G0463", "HCPCS", "Level II: procedures"),
    ],
)
def test_the_format_shows_the_system(code: str, system: str, part: str, encoder: Encoder) -> None:
    shown = one(encoder, code)
    assert shown.system == system
    assert part in shown.kind


def test_the_code_as_typed_comes_first(encoder: Encoder) -> None:
    (only,) = encoder.lookup("G0439", on=DAY)
    assert (only.system, only.also) == ("HCPCS", ("G04.39 (ICD-10-CM)",))
    assert "this is also G04.39 (ICD-10-CM); type the dot to see it" in page(only)
    assert [each.system for each in encoder.lookup("G04.39", on=DAY)] == ["ICD-10-CM"]


def test_a_code_that_no_list_covers_is_not_called_invalid(encoder: Encoder) -> None:
    shown = one(encoder, "0047U")
    assert shown.billable is None
    assert "not checked" in page(shown)
    missing = {row["table"] for row in shown.procedure["not_loaded"]}
    assert "Medicare Physician Fee Schedule" in missing


@pytest.mark.parametrize("code", ["Q12399", "XYZ", "1234567890", "", "?", "E11.999"])
def test_invalid_codes_have_no_page(code: str, encoder: Encoder) -> None:
    assert encoder.lookup(code, on=DAY) == []


def test_near_codes_are_offered(encoder: Encoder) -> None:
    assert "E11.9" in encoder.near("E11.99")
    assert encoder.near("ZZZ") == []


@given(text=st.text(max_size=8) | st.from_regex(r"[A-Z][0-9]{2}\.?[0-9A-Z]{0,4}", fullmatch=True))
@settings(max_examples=150, deadline=None)
def test_any_text_can_be_looked_up(text: str, encoder: Encoder) -> None:
    for shown in encoder.lookup(text, on=DAY):
        assert shown.code in page(shown).partition("\n")[0]
        assert shown.as_dict()["code"] == shown.code


def test_the_json_contract(encoder: Encoder) -> None:
    shown = one(encoder, "M54.5").as_dict()
    assert shown["system"] == "ICD-10-CM"
    assert shown["valid"] == [{"from": "2015-10-01", "to": "2021-09-30"}]
    assert shown["replaced_by"] == ["M54.50", "M54.51", "M54.59"]
    assert {"title", "billable", "replaces", "notes"} <= set(shown)
    assert one(encoder, "E11.9").as_dict()["valid"][0]["to"] is None


def test_a_page_is_a_page(encoder: Encoder) -> None:
    short = page(one(encoder, "E11"), most=6)
    assert "more (see cleanclaim lookup)" in short
    assert len(short.splitlines()) < 70
    assert "more; cleanclaim" not in page(one(encoder, "E11"))


def test_every_printed_code_is_read_again() -> None:
    assert [printed("ICD-10-CM", code) for code in ("M545", "I10", "W19XXXA")] == ["M54.5", "I10", "W19.XXXA"]  # fmt: skip
    assert [printed("ICD-9-CM", code) for code in ("25000", "E8889", "V700")] == ["250.00", "E888.9", "V70.0"]  # fmt: skip
    assert procedure_kind("M5450") is not None  # a Level II code can look like this
    assert procedure_kind("E11") is None


# ---- real data


def order_file(data_dir: Path) -> list[tuple[str, bool, str]]:
    """Code, whether it is billable, and long title, straight from the publisher's file of FY2021."""
    with zipfile.ZipFile(data_dir / "data" / "icd10cm" / "icd10cm-order-files-FY2021.zip") as archive:  # fmt: skip
        [name] = archive.namelist()
        lines = archive.read(name).decode("latin-1").splitlines()
    return [(line[6:13].strip(), line[14] == "1", line[77:].strip()) for line in lines if line.strip()]  # fmt: skip


def test_lookup_agrees_with_the_order_file_of_2021(full: Encoder, data_dir: Path) -> None:
    rows = order_file(data_dir)
    assert len(rows) == 95_358
    for code, billable, title in rows[::97]:
        shown = one(full, code, date(2021, 3, 1)) if not code[1:].isdigit() else next(
            each for each in full.lookup(printed("ICD-10-CM", code), on=date(2021, 3, 1)) if each.system == "ICD-10-CM"
        )  # fmt: skip
        assert (shown.billable, shown.title) == (billable, title)


def test_validity_agrees_with_the_publishers_dates(full: Encoder, data_dir: Path) -> None:
    path = data_dir / "data" / "icd10cm" / "icd10cm_validity_oracle.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        rows = [row for n, row in enumerate(csv.DictReader(stream)) if n % 211 == 0]
    assert len(rows) > 300
    for row in rows:
        day = date.fromisoformat(f"{row['start'][:4]}-{row['start'][-4:-2]}-{row['start'][-2:]}") if row["start"].isdigit() else date.fromisoformat(row["start"])  # fmt: skip
        shown = next(each for each in full.lookup(printed("ICD-10-CM", row["code"]), on=day) if each.system == "ICD-10-CM")  # fmt: skip
        assert shown.billable is True


def test_a_procedure_page_shows_what_the_tables_say(full: Encoder) -> None:
    shown = full.lookup("17110", on=date(2024, 8, 5), pairs=5)[0]
    known = shown.procedure
    [whole] = known["fee_schedule"]
    assert (whole["status"], whole["global_days"]) == ("A", "010")
    assert [(row["setting"], row["max_units"]) for row in known["unit_limits"]] == [("practitioner", 1), ("outpatient hospital", 1)]  # fmt: skip
    practitioner = known["pairs"][0]
    assert len(practitioner["rows"]) == 5
    assert practitioner["pages"] == -(-practitioner["total"] // 5)
    assert "58" in {row["modifier"] for row in known["modifiers"]}
    bundled = full.lookup("17110", on=date(2024, 8, 5), indicator=0)[0].procedure["pairs"][0]
    assert {row["indicator"] for row in bundled["rows"]} == {0}
    second = full.lookup("17110", on=date(2024, 8, 5), pairs=5, page=2)[0].procedure["pairs"][0]
    assert not {str(row) for row in second["rows"]} & {str(row) for row in practitioner["rows"]}


def test_prices_are_the_schedules_arithmetic(full: Encoder) -> None:
    [row] = full.lookup("99213", on=date(2025, 11, 5), pairs=0)[0].procedure["fee_schedule"]
    assert row["nonfacility_price"] == (row["nonfacility_total"] * Decimal("32.3465")).quantize(Decimal("0.01"))  # fmt: skip
    local = full.lookup("99213", on=date(2025, 11, 5), locality="0111205", pairs=0)[0]
    assert local.procedure["fee_schedule"][0]["nonfacility_price"] > row["nonfacility_price"]
    nowhere = full.lookup("99213", on=date(2025, 11, 5), locality="9999999", pairs=0)[0]
    assert nowhere.procedure["fee_schedule"][0]["nonfacility_price"] is None


def test_a_level_ii_code_names_its_successor(full: Encoder) -> None:
    shown = one(full, "C8904", date(2024, 8, 5))
    assert (shown.billable, shown.replaced_by) == (False, ("77046",))
    assert "C8904" in one(full, "77046", date(2024, 8, 5)).replaces


def test_a_code_that_ended_says_so_first(encoder: Encoder) -> None:
    text = page(one(encoder, "M54.5"))
    assert text.startswith("M54.5 ENDED 2021-09-30: use M54.50 or M54.51 or M54.59\n")
    assert one(encoder, "M54.5").as_dict()["ended"] == "2021-09-30"


def test_what_the_starter_set_knows_is_labeled_as_a_part(encoder: Encoder) -> None:
    text = page(one(encoder, "27447"))
    assert "3 of its pairs, from the starter set; the whole table isn't loaded" in text
    assert "never paid together, 3 paid" not in text
    assert "not the whole tables" in text
    visit = page(one(encoder, "99213"))
    assert "some of its add-on codes: 90833" in visit
    assert "there may be others" in visit
    assert "In force always" not in visit


def test_every_code_of_the_next_year_has_a_title_or_one_made_for_it(encoder: Encoder) -> None:
    on = date(2026, 10, 5)
    table = encoder.reference.table("icd10cm")
    held = table.filter((table["valid_from"] <= on) & (table["valid_to"] >= on))["code"].unique()
    new = [code for code in held.sort() if encoder.book.title(code, on) is None]
    assert len(new) > 100
    assert [code for code in new if not encoder.book.made_title(code, on)] == []
    assert encoder.book.made_title("M868X80", on) == "Other osteomyelitis, other site"
