"""What a batch's process leaves for the worklist and the claim page, as Parquet files in the job's folder.

The whole claims are kept, so that a person sees what a finding is about. Only the folder's owner can read them, and they go with the batch.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import polars as pl

from cleanclaim.derived.claims import Claims
from cleanclaim.report.formats import FORMATS
from cleanclaim.report.locations import place_words
from cleanclaim.report.result import Report
from cleanclaim.storage.durable import whole_file
from cleanclaim.verdicts.filing import last_filing_days

FOUND: Final = "worklist.parquet"
"""The findings, each with what the worklist sorts and filters by."""
CHECKED: Final = "checked.parquet"
"""Each claim that was checked, with the edits that couldn't check something about it."""
REPORT: Final = "report-findings.parquet"
"""The findings as the report has them."""
CLAIMS: Final = "report-claims.parquet"
"""The claims as the report has them."""
WORKBOOK: Final = "report.xlsx"
_ROW: Final = {
    "identity": pl.String, "number": pl.Int64, "claim_key": pl.Int64, "claim_id": pl.String, "line_number": pl.Int64, "diagnosis_number": pl.Int64,
    "place": pl.String, "code": pl.String, "name": pl.String, "disposition": pl.String, "message": pl.String, "suggestion": pl.String, "fix": pl.String,
    "column": pl.String, "source": pl.String, "at_risk_cents": pl.Int64, "payer": pl.String, "provider": pl.String, "from_date": pl.Date,
    "last_day": pl.Date,
}  # fmt: skip


def model_name(table: str) -> str:
    """The file of a table of the model."""
    return f"model-{table}.parquet"


def write(report: Report, folder: Path) -> None:
    """Write the files in a batch's folder."""
    for table, frame in report.batch.frames().items():
        _put(frame, folder / model_name(table))
    _put(report.findings, folder / REPORT)
    _put(report.claims, folder / CLAIMS)
    _put(_checked(report), folder / CHECKED)
    _put(pl.DataFrame(list(_rows(report)), schema=_ROW), folder / FOUND)
    with whole_file(folder / WORKBOOK) as out:
        FORMATS["xlsx"].write(report, out)


def _checked(report: Report) -> pl.DataFrame:
    """The claims, and the file as a whole (without a number), with what wasn't checked of them; none if an edit failed."""
    whole = pl.DataFrame({"claim_id": [None], "not_checked": [[]]}, {"claim_id": pl.String, "not_checked": pl.List(pl.String)})  # fmt: skip
    rows = pl.concat([whole, report.claims.select("claim_id", "not_checked")])
    return rows.clear() if report.failures else rows


def _put(frame: pl.DataFrame, path: Path) -> None:
    with whole_file(path) as out:
        frame.write_parquet(out)


def _rows(report: Report) -> Iterator[dict[str, Any]]:
    about = _abouts(report)
    codes = _codes(report)
    seen: Counter[str] = Counter()
    for number, row in enumerate(report.findings.iter_rows(named=True)):
        key, line, diagnosis = row["claim_key"], row["line_number"], row["diagnosis_number"]
        column = (row["field"] or {}).get("column") or ""
        what = codes.get((key, line, diagnosis), "")
        said = identity(row["claim_id"], line, diagnosis, row["code"], column, what)
        seen[said] += 1
        amount = row["at_risk_amount"]
        yield {
            "identity": _hash(f"{said}\x1f{seen[said]}"),
            "number": number,
            "claim_key": key,
            "claim_id": row["claim_id"],
            "line_number": line,
            "diagnosis_number": diagnosis,
            "place": place_words(row),
            "code": row["code"],
            "name": row["name"],
            "disposition": row["disposition"],
            "message": row["message"],
            "suggestion": row["suggestion"],
            "fix": row["fix"],
            "column": column or None,
            "source": " ".join(part for part in (row["source"], f"[{row['release']}]" if row["release"] else "") if part),
            "at_risk_cents": None if amount is None else int(amount * 100),
            **about.get(key, {}),
        }  # fmt: skip


def identity(
    claim_id: str | None, line: int | None, diagnosis: int | None, code: str, column: str, what: str
) -> str:
    """What a finding says, so that it is known again when its claim is checked again."""
    return "\x1f".join(str(part or "") for part in (claim_id, line, diagnosis, code, column, what))


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()


def _abouts(report: Report) -> dict[int, dict[str, Any]]:
    """What the worklist shows of each claim: payer, provider, date of service, and the last day to file it."""
    columns = report.claims.select(
        "claim_key",
        pl.coalesce("payer_name", "payer_id", "payer_class").alias("payer"),
        pl.coalesce("rendering_npi", "billing_npi").alias("provider"),
        "from_date",
    )
    if report.reference is not None:
        days = last_filing_days(Claims.of(report.batch, report.reference), report.reference)
        columns = columns.join(days, on="claim_key", how="left")
    return {row.pop("claim_key"): row for row in columns.iter_rows(named=True)}


def _codes(report: Report) -> dict[tuple[int | None, int | None, int | None], str]:
    """The code at each line and diagnosis."""
    lines = report.batch.lines.select("claim_key", "line_number", pl.coalesce("procedure_code", "revenue_center_code"))  # fmt: skip
    diagnoses = report.batch.diagnoses.select("claim_key", "diagnosis_number", "diagnosis_code")
    found: dict[tuple[int | None, int | None, int | None], str] = {}
    for key, number, code in lines.iter_rows():
        found[key, number, None] = code or ""
    for key, number, code in diagnoses.iter_rows():
        found[key, None, number] = code or ""
    return found
