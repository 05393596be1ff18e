"""An audit of the practice year from plan to score, and scores by hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

import cleanclaim
import practice_year
from cleanclaim.audit.page import profile_page, score_page
from cleanclaim.audit.plan import Drawn, Plan, Stratum, draw, plan_of
from cleanclaim.audit.population import population_of
from cleanclaim.audit.score import Score
from cleanclaim.audit.sheet import read_sheet, write_csv, write_workbook
from cleanclaim.cli.main import run
from cleanclaim.errors import ConfigError, InputError
from cleanclaim.report.result import Report
from places import ROOT

PRACTICE = ROOT / "examples" / "practice"
CLAIMS = PRACTICE / "claims.csv"


@pytest.fixture(scope="module")
def year() -> Report:
    return cleanclaim.check(CLAIMS)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of((PRACTICE / "plan.json").read_text(), "plan.json")


@pytest.fixture(scope="module")
def fees() -> dict[str, float]:
    with (PRACTICE / "fees.csv").open() as file:
        return {row["procedure_code"]: float(row["fee"]) for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def score(plan: Plan, fees: dict[str, float]) -> Score:
    return cleanclaim.audit_score(plan, PRACTICE / "filled.csv", fees=fees)


def test_the_audit_finds_who_codes_too_high_and_who_forgets_modifiers(score: Score) -> None:
    levels = {card.name: card.levels.rate for card in score.providers}
    assert levels.pop(practice_year.UP_CODER) == pytest.approx(7 / 23)
    assert set(levels.values()) == {1.0}
    modifiers = {card.name: card.modifiers.rate for card in score.coders}
    assert modifiers == {"CODER-A": 1.0, practice_year.FORGETFUL: pytest.approx(2 / 3), "CODER-C": 1.0}  # fmt: skip
    [below] = [card.name for card in score.providers if card.meets_standard is False]
    assert below == practice_year.UP_CODER


def test_the_interval_holds_what_was_planted(score: Score, fees: dict[str, float]) -> None:
    """The true overpayment of the whole year, from the truth that the sample doesn't know."""
    with CLAIMS.open() as claims, (PRACTICE / "truth.csv").open() as truth:
        billed = sum(fees[row["procedure_code"]] for row in csv.DictReader(claims))
        supported = sum(fees[row["procedure_code"]] for row in csv.DictReader(truth))
    planted = billed - supported
    estimate = score.estimates["net_overpayment"]
    assert planted > 5000
    assert estimate.lower <= planted <= estimate.upper


def test_the_plan_is_drawn_again_by_its_seed(plan: Plan, year: Report) -> None:
    again = cleanclaim.audit_plan(year, method="stratified", by=["provider"], size=110, seed=7)
    assert again.sample == plan.sample
    assert again.fingerprint == plan.fingerprint
    other = cleanclaim.audit_plan(year, method="stratified", by=["provider"], size=110, seed=8)
    assert other.sample != plan.sample
    assert json.loads(again.to_json())["seed"] == 7


def test_a_sheet_comes_back_as_it_was_written(plan: Plan, year: Report, tmp_path: Path) -> None:
    rows = cleanclaim.audit_sheet(plan, year, coders={"PY00184": "CODER-B"}, notes={"PY00184": "=1+1"})  # fmt: skip
    (tmp_path / "sheet.csv").write_bytes(write_csv(rows))
    (tmp_path / "sheet.xlsx").write_bytes(write_workbook(rows))
    table, book = read_sheet(tmp_path / "sheet.csv"), read_sheet(tmp_path / "sheet.xlsx")
    names = ("unit", "provider", "procedure_code", "modifiers", "diagnoses", "from_date", "coder")
    assert [[row[name] for name in names] for row in table] == [[row[name] for name in names] for row in book]  # fmt: skip
    [noted] = {row["note"] for row in table if row["unit"] == "PY00184"}
    assert noted == "'=1+1"  # no formula in a spreadsheet
    assert {row["coder"] for row in table} == {"", "CODER-B"}
    assert any("MOD104" in row["engine"] for row in table)


