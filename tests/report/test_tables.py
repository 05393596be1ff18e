"""JSON Lines, CSV and Parquet: what the JSON report says, in other shapes."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import polars as pl
import pytest

from cleanclaim.report.formats import FORMATS
from cleanclaim.report.result import JSON_KEYS, NOT_CHECKED_KEYS, Report


def csv_of(report: Report) -> str:
    return FORMATS["csv"].render(report).decode()


def jsonl_of(report: Report) -> str:
    return FORMATS["jsonl"].render(report).decode()


def parquet_of(report: Report) -> bytes:
    return FORMATS["parquet"].render(report)


def json_of(report: Report) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(report.to_json())
    return parsed


def rows_of(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_of(report), newline="")))


def test_json_lines_hold_what_json_holds(file_report: Report) -> None:
    objects = [json.loads(line) for line in jsonl_of(file_report).splitlines()]
    by_type: dict[str, list[dict[str, Any]]] = {}
    for item in objects:
        by_type.setdefault(item.pop("type"), []).append(item)
    told = json_of(file_report)
    assert by_type["finding"] == told["findings"]
    assert by_type["not_checked"] == told["not_checked"]
    assert by_type["file"] == told["files"]
    assert by_type["summary"] == [told["summary"]]


def test_the_summary_is_the_last_line(report: Report) -> None:
    *others, last = [json.loads(line) for line in jsonl_of(report).splitlines()]
    assert last["type"] == "summary"
    assert last["claims"] == 4
    assert "summary" not in {item["type"] for item in others}


def test_json_lines_have_every_key(report: Report) -> None:
    for line in jsonl_of(report).splitlines():
        item = json.loads(line)
        if item["type"] == "finding":
            assert tuple(item) == ("type", *JSON_KEYS)
        if item["type"] == "not_checked":
            assert tuple(item) == ("type", *NOT_CHECKED_KEYS)


def test_csv_has_a_row_a_finding(file_report: Report) -> None:
    rows = rows_of(file_report)
    assert len(rows) == file_report.findings.height
    assert [row["code"] for row in rows] == file_report.findings["code"].to_list()
    told = json_of(file_report)["findings"]
    assert [json.loads(row["evidence"]) for row in rows] == [item["evidence"] for item in told]


def test_csv_spreads_the_field(report: Report) -> None:
    row = next(row for row in rows_of(report) if row["code"] == "DX102")
    assert list(row)[11:14] == ["field_element", "field_box", "field_fhir"]
    assert row["field_box"] == "21A"
    assert row["field_fhir"].startswith("Claim.diagnosis")


def test_csv_runs_no_formula(report: Report) -> None:
    rows = rows_of(report)
    assert any(row["claim_id"] == '\'=HYPERLINK("x")' for row in rows)
    starts = {value[:1] for row in rows for value in row.values()}
    assert starts.isdisjoint("=+-@\t\r")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_disarms_every_beginning(start: str, report: Report) -> None:
    text = f"{start}1+1 $1 ${{0}}"
    hostile = report.findings.head(1).with_columns(pl.lit(text).alias("message"))
    rows = rows_of(Report(report.batch, hostile, report.not_checked, report.claims))
    assert rows[0]["message"] == "'" + text


def test_csv_leaves_other_texts_alone(report: Report) -> None:
    assert rows_of(report)[0]["message"] == report.findings["message"][0]


def test_parquet_keeps_the_types(report: Report) -> None:
    frame = pl.read_parquet(io.BytesIO(parquet_of(report)))
    assert frame.select(JSON_KEYS).equals(report.findings.select(JSON_KEYS))
    assert frame.select(JSON_KEYS).schema == report.findings.select(JSON_KEYS).schema


def test_parquet_carries_what_was_not_checked(report: Report) -> None:
    metadata = pl.read_parquet_metadata(io.BytesIO(parquet_of(report)))
    assert json.loads(metadata["cleanclaim.summary"]) == json_of(report)["summary"]
