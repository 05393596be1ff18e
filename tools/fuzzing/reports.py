"""Parse a report in any format: findings, files, summary."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

Json = dict[str, Any]
WHOLE: Final = frozenset({"json", "jsonl"})
"""Formats with all content: findings, files and summary."""


@dataclass(frozen=True, slots=True)
class Said:
    """The parsed content of a report; some formats have only part of it."""

    findings: list[Json] = field(default_factory=list)
    files: list[Json] = field(default_factory=list)
    summary: Json = field(default_factory=dict)
    failures: list[Json] = field(default_factory=list)
    text: str = ""


def parsed(form: str, data: bytes) -> Said:
    """Parse a report.

    Raises:
        ValueError: it can't be parsed, or is empty.
    """
    if form == "json":
        whole = json.loads(data)
        return Said(whole["findings"], whole["files"], whole["summary"], whole["failures"])
    if form == "jsonl":
        rows = [json.loads(line) for line in data.decode().split("\n") if line]
        of = {kind: [row for row in rows if row["type"] == kind] for kind in ("finding", "file", "summary", "failure")}  # fmt: skip
        return Said(of["finding"], of["file"], of["summary"][0], of["failure"])
    if form == "sarif":
        return Said(_results(json.loads(data)))
    if form in {"csv", "parquet"}:
        return Said(_rows(form, data))
    text = data.decode()
    if not text.strip() or (form == "html" and "</html>" not in text):
        raise ValueError("the report is empty")
    return Said(text=text)


def _rows(form: str, data: bytes) -> list[Json]:
    read = pl.read_parquet(io.BytesIO(data)) if form == "parquet" else pl.read_csv(data, infer_schema=False)  # fmt: skip
    if not {"claim_id", "code", "message", "position", "file"} <= set(read.columns):
        raise ValueError("columns are missing")
    return list(read.with_columns(pl.col("position").cast(pl.Int64)).iter_rows(named=True))


def _results(whole: Json) -> list[Json]:
    """The findings among a SARIF log's results."""
    found = []
    for result in whole["runs"][0].get("results", []):
        if result["kind"] != "fail":
            continue
        for place in result.get("locations", []):
            physical = place.get("physicalLocation", {})
            region = physical.get("region", {})
            position = region.get("byteOffset", region.get("startLine"))
            found.append({"file": physical.get("artifactLocation", {}).get("uri"), "position": position, "code": result["ruleId"]})  # fmt: skip
    return found
