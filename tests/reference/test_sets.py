"""The small sets: format, dates, and facts typed a second time from what CMS publishes."""

import csv
import io
from datetime import date, timedelta
from importlib.resources import files

import polars as pl
import pytest

from cleanclaim.reference.sets import RELEASE, SETS, load_set

OPEN_START = date(1900, 1, 1)
OPEN_END = date(9999, 12, 31)
ONE_DAY = timedelta(days=1)

COLUMNS = {
    "modifiers": "code family ncci_associated:bool pricing label",
    "modifier_conflicts": "code other reason source",
    "notice_conflicts": "code other reason source",
    "organ_procedures": "code last never organ disposition",
    "limb_procedures": "code last parts place",
    "medicare_ages": "code age_from:int age_to:int service policy",
    "modifier_services": "code only never reason source",
    "place_of_service": "code label facility:bool inpatient:bool",
    "claim_filing": "code label payer_class",
    "diagnosis_qualifiers": "code kind icd_version:int",
    "visit_codes": "code category patient visit_kind age_from:int age_to:int",
    "procedure_age": "code age_from:int age_to:int reason",
    "procedure_sex": "code last sex reason",
    "unlisted_codes": "code",
    "carc": "code label",
    "adjustment_groups": "code label",
    "revenue_codes": "code label",
    "revenue_ranges": "code last procedure",
    "revenue_conflicts": "code last conflicts what source",
    "poa_categories": "code exempt",
    "rarc": "code label",
    "claim_frequency": "code label",
    "facility_types": "code label setting",
    "discharge_status": "code kind",
    "admission_type": "code label",
    "admission_source": "code label",
    "states": "code",
    "side_required": "code kind",
    "therapy_codes": "code disciplines",
    "timed_codes": "code minutes:int kind",
    "single_dose_drugs": "code label",
    "clia_tests": "code qw",
    "medicare_instead": "code instead reason",
    "ordered_services": "code last kind",
    "prolonged_codes": "code extends",
    "visit_places": "code last not_in kind",
    "combined_diagnoses": "code other unless instead section",
    "never_first": "code reason section disposition",
    "integral_symptoms": "code diseases",
    "not_together": "code other reason section",
    "preventive_diagnoses": "code diagnoses service section",
    "companion_procedures": "code others reason source claim_type",
    "panels": "code components",
    "companion_diagnoses": "code others reason section disposition",
    "diagnosis_order": "code others reason section",
    "pregnancy_conditions": "code instead unless reason section",
}
"""The columns of every set before its dates; text unless typed."""

TYPES = {"": pl.String(), "bool": pl.Boolean(), "int": pl.Int64()}

MODIFIER = r"^[A-Z0-9]{2}$"
PROCEDURE = r"^([0-9]{5}|[A-Z][0-9]{4})$"
FORMS = {
    "modifiers": MODIFIER,
    "modifier_conflicts": MODIFIER,
    "notice_conflicts": MODIFIER,
    "organ_procedures": PROCEDURE,
    "limb_procedures": PROCEDURE,
    "medicare_ages": PROCEDURE,
    "modifier_services": MODIFIER,
    "place_of_service": r"^[0-9]{2}$",
    "claim_filing": r"^([0-9]{2}|[A-Z]{2})$",
    "diagnosis_qualifiers": r"^[A-Z]{2,3}$",
    "visit_codes": PROCEDURE,
    "procedure_age": PROCEDURE,
    "procedure_sex": PROCEDURE,
    "unlisted_codes": PROCEDURE,
    "side_required": PROCEDURE,
    "therapy_codes": PROCEDURE,
    "timed_codes": PROCEDURE,
    "single_dose_drugs": PROCEDURE,
    "clia_tests": PROCEDURE,
    "medicare_instead": PROCEDURE,
    "ordered_services": PROCEDURE,
    "prolonged_codes": PROCEDURE,
    "visit_places": PROCEDURE,
    "preventive_diagnoses": PROCEDURE,
    "companion_procedures": PROCEDURE,
    "panels": PROCEDURE,
    "carc": r"^([1-9][0-9]{0,2}|[ABPWY][0-9]{1,2})$",
    "rarc": r"^(MA[0-9]{2,3}|[MN][1-9][0-9]{0,2})$",
    "adjustment_groups": r"^[A-Z]{2}$",
    "revenue_codes": r"^[0-3][0-9]{3}$",
    "revenue_ranges": r"^[0-3][0-9]{3}$",
    "revenue_conflicts": r"^[0-9J][0-9]{4}$",
    "poa_categories": r"^[A-Z]([0-9][0-9A-Z]{1,2})?$",
    "claim_frequency": r"^[0-9A-Z]$",
    "facility_types": r"^[1-9][0-9]$",
    "discharge_status": r"^[0-9]{2}$",
    "admission_type": r"^[1-9]$",
    "admission_source": r"^[1-9A-G]$",
    "states": r"^[A-Z]{2}$",
    **dict.fromkeys(
        (
            *("combined_diagnoses", "never_first", "integral_symptoms", "not_together"),
            *("companion_diagnoses", "diagnosis_order", "pregnancy_conditions"),
        ),
        r"^[A-Z][0-9][0-9A-Z]{1,5}$",
    ),
}