def test_other_claims_are_refused(plan: Plan) -> None:
    other = cleanclaim.check({"claim_id": "A", "diagnoses": ["I10"], "lines": [{"procedure_code": "99213", "charge_amount": 10}]})  # fmt: skip
    with pytest.raises(ConfigError, match="aren't those that the plan was drawn from"):
        cleanclaim.audit_sheet(plan, other)


def test_a_sample_by_dollars(year: Report) -> None:
    plan = cleanclaim.audit_plan(year, method="pps", size=60, seed=3)
    assert sum(one.draws for one in plan.sample) == 60
    assert all(one.probability == pytest.approx(one.dollars / plan.dollars) for one in plan.sample)
    mean = sum(one.dollars * one.draws for one in plan.sample) / 60
    assert mean > plan.dollars / plan.population  # dear claims are drawn more often
    rows = [{"unit": one.unit, "line_number": 1, "procedure_code": "99213", "charge": one.dollars, "agree": "n", "audited_code": "none"} for one in plan.sample]  # fmt: skip
    score = cleanclaim.audit_score(plan, rows)
    total = score.estimates["net_overpayment"]  # each claim is wholly overpaid: known at once
    assert (total.point, total.lower, total.upper) == pytest.approx((plan.dollars,) * 3)


def test_a_sample_by_risk_begins_with_the_outlier(year: Report) -> None:
    plan = cleanclaim.audit_plan(year, method="risk", size=10)
    providers = dict(population_of(year).select("unit", "provider").iter_rows())
    assert {providers[one.unit] for one in plan.sample} == {practice_year.UP_CODER}
    assert "far above" in plan.sample[0].why
    rows = [{"unit": one.unit, "line_number": 1, "procedure_code": "99215", "charge": 1, "agree": "y"} for one in plan.sample]  # fmt: skip
    score = cleanclaim.audit_score(plan, rows)
    assert score.estimates == {}
    assert "nothing is extrapolated" in score.notes[0]


def test_a_sample_needs_something_to_draw_from(year: Report) -> None:
    population = population_of(year)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"method": "stratified"}, "something to divide by"),
        ({"method": "simple", "by": ["payer"]}, "only a stratified sample"),
        ({"by": ["coder"], "method": "stratified"}, "expected provider"),
        ({"method": "best"}, "expected one of simple"),
        ({"size": 0}, "at least 1"),
        ({"confidence": 1.0}, "such as 0.90"),
    ]
    for options, words in wrong:
        with pytest.raises(ConfigError, match=words):
            draw(population, **options)
    with pytest.raises(ConfigError, match="no claims"):
        draw(population.clear())


SMALL = Plan(
    "simple", 1, 0.90, (), 10, 1000.0, "x", (Stratum("all claims", 10, 1000.0, 3),),
    (Drawn(1, "A", "all claims", 100.0), Drawn(2, "B", "all claims", 100.0), Drawn(3, "C", "all claims", 100.0)),
)  # fmt: skip
FEES = {"99213": 100.0, "99214": 150.0, "20610": 80.0}


def line(unit: str, code: str, agree: str = "y", **more: Any) -> dict[str, Any]:
    return {"unit": unit, "line_number": 1, "procedure_code": code, "units": "1", "diagnoses": "I10", "provider": "P", "charge": "200", "agree": agree, **more}  # fmt: skip


def test_a_score_by_hand() -> None:
    rows = [
        line("A", "99214", "n", audited_code="99213", modifiers="25"),  # 50 too much
        line("B", "99213", "n", audited_code="99214", audited_diagnoses="I11.9"),  # 50 too little
        line("C", "99213"),
        line("C", "", "n", audited_code="20610", line_number=None),  # 80 not billed
    ]
    score = cleanclaim.audit_score(SMALL, rows, fees=FEES)
    card = score.total
    assert (card.claims, card.lines, card.right_lines) == (3, 4, 1)
    assert (card.procedures.right, card.procedures.total) == (1, 4)
    assert (card.icd.right, card.icd.total) == (2, 3)
    assert (card.modifiers.right, card.modifiers.total) == (1, 1)
    assert (card.levels.right, card.levels.total) == (1, 3)
    assert card.accuracy == pytest.approx(4 / 8)
    assert (card.over, card.under) == (1, 2)
    assert (card.billed, card.gross, card.net) == (350, 180, -80)
    # claims: +50, -50, -80: mean -26.667, s² = (76.667² + 23.333² + 53.333²)/2 = 4633.33; N = 10
    total = score.estimates["net_overpayment"]
    assert total.point == pytest.approx(-266.667, abs=1e-3)
    assert total.standard_error == pytest.approx(10 * (4633.333 / 3 * 0.7) ** 0.5, abs=1e-2)
    over = score.estimates["overpayment"]  # +50, 0, 0
    assert over.point == pytest.approx(166.667, abs=1e-3)
    assert score.estimates["claims_in_error"].point == 1.0


