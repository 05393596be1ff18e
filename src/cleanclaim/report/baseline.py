"""A baseline: findings that are known and accepted, so that only new ones are reported.

The file is JSON. A finding is known by a fingerprint of its claim (a hash of the claim's number and first service date, so that the file names no
patient), its edit, line and diagnosis number.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from cleanclaim.errors import ConfigError
from cleanclaim.report.result import Report
from cleanclaim.storage.durable import whole_file

VERSION: Final = 1
_KEY: Final = ("claim", "code", "line_number", "diagnosis_number")
_SCHEMA: Final = {
    "claim": pl.String,
    "code": pl.String,
    "line_number": pl.Int64,
    "diagnosis_number": pl.Int64,
}


def write(report: Report, path: Path) -> int:
    """Write every finding of a report as known.

    Returns:
        How many entries were written.
    """
    entries = _keyed(report).select(_KEY).unique().sort(_KEY)
    text = json.dumps({"version": VERSION, "findings": entries.to_dicts()}, indent=1)
    with whole_file(path) as out:
        out.write(f"{text}\n".encode())
    return entries.height


def apply(report: Report, path: Path) -> Report:
    """The report without the findings that a baseline knows; entries that no finding uses are told among its notes.

    Raises:
        ConfigError: the file is no baseline.
    """
    known = _read(path)
    keyed = _keyed(report)
    new = keyed.join(known, on=_KEY, how="anti", nulls_equal=True, maintain_order="left")
    unused = known.join(keyed, on=_KEY, how="anti", nulls_equal=True).sort(_KEY)
    notes = [f"{keyed.height - new.height} known findings are left out (baseline {path})"]
    if unused.height:
        edits = ", ".join(
            f"{code} {count}"
            for code, count in unused.group_by("code").len().sort("code").iter_rows()
        )
        notes.append(
            f"{unused.height} baseline entries are no longer found and can be removed: {edits}"
        )
    return replace(report, findings=new.drop("claim"), notes=(*report.notes, *notes))


def _keyed(report: Report) -> pl.DataFrame:
    claims = report.claims.select("claim_key", "claim_id", "from_date")
    prints = [_fingerprint(claim_id, str(day)) for _, claim_id, day in claims.iter_rows()]
    named = claims.select("claim_key", pl.Series("claim", prints, dtype=pl.String))
    return report.findings.join(named, on="claim_key", how="left", maintain_order="left")


def _fingerprint(claim_id: str | None, day: str) -> str:
    return hashlib.blake2b(f"{claim_id}\x1f{day}".encode(), digest_size=8).hexdigest()


def _read(path: Path) -> pl.DataFrame:
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        if content["version"] != VERSION:
            raise ConfigError([f"{path}: baseline version {content['version']} is not {VERSION}"])
        return pl.DataFrame(content["findings"], schema=_SCHEMA).unique()
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror}"]) from None
    except (ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        raise ConfigError([f"{path} is no baseline; write one with --write-baseline"]) from None
