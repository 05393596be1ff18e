"""A baseline: findings that are known and accepted, so that only new ones are reported.

The file is JSON. It names a finding by its edit, line, diagnosis and a hash of the claim's number and first date of service, so it names no patient.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from cleanclaim.errors import ConfigError
from cleanclaim.parsing import json_of
from cleanclaim.report.labels import counted
from cleanclaim.report.result import Report
from cleanclaim.storage.durable import whole_file
from cleanclaim.verdicts.claims import verdicts_of

VERSION: Final = 1
_KEY: Final = ("claim", "code", "line_number", "diagnosis_number")
_SCHEMA: Final = {
    "claim": pl.String,
    "code": pl.String,
    "line_number": pl.Int64,
    "diagnosis_number": pl.Int64,
}


def write(report: Report, path: Path) -> int:
    """Write every finding of a report as a known one.

    Returns:
        The number of entries written.
    """
    entries = _keyed(report).select(_KEY).unique().sort(_KEY)
    text = json.dumps({"version": VERSION, "findings": entries.to_dicts()}, indent=1)
    with whole_file(path) as out:
        out.write(f"{text}\n".encode())
    return entries.height


def apply(report: Report, path: Path) -> Report:
    """The report without the findings in a baseline; a note counts the entries that no finding matches any more.

    Raises:
        ConfigError: the file isn't a baseline.
    """
    known = _read(path)
    keyed = _keyed(report)
    new = keyed.join(known, on=_KEY, how="anti", nulls_equal=True, maintain_order="left")
    unused = known.join(keyed, on=_KEY, how="anti", nulls_equal=True).sort(_KEY)
    notes = [f"Left out: {counted(keyed.height - new.height, 'known finding')} (baseline {path})."]
    if unused.height:
        edits = ", ".join(
            f"{code} {count}"
            for code, count in unused.group_by("code").len().sort("code").iter_rows()
        )
        notes.append(
            f"No longer found, so you can write the baseline again: {counted(unused.height, 'entry', 'entries')} ({edits})."
        )
    findings = new.drop("claim")
    claims = verdicts_of(report.batch, findings, report.not_checked, report.failures)
    return replace(report, findings=findings, claims=claims, notes=(*report.notes, *notes))


def _keyed(report: Report) -> pl.DataFrame:
    claims = report.claims.select("claim_key", "claim_id", "from_date")
    hashes = [_fingerprint(claim_id, str(day)) for _, claim_id, day in claims.iter_rows()]
    hashed = claims.select("claim_key", pl.Series("claim", hashes, dtype=pl.String))
    return report.findings.join(hashed, on="claim_key", how="left", maintain_order="left")


def _fingerprint(claim_id: str | None, day: str) -> str:
    return hashlib.blake2b(f"{claim_id}\x1f{day}".encode(), digest_size=8).hexdigest()


def _read(path: Path) -> pl.DataFrame:
    try:
        content: Any = json_of(path.read_text(encoding="utf-8"))
        if content["version"] != VERSION:
            raise ConfigError(
                [
                    f"{path}: baseline version {content['version']} can't be read; write it again with --write-baseline"
                ]
            )
        return pl.DataFrame(content["findings"], schema=_SCHEMA).unique()
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror}"]) from None
    except (ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        raise ConfigError(
            [f"{path}: this file isn't a baseline; write one with --write-baseline"]
        ) from None
