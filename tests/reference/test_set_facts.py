"""What the small sets say: dates and facts typed a second time from what the publishers say."""

from datetime import date, timedelta
from itertools import pairwise

import polars as pl
import pytest

from cleanclaim.reference import Reference
from cleanclaim.reference.sets import load_set

ONE_DAY = timedelta(days=1)


def codes(name: str) -> set[str]:
    return set(load_set(name)["code"])


def codes_on(name: str, day: date) -> set[str]:
    on_day = pl.lit(day).is_between(pl.col("valid_from"), pl.col("valid_to"))
    return set(load_set(name).filter(on_day)["code"])


PLACE_STARTS = {
    "02": date(2017, 1, 1),
    "10": date(2022, 1, 1),
    "18": date(2013, 1, 1),  # "available for use effective January 1, 2013"
    "19": date(2016, 1, 1),
    "27": date(2023, 10, 1),
    "58": date(2020, 1, 1),
    "66": date(2024, 8, 1),
}
"""CMS, Place of Service Code Set, effective dates."""


@pytest.mark.parametrize(("code", "first"), PLACE_STARTS.items(), ids=str)
def test_place_of_service_starts_on_its_day(code: str, first: date) -> None:
    assert code in codes_on("place_of_service", first)
    assert code not in codes_on("place_of_service", first - ONE_DAY)


PLACE_IN_USE = {
    "01": date(2003, 10, 1),
    "03": date(2003, 1, 1),
    "09": date(2006, 7, 1),
    "11": date(2003, 1, 1),
    "14": date(2003, 10, 1),
    "15": date(2003, 1, 1),
    "16": date(2008, 1, 1),
    "17": date(2010, 5, 1),  # "available immediately", at the latest on this day
    "20": date(2003, 1, 1),
    "49": date(2003, 10, 1),
    "57": date(2003, 10, 1),
}
"""Days by which CMS's list has the code; an earlier start of ours flags no valid claim."""


@pytest.mark.parametrize(("code", "day"), PLACE_IN_USE.items(), ids=str)
def test_place_of_service_is_known_from_its_day(code: str, day: date) -> None:
    assert code in codes_on("place_of_service", day)
    assert code in codes_on("place_of_service", date(2026, 11, 23))


MODIFIER_STARTS = {
    "93": date(2022, 1, 1),
    "95": date(2017, 1, 1),
    "96": date(2018, 1, 1),
    "97": date(2018, 1, 1),
    "CO": date(2019, 1, 1),  # in HCPCS a year before Medicare paid by it
    "CQ": date(2019, 1, 1),
    "FQ": date(2022, 1, 1),
    "FR": date(2022, 1, 1),
    "FS": date(2022, 1, 1),
    "FT": date(2022, 1, 1),
    "G0": date(2019, 1, 1),
    "JZ": date(2023, 1, 1),
    "XE": date(2015, 1, 1),
    "XP": date(2015, 1, 1),
    "XS": date(2015, 1, 1),
    "XU": date(2015, 1, 1),
}
"""CMS HCPCS Level II modifier records; for the numbers, the year's change of the code set."""


@pytest.mark.parametrize(("code", "first"), MODIFIER_STARTS.items(), ids=str)
def test_modifier_starts_on_its_day(code: str, first: date) -> None:
    assert code in codes_on("modifiers", first)
    assert code not in codes_on("modifiers", first - ONE_DAY)


ENDS = [
    ("modifiers", "21", date(2008, 12, 31)),
    ("modifiers", "QU", date(2005, 12, 31)),  # CMS Change Request 3935: AQ from 2006
    ("modifiers", "QV", date(2007, 12, 31)),  # CMS Change Request 5805: Q1 from 2008
    ("modifiers", "JG", date(2024, 12, 31)),  # CMS, 340B modifiers: TB alone from 2025
    ("discharge_status", "08", date(2005, 9, 30)),
    ("discharge_status", "71", date(2003, 9, 30)),
    ("discharge_status", "72", date(2003, 9, 30)),
    ("admission_source", "3", date(2007, 9, 30)),
    ("admission_source", "7", date(2010, 6, 30)),
    ("admission_source", "A", date(2007, 9, 30)),
    ("admission_source", "B", date(2010, 6, 30)),
    ("admission_source", "C", date(2010, 6, 30)),
    ("visit_codes", "99201", date(2020, 12, 31)),
    ("visit_codes", "99218", date(2022, 12, 31)),
    ("visit_codes", "99241", date(2022, 12, 31)),
    ("visit_codes", "99251", date(2022, 12, 31)),
    ("visit_codes", "99318", date(2022, 12, 31)),
    ("visit_codes", "99343", date(2022, 12, 31)),
]


