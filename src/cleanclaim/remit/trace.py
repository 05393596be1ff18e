"""Which edits explain a denial: those that fire on the same line for a reason that fits."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from cleanclaim.edits.edit import Disposition
from cleanclaim.errors import InputError, UnreadableFile
from cleanclaim.model import TABLES
from cleanclaim.parsing import json_of
from cleanclaim.remit.reasons import GENERIC, Reason, topics_of
from cleanclaim.remit.records import SentLine

_PARTNER: Final = "other_line_number"
_INCOMPLETE: Final = frozenset({"16", "125"})
"""Something on the claim is missing or wrong. Without a remark, any fault that keeps a claim from being processed explains it."""
_UNPROCESSABLE: Final = frozenset({Disposition.REJECT.value, Disposition.RETURN.value})
_SHARED: Final = frozenset({"bundling", "duplicate"})
"""What concerns two lines: a payer may deny either."""


@dataclass(frozen=True, slots=True)
class Fired:
    """An edit that fired on a claim.

    Attributes:
        code: the edit.
        disposition: how severe it is.
        line_number: the line; None for the claim or a diagnosis.
        partner: the other line of a pair; None if there is none.
        diagnosis_number: the diagnosis; None for the claim or a line.
        carc: its reason code.
        rarc: its remark code.
        fix: whether a repair is proposed.
        topics: what it is about.
    """

    code: str
    disposition: str
    line_number: int | None
    partner: int | None
    diagnosis_number: int | None
    carc: str | None
    rarc: str | None
    fix: str | None
    topics: frozenset[str]


def fired_by_claim(
    findings: pl.DataFrame, anonymous: Collection[int] = ()
) -> dict[int, list[Fired]]:
    """The findings of a run, by claim key.

    Args:
        findings: the findings.
        anonymous: the claims whose patients aren't known here, as in a history; findings about what
            identifies a patient say nothing of how they were sent.
    """
    found: dict[int, list[Fired]] = defaultdict(list)
    for row in findings.iter_rows(named=True):
        if row["claim_key"] in anonymous and _is_private(row):
            continue
        if row["claim_key"] is not None:
            found[row["claim_key"]].append(_fired(row, row["evidence"]))
    return found


def _is_private(row: Mapping[str, Any]) -> bool:
    """Whether a finding is about a column that identifies a patient."""
    table, _, name = ((row["field"] or {}).get("column") or "").partition(".")
    return any(column.name == name and column.private for column in TABLES[table].columns) if table in TABLES else False  # fmt: skip


def fired_before(path: Path) -> dict[str, list[tuple[str, Fired]]]:
    """The findings of an earlier report, by claim number, each with its file.

    Raises:
        UnreadableFile: the report can't be read.
        InputError: it isn't a JSON report of `cleanclaim check`.
    """
    try:
        content = json_of(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror}") from None
    except ValueError:
        raise InputError(f"{path}: expected a report of `cleanclaim check --format json`, found other text") from None  # fmt: skip
    rows = content.get("findings") if isinstance(content, dict) else None
    if not isinstance(rows, list):
        raise InputError(f"{path}: expected a report of `cleanclaim check --format json`; it has no findings")  # fmt: skip
    found: dict[str, list[tuple[str, Fired]]] = defaultdict(list)
    for row in rows:
        if isinstance(row, dict) and row.get("claim_id") and row.get("code"):
            fired = _fired(defaultdict(lambda: None, row), json.dumps(row.get("evidence") or {}))
            found[str(row["claim_id"])].append((str(row.get("file") or ""), fired))
    return found


def _fired(row: Mapping[str, Any], evidence: str | None) -> Fired:
    partner = json.loads(evidence).get(_PARTNER) if evidence and _PARTNER in evidence else None
    return Fired(
        row["code"],
        row["disposition"] or Disposition.INFO.value,
        row["line_number"],
        partner if isinstance(partner, int) else None,
        row["diagnosis_number"],
        row["carc"],
        row["rarc"],
        row["fix"],
        topics_of(row["code"], row["carc"], row["rarc"], evidence),
    )


def explaining(reason: Reason | None, line: SentLine | None, fired: Iterable[Fired]) -> list[Fired]:
    """The edits that explain why a line, or a claim as a whole, was denied or reduced, hardest first.

    Args:
        reason: why less was paid; None if nothing was adjusted.
        line: the line; None for the claim as a whole.
        fired: the edits that fired on it.
    """
    if reason is None or reason.category.is_routine:
        return []
    found = [one for one in fired if _is_about(one, line, reason) and _fits(one, reason)]
    return _sorted(found)


def _sorted(fired: Sequence[Fired]) -> list[Fired]:
    ranks = {one.value: one.rank for one in Disposition}
    best: dict[str, Fired] = {}
    for one in sorted(fired, key=lambda one: (ranks.get(one.disposition, 99), one.code)):
        best.setdefault(one.code, one)
    return list(best.values())


def _is_about(fired: Fired, line: SentLine | None, reason: Reason) -> bool:
    if line is None:
        return True
    if fired.diagnosis_number is not None and fired.line_number is None:
        return fired.diagnosis_number in line.diagnoses or not line.diagnoses
    if fired.line_number is None or fired.line_number == line.number:
        return True
    return fired.partner == line.number and bool(reason.topics & _SHARED)


def _fits(fired: Fired, reason: Reason) -> bool:
    if reason.topics:
        return bool(fired.topics & reason.topics)
    if reason.carcs <= _INCOMPLETE:
        return fired.disposition in _UNPROCESSABLE
    specific = reason.carcs - GENERIC
    return fired.carc in (specific or reason.carcs)
