"""The report as JSON Lines: an object a line, told apart by `type`, the summary last.

The objects hold what the JSON report holds, so that a report of any size can be read line by line.
"""

from __future__ import annotations

import json
from typing import Any, BinaryIO, Final

import polars as pl

from cleanclaim.report.result import JSON_KEYS, NOT_CHECKED_KEYS, Results, file_dict
from cleanclaim.visible import json_safe

_EVIDENCE: Final = JSON_KEYS.index("evidence")


def write(results: Results, out: BinaryIO, color: bool = False) -> None:  # noqa: ARG001, FBT001, FBT002 - as every format
    """The whole report: findings, what was not checked, failures, files, summary.

    Args:
        results: what was found.
        out: where lines of JSON are written, each with a `type`: finding, not_checked, failure, file or summary.
        color: not used.
    """
    for findings in results.findings_parts():
        _put(findings.select(finding_json()).to_series(), out)
    for gaps in results.not_checked_parts():
        _put(gaps.select(_object("not_checked", NOT_CHECKED_KEYS)).to_series(), out)
    out.writelines(_line({"type": "failure", **failure.to_dict()}) for failure in results.failures)
    out.writelines(_line({"type": "file", **file_dict(entry)}) for entry in results.files)
    out.write(_line({"type": "summary", **results.summary}))


def finding_json() -> pl.Expr:
    """One finding as a JSON object; its evidence, which is JSON already, is set in as it stands."""
    return pl.concat_str(
        _object("finding", JSON_KEYS[:_EVIDENCE]).str.strip_suffix("}"),
        pl.lit(',"evidence":'),
        pl.col("evidence").fill_null("{}"),
        pl.lit(","),
        pl.struct(JSON_KEYS[_EVIDENCE + 1 :]).struct.json_encode().str.strip_prefix("{"),
    )


def _object(kind: str, keys: tuple[str, ...]) -> pl.Expr:
    return pl.struct(pl.lit(kind).alias("type"), *keys).struct.json_encode()


def _put(lines: pl.Series, out: BinaryIO) -> None:
    if len(lines):
        out.write(json_safe("\n".join(lines) + "\n").encode())


def _line(item: dict[str, Any]) -> bytes:
    return json_safe(json.dumps(item, ensure_ascii=False) + "\n").encode()