WORDS = {
    ("modifiers", "pricing"): {"pricing", "informational"},
    ("claim_filing", "payer_class"): {
        *("medicare", "medicaid", "commercial", "tricare", "va", "workers_comp", "auto", "other")
    },
    ("diagnosis_qualifiers", "kind"): {
        *("principal", "other", "admitting", "reason_for_visit", "external_cause")
    },
    ("visit_codes", "patient"): {"new", "established", "none"},
    ("visit_codes", "visit_kind"): {"problem", "preventive"},
    ("procedure_sex", "sex"): {"M", "F"},
    ("facility_types", "setting"): {"inpatient", "outpatient"},
    ("never_first", "disposition"): {"return", "warn"},
    ("companion_procedures", "claim_type"): {"professional", "institutional"},
    ("companion_diagnoses", "disposition"): {"warn", "info"},
    ("organ_procedures", "disposition"): {"warn", "info"},
    ("discharge_status", "kind"): {"left", "died", "still a patient"},
}
"""Columns with a fixed set of values."""

MAY_BE_NULL = {
    ("visit_codes", "age_from"),
    ("visit_codes", "age_to"),
    ("procedure_age", "age_to"),
    ("medicare_ages", "age_to"),
    ("modifier_services", "only"),
    ("modifier_services", "never"),
}

every_set = pytest.mark.parametrize("name", sorted(COLUMNS))


# Format


def test_every_set_is_tested_and_every_file_is_a_set() -> None:
    folder = files("cleanclaim.reference") / "set_data"
    written = {p.name.removesuffix(".csv") for p in folder.iterdir() if p.name.endswith(".csv")}
    assert set(COLUMNS) == set(FORMS) == set(SETS) == written


@every_set
def test_has_a_meaning_and_a_source(name: str) -> None:
    assert SETS[name].meaning.strip()
    assert SETS[name].source.strip()


@every_set
def test_loads_with_its_schema(name: str) -> None:
    words = [word.partition(":") for word in COLUMNS[name].split()]
    expected = {column: TYPES[kind] for column, _, kind in words}
    expected |= {"valid_from": pl.Date(), "valid_to": pl.Date(), "release": pl.String()}
    loaded = load_set(name)
    assert loaded.schema == pl.Schema(expected)
    assert loaded["release"].unique().to_list() == [RELEASE]
    assert loaded.height > 0


@every_set
def test_is_sorted_by_code_and_date(name: str) -> None:
    keys = list(load_set(name).select("code", "valid_from").iter_rows())
    assert keys == sorted(keys)


@every_set
def test_codes_have_the_format_of_their_set(name: str) -> None:
    odd = load_set(name).filter(~pl.col("code").str.contains(FORMS[name]))
    assert odd["code"].to_list() == []


@every_set
def test_texts_are_present_and_trimmed(name: str) -> None:
    texts = load_set(name).select(pl.selectors.string())
    for column in texts.columns:
        ragged = (pl.col(column) == "") | (pl.col(column) != pl.col(column).str.strip_chars())
        assert texts.filter(ragged).height == 0, column


@every_set
def test_only_open_ages_are_null(name: str) -> None:
    loaded = load_set(name)
    with_null = {(name, c) for c in loaded.columns if loaded[c].null_count()}
    assert with_null <= MAY_BE_NULL


@every_set
def test_flags_are_written_true_or_false(name: str) -> None:
    # Any other word would be read as false.
    flags = [w.removesuffix(":bool") for w in COLUMNS[name].split() if w.endswith(":bool")]
    path = files("cleanclaim.reference") / "set_data" / f"{name}.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    assert {row[flag] for row in rows for flag in flags} <= {"true", "false"}


@pytest.mark.parametrize(("name", "column"), sorted(WORDS))
def test_values_are_in_the_list(name: str, column: str) -> None:
    assert set(load_set(name)[column]) <= WORDS[name, column]


# Dates


@every_set
def test_periods_run_forward_within_the_open_ends(name: str) -> None:
    wrong = (
        (pl.col("valid_from") > pl.col("valid_to"))
        | (pl.col("valid_from") < OPEN_START)
        | (pl.col("valid_to") > OPEN_END)
    )
    assert load_set(name).filter(wrong)["code"].to_list() == []


@every_set
def test_a_key_has_one_row_per_day(name: str) -> None:
    loaded = load_set(name)
    key = [c for c in ("code", "other", "age_from") if c in loaded.columns]
    ordered = loaded.sort(*key, "valid_from")
    follows = pl.all_horizontal(pl.col(c) == pl.col(c).shift() for c in key)
    overlaps = pl.col("valid_from") <= pl.col("valid_to").shift()
    assert ordered.filter(follows & overlaps).select(key).rows() == []