@pytest.mark.parametrize(("name", "code", "last"), ENDS, ids=str)
def test_ends_on_its_day(name: str, code: str, last: date) -> None:
    assert code in codes_on(name, last)
    assert code not in codes_on(name, last + ONE_DAY)


STARTS = [
    ("discharge_status", "21", date(2009, 10, 1)),
    ("discharge_status", "66", date(2006, 1, 1)),
    ("discharge_status", "69", date(2013, 10, 1)),
    ("discharge_status", "70", date(2008, 4, 1)),
    ("discharge_status", "81", date(2013, 10, 1)),
    ("discharge_status", "95", date(2013, 10, 1)),
    ("admission_source", "E", date(2007, 10, 1)),
    ("admission_source", "F", date(2007, 10, 1)),
    ("admission_source", "G", date(2020, 7, 1)),
]
"""Medicare Claims Processing Manual, chapter 25, section 75, and its change requests."""


@pytest.mark.parametrize(("name", "code", "first"), STARTS, ids=str)
def test_starts_on_its_day(name: str, code: str, first: date) -> None:
    assert code in codes_on(name, first)
    assert code not in codes_on(name, first - ONE_DAY)


# Facts


def test_ncci_associated_modifiers() -> None:
    # NCCI Policy Manual, chapter I, section E.
    listed = {"24", "25", "27", "57", "58", "59", "78", "79", "91", "XE", "XP", "XS", "XU"}
    listed |= {"E1", "E2", "E3", "E4", "LT", "RT", "LC", "LD", "LM", "RC", "RI"}
    listed |= {f"{limb}{digit}" for limb in "FT" for digit in "A123456789"}
    assert set(load_set("modifiers").filter("ncci_associated")["code"]) == listed


def test_ambulance_origins_and_destinations_are_modifiers() -> None:
    # Medicare Claims Processing Manual, chapter 15, section 30: X is a destination only.
    trips = {a + b for a in "DEGHIJNPRS" for b in "DEGHIJNPRSX"}
    assert trips <= codes("modifiers")


@pytest.mark.parametrize("name", ["modifier_conflicts", "notice_conflicts"])
def test_conflicts_are_pairs_of_known_modifiers(name: str) -> None:
    pairs = [frozenset(row) for row in load_set(name).select("code", "other").iter_rows()]
    assert all(len(pair) == 2 for pair in pairs)
    assert len(set(pairs)) == len(pairs)
    assert set().union(*pairs) <= codes("modifiers")


def test_inpatient_places_are_facilities() -> None:
    places = load_set("place_of_service").filter("inpatient")
    assert set(places["code"]) == {"21", "51", "61"}
    assert places["facility"].all()


def test_diagnosis_qualifiers() -> None:
    rows = load_set("diagnosis_qualifiers").select("code", "kind", "icd_version").rows()
    kinds = {
        "K": "principal",
        "F": "other",
        "J": "admitting",
        "N": "external_cause",
    }
    expected = {(f"B{letter}", kind, 9) for letter, kind in kinds.items()}
    expected |= {(f"AB{letter}", kind, 10) for letter, kind in kinds.items()}
    expected |= {("PR", "reason_for_visit", 9), ("APR", "reason_for_visit", 10)}
    assert set(rows) == expected


def test_payers_of_the_837() -> None:
    listed = {"11", "12", "13", "14", "15", "16", "17", "AM", "BL", "CH", "CI", "DS"}
    listed |= {"FI", "HM", "LM", "MA", "MB", "MC", "OF", "TV", "VA", "WC", "ZZ"}
    assert listed <= codes("claim_filing")
    classes = dict(load_set("claim_filing").select("code", "payer_class").iter_rows())
    assert {code for code, kind in classes.items() if kind == "medicare"} == {"16", "MA", "MB"}
    assert {code for code, kind in classes.items() if kind == "medicaid"} == {"MC"}


def test_states_territories_and_military_posts() -> None:
    posts_and_territories = {"AA", "AE", "AP", "AS", "DC", "FM", "GU", "MH", "MP", "PR", "PW", "VI"}
    assert posts_and_territories <= codes("states")
    assert len(codes("states") - posts_and_territories) == 50


