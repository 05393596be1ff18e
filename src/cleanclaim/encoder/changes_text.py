"""Code changes and their impact, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from cleanclaim.encoder.changes import (
    CHANGED,
    KINDS,
    NOTE_ADDED,
    NOTE_REMOVED,
    REVISED,
    Changes,
)
from cleanclaim.encoder.impact import Impact
from cleanclaim.encoder.systems import ICD10, printed
from cleanclaim.text.escaping import visible

_TABLE_NAMES: Final = {
    "icd10cm": "ICD-10-CM",
    "hcpcs": "HCPCS Level II",
    "cpt": "CPT",
    "mpfs": "Physician fee schedule",
    "mue_practitioner": "Unit limits, practitioner",
    "mue_hospital": "Unit limits, outpatient hospital",
    "mue_dme": "Unit limits, supplier",
    "ncci_ptp_practitioner": "NCCI pairs, practitioner",
    "ncci_ptp_hospital": "NCCI pairs, outpatient hospital",
    "ncci_add_on": "Add-on codes",
    "coverage_procedures": "Coverage policies, procedures",
    "coverage_diagnoses": "Coverage policies, diagnoses",
    "telehealth": "Telehealth list",
}


def changes_text(found: Changes, touched: Impact | None, limit: int) -> str:
    """Write what changed, by table and kind of change.

    If an impact is given, only the counts and the impact are shown.
    """
    lines = [f"From {found.before} to {found.after}:"]
    for table in found.rows["table"].unique(maintain_order=True):
        own = found.rows.filter(pl.col("table") == table)
        lines += ["", f"{_TABLE_NAMES.get(table, table)}: {_counts(own)}"]
        if touched is None:
            lines += _kinds(own, limit)
    if found.rows.is_empty() and found.compared:
        lines.append(f"No changes in {', '.join(found.compared)}.")
    if touched is not None:
        lines += ["", *_impact(touched, limit)]
        lines.append("Changes in prices, NCCI pairs and coverage policies aren't included here: use cleanclaim check and cleanclaim price.")  # fmt: skip
    if found.not_compared:
        lines += ["", "Not compared:", *(f"  {one}" for one in found.not_compared)]
    return "\n".join(map(visible, lines)) + "\n"


def _counts(rows: pl.DataFrame) -> str:
    counts = dict(rows.group_by("change").len().iter_rows())
    return ", ".join(f"{counts[kind]:,} {kind}" for kind in KINDS if kind in counts)


def _kinds(rows: pl.DataFrame, limit: int) -> Iterator[str]:
    for kind in KINDS:
        own = rows.filter(pl.col("change") == kind)
        if own.is_empty() or not limit:
            continue
        yield f"  {kind}:"
        yield from (f"    {_row(row)}" for row in own.head(limit).iter_rows(named=True))
        if own.height > limit:
            yield f"    … {own.height - limit:,} more (raise --limit, or use --format json to see all)"


def _row(row: dict[str, Any]) -> str:
    code = _code(row["table"], row["code"])
    name = f"{code} {row['other']}" if row["other"] else code
    if row["change"] in {NOTE_ADDED, NOTE_REMOVED}:
        kind = row["column"].replace("_", " ")
        return f"{name}  {kind}: {row['after'] or row['before']}"
    if row["change"] == REVISED:
        return f"{name}  {row['before']} → {row['after']}"
    if row["change"] == CHANGED:
        return f"{name}  {row['column']}: {_or_none(row['before'])} → {_or_none(row['after'])}"
    instead = f"  → {', '.join(row['instead'])}" if row["instead"] else ""
    return f"{name}  {row['title'] or ''}{instead}".rstrip()


def _or_none(value: str | None) -> str:
    return "none" if value is None else value


def _code(table: str, code: str) -> str:
    is_place = " " in code or "-" in code
    return printed(ICD10, code) if table == "icd10cm" and not is_place else code


def _impact(touched: Impact, limit: int) -> Iterator[str]:
    """Yield the codes that are used and changed; codes that can no longer be billed come first."""
    sources = ", ".join(touched.files)
    must = touched.rows.filter("must_change")
    other = touched.rows.filter(~pl.col("must_change"))
    if touched.rows.is_empty():
        yield f"No code in {sources} changed ({_counted(touched.uses, 'code')} checked)."
        return
    yield f"In {sources} ({_counted(touched.uses, 'code')} checked):"
    for rows, heading in (
        (must, "Can no longer be billed"),
        (other, "Still billable, but changed"),
    ):
        if rows.is_empty():
            continue
        yield f"  {heading}:"
        shown = rows.head(limit) if limit else rows
        yield from (line for row in shown.iter_rows(named=True) for line in _use(row))
        if rows.height > shown.height:
            yield f"    … {rows.height - shown.height:,} more (raise --limit)"


def _use(row: dict[str, Any]) -> Iterator[str]:
    code = printed(ICD10, row["code"]) if row["is_diagnosis"] else row["code"]
    count = _counted(row["uses"], "use")
    claims = f" on {_counted(row['claims'], 'claim')}" if row["claims"] else ""
    charges = f", ${row['charges']:,.2f} charged" if row["charges"] else ""
    yield f"    {code}  {row['title'] or ''}  ({', '.join(row['changes'])}): {count}{claims}{charges}"
    if row["instead"]:
        yield f"      use instead: {', '.join(row['instead'])}"
    elif row["must_change"]:
        yield "      no loaded table names a replacement"
    more = row["uses"] - len(row["where"])
    yield f"      {', '.join(row['where'])}" + (f" and {more:,} more" if more > 0 else "")


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def changes_json(found: Changes, touched: Impact | None) -> dict[str, Any]:
    """Return what changed, with every row, for JSON."""
    rows = [
        {**row, "code": _code(row["table"], row["code"])}
        for row in found.rows.iter_rows(named=True)
    ]
    counts = found.rows.group_by("table", "change").len().sort("table", "change")
    as_json: dict[str, Any] = {
        "before": str(found.before),
        "after": str(found.after),
        "compared": list(found.compared),
        "not_compared": list(found.not_compared),
        "summary": counts.to_dicts(),
        "changes": rows,
    }
    if touched is not None:
        as_json["impact"] = {
            "files": list(touched.files),
            "uses": touched.uses,
            "codes": [
                {**row, "code": printed(ICD10, row["code"]) if row["is_diagnosis"] else row["code"]}
                for row in touched.rows.iter_rows(named=True)
            ],
        }
    return as_json