def test_what_a_line_without_a_fee_does() -> None:
    rows = [line("A", "99215", "n", audited_code="99212"), line("B", "99213"), line("C", "99213")]
    score = cleanclaim.audit_score(SMALL, rows, fees=FEES)
    assert score.total.unpriced == 1
    assert "dollars aren't extrapolated" in score.notes[0]
    assert set(score.estimates) == {"claims_in_error"}
    known = cleanclaim.audit_score(SMALL, [{**rows[0], "audited_dollars": "$120.00"}, *rows[1:]], fees=FEES)  # fmt: skip
    assert known.total.net == 80  # the charge of 99215, less the auditor's dollars


def test_claims_that_were_not_judged() -> None:
    score = cleanclaim.audit_score(SMALL, [line("A", "99213"), line("B", "99213", "")])
    assert score.estimates == {}
    assert [note.split(" ")[0] for note in score.notes] == ["1", "2"]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (line("Z", "99213"), "row 1: the claim isn't in the plan's sample"),
        (line("A", "99213", "maybe"), "row 1, column agree: expected y or n"),
        (line("A", "99213", "y", audited_code="99212"), "say something else"),
        (line("A", "99213", "n"), "nothing in the auditor's columns is different"),
        (line("A", "99213", "n", audited_code="9921"), "column audited_code: expected a procedure code"),
        (line("A", "99213", "n", audited_modifiers="259"), "column audited_modifiers"),
        (line("A", "99213", "n", audited_diagnoses="hypertension"), "column audited_diagnoses"),
        (line("A", "99213", "n", audited_units="two"), "column audited_units: expected a number"),
        (line("A", "99213", "n", audited_dollars="free"), "column audited_dollars: expected dollars"),
        (line("A", "", "n", line_number=None, reason="x", audited_modifiers="25"), "needs a code"),
        (line("A", "99213", "y", line_number="inf"), "column line_number: expected a whole number"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named(row: dict[str, Any], fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        cleanclaim.audit_score(SMALL, [row])


def test_two_auditors() -> None:
    first = [line("A", "99213"), line("B", "99213"), line("C", "99214", "n", audited_code="99213")]
    second = [line("A", "99213"), line("B", "99213", "n", audited_code="99212"), line("C", "99214", "n", audited_code="99213")]  # fmt: skip
    agreement = cleanclaim.audit_score(SMALL, first, second=second).agreement
    # right: yes yes no / yes no no: 2 of 3 agree; by chance 2/3·1/3 + 1/3·2/3 = 4/9: (2/3 - 4/9)/(5/9) = 0.4
    assert agreement == {"lines": 3, "agree": 2, "kappa": 0.4, "agree_on_code": 2, "kappa_of_code": 0.0}  # fmt: skip


def test_levels_of_the_practice(year: Report, tmp_path: Path) -> None:
    peers = tmp_path / "peers.csv"
    peers.write_text(
        "Rndrng_Prvdr_Type,HCPCS_Cd,Tot_Srvcs\n"
        'Family Practice,99213,"5,200"\nFamily Practice,99214,4300\nFamily Practice,83036,9\nNurse Practitioner,99213,3000\n'
    )
    profile = cleanclaim.audit_profile(year, peers=peers)
    above = {one.name for one in profile.comparisons if one.is_outlier and one.gap > 0}
    assert above == {practice_year.UP_CODER}
    [medicare] = [one for one in profile.against_medicare if one.name == practice_year.UP_CODER]
    assert medicare.peers == (0, 0, 5200, 4300, 0)
    assert medicare.is_outlier
    assert {one.against for one in profile.against_medicare} == {"Medicare, Family Practice", "Medicare, Nurse Practitioner"}  # fmt: skip
    assert profile.notes == ("1999990058: no single specialty that CMS's file has",)
    habit = {one.name: one for one in profile.habits}[practice_year.UP_CODER]
    assert habit.longest_day == 190
    assert '<td class="number">above</td>' in profile_page(profile)


def test_a_file_that_is_not_cms(tmp_path: Path, year: Report) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="the columns Rndrng_Prvdr_Type, HCPCS_Cd, Tot_Srvcs"):
        cleanclaim.audit_profile(year, peers=tmp_path / "a.csv")
    with pytest.raises(InputError, match="no such file"):
        cleanclaim.audit_profile(year, peers=tmp_path / "b.csv")


def test_the_page_stands_alone(score: Score) -> None:
    page = score_page(score)
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")
    assert page.count("<svg") == 3
    assert "$5,647.73" in page


def asked(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        run(["audit", *map(str, words)])
    out, err = capsys.readouterr()
    assert isinstance(stop.value.code, int)
    return stop.value.code, out, err


def test_the_commands(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    plan, sheet = tmp_path / "plan.json", tmp_path / "sheet.csv"

    def done(*words: object) -> tuple[int, bytes]:
        with pytest.raises(SystemExit) as stop:
            run(["audit", *map(str, words)])
        assert isinstance(stop.value.code, int)
        return stop.value.code, capsysbinary.readouterr().out

    assert done("plan", CLAIMS, "--expected-rate", 0.1, "--within", 0.05, "--output", plan)[0] == 0
    assert (
        len(json.loads(plan.read_text())["sample"]) == 87
    )  # 1.644854²·0.09/0.0025 = 97.4; of 788: 86.7
    assert done("sheet", plan, CLAIMS, "--coders", PRACTICE / "coders.csv", "-o", sheet)[0] == 0
    practice_year.fill(sheet, PRACTICE / "truth.csv", tmp_path / "filled.csv")
    fees = ("--fees", PRACTICE / "fees.csv")
    status, out = done("score", plan, tmp_path / "filled.csv", *fees, "--format", "json")
    assert status == 0
    assert (
        json.loads(out)["estimates"]["claims_in_error"]["method"] == "simple random sample, exact"
    )
    assert b"Providers" in done("score", plan, tmp_path / "filled.csv", *fees)[1]
    assert done("score", plan, tmp_path / "filled.csv", "-f", "csv")[1].startswith(b"kind,name,")
    assert b"OUTLIER, above" in done("profile", CLAIMS)[1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("plan", CLAIMS, "--within", "2", "--expected-rate", "0.1"), "--within"),
        (("plan", CLAIMS, "--within", "0.1"), "--within needs"),
        (("sheet", PRACTICE / "plan.json", CLAIMS, "-o", "x.pdf"), "ends in .xlsx or .csv"),
        (("score", PRACTICE / "fees.csv", PRACTICE / "filled.csv"), "isn't a plan"),
        (("score", PRACTICE / "plan.json", PRACTICE / "fees.csv"), "isn't an audit sheet"),
        (("score", PRACTICE / "missing.json", PRACTICE / "fees.csv"), "No such file"),
        (("profile", CLAIMS, "--by", "coder"), "--by: expected provider"),
        (("profile", PRACTICE / "missing.csv"), "missing.csv"),
    ],
)  # fmt: skip
def test_wrong_words(
    words: tuple[object, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = asked(capsys, *words)
    assert status == 2
    assert told in err


def test_a_note_that_cannot_be_read_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "A1.txt").write_bytes(b"Back pain for a week.\n")
    (notes / "A2.txt").write_bytes(b"\xff\xfe\x00 no text")
    sheet = tmp_path / "sheet.csv"
    status, _, error = asked(capsys, "sheet", PRACTICE / "plan.json", CLAIMS, "--notes", notes, "-o", sheet)  # fmt: skip
    assert status == 2
    assert "A2.txt: " in error
    assert "A1" not in error
    assert read_sheet(sheet)