def test_bills_of_common_settings() -> None:
    settings = dict(load_set("facility_types").select("code", "setting").iter_rows())
    inpatient = {"11", "18", "21", "41"}
    outpatient = {
        "12",
        "13",
        "14",
        "22",
        "23",
        "32",
        "34",
        "71",
        "72",
        "74",
        "75",
        "76",
        "77",
        "85",
    }
    assert {settings[code] for code in inpatient} == {"inpatient"}
    assert {settings[code] for code in outpatient} == {"outpatient"}


def test_deaths_and_stays() -> None:
    kinds = dict(load_set("discharge_status").select("code", "kind").iter_rows())
    assert {c for c, kind in kinds.items() if kind == "died"} == {"20", "40", "41", "42"}
    assert {c for c, kind in kinds.items() if kind == "still a patient"} == {"30"}


@pytest.mark.parametrize("first", ["99381", "99391"])
def test_preventive_visits_cover_every_age_once(first: str) -> None:
    visits = load_set("visit_codes").filter(
        pl.col("code").is_between(pl.lit(first), pl.lit(first[:4] + "7"))
    )
    ages = visits.select("age_from", "age_to").rows()
    assert len(ages) == 7
    assert ages[0][0] == 0
    assert ages[-1] == (65, None)
    assert all(after[0] == before[1] + 1 for before, after in pairwise(ages))


def test_ages_of_visits_are_those_of_the_procedures() -> None:
    ages = {row[0]: row[1:] for row in load_set("procedure_age").iter_rows()}
    visits = load_set("visit_codes").drop_nulls("age_from")
    assert visits.height == 14
    for code, *span in visits.select("code", "age_from", "age_to").iter_rows():
        assert list(ages[code][:2]) == span


def test_ages_run_upward() -> None:
    ages = load_set("procedure_age").drop_nulls("age_to")
    assert ages.filter(pl.col("age_from") > pl.col("age_to"))["code"].to_list() == []
    assert ages["age_from"].min() == 0


def test_ranges_of_one_sex_do_not_overlap() -> None:
    ranges = load_set("procedure_sex").select("code", "last").rows()
    assert all(first <= last and len(first) == len(last) for first, last in ranges)
    assert all(before[1] < after[0] for before, after in pairwise(ranges))


@pytest.mark.parametrize(
    ("code", "sex"),
    [
        ("55700", "M"),
        ("58150", "F"),
        ("59400", "F"),
        ("76805", "F"),
        ("84153", "M"),
        ("53000", None),  # the urethra
        ("55920", None),  # either sex
        ("60000", None),
        ("76830", None),
    ],
)
def test_sex_of_a_procedure(code: str, sex: str | None) -> None:
    inside = pl.lit(code).is_between(pl.col("code"), pl.col("last"))
    found = load_set("procedure_sex").filter(inside)["sex"].to_list()
    assert found == ([sex] if sex else [])


@pytest.mark.parametrize(
    ("name", "present", "absent"),
    [
        ("unlisted_codes", {"64999", "99199", "A9999", "E1399", "J3490"}, {"99213", "J1100"}),
        ("visit_codes", {"99213", "99285", "92014", "G0439"}, {"20610", "93000"}),
        ("claim_frequency", {"1", "7", "8"}, set()),
        ("admission_type", {"1", "2", "3", "4", "5", "9"}, {"6", "7", "8"}),
        ("carc", {"4", "16", "18", "97", "181", "B7"}, set()),
        ("rarc", {"M20", "M51", "M76", "M77", "N56", "MA130"}, set()),
        ("place_of_service", {"11", "22", "99"}, {"00", "28", "35", "59", "70", "82"}),
    ],
)
def test_has_the_codes_everyone_bills(name: str, present: set[str], absent: set[str]) -> None:
    assert present <= codes(name)
    assert not absent & codes(name)


@pytest.mark.parametrize("name", ["combined_diagnoses", "never_first", "integral_symptoms"])
def test_beginnings_of_diagnoses_begin_codes_that_exist(name: str) -> None:
    known = load_set_codes()
    rules = load_set(name)
    columns = [c for c in ("code", "other", "others", "unless", "diseases") if c in rules.columns]
    begins = {begin for c in columns for text in rules[c] for begin in text.split()}
    assert {begin for begin in begins if not any(c.startswith(begin) for c in known)} == set()


def load_set_codes() -> list[str]:
    """All ICD-10-CM codes that ever were."""
    return Reference.load().table("icd10cm")["code"].unique().to_list()
